/** The schema where data is kept that a statement destroys. */
export const BACKUP_SCHEMA = 'taskflow_backup';

/** The comment by which the tool knows its schema again. */
export const BACKUP_SCHEMA_COMMENT = 'taskflow-db: data that migrations have removed';

/**
 * `table`, `truncated`, `deleted`: whole rows; `column`, `updated`, `retyped`: values of some columns, by the key of their row;
 * `view`: the rows of a materialized view, which only REFRESH brings back.
 */
export type KeptKind = 'table' | 'truncated' | 'deleted' | 'column' | 'updated' | 'retyped' | 'view';

/** One relation's data that a statement has taken, in a table of its own: the detail of a `backed_up` event. */
export interface Kept {
  readonly kind: KeptKind;
  readonly schema: string;
  readonly table: string;
  /** Not null, and unique together; empty: rows are told apart by all that stays of them (`rest`). */
  readonly key: readonly KeptColumn[];
  /** All but the generated ones where whole rows are kept, else those whose values are. */
  readonly columns: readonly KeptColumn[];
  /** Without a key: the columns that stay. */
  readonly rest: readonly string[];
  readonly rows: number;
  /** The table in BACKUP_SCHEMA. */
  readonly store: string;
  readonly sequences: readonly KeptSequence[];
}

export interface KeptColumn {
  readonly name: string;
  /** As format_type writes it. */
  readonly type: string;
  /** Kept as text, because its type may be dropped as well. */
  readonly asText: boolean;
}

export interface KeptSequence {
  readonly schema: string;
  readonly name: string;
  /** The column of the table that it feeds; null: none. */
  readonly column: string | null;
  readonly lastValue: string;
  readonly isCalled: boolean;
}

export function holdsRows({ kind }: Pick<Kept, 'kind'>): boolean {
  return kind === 'table' || kind === 'truncated' || kind === 'deleted' || kind === 'view';
}

/** Columns of a store beside those of the table; no table of people has such names. */
export const STORE = {
  /** Without a key: the digest of all that stays of the row, and which of those that are alike. */
  digest: '@digest',
  place: '@place',
  /** Where a row was that a DELETE or UPDATE was to touch: tableoid and ctid. */
  table: '@tableoid',
  row: '@ctid',
  /** Of `updated` and `retyped`: the value that the statement left, of the column at that place. */
  after: (index: number) => `@after ${index + 1}`,
  /** Why a row was not put back: `changed`, `gone`, `exists`. */
  state: '@state',
} as const;
