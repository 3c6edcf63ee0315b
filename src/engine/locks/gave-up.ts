import { Problem } from '../../problem/problem.ts';
import { count, formatDuration } from '../../problem/quantity.ts';
import { type Blocker, blockerCure, blockerText } from '../../report/blocker.ts';
import type { LockSubject } from './subject.ts';

const BLOCKERS_MAX = 10;

/** The budget is spent: who is in the way, and what to do about each. */
export function gaveUp(
  { engine, version }: LockSubject,
  problem: Problem,
  blockers: readonly Blocker[],
  spent: { refusals: number; spentMs: number; relation: string | undefined },
): Problem {
  const named = blockers.slice(0, BLOCKERS_MAX);
  const by = named.length > 0 ? `, held by ${named.map(blockerText).join('; ')}` : '';
  const what = spent.relation === undefined ? 'a lock' : `a lock on ${spent.relation}`;
  const budget = formatDuration(engine.settings.lockBudgetMs);
  return new Problem('lock-timeout', `${problem.fields.version ?? version()}: gave up waiting for ${what}${by}`, {
    ...problem.fields,
    found: `${count(spent.refusals, 'try', 'tries')} within ${formatDuration(spent.spentMs)}; the lock budget is ${budget}`,
    next: [
      ...named.map(blockerCure),
      ...(named.length === 0 ? [SEE_WHO] : []),
      'Run the command again at a quieter time, or give it longer: --lock-budget 30min',
    ],
  });
}

const SEE_WHO =
  'See who works: SELECT pid, usename, state, query FROM pg_stat_activity WHERE xact_start IS NOT NULL ORDER BY xact_start;';
