import { Problem } from '../../problem/problem.ts';
import { formatDuration } from '../../problem/quantity.ts';
import { type Blocker, blockerCure, blockerText } from '../../report/blocker.ts';
import type { LockSubject } from './subject.ts';

const BLOCKERS_MAX = 5;
/** Of a blocker's query: the audit trail has more of it. */
const QUERY_COLUMNS = 60;

interface Spent {
  readonly refusals: number;
  readonly spentMs: number;
  readonly relation: string | undefined;
}

/** The budget is spent: who is in the way, how often it was tried, and what to do about each. */
export function gaveUp(
  { engine, version }: LockSubject,
  problem: Problem,
  blockers: readonly Blocker[],
  spent: Spent,
): Problem {
  const named = blockers.slice(0, BLOCKERS_MAX);
  const more = blockers.length - named.length;
  const what = spent.relation === undefined ? 'a lock' : `a lock on ${spent.relation}`;
  return new Problem('lock-timeout', `${problem.fields.version ?? version()}: gave up waiting for ${what}`, {
    ...problem.fields,
    found: [
      ...named.map((one) => `held by ${blockerText(one, QUERY_COLUMNS)}`),
      ...(more > 0 ? [`and by ${more} more`] : []),
      tried(spent, engine.settings.lockBudgetMs),
    ].join('\n'),
    next: [
      ...named.map(blockerCure),
      ...(named.length === 0 ? [SEE_WHO] : []),
      'Run the command again at a quieter time, or give it longer: --lock-budget 30min',
    ],
  });
}

/** Behind its last refusal it waits for the way to be free without queueing, so that one try may be all. */
function tried({ refusals, spentMs }: Spent, budgetMs: number): string {
  if (budgetMs === 0) return 'tried once, as the lock budget is 0';
  const budget = `the lock budget is ${formatDuration(budgetMs)}`;
  if (refusals === 1) return `tried once, then waited ${formatDuration(spentMs)} for the way to be free; ${budget}`;
  return `tried ${refusals} times in ${formatDuration(spentMs)}; ${budget}`;
}

const SEE_WHO =
  'See who works: SELECT pid, usename, state, query FROM pg_stat_activity WHERE xact_start IS NOT NULL ORDER BY xact_start;';
