import { waitsForClient } from '../../postgres/session-state.ts';
import { type Blocker, blockerName } from '../../report/blocker.ts';
import type { CancelledHow } from '../../report/events.ts';
import { displayIdentifier } from '../../sql/quote.ts';
import type { Engine } from '../engine.ts';
import { isDatabaseError } from '../failure.ts';
import { appendEvent, blockerKey, blockersForRecord } from './record.ts';
import type { LockSubject } from './subject.ts';

/** A session idle in its transaction is ended only when it has been idle, and in our way, for this long. */
const IDLE_MS = 5000;

/**
 * Ends what `--cancel-blockers` allows to end: the statement of an ordinary autovacuum, and sessions idle in a transaction;
 * and, always, a run of this tool that has fallen silent.
 * Never a session that works, never an autovacuum against wraparound, which would only begin again. `seenForMs`: how long a
 * blocker has been seen. Each is told and put on record; whether there was any.
 */
export async function cancelBlockers(
  subject: LockSubject,
  blockers: readonly Blocker[],
  seenForMs: (blocker: Blocker) => number,
): Promise<boolean> {
  const asked = subject.engine.settings.cancelBlockers;
  let any = false;
  for (const blocker of blockers) {
    const vacuum = blocker.isAutovacuum && !blocker.preventsWraparound && asked.includes('autovacuum');
    const idle = asked.includes('idle') && isIdle(blocker) && seenForMs(blocker) >= IDLE_MS;
    const how = vacuum ? 'cancelled' : idle || isSilentRun(blocker) ? 'terminated' : undefined;
    if (how && (await end(subject, blocker, how))) any = true;
  }
  return any;
}

function isIdle({ pid, state, stateAgeMs }: Blocker): boolean {
  return pid !== null && (state?.startsWith('idle in transaction') ?? false) && (stateAgeMs ?? 0) >= IDLE_MS;
}

/**
 * A run of this tool that has fallen silent in the middle of what it sends: a machine that was suspended, a cable that was
 * pulled. Nothing that it could still do would pass the fence, so it needs no leave to be ended.
 */
const SILENT_MS = 12_000;

function isSilentRun({ pid, application, state, stateAgeMs }: Blocker): boolean {
  const ours = application?.startsWith('taskflow-db ') ?? false;
  return pid !== null && ours && waitsForClient(state) && (stateAgeMs ?? 0) >= SILENT_MS;
}

/** Asked again in the statement itself: the session may have gone on since it was looked at. */
const END: Readonly<Record<CancelledHow, string>> = {
  cancelled: `SELECT pg_catalog.pg_cancel_backend(a.pid) AS done FROM pg_catalog.pg_stat_activity AS a
WHERE a.pid = $1::integer AND a.usesysid IS NULL`,
  terminated: `SELECT pg_catalog.pg_terminate_backend(a.pid) AS done FROM pg_catalog.pg_stat_activity AS a
WHERE a.pid = $1::integer AND (a.state LIKE 'idle in transaction%' OR a.wait_event = 'ClientRead')
  AND a.state_change < pg_catalog.clock_timestamp() - interval '${IDLE_MS} ms'`,
};

async function end(subject: LockSubject, blocker: Blocker, how: CancelledHow): Promise<boolean> {
  const { engine, control, version } = subject;
  try {
    const [row] = await control.session.query(END[how], [String(blocker.pid)]);
    if (row?.done !== 't') return false;
  } catch (error) {
    if (isDatabaseError(error) && error.code === '42501') warnOnce(subject, blocker, how);
    return false;
  }
  await appendEvent(subject, 'blocker_cancelled', version(), { how, blocker: blockersForRecord([blocker])[0] });
  engine.emit({ kind: 'blocker_cancelled', version: version(), blocker, how });
  return true;
}

/** By run: the blockers that this role may not end. */
const warned = new WeakMap<Engine['run'], Set<string>>();

function warnOnce({ engine, control }: LockSubject, blocker: Blocker, how: CancelledHow): void {
  const known = warned.get(engine.run) ?? new Set();
  warned.set(engine.run, known);
  if (known.has(blockerKey(blocker))) return;
  known.add(blockerKey(blocker));
  const role = displayIdentifier(control.role);
  const may = how === 'cancelled' ? mayCancelVacuum(control.server.versionNum, role) : mayTerminate(role);
  engine.emit({ kind: 'warning', message: `${blockerName(blocker)} may not be ${how} by ${role}. ${may}` });
}

/** Manual, "Predefined Roles": pg_signal_autovacuum_worker, from 18. */
function mayCancelVacuum(versionNum: number, role: string): string {
  if (versionNum < 180_000) return 'Before PostgreSQL 18 only a superuser may.';
  return `An administrator runs: GRANT pg_signal_autovacuum_worker TO ${role};`;
}

function mayTerminate(role: string): string {
  return `An administrator runs: GRANT pg_signal_backend TO ${role}; (a superuser's sessions only a superuser may end)`;
}
