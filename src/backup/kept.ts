import { displayIdentifier } from '../sql/quote.ts';

/** The schema where data is kept that a statement destroys. */
export const BACKUP_SCHEMA = 'taskflow_backup';

/** The comment by which the tool knows its schema again. */
export const BACKUP_SCHEMA_COMMENT = 'taskflow-db: data that migrations have removed';

/**
 * `table`, `truncated`, `deleted`: whole rows; `column`, `updated`, `retyped`: values of some columns, by the key of their row;
 * `view`: the rows of a materialized view, which only REFRESH brings back; `sequence`: where a sequence stands that is no column's.
 */
export type KeptKind = 'table' | 'truncated' | 'deleted' | 'column' | 'updated' | 'retyped' | 'view' | 'sequence';

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
  /** By which it is found again under other names; absent in records of versions before, and for what the migration made. */
  readonly origin?: KeptOrigin;
  /** Most of it was copied into a file before; then the store has what was written since: see GONE. */
  readonly base?: KeptBase;
  /** A data migration fills it, batch after batch: how many rows it has is counted when it is read. */
  readonly batches?: KeptBatches;
  /** For one transaction: a temporary table, from which the rows go on into a store. */
  readonly temporary?: true;
}

/** Of the stores of a data migration. */
export interface KeptBatches {
  /** All that its batches change is in them: to put it back undoes the migration. */
  readonly all: boolean;
}

/** A backup of kept data that was made while the table was in use. */
export interface KeptBase {
  readonly id: string;
  /** Where it was written, absolute. */
  readonly folder: string;
  readonly manifestSha256: string;
  /** Of its files, without the manifest. */
  readonly bytes: number;
}

/** What the relation and its columns were, in this database and no copy of it. */
export interface KeptOrigin {
  /** pg_class.oid of the relation. */
  readonly oid: string;
  /** pg_class.oid of the table of events: another one, and the OIDs are those of another database. */
  readonly events: string;
  /** As the migration found it, before it renamed anything. */
  readonly schema: string;
  readonly table: string;
  /** All columns by the name under which they are kept, the generated ones left out; `was`: the name that the migration found. */
  readonly columns: Readonly<Record<string, { readonly attnum: number; readonly was?: string }>>;
}

export interface KeptColumn {
  readonly name: string;
  /** As format_type writes it. */
  readonly type: string;
  /** Kept as text, because its type may be dropped as well. */
  readonly asText: boolean;
  /** While it is put back: its name in the table as it is now, where that is another one. */
  readonly now?: string;
}

export interface KeptSequence {
  readonly schema: string;
  readonly name: string;
  /** The column of the table that it feeds; null: none. */
  readonly column: string | null;
  readonly lastValue: string;
  readonly isCalled: boolean;
}

/** `public.orders`, or with the columns whose values are kept `public.orders (note, state)`. */
export function shownRelation(kept: Pick<Kept, 'kind' | 'schema' | 'table' | 'columns'>): string {
  const name = [kept.schema, kept.table].map(displayIdentifier).join('.');
  return holdsRows(kept) ? name : `${name} (${kept.columns.map((one) => displayIdentifier(one.name)).join(', ')})`;
}

export function holdsRows({ kind }: Pick<Kept, 'kind'>): boolean {
  return !HOLDS_VALUES.has(kind);
}

const HOLDS_VALUES: ReadonlySet<KeptKind> = new Set(['column', 'updated', 'retyped']);

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
  /** Why a row was not put back: `changed`, `gone`, `exists`; or `back`: it was, by a step before. Beside a base: GONE. */
  state: '@state',
} as const;

/** The state of a key that is in the base, or was, and has no row any more. */
export const GONE = 'gone';
