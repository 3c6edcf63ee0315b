import type { TableSize } from '../known/table.ts';

/** How long a statement works once it has its locks, by the size of the table: an order of magnitude and no promise. */
export type TimeClass = 'an instant' | 'seconds' | 'minutes' | 'hours' | 'unknown';

/** What the server does to a table's rows. */
export type WorkOnRows = 'none' | 'read' | 'write';

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
