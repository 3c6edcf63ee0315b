import type { KeyValue } from '../../../batch/key.ts';
import type { FormOfValue } from './values.ts';

/** What code is given of each row, and what it gives back. */
export interface CodeColumns {
  readonly key: readonly CodeColumn[];
  /** Beside the key. */
  readonly read: readonly CodeColumn[];
  readonly written: readonly CodeColumn[];
}

/** A column that code reads or writes. */
export interface CodeColumn {
  readonly name: string;
  /** As SQL writes it, with its schema and without its modifier: a value that does not fit is refused, not cut. */
  readonly type: string;
  readonly form: FormOfValue;
}

/** A row as it was read for code. */
export interface ReadRow {
  readonly key: KeyValue;
  /** A hash of what was read and of what is to be written: where it is another one, the row was changed meanwhile. */
  readonly seen: string;
  /** The columns of the key and those that are read, each as text. */
  readonly texts: readonly (string | null)[];
}

/** A row that code changes: its key, how it was read, and the new values in the order of the columns that are written. */
export interface MadeUpdate extends Pick<ReadRow, 'key' | 'seen'> {
  readonly values: readonly (string | null)[];
}
