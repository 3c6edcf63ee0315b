import type { Session } from '../postgres/session.ts';
import { Problem } from '../problem/problem.ts';
import { formatDuration } from '../problem/quantity.ts';
import type { Engine } from './engine.ts';
import { isDatabaseError } from './failure.ts';
import { pause } from './pause.ts';

/** Serialization failure, deadlock, lock not available: nothing was done, so the whole transaction may run again. */
const RETRIED: ReadonlySet<string> = new Set(['40001', '40P01', '55P03']);

export function isRetried(problem: Problem): boolean {
  return isDatabaseError(problem.cause) && RETRIED.has(problem.cause.code ?? '');
}

/**
 * Runs a whole transaction, and again with growing pauses while what stopped it is a lock that was not to be had, within
 * the configured budget. `attempt` (counted from 1) answers the problem with the session still in the failed transaction.
 * Resolves with what it answered at last, or `lock-timeout` (exit status 4), or `cancelled`; the transaction is then still
 * to be rolled back.
 */
export async function withLockRetries<T>(
  engine: Engine,
  session: Session,
  version: string,
  attempt: (count: number) => Promise<T | Problem>,
): Promise<T | Problem> {
  const begun = performance.now();
  for (let count = 1; ; count++) {
    const outcome = await attempt(count);
    if (!(outcome instanceof Problem) || !isRetried(outcome)) return outcome;
    const spentMs = performance.now() - begun;
    if (spentMs > engine.settings.lockBudgetMs) return gaveUp(outcome, version, count, spentMs);
    const stopped = await waitForNext(engine, session, version, outcome, count);
    if (stopped) return stopped;
  }
}

async function waitForNext(
  engine: Engine,
  session: Session,
  version: string,
  problem: Problem,
  attempt: number,
): Promise<Problem | undefined> {
  await session.query('ROLLBACK');
  const waitMs = Math.round(Math.random() * Math.min(2000, 100 * 2 ** attempt)) + 50;
  engine.emit({ kind: 'retry', version, attempt, waitMs, reason: problem.fields.server?.message ?? '' });
  try {
    await pause(waitMs, engine.signal);
    return undefined;
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
}

function gaveUp(problem: Problem, version: string, attempts: number, spentMs: number): Problem {
  return new Problem('lock-timeout', `${version}: gave up waiting for a lock`, {
    ...problem.fields,
    found: `${attempts} attempts in ${formatDuration(spentMs)}`,
    next: [
      'See who holds it: SELECT pid, usename, state, query FROM pg_stat_activity WHERE xact_start IS NOT NULL ORDER BY xact_start;',
      'Run the command again at a quieter time, or give it a longer lockBudget.',
    ],
  });
}
