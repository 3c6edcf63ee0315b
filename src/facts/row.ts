/** Table lock modes by the names of pg_locks, from the weakest to the strongest (manual, "Table-Level Locks"). */
export const LOCK_MODES = [
  'AccessShareLock',
  'RowShareLock',
  'RowExclusiveLock',
  'ShareUpdateExclusiveLock',
  'ShareLock',
  'ShareRowExclusiveLock',
  'ExclusiveLock',
  'AccessExclusiveLock',
] as const;

export type LockMode = (typeof LOCK_MODES)[number];

/** What another relation is to the target of a statement. */
export type OtherRelation =
  | 'indexes'
  | 'table of the index'
  | 'referenced table'
  | 'referencing tables'
  | 'parent'
  | 'partitions'
  | 'partition'
  | 'default partition'
  | 'sequence'
  | 'dependent views'
  | 'tables read'
  | 'tables using it'
  | 'relations in it'
  | 'children';

export interface OtherLock {
  readonly on: OtherRelation;
  readonly mode: LockMode;
}

/** What a form of a statement does to those who use the same tables. */
export interface Effect {
  /** On the relation that it names; null: none, or one that it makes itself. */
  readonly lock: LockMode | null;
  /** On others, as far as there are any: a table without partitions has none to lock. */
  readonly others: readonly OtherLock[];
  /** A new file is written of the table (`table`), or of its indexes alone (`indexes`). */
  readonly rewrite: 'table' | 'indexes' | null;
  /** Every row is read while the lock is held. */
  readonly scan: boolean;
  /** It can run in a transaction block. */
  readonly transactional: boolean;
}

/** Statements that show a form. `given` prepares and is committed; then `sql` runs by itself and is watched. */
export interface FormSample {
  readonly given?: string;
  readonly sql: string;
  /** The first major version that takes this one. */
  readonly since?: number;
}

/** What a row of the table of facts says, without its name. */
export interface FormRow {
  /** As people write it: `ALTER TABLE ... ADD COLUMN ... DEFAULT volatile()`. */
  readonly title: string;
  /** On the newest server. */
  readonly effect: Effect;
  /** The first major version that has the form; undefined: 12 or older. */
  readonly since?: number;
  /** What was otherwise up to and with a major version, the oldest first. */
  readonly until?: readonly { readonly major: number; readonly effect: Partial<Effect> }[];
  /** Statements that show it, each tried on a server of every version by the test; none: the row is documented only. */
  readonly samples: readonly FormSample[];
  /** The page of PostgreSQL's manual: `sql-altertable`. */
  readonly manual: string;
}
