/** A column with all that is tied to it, as the catalog of a server tells. Texts of definitions have every name qualified. */
export interface ExpandColumn {
  /** server_version_num. */
  readonly serverVersionNum: number;
  readonly schema: string;
  readonly table: string;
  readonly name: string;
  /** As format_type writes it. */
  readonly type: string;
  /** `"pg_catalog"."C"`; null: that of the type. */
  readonly collation: string | null;
  readonly notNull: boolean;
  /** The constraint that makes it NOT NULL, from 18 on. */
  readonly notNullName: string | null;
  readonly default: { readonly text: string; readonly volatility: 'constant' | 'stable' | 'volatile' } | null;
  readonly identity: Identity | null;
  /** Sequences that are OWNED BY it, qualified and quoted. */
  readonly sequences: readonly string[];
  readonly comment: string | null;
  readonly grants: readonly Grant[];
  /** SET STORAGE, COMPRESSION, STATISTICS and options, each behind `ALTER COLUMN name`. */
  readonly settings: readonly string[];
  readonly indexes: readonly ColumnIndex[];
  readonly checks: readonly ColumnConstraint[];
  /** From this column to other tables. */
  readonly foreignKeys: readonly ColumnConstraint[];
  /** From other tables, or this one, to this column. */
  readonly references: readonly (ColumnConstraint & { readonly schema: string; readonly table: string })[];
  readonly triggers: readonly ColumnTrigger[];
  readonly policies: readonly ColumnPolicy[];
  readonly statistics: readonly { readonly schema: string; readonly name: string; readonly definition: string }[];
  /** What cannot be carried over: `view public.open_requests`, in words. */
  readonly others: readonly string[];
  /** Names that are taken: of the table's columns; of relations, constraints and functions of its schema, and its triggers. */
  readonly taken: { readonly columns: readonly string[]; readonly others: readonly string[] };
  /** Names of the table's triggers that run before a row is stored; those of them whose function gives this column a value. */
  readonly before: readonly string[];
  readonly assigning: readonly string[];
  /** The table is plain, not a partition, has no children and no parent. Else in words what it is. */
  readonly oddTable: string | null;
  readonly generated: boolean;
}

export interface Identity {
  readonly always: boolean;
  /** Qualified and quoted. */
  readonly sequence: string;
  readonly schema: string;
  readonly name: string;
  /** `START WITH 1 INCREMENT BY 1 ...` */
  readonly options: string;
}

export interface Grant {
  /** Quoted, or PUBLIC. */
  readonly grantee: string;
  readonly privilege: string;
  readonly grantable: boolean;
}

export interface ColumnIndex {
  readonly name: string;
  /** As pg_get_indexdef writes it. */
  readonly definition: string;
  readonly unique: boolean;
  /** An index whose NULLs are all equal is of no use while the new column is empty. */
  readonly nullsEqual: boolean;
  readonly comment: string | null;
  readonly replicaIdentity: boolean;
  readonly clustered: boolean;
  /** PRIMARY KEY or UNIQUE, with its DEFERRABLE. */
  readonly constraint: {
    readonly kind: 'PRIMARY KEY' | 'UNIQUE';
    readonly suffix: string;
    readonly comment: string | null;
  } | null;
}

export interface ColumnConstraint {
  readonly name: string;
  /** As pg_get_constraintdef writes it, without NOT VALID. */
  readonly definition: string;
  readonly validated: boolean;
  readonly comment: string | null;
}

export interface ColumnTrigger {
  readonly name: string;
  readonly definition: string;
  /** pg_trigger.tgenabled. */
  readonly enabled: string;
  readonly comment: string | null;
}

export interface ColumnPolicy {
  readonly name: string;
  readonly using: string | null;
  readonly check: string | null;
}

/** What is asked for. */
export type ExpandRequest =
  | { readonly kind: 'rename'; readonly to: string }
  | { readonly kind: 'change-type'; readonly to: string };
