import type { IndexKey, KnownConstraint, KnownFunction, RelationKind } from './table.ts';

/** The version of the file that `doctor --stats` writes; docs/FORMATS.md. */
export const STATISTICS_FORMAT = 1;

/**
 * What a live server tells of a database for who judges SQL without it: its schema, sizes, traffic, and which statements it has
 * been sent. No data: no values of rows, no literals of statements, no passwords. Literals of CHECKs and labels of enums are schema.
 */
export interface Statistics {
  readonly format: typeof STATISTICS_FORMAT;
  /** `18.1`, and server_version_num. */
  readonly serverVersion: string;
  readonly versionNum: number;
  readonly database: string;
  /** ISO 8601 in UTC. */
  readonly writtenAt: string;
  /** Counters count since then: since they were reset, else since the server's start. */
  readonly since: string;
  /** Schemas of the search_path that exist, without pg_catalog. */
  readonly searchPath: readonly string[];
  readonly applied: readonly AppliedVersion[];
  readonly relations: readonly RelationStatistics[];
  readonly types: readonly TypeStatistics[];
  readonly functions: readonly FunctionStatistics[];
  /** Null: pg_stat_statements is not there, or may not be read. */
  readonly statements: StatementsStatistics | null;
}

export interface AppliedVersion {
  readonly version: string;
  readonly checksum: string | null;
}

/** Schema and name. */
export type NamePair = readonly [schema: string, name: string];

export interface RelationStatistics {
  readonly schema: string;
  readonly name: string;
  readonly kind: RelationKind;
  readonly columns: readonly ColumnStatistics[];
  readonly constraints: readonly ConstraintStatistics[];
  readonly indexes: readonly IndexStatistics[];
  readonly persistence?: 'unlogged';
  readonly partitionOf?: NamePair;
  readonly isDefault?: boolean;
  /** Columns; null for an expression. */
  readonly partitionedBy?: readonly (string | null)[];
  readonly inherits?: readonly NamePair[];
  readonly ownedBy?: readonly [schema: string, table: string, column: string];
  readonly rowSecurity?: boolean;
  readonly policies?: readonly string[];
  /** Of a view: what its query reads. */
  readonly reads?: readonly NamePair[];
  /** Of a view: columns that its query names. */
  readonly mentions?: readonly string[];
  /** Functions that depend on it, as far as pg_depend says. */
  readonly functions?: readonly NamePair[];
  /** Estimates of the last ANALYZE or VACUUM, else by the counters; absent: nobody knows. */
  readonly rows?: number;
  /** With indexes and TOAST, as of the last VACUUM or ANALYZE, or measured where these are long ago; absent: nobody knows. */
  readonly bytes?: number;
  readonly sequentialScans?: number;
  readonly indexScans?: number;
  readonly rowsInserted?: number;
  readonly rowsUpdated?: number;
  readonly rowsDeleted?: number;
  /** ISO 8601; servers from 16 on. */
  readonly lastScan?: string;
}

export interface ColumnStatistics {
  readonly name: string;
  /** `int4`, `varchar(50)`, `public.mood[]`. */
  readonly type: string;
  readonly notNull?: boolean;
  readonly default?: 'constant' | 'stable' | 'volatile';
  readonly identity?: boolean;
  /** Where its sequence has no options of its own. */
  readonly identityKind?: 'ALWAYS' | 'BY DEFAULT';
  readonly generated?: 'stored' | 'virtual';
  /** Another one than its type's. */
  readonly collation?: string;
  readonly nullFraction?: number;
}

export interface ConstraintStatistics {
  readonly name: string;
  readonly type: KnownConstraint['type'];
  readonly columns: readonly string[];
  readonly validated: boolean;
  readonly references?: readonly [schema: string, table: string, columns: readonly string[]];
  readonly onDelete?: 'cascade' | 'set null' | 'set default';
  readonly onUpdate?: 'cascade' | 'set null' | 'set default' | 'restrict';
  readonly matchFull?: boolean;
  readonly deferrable?: 'initially immediate' | 'initially deferred';
  /** Of a CHECK, where no lock was in the way. */
  readonly definition?: string;
}

export interface IndexStatistics {
  readonly name: string;
  /** Key columns; null for an expression. */
  readonly columns: readonly (string | null)[];
  readonly included?: readonly string[];
  readonly method: string;
  readonly unique?: boolean;
  readonly partial?: boolean;
  readonly valid: boolean;
  readonly plain?: boolean;
  /** Where it is not plain, each key's own. */
  readonly keys?: readonly IndexKey[];
  readonly nullsNotDistinct?: boolean;
  readonly mentions?: readonly string[];
  readonly constraint?: string;
  readonly bytes: number;
  readonly scans: number;
  readonly lastScan?: string;
}

export interface TypeStatistics {
  readonly schema: string;
  readonly name: string;
  readonly kind: 'enum' | 'domain' | 'other';
  readonly labels?: readonly string[];
  /** Of a domain. */
  readonly type?: string;
  readonly notNull?: boolean;
  readonly checks?: readonly (readonly [name: string, validated: boolean])[];
}

export interface FunctionStatistics {
  readonly schema: string;
  readonly name: string;
  readonly kind: KnownFunction['kind'];
  readonly arguments: readonly string[];
  readonly volatility: KnownFunction['volatility'];
  readonly language: string;
  readonly securityDefiner?: boolean;
  readonly settings?: readonly string[];
}

export interface StatementsStatistics {
  /** Null: not known. */
  readonly since: string | null;
  /** pg_stat_statements.track: `top` leaves out what functions send; absent: not known. */
  readonly track?: string;
  /** Those that are not in the list: of other roles whose text the role may not see, too long, or too many. */
  readonly hidden: number;
  /** How often the server made room by forgetting the rarest ones; null: not known (before 14). */
  readonly evicted: number | null;
  readonly list: readonly StatementStatistics[];
}

export interface StatementStatistics {
  /** Its beginning, without comments and literals. */
  readonly text: string;
  readonly calls: number;
  readonly tables: readonly NamePair[];
  /** Columns of these tables by name; `*` for all. */
  readonly columns: readonly string[];
}
