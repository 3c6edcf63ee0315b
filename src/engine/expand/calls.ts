import { createHash } from 'node:crypto';
import type { RelationStatistics, StatementStatistics } from '../../known/statistics.ts';
import type { Evidence } from '../../plan/held.ts';
import { count, formatDuration } from '../../problem/quantity.ts';
import type { Control } from '../control.ts';
import { readStatements } from '../statistics/read-statements.ts';

/** How often each statement that names the column had been called at a look; by a digest of its text. */
export type Calls = Readonly<Record<string, number>>;

/** An earlier look, from the audit trail. */
export interface EarlierLook {
  readonly calls: Calls;
  /** ISO 8601. */
  readonly at: string;
  readonly now: string;
}

export interface CallsSeen {
  readonly evidence: readonly Evidence[];
  /** Undefined where nothing was counted. */
  readonly calls: Calls | undefined;
}

/** What was called yesterday and not since may be a nightly job. */
const QUIET_MS = 24 * 3_600_000;

/**
 * What pg_stat_statements tells of queries that name the column. Counters have no time, so what has grown since an earlier look is
 * in use, and what has not for a day is not. `successor`: a statement that names it too is one of those that keep both equal.
 */
export async function callsOf(
  control: Control,
  relation: RelationStatistics,
  column: string,
  successor: string | undefined,
  earlier: EarlierLook | undefined,
): Promise<CallsSeen> {
  const [row] = await control.session.query(
    `SELECT n.nspname AS schema FROM pg_catalog.pg_extension AS e JOIN pg_catalog.pg_namespace AS n ON n.oid = e.extnamespace WHERE e.extname = 'pg_stat_statements'`,
  );
  if (!row) return unseen('pg_stat_statements is not installed: queries cannot be seen');
  const statements = await readStatements(control, row.schema ?? undefined, [relation]);
  if (!statements) return unseen('pg_stat_statements is not loaded, or may not be read: queries cannot be seen');
  const naming = statements.list.filter((one) => isAbout(one, column, successor));
  const calls = Object.fromEntries(naming.map((one) => [digest(one), one.calls]));
  const { hidden, track, since } = statements;
  const all = statements.list.filter(({ columns }) => columns.includes('*') && !columns.includes(column));
  const blind = [
    ...(hidden > 0 ? [`${count(hidden, 'query', 'queries')} of others cannot be read by this role`] : []),
    ...(track !== undefined && track !== 'all'
      ? [`queries inside functions are not counted (pg_stat_statements.track = ${track})`]
      : []),
    ...(all.length > 0 ? [`${count(all.length, 'query', 'queries')} of all columns (*) may use it`] : []),
  ].map((words): Evidence => ({ verdict: 'unseen', words }));
  return { evidence: [judged(naming, since, earlier), ...blind], calls };
}

function unseen(words: string): CallsSeen {
  return { evidence: [{ verdict: 'unseen', words }], calls: undefined };
}

function isAbout({ columns }: StatementStatistics, column: string, successor: string | undefined): boolean {
  return columns.includes(column) && (successor === undefined || !columns.includes(successor));
}

function digest({ text }: StatementStatistics): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

function judged(
  naming: readonly StatementStatistics[],
  since: string | null,
  earlier: EarlierLook | undefined,
): Evidence {
  const [first] = naming;
  const counted = since === null ? '' : ` since ${since.slice(0, 16).replace('T', ' ')}`;
  if (!first) return { verdict: 'free', words: `no query that was counted${counted} names it` };
  const grown = naming.filter((one) => one.calls > (earlier?.calls[digest(one)] ?? 0));
  const [worst] = grown;
  if (!earlier) {
    const total = naming.reduce((sum, one) => sum + one.calls, 0);
    return {
      verdict: 'used',
      words: `${count(total, 'call')}${counted} of queries that name it, such as: ${short(first)}. From now on it is seen whether there come more`,
    };
  }
  const quietMs = Date.parse(earlier.now) - Date.parse(earlier.at);
  if (worst) return { verdict: 'used', words: `called since ${shown(earlier.at)}: ${short(worst)}` };
  const quiet = `none of ${count(naming.length, 'query', 'queries')} that name it was called since ${shown(earlier.at)} (${formatDuration(quietMs)})`;
  return quietMs < QUIET_MS
    ? { verdict: 'used', words: `${quiet}; a day is waited for` }
    : { verdict: 'free', words: quiet };
}

const shown = (at: string) => at.slice(0, 16).replace('T', ' ');

const SHOWN_MAX = 80;

function short({ text }: StatementStatistics): string {
  const characters = [...text];
  return characters.length > SHOWN_MAX ? `${characters.slice(0, SHOWN_MAX - 1).join('')}…` : text;
}
