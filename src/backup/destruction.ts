import type { QualifiedName } from '../sql/token-reader.ts';
import type { TouchedRows } from './touched-rows.ts';

/** Something that a statement takes of the data, as far as its text tells: the names are resolved when it runs. */
export type Destruction = Taken & {
  /** It stands inside a DO block, in this line of it: it may run, more than once, or not at all. */
  readonly block?: number;
};

type Taken =
  | {
      readonly kind: 'drop';
      /** `owned`: all that a role of that name owns. */
      readonly of: 'relation' | 'schema' | 'type' | 'extension' | 'owned';
      readonly name: QualifiedName;
      readonly cascade: boolean;
    }
  | {
      readonly kind: 'column';
      readonly table: QualifiedName;
      readonly column: string;
      readonly cascade: boolean;
    }
  /** DROP IDENTITY: the sequence of the column goes, not its values. */
  | { readonly kind: 'identity'; readonly table: QualifiedName; readonly column: string }
  /** Of a composite type. */
  | { readonly kind: 'attribute'; readonly type: QualifiedName; readonly attribute: string }
  | ({ readonly kind: 'retype'; readonly table: QualifiedName; readonly column: string } & NewType)
  | { readonly kind: 'truncate'; readonly table: QualifiedName; readonly only: boolean; readonly cascade: boolean }
  | ({ readonly kind: 'delete'; readonly table: QualifiedName; readonly superset?: boolean } & TouchedRows)
  | ({
      readonly kind: 'update';
      readonly table: QualifiedName;
      readonly columns: readonly string[];
      /** More rows may be asked for than it touches. */
      readonly superset?: boolean;
    } & TouchedRows)
  | Upsert
  /** It calls functions or procedures of people: what is in them is found in the catalog. */
  | { readonly kind: 'call'; readonly functions: readonly QualifiedName[] }
  /** It changes rows in a way that cannot be asked for beforehand. */
  | { readonly kind: 'unforeseen'; readonly why: string };

/** What a column becomes. */
export interface NewType {
  /** As PostgreSQL names it: `int8`, `varchar`. */
  readonly type: string;
  /** `varchar(20)`: 20. */
  readonly modifiers: readonly number[];
  /** With USING, which may do anything. */
  readonly using: boolean;
}

/** INSERT ... ON CONFLICT DO UPDATE: it overwrites the rows that have one of its keys. */
export interface Upsert {
  readonly kind: 'upsert';
  readonly table: QualifiedName;
  /** Those that it sets. */
  readonly columns: readonly string[];
  readonly withClause: string;
  /** The rows that are put in: VALUES or a query. */
  readonly source: string;
  /** The columns that get them, in order; empty: as the table has them. */
  readonly into: readonly string[];
  /** By which it finds them: columns, or the name of a constraint. */
  readonly conflict: readonly string[] | string;
}
