import type { QualifiedName } from '../sql/token-reader.ts';
import type { CodeLanguage } from './code-text.ts';

/**
 * How a data migration goes through its rows, by its headers. A batch is one transaction over a range of the key; in the
 * statements `:batch` stands for that range.
 */
export interface DataSpec {
  /** What the batches of the body go through. */
  readonly target: BatchTarget;
  /** The same for the ROLLBACK section, which may go through another table; undefined where it has no `:batch`. */
  readonly back: BatchTarget | undefined;
  /** How long a batch should take; undefined: as configured. */
  readonly targetMs: number | undefined;
  /** Rest behind each batch, as a share of what it took; undefined: as configured. */
  readonly pause: number | undefined;
  /** A condition on the rows of the table that are still to be done. */
  readonly where: string | undefined;
  /** Left by `migrate` to `data run`. */
  readonly background: boolean;
  /** Its batches keep the rows as they were, for the way back; undefined: as the policy says. */
  readonly keep: boolean | undefined;
  /** What runs in place of the statements, which only tell what it does; undefined: they run themselves. */
  readonly code?: CodeSpec;
}

/** How the code of a data migration is called, by its headers. */
export interface CodeSpec {
  readonly language: CodeLanguage;
  /** Columns that it is given, beside those of the key. */
  readonly columns: readonly string[];
  /** Columns that are written: all of them, of each row that it gives back. */
  readonly writes: readonly string[];
  /** Rows of one call at most. */
  readonly chunk: number;
  /** Calls at a time, of one worker. */
  readonly concurrency: number;
  /** Calls a second at most, of one worker. */
  readonly perSecond: number | undefined;
  /** How often one call is repeated where it fails for something that passes. */
  readonly retries: number;
  /** How long one call may take. */
  readonly callTimeoutMs: number;
}

/** A table and the key by which it is cut. */
export interface BatchTarget {
  readonly table: QualifiedName;
  /** `primary`: its primary key, or the place of its rows where it has none. */
  readonly key: 'primary' | 'ctid' | readonly string[];
}

/** Where `:batch` stands in a statement, with the name before it that the key's columns get: `r.:batch`. */
export interface Placeholder {
  /** Of the name, where there is one. */
  readonly start: number;
  readonly end: number;
  /** As written, without the last point. */
  readonly qualifier?: string;
}

/** How long a batch may be asked to take: below, it is all overhead; above, it holds its rows for too long. */
export const TARGET_MS_MIN = 10;
export const TARGET_MS_MAX = 60_000;
