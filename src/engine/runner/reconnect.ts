import { relockItem } from '../../ledger/lease.ts';
import { SERVER_INFO } from '../../postgres/server-info.ts';
import type { Session } from '../../postgres/session.ts';
import { SessionLost } from '../../postgres/session-lost.ts';
import { Problem } from '../../problem/problem.ts';
import { type Control, openControlSession } from '../control.ts';
import type { Engine } from '../engine.ts';
import { isDatabaseError } from '../failure.ts';
import { pause } from '../pause.ts';

/** A server that is restarted or fails over is back within this time, or the run ends. */
const RECONNECT_MS_MAX = 30_000;
const PAUSE_MS = 500;

/** admin_shutdown, crash_shutdown, cannot_connect_now: the server ends the session or does not take one yet. */
const GOING_AWAY: ReadonlySet<string> = new Set(['57P01', '57P02', '57P03']);

function isConnectionLoss(error: unknown): boolean {
  if (error instanceof Problem) return false;
  return !isDatabaseError(error) || GOING_AWAY.has(error.code ?? '');
}

/** The same for a run that has done nothing yet, also where it was made a Problem of, or a pooler says that its server is away. */
function isLossToWaiter(error: unknown): boolean {
  if (error instanceof Problem)
    return error.code === 'connection-lost' || GOING_AWAY.has(error.fields.server?.sqlstate ?? '');
  if (isDatabaseError(error)) return isConnectionLoss(error) || error.code?.startsWith('08') === true;
  return error instanceof SessionLost;
}

/**
 * For a run that waits and has done nothing yet: connects again after a loss, for as long as `mayWait` says and any run does;
 * throws the loss after that, and what is none at once.
 */
export async function connectAgain(
  engine: Engine,
  control: Control,
  loss: unknown,
  mayWait: () => boolean,
): Promise<void> {
  if (!isLossToWaiter(loss) || !mayWait()) throw loss;
  engine.emit({ kind: 'note', message: 'the connection was lost while waiting; trying to make it again' });
  const begun = performance.now();
  while (mayWait() && performance.now() - begun < RECONNECT_MS_MAX) {
    await pause(PAUSE_MS, engine.signal);
    const session = await openControlSession(engine).catch(() => undefined);
    if (!session) continue;
    if (control.server.pooled) session.behindPooler();
    // A pooler takes a client though its server is away.
    const started = await startedOf(session).catch(() => undefined);
    if (started !== undefined) {
      const before = control.session;
      control.goOnWith(session, started);
      await before.end();
      engine.emit({ kind: 'note', message: 'connected again' });
      return;
    }
    await session.end();
  }
  throw loss;
}

/**
 * Does something on the control session, and once more on a new one where the connection is lost meanwhile: for what may
 * be done twice. Throws what the action throws, or the loss when there is no new session to be had.
 */
export async function reliably<T>(engine: Engine, control: Control, action: () => Promise<T>): Promise<T> {
  if (control.session.lost) await reconnect(engine, control, control.session.lost);
  try {
    return await action();
  } catch (error) {
    if (!isConnectionLoss(error)) throw error;
    await reconnect(engine, control, error);
    return action();
  }
}

/**
 * A session was ended: by the shutdown of a server that was started again since, or another server is in its place? It may
 * have been so quick that nobody found it away. `before`: Control.started when that session was opened, as the control
 * session may have been replaced since. Waits for its return as `reliably` does; false where it does not.
 */
export async function isRestarted(engine: Engine, control: Control, before: string): Promise<boolean> {
  // A new connection cannot be older than the shutdown, as the one that is open may be, for a moment.
  const started = (await startedOfNew(engine)) ?? (await reliably(engine, control, () => startedOf(control.session)));
  control.started = started ?? control.started;
  return control.started !== before;
}

async function startedOfNew(engine: Engine): Promise<string | undefined> {
  const session = await openControlSession(engine).catch(() => undefined);
  const started = session && (await startedOf(session).catch(() => undefined));
  await session?.end();
  return started;
}

async function startedOf(session: Session): Promise<string | undefined> {
  const [row] = await session.query(SERVER_INFO.sql);
  return row?.started ?? undefined;
}

/**
 * Opens another control session, as long as the lease is still this run's, which makes that safe, however long it took.
 * Throws `taken-over`, or `loss` where the server does not come back in time or nothing is known of a lease.
 */
async function reconnect(engine: Engine, control: Control, loss: unknown): Promise<void> {
  if (control.fence === undefined || control.gone) throw loss;
  const begun = performance.now();
  let told = false;
  for (let attempt = 1; ; attempt++) {
    const session = await openControlSession(engine).catch(() => undefined);
    if (session && (await takeOn(engine, control, session))) break;
    if (attempt === 1) {
      control.timesAway++;
      told = true;
      const seconds = RECONNECT_MS_MAX / 1000;
      engine.emit({ kind: 'note', message: `the connection was lost; trying for ${seconds} s to make it again` });
    }
    if (performance.now() - begun > RECONNECT_MS_MAX || engine.signal.aborted) {
      control.gone = true;
      engine.emit({ kind: 'note', message: 'the server did not come back in that time' });
      throw loss;
    }
    await pause(PAUSE_MS, engine.signal);
  }
  const seconds = ((performance.now() - begun) / 1000).toFixed(1);
  const lost = told ? '' : 'the connection was lost; ';
  engine.emit({ kind: 'note', message: `${lost}connected again after ${seconds} s` });
}

/** False where that server cannot be written to (yet): a standby, or one that is going down. */
async function takeOn(engine: Engine, control: Control, session: Session): Promise<boolean> {
  const before = control.session;
  if (control.server.pooled) session.behindPooler();
  const item = relockItem(control.names, engine.run.runId, !control.server.pooled);
  const rows = await session.query(item.sql, item.params).catch(() => undefined);
  const started = rows && (await startedOf(session).catch(() => undefined));
  if (rows === undefined || started === undefined) {
    await session.end();
    return false;
  }
  control.goOnWith(session, started);
  await before.end();
  const [held] = rows;
  if (!held) throw lostLease();
  control.fence = held.fence ?? undefined;
  return true;
}

export function lostLease(): Problem {
  return new Problem('taken-over', 'the connection was lost, and another run has taken over meanwhile', {
    state: 'What this run had finished is on record; nothing of it was done after the other had begun.',
    next: ['See what is applied now: taskflow-db status', 'See who took over, and when: taskflow-db history'],
  });
}
