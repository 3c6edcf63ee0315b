import { type Runner, readRunner } from '../ledger/lease.ts';
import { eventItem } from '../ledger/write.ts';
import { Problem } from '../problem/problem.ts';
import { formatDuration } from '../problem/quantity.ts';
import { endSession } from '../report/blocker.ts';
import { type Control, withControl } from './control.ts';
import type { Engine } from './engine.ts';
import { pause } from './pause.ts';

/** As long it is tried to catch the run at a statement: between two tries for a lock it has none. */
const TRY_MS = 15_000;
const LOOK_EVERY_MS = 40;
/** Behind a statement that was cancelled, so much time has the run to end. */
const END_MS = 3000;

export interface CancelledRun {
  /** False where it had ended before anything was cancelled. */
  readonly cancelled: boolean;
}

/**
 * Stops a run of another process: the statement that it has under way is cancelled in the server, which the run takes for a failure,
 * rolls back, records and ends. Asks again while it goes on. Problems `permission-denied`, `runner-busy`.
 */
export function cancelRun(engine: Engine, runId: string): Promise<CancelledRun> {
  return withControl(engine, async (control) => {
    const begun = performance.now();
    let cancelled: Runner | undefined;
    while (performance.now() - begun < TRY_MS) {
      const runner = await readRunner(control.session, control.names);
      if (runner?.runId !== runId || !runner.alive) break;
      if (runner.endedBy !== 'this role') throw notAllowed(runner);
      if (await cancelStatement(control, runner)) {
        cancelled ??= runner;
        if (await endsWithin(engine, control, runId)) break;
      }
      await pause(LOOK_EVERY_MS, engine.signal);
    }
    if (cancelled) await record(engine, control, cancelled);
    await refuseAlive(control, runId, performance.now() - begun);
    return { cancelled: cancelled !== undefined };
  });
}

/**
 * The statement of the session that is inside a transaction of the run; or of the one that was given the step outside a
 * transaction which is under way. Only while it works: a statement that is over needs nobody.
 */
async function cancelStatement({ session, names }: Control, { runId, worker }: Runner): Promise<boolean> {
  const [row] = await session.query(
    `SELECT pg_catalog.pg_cancel_backend(a.pid) AS done FROM pg_catalog.pg_stat_activity AS a
WHERE a.state = 'active' AND a.wait_event IS DISTINCT FROM 'ClientRead' AND a.pid = coalesce($1::integer, (
  SELECT (step.detail -> 'backend' ->> 'pid')::integer FROM (
    SELECT e.event, e.detail FROM ${names.events} AS e WHERE e.run_id = $2::uuid ORDER BY e.seq DESC LIMIT 1) AS step
  WHERE step.event IN ('step_started', 'lock_wait', 'blocker_cancelled') AND step.detail ? 'backend'))`,
    [worker ? String(worker.pid) : null, runId],
  );
  return row?.done === 't';
}

async function endsWithin(engine: Engine, { session, names }: Control, runId: string): Promise<boolean> {
  const until = performance.now() + END_MS;
  while (performance.now() < until) {
    const runner = await readRunner(session, names);
    if (runner?.runId !== runId || !runner.alive) return true;
    await pause(LOOK_EVERY_MS, engine.signal);
  }
  return false;
}

async function record(engine: Engine, control: Control, { runId, user, host, worker }: Runner): Promise<void> {
  const detail = { run: runId, by: user, host, ...(worker ? { pid: worker.pid } : {}) };
  const event = eventItem(control.names, engine.run, { event: 'cancel_requested', version: null, detail });
  await control.session.batch([[event]]);
}

async function refuseAlive(control: Control, runId: string, spentMs: number): Promise<void> {
  const runner = await readRunner(control.session, control.names);
  if (runner?.runId !== runId || !runner.alive) return;
  throw new Problem('runner-busy', `the run of ${runner.user} on ${runner.host} goes on`, {
    found: `for ${formatDuration(spentMs)} it had no statement in the server that could be cancelled, or began it again`,
    state: 'Nothing was stopped.',
    next: [
      'Stop it where it was begun: Ctrl-C.',
      endSession('Or end its session', runner.worker?.pid ?? runner.pid, runner),
    ],
  });
}

function notAllowed(runner: Runner): Problem {
  const { user, host, worker, pid } = runner;
  return new Problem('permission-denied', `this role may not stop the run of ${user} on ${host}`, {
    state: 'Nothing was stopped.',
    next: ['Stop it where it was begun: Ctrl-C.', endSession('Or end its session', worker?.pid ?? pid, runner)],
  });
}
