import type { ClaimedRange } from '../data-run.ts';
import { inTransaction, type Lane } from '../lane.ts';
import { RENEW_RANGE_MS, readRun, renewRangeItem, throttleItem } from '../store.ts';
import type { Calls } from './calls.ts';

/**
 * While code runs, says every few seconds that its worker lives, and what it waits for. Where the run is cancelled, or the person wants to
 * stop, the code is told by its signal; `over` where it was cancelled.
 */
export async function whileBeating<T>(
  lane: Lane,
  range: ClaimedRange,
  calls: Pick<Calls<never, never>, 'waitsFor'>,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T | 'over'> {
  const stop = new AbortController();
  const working = work(AbortSignal.any([lane.engine.signal, stop.signal]));
  const ended = working.then(
    () => true,
    () => true,
  );
  let told = false;
  try {
    while (!(await Promise.race([ended, after(RENEW_RANGE_MS, ended)]))) {
      told = await beat(lane, range, calls.waitsFor, told);
      if (!(await isWanted(lane))) return 'over';
    }
    return await working;
  } finally {
    stop.abort();
    await ended;
    if (told && !lane.session.lost)
      await inTransaction(lane, [throttleItem(lane.control.names, lane.work.version, null)]);
  }
}

/** Whether something is told to hold the run back now. */
async function beat(lane: Lane, range: ClaimedRange, waitsFor: string | undefined, told: boolean): Promise<boolean> {
  const { names } = lane.control;
  const reason = waitsFor === undefined ? null : lane.engine.mask(waitsFor);
  const held = reason !== null || told ? [throttleItem(names, lane.work.version, reason)] : [];
  await inTransaction(lane, [renewRangeItem(names, range), ...held]);
  return reason !== null;
}

/** A run that is asked to pause ends its batch first. */
async function isWanted({ session, control, work }: Lane): Promise<boolean> {
  const run = await readRun(session, control.names, work.version);
  return run?.state === 'running' || run?.state === 'pausing';
}

/** False once the time is over; keeps nobody waiting who has ended before. */
function after(ms: number, ended: Promise<boolean>): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), ms);
    void ended.then(() => clearTimeout(timer));
  });
}
