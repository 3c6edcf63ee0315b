import { effectOn, type FormUse } from '../facts/form.ts';
import type { TableSize } from '../known/table.ts';

/** How long a statement works once it has its locks, by the size of the table: an order of magnitude and no promise. */
export type TimeClass = 'an instant' | 'seconds' | 'minutes' | 'hours' | 'unknown';

/** What the server does to a table's rows. */
type WorkOnRows = 'none' | 'read' | 'write';

/**
 * Bytes a second of one server process on ordinary disks: measured here 150 MB/s and more for checking rows, 25 to 40 MB/s for
 * writing a table with its indexes anew or building one. Half of it, so that the class errs on the slow side.
 */
const BYTES_PER_SECOND: Readonly<Record<Exclude<WorkOnRows, 'none'>, number>> = { read: 75e6, write: 15e6 };

export function timeClass(work: WorkOnRows, size: TableSize | undefined): TimeClass {
  if (work === 'none') return 'an instant';
  if (!size) return 'unknown';
  const seconds = size.bytes / BYTES_PER_SECOND[work];
  if (seconds < 1) return 'an instant';
  if (seconds < 60) return 'seconds';
  return seconds < 3600 ? 'minutes' : 'hours';
}

const CLASSES: readonly TimeClass[] = ['an instant', 'seconds', 'minutes', 'hours', 'unknown'];

/** From 0; the longer, the more. Nobody knows is worse than hours. */
export function timeRank(time: TimeClass): number {
  return CLASSES.indexOf(time);
}

/** The longest of them: one after the other they are of about that order. */
export function longest(times: readonly TimeClass[]): TimeClass {
  return CLASSES[Math.max(0, ...times.map(timeRank))] ?? 'unknown';
}

/** The new file is empty, however large the old one is. */
const WRITES_NOTHING = new Set(['truncate', 'truncate-cascade']);

/** They read every row to write an index, or other rows, of it; how many rows a WHERE leaves is not known. */
const WRITES_WHAT_IT_READS = new Set([
  'create-index',
  'create-index-partitioned',
  'create-index-concurrently',
  'add-unique',
  'add-primary-key',
  'add-primary-key-using-index-nullable',
  'add-exclude',
  'add-column-unique',
  'refresh-materialized-view-concurrently',
  'create-table-as',
  'create-materialized-view',
  'insert',
  'update',
  'delete',
  'merge',
]);

/** What a form does to rows on a server of that major version, at most. */
export function workOf({ form }: Pick<FormUse, 'form'>, serverMajor: number): WorkOnRows {
  const { rewrite, scan } = effectOn(form, serverMajor);
  if (WRITES_NOTHING.has(form.id)) return 'none';
  if (rewrite || WRITES_WHAT_IT_READS.has(form.id)) return 'write';
  return scan ? 'read' : 'none';
}
