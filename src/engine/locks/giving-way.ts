import type { Problem } from '../../problem/problem.ts';
import { lockModesConflict } from '../../sql/lock-modes.ts';
import type { Control } from '../control.ts';
import { isDatabaseError } from '../failure.ts';
import { meanwhile } from '../meanwhile.ts';
import { LockWait } from './lock-wait.ts';
import { lookAtWaiting, type Waiting, WORKER_NAME } from './look.ts';
import { isRetried, withLockRetries } from './retries.ts';
import type { LockSubject, LockTry } from './subject.ts';

/** How often is looked: a wait is noticed that much later, which is taken off what it may last. */
const LOOK_MS_MIN = 25;
const LOOK_MS_MAX = 250;

interface Tries {
  readonly first: () => Promise<Problem | undefined>;
  /** After one that was refused: completes or removes what it left, and runs the statement again if it must. */
  readonly again: (next: LockTry) => Promise<Problem | undefined>;
}

/**
 * Runs a statement outside a transaction that waits for old transactions as long as it takes. Where the server ends it in
 * favour of others (a deadlock), `again` runs as withLockRetries does. Answers the problem, or undefined when it is done.
 */
export function patiently(subject: LockSubject, tries: Tries): Promise<Problem | undefined> {
  return runTries(subject, tries);
}

/**
 * The same for one that also asks for locks behind which readers or writers queue: DETACH PARTITION CONCURRENTLY wants SHARE
 * on a table that refers to the partition, and at its end ACCESS EXCLUSIVE on the partition itself. It has no lock_timeout,
 * which would end the other waits too; so it is cancelled when it has waited for such a lock for longer than the lock timeout.
 */
export function givingWay(subject: LockSubject, tries: Tries): Promise<Problem | undefined> {
  return runTries(subject, tries, (wait) => new Watchdog(subject, wait));
}

async function runTries(subject: LockSubject, { first, again }: Tries, watchdogOf?: (wait: LockWait) => Watchdog) {
  const wait = new LockWait(subject);
  const watchdog = watchdogOf?.(wait);
  const outcome = await wait.watched(() => (watchdog ? watchdog.over(first) : first()), true);
  const refusal = outcome && !subject.engine.signal.aborted ? refusalIn(outcome, watchdog?.cancelled) : undefined;
  if (!refusal) return outcome;
  return (await wait.note(refusal)) ?? (await withLockRetries(subject, again, { wait, problem: refusal }));
}

const QUERY_CANCELED = '57014';

/** Where a lock was not to be had, whether the server said so or the watchdog. */
function refusalIn(problem: Problem, cancelled: Waiting | undefined): Problem | undefined {
  if (isRetried(problem)) return problem;
  const { cause } = problem;
  if (!cancelled || !isDatabaseError(cause) || cause.code !== QUERY_CANCELED) return undefined;
  const message = `cancelled while it waited for ${cancelled.mode} on ${cancelled.relation?.name ?? 'a table'}, as others queued behind it`;
  return problem.with({ server: { ...problem.fields.server, sqlstate: QUERY_CANCELED, message } });
}

class Watchdog {
  /** What it waited for when it was cancelled. */
  cancelled: Waiting | undefined;
  readonly #subject: LockSubject;
  readonly #wait: LockWait;
  #since: number | undefined;

  constructor(subject: LockSubject, wait: LockWait) {
    this.#subject = subject;
    this.#wait = wait;
  }

  get #everyMs(): number {
    return Math.min(LOOK_MS_MAX, Math.max(LOOK_MS_MIN, this.#subject.lockTimeoutMs / 4));
  }

  over<T>(run: () => Promise<T>): Promise<T> {
    return this.#subject.lockTimeoutMs === 0 ? run() : meanwhile(this.#everyMs, () => this.#look(), run);
  }

  async #look(): Promise<void> {
    const { control, worker, engine, lockTimeoutMs } = this.#subject;
    const waiting = await lookAtWaiting(control, worker, engine.mask);
    if (!waiting?.relation || !isStalling(waiting.mode)) {
      this.#since = undefined;
      return;
    }
    this.#since ??= performance.now();
    if (this.cancelled || performance.now() - this.#since < lockTimeoutMs - this.#everyMs) return;
    this.#wait.see(waiting);
    const pid = control.server.pooled ? null : String(worker.session.backendPid);
    const [row] = await control.session.query(CANCEL, [pid, WORKER_NAME, waiting.relation.oid]);
    if (row?.done === 't') this.cancelled = waiting;
  }
}

/** Whoever reads or writes the table queues behind one that waits for this mode. */
function isStalling(mode: string): boolean {
  return lockModesConflict('RowExclusiveLock', mode);
}

/** Asked again in the statement itself: it may have got the lock since it was looked at. */
const CANCEL = `SELECT pg_catalog.pg_cancel_backend(l.pid) AS done FROM pg_catalog.pg_locks AS l
WHERE NOT l.granted AND l.locktype = 'relation' AND l.relation = $3::pg_catalog.oid
  AND (l.pid = $1::integer OR $1 IS NULL AND l.pid IN (SELECT s.pid FROM pg_catalog.pg_stat_activity AS s
    WHERE s.application_name = $2 AND s.datname = pg_catalog.current_database())) LIMIT 1`;

/**
 * Cancels a statement that an earlier run has left in the server, if it has waited for a lock behind which others queue for
 * longer than the lock timeout: nobody else watches over it any more.
 */
export async function cancelStalling({ session, server }: Control, pid: string, lockTimeoutMs: number): Promise<void> {
  if (lockTimeoutMs === 0 || server.versionNum < 140_000) return;
  const rows = await session.query(WAITING_OF, [pid, String(lockTimeoutMs)]);
  if (rows.some((row) => isStalling(row.mode ?? ''))) {
    await session.query('SELECT pg_catalog.pg_cancel_backend($1::integer)', [pid]);
  }
}

const WAITING_OF = `SELECT l.mode FROM pg_catalog.pg_locks AS l WHERE l.pid = $1::integer AND NOT l.granted
  AND l.locktype = 'relation' AND l.waitstart < pg_catalog.clock_timestamp() - $2::integer * interval '1 millisecond'`;
