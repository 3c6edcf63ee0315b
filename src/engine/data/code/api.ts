/** What the code of a data migration is written against: `import type { DataBatch } from 'taskflow-db'`. */

/**
 * A row as it was read: the columns of the key and those of `Columns`. integer, smallint, real and double precision come as numbers,
 * boolean as such, json and jsonb as what they hold, arrays as arrays, bytea as a Buffer, all else as the text that PostgreSQL writes
 * (bigint and numeric, too, so that nothing is rounded); NULL as null.
 */
export type DataRow = Readonly<Record<string, unknown>>;

/**
 * What becomes of a row: every column of `Writes`, and where updates come as a list, the columns of the key. Values are written as
 * their column's type: null, texts, numbers, booleans, dates, Buffers, arrays, and for json and jsonb anything that JSON can hold.
 */
export type DataUpdate = Readonly<Record<string, unknown>>;

/** What a call is given beside its rows. */
export interface DataContext {
  /** Of the migration: `031_embed_requests`. */
  readonly version: string;
  /** Aborted when the call takes longer than `Call-Timeout`, the run is cancelled, or the person wants to stop. */
  readonly signal: AbortSignal;
  /** Which try of this call it is, from 1. */
  readonly attempt: number;
  /** An error to be thrown for what passes by itself: the call is repeated, after `afterMs` milliseconds where that is said. */
  retryable(error: unknown, options?: { readonly afterMs?: number }): Error;
  /**
   * As the global fetch, with the signal of the call. Throws where the answer is not one of success: with `status`, and the wait that
   * `Retry-After` asks for, so that 408, 425, 429 and 5xx are repeated.
   */
  fetch(url: string | URL, init?: RequestInit): Promise<Response>;
}

/**
 * The function `batch` that a data migration exports. Gives back the updates of those rows that change: as a list, each with the key,
 * or as a map from the rows it was given. It may be called again with rows that it has had: what it gives back is written once.
 */
export type DataBatch<Row extends DataRow = DataRow> = (
  rows: readonly Row[],
  context: DataContext,
) => Promise<readonly DataUpdate[] | ReadonlyMap<Row, DataUpdate>>;
