import { count } from '../problem/quantity.ts';
import type { DataDifference, Loss } from './loss.ts';

/** With rows in the tables something is refused that is not refused where they are empty. */
export interface Refusal {
  readonly by: 'migration' | 'rollback';
  /** The table that the server named, as people write it. */
  readonly table?: string;
  readonly message: string;
  /** Only NULL, or the longest or largest values, are refused. */
  readonly wide: boolean;
}

/** A table of which nothing is known, as no sample row could be made. */
export interface Unsampled {
  readonly table: string;
  readonly why: string;
}

/** What becomes of rows that stand in the tables when a migration is applied and rolled back. */
export interface DataFacts {
  /** Tables in which there were sample rows. */
  readonly sampled: number;
  readonly difference: DataDifference;
  readonly refusals: readonly Refusal[];
  readonly unsampled: readonly Unsampled[];
  /** Why nothing is known of it. */
  readonly notChecked?: string;
}

/** Nothing was tried, and why. */
export function notTried(why: string): DataFacts {
  return { sampled: 0, difference: { losses: [], left: [] }, refusals: [], unsampled: [], notChecked: why };
}

/** To run it again and again would take too long. */
export const TOO_LARGE = notTried('the file is too large');

/** The same in sentences, as a check tells it. */
export interface DataRemarks {
  /** `the values of public.users.nick (3 of 3 sample rows)` */
  readonly loses: readonly string[];
  /** `3 rows in public.users` */
  readonly leaves: readonly string[];
  /** What is refused where tables have rows. */
  readonly refused: readonly string[];
  /** `public.t: no value is known for ...`: tables without sample rows. */
  readonly unsampled: readonly string[];
  /** Why nothing was compared. */
  readonly notChecked?: string;
}

export function remarksOf({ difference, refusals, unsampled, notChecked }: DataFacts): DataRemarks {
  return {
    loses: difference.losses.map(lossText),
    leaves: difference.left.map(({ table, rows }) => `${count(rows, 'row')} in ${table}`),
    refused: refusals.map(refusalText),
    unsampled: unsampled.map(({ table, why }) => `${table}: ${why}`),
    ...(notChecked === undefined ? {} : { notChecked }),
  };
}

function lossText({ table, column, count: lost, of, samples, entered, whole }: Loss): string {
  const what = column === undefined ? `the rows of ${table}` : `the values of ${table}.${column}`;
  if (whole && column === undefined) return what;
  const rows = samples ? 'sample rows' : 'rows';
  const when = entered && !whole ? ' entered while it is applied' : '';
  return `${what} (${lost} of ${of} ${rows}${when})`;
}

function refusalText({ by, table, message, wide }: Refusal): string {
  const what = by === 'migration' ? 'the migration fails' : 'the rollback fails';
  const where = `${wide ? 'on NULL, or the longest or largest values,' : 'on sample rows'} of ${table ?? 'a table'}`;
  return `${what} ${where}: ${message}`;
}

/** Every remark, in the words of a note. */
export function remarkLines(remarks: DataRemarks): string[] {
  return [
    ...remarks.refused,
    ...remarks.loses.map((what) => `loses: ${what}`),
    ...remarks.leaves.map((what) => `leaves ${what}`),
    ...remarks.unsampled.map((what) => `no sample rows: ${what}`),
    ...(remarks.notChecked === undefined ? [] : [`data not checked: ${remarks.notChecked}`]),
  ];
}
