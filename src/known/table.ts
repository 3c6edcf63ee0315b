import type { Node } from '../syntax/tree.ts';

/**
 * What is known of a database when a statement is about to run: from the files before it, from the statements before it in its
 * own file, and from the statistics of a live server. Without a server some of it is missing; nothing is guessed.
 */
export interface RelationName {
  readonly schema: string;
  readonly name: string;
}

export type RelationKind =
  | 'table'
  | 'partitioned table'
  | 'view'
  | 'materialized view'
  | 'sequence'
  | 'foreign table'
  | 'composite type';

/** Which statement of the files that are being judged made it; undefined for what was there before them. */
export interface Made {
  /** The version of the migration. */
  readonly version: string;
  /** Its place in the file, from 0. */
  readonly statement: number;
}

export interface KnownType {
  /** PostgreSQL's own name, `int4` for integer; with the schema unless it is pg_catalog. */
  readonly name: string;
  /** varchar(50): [50]. numeric(10, 2): [10, 2]. */
  readonly modifiers: readonly number[];
  readonly array: boolean;
}

export interface KnownColumn {
  readonly name: string;
  readonly type: KnownType | undefined;
  readonly notNull: boolean;
  /** Undefined: none. */
  readonly default?: 'constant' | 'stable' | 'volatile' | 'unknown' | undefined;
  readonly identity?: boolean;
  readonly generated?: 'stored' | 'virtual' | undefined;
  readonly collation?: string | undefined;
  /** From the statistics: the share of NULL, 0 to 1. */
  readonly nullFraction?: number | undefined;
}

export interface KnownConstraint {
  readonly name: string;
  readonly type: 'check' | 'foreign key' | 'unique' | 'primary key' | 'exclusion' | 'not null';
  /** Empty where the expression names none. */
  readonly columns: readonly string[];
  readonly validated: boolean;
  readonly references?: { readonly table: RelationName; readonly columns: readonly string[] } | undefined;
  /** Of a CHECK that came from a file. */
  readonly expression?: Node | undefined;
  /** The same as SQL where a server told it: `((price > (0)::numeric))`. */
  readonly definition?: string | undefined;
  readonly made?: Made | undefined;
}

export interface KnownIndex {
  readonly name: string;
  /** Key columns in order; an expression is undefined. */
  readonly columns: readonly (string | undefined)[];
  readonly included: readonly string[];
  readonly method: string;
  readonly unique: boolean;
  readonly partial: boolean;
  readonly valid: boolean;
  /** Of a primary key, UNIQUE or EXCLUDE constraint. */
  readonly constraint?: string | undefined;
  readonly bytes?: number | undefined;
  /** Since the statistics were reset. */
  readonly scans?: number | undefined;
  readonly made?: Made | undefined;
}

/** From the statistics; a partitioned table's is the sum of its partitions. */
export interface TableSize {
  /** pg_class.reltuples; undefined where it was never analyzed. */
  readonly rows: number | undefined;
  /** With indexes and TOAST. */
  readonly bytes: number;
}

/** Since the statistics of the database were reset. */
export interface TableTraffic {
  /** Sequential and index scans a second. */
  readonly readsPerSecond: number;
  /** Rows inserted, updated and deleted a second. */
  readonly writesPerSecond: number;
}

export interface KnownTable {
  readonly name: RelationName;
  readonly kind: RelationKind;
  /** Every column is known: it was made by a file, or a server told them. */
  readonly complete: boolean;
  readonly columns: ReadonlyMap<string, KnownColumn>;
  readonly constraints: ReadonlyMap<string, KnownConstraint>;
  readonly indexes: ReadonlyMap<string, KnownIndex>;
  readonly partitionOf?: RelationName | undefined;
  /** It is the default partition. */
  readonly isDefault?: boolean | undefined;
  readonly partitions: readonly RelationName[];
  readonly rowSecurity: boolean;
  readonly policies: readonly string[];
  readonly made?: Made | undefined;
  readonly size?: TableSize | undefined;
  readonly traffic?: TableTraffic | undefined;
}

export interface KnownEnum {
  readonly name: RelationName;
  readonly labels: ReadonlyMap<string, Made | undefined>;
  readonly made?: Made | undefined;
}

export interface KnownDomain {
  readonly name: RelationName;
  readonly type: KnownType | undefined;
  /** It has a CHECK or NOT NULL, or the domain under it has. */
  readonly constrained: boolean;
  readonly made?: Made | undefined;
}
