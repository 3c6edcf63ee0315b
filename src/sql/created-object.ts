export type ObjectKind =
  | 'table'
  | 'foreign table'
  | 'index'
  | 'view'
  | 'materialized view'
  | 'sequence'
  | 'type'
  | 'domain'
  | 'function'
  | 'procedure'
  | 'aggregate'
  | 'trigger'
  | 'event trigger'
  | 'extension'
  | 'schema'
  | 'policy'
  | 'rule'
  | 'collation'
  | 'statistics'
  | 'publication'
  | 'subscription'
  | 'server'
  | 'role'
  | 'database'
  | 'column'
  | 'constraint'
  | 'enum value';

/** An object that a statement creates. Names are folded as PostgreSQL folds them; no schema means the search path's. */
export interface CreatedObject {
  readonly kind: ObjectKind;
  readonly schema?: string;
  readonly name: string;
  /** Of a trigger, policy, rule, index, column or constraint; of an enum value: its type. */
  readonly table?: string;
  /** Of a table: its columns as far as they are written there. */
  readonly columns?: readonly string[];
  /** Created in the session's temporary schema. */
  readonly temporary?: true;
}
