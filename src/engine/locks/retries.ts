import { Problem } from '../../problem/problem.ts';
import { isDatabaseError } from '../failure.ts';
import { LockWait } from './lock-wait.ts';
import type { LockSubject, LockTry } from './subject.ts';

/** Serialization failure, deadlock, lock not available: nothing was done, so the whole transaction may run again. */
const RETRIED: ReadonlySet<string> = new Set(['40001', '40P01', '55P03']);

export function isRetried(problem: Problem): boolean {
  return isDatabaseError(problem.cause) && RETRIED.has(problem.cause.code ?? '');
}

/** A try that was refused before, and is on record. */
export interface RefusedTry {
  readonly wait: LockWait;
  readonly problem: Problem;
}

/**
 * Runs a whole transaction, and again while what stopped it is a lock that was not to be had, within the configured budget:
 * the first try goes at once, behind a refusal the way is looked at before anything is queued again (LockWait). `attempt`
 * answers the problem with the session still in the failed transaction. Resolves with what it answered at last, or
 * `lock-timeout` (exit status 4), or `cancelled`; the transaction is then rolled back, or still to be.
 */
export async function withLockRetries<T>(
  subject: LockSubject,
  attempt: (next: LockTry) => Promise<T | Problem>,
  refused?: RefusedTry,
): Promise<T | Problem> {
  const wait = refused?.wait ?? new LockWait(subject);
  let next: LockTry | Problem = refused ? await wait.untilNextTry(refused.problem) : { count: 1 };
  while (!(next instanceof Problem)) {
    const now: LockTry = next;
    const outcome = await wait.watched(() => attempt(now));
    if (!(outcome instanceof Problem) || !isRetried(outcome)) return outcome;
    next = (await wait.note(outcome)) ?? (await wait.untilNextTry(outcome));
  }
  return next;
}

/**
 * Runs a statement that stands outside any transaction and waits for locks as long as it takes (CREATE INDEX CONCURRENTLY
 * waits for old transactions on purpose), and tells meanwhile whom it waits for: on the terminal, in the events, on record.
 * With `--cancel-blockers`, ends those of them that may be ended. Answers what `run` answers.
 */
export function watchBlockers<T>(subject: LockSubject, run: () => Promise<T>): Promise<T> {
  return new LockWait(subject).watched(run, true);
}
