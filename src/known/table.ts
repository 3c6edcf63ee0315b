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
  /** Of a default that came from a file. */
  readonly defaultValue?: Node | undefined;
  readonly identity?: boolean;
  /** Where its sequence has no options of its own, as far as is known. */
  readonly identityKind?: 'ALWAYS' | 'BY DEFAULT' | undefined;
  readonly generated?: 'stored' | 'virtual' | undefined;
  readonly collation?: string | undefined;
  /** Its name in the statistics, where files have renamed it since. */
  readonly formerly?: string | undefined;
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
  /** Of a foreign key: what happens to its rows; absent where nothing does. */
  readonly onDelete?: 'cascade' | 'set null' | 'set default' | undefined;
  readonly onUpdate?: 'cascade' | 'set null' | 'set default' | 'restrict' | undefined;
  /** MATCH FULL; absent: MATCH SIMPLE. */
  readonly matchFull?: boolean | undefined;
  readonly deferrable?: 'initially immediate' | 'initially deferred' | undefined;
  /** The same as SQL where a server told it: `((price > (0)::numeric))`. */
  readonly definition?: string | undefined;
  readonly made?: Made | undefined;
}

/** What a key of an index says beside its column or expression; absent is what holds by default. */
export interface IndexKey {
  readonly collation?: string | undefined;
  readonly operatorClass?: string | undefined;
  readonly descending?: boolean | undefined;
  /** As it is in effect: of a descending key, NULLS FIRST is the default. */
  readonly nullsFirst?: boolean | undefined;
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
  /** Every key column stands there in its default order, collation and operator class. */
  readonly plain: boolean;
  /** Where one does not: each key's own, in order; undefined where a server has not told them. */
  readonly keys?: readonly IndexKey[] | undefined;
  /** UNIQUE takes one NULL for another. */
  readonly nullsNotDistinct?: boolean | undefined;
  /** Columns that its expressions and its predicate name. */
  readonly mentions: readonly string[];
  /** Of one that came from a file: expressions of keys, in order, and the predicate. */
  readonly expressions?: readonly Node[] | undefined;
  readonly predicate?: Node | undefined;
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
  /** What it is partitioned by; an expression is undefined. */
  readonly partitionedBy?: readonly (string | undefined)[] | undefined;
  /** INHERITS, in both directions. */
  readonly inherits: readonly RelationName[];
  readonly children: readonly RelationName[];
  /** Absent: permanent. */
  readonly persistence?: 'unlogged' | 'temporary' | undefined;
  /** Of a sequence: the column with which it goes. */
  readonly ownedBy?: { readonly table: RelationName; readonly column: string } | undefined;
  /** Of a view: the relations that its query reads, and the names of columns that it mentions, `*` for all. */
  readonly reads: readonly RelationName[];
  readonly mentions: readonly string[];
  readonly rowSecurity: boolean;
  readonly policies: readonly string[];
  readonly made?: Made | undefined;
  /** Its name in the statistics, where files have renamed it since. */
  readonly formerly?: RelationName | undefined;
  readonly size?: TableSize | undefined;
  readonly traffic?: TableTraffic | undefined;
}

/** A type that somebody made; composite types are tables here, of that kind. */
export type KnownUserType = KnownEnum | KnownDomain | KnownOtherType;

export interface KnownEnum {
  readonly kind: 'enum';
  readonly name: RelationName;
  readonly labels: ReadonlyMap<string, Made | undefined>;
  readonly made?: Made | undefined;
}

export interface KnownDomain {
  readonly kind: 'domain';
  readonly name: RelationName;
  readonly base: KnownType;
  readonly notNull: boolean;
  /** It has a CHECK or NOT NULL, or the domain under it has: a new column of it makes the server write the table anew. */
  readonly constrained: boolean;
  readonly default?: KnownColumn['default'];
  /** Its CHECKs by name. */
  readonly constraints: ReadonlyMap<string, DomainConstraint>;
  readonly made?: Made | undefined;
}

export interface DomainConstraint {
  readonly name: string;
  readonly validated: boolean;
  readonly made?: Made | undefined;
}

/** A range, a type of an extension, and whatever else. */
export interface KnownOtherType {
  readonly kind: 'other';
  readonly name: RelationName;
  readonly made?: Made | undefined;
}

export type Volatility = 'immutable' | 'stable' | 'volatile';

export interface KnownFunction {
  readonly name: RelationName;
  readonly kind: 'function' | 'procedure' | 'aggregate';
  /** Types of the arguments that are given to it (IN, INOUT, VARIADIC). */
  readonly arguments: readonly (KnownType | undefined)[];
  readonly volatility: Volatility;
  /** `sql`, `plpgsql`; undefined where nothing says it. */
  readonly language?: string | undefined;
  readonly securityDefiner: boolean;
  /** Parameters that it sets for itself: `search_path`. */
  readonly settings: readonly string[];
  readonly made?: Made | undefined;
}
