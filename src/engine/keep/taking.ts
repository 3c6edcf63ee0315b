import type { KeptColumn, KeptKind } from '../../backup/kept.ts';
import { quoteQualified } from '../../sql/quote.ts';
import type { Relation, RelationColumn } from './relations.ts';

/** What is to be copied of one relation before a statement runs. */
export interface Taking {
  readonly kind: KeptKind;
  readonly relation: Relation;
  readonly columns: readonly KeptColumn[];
  /** Behind FROM, with the alias `t`. */
  readonly from: string;
  /** A row may come more than once; then it has its place as `@tableoid` and `@ctid`. */
  readonly distinct: boolean;
  /** `from` holds SQL of the file, which means what it means under the file's search_path. */
  readonly ofFile: boolean;
  /** More rows may be asked for than the statement touches: those are forgotten behind it. */
  readonly superset?: boolean;
  /** It stands inside a DO block, which may not come to it. */
  readonly inBlock?: boolean;
  /** The statement's command tag counts these rows. */
  readonly byTag?: boolean;
  /** By which these rows are told apart, where that is not the best key of the relation. */
  readonly key?: readonly string[];
  /** Why these rows cannot be asked for. */
  readonly why?: string;
  /** The statement locks the whole relation against everybody, so it is locked before it is copied. */
  readonly exclusive: boolean;
}

/** The columns that an UPDATE of these may change: a trigger may change others, too. */
export function updatedColumns(
  { columns, key, updateTriggers }: Relation,
  changed: readonly string[],
): readonly RelationColumn[] {
  return columns.filter(({ name }) => changed.includes(name) || (updateTriggers && !key.includes(name)));
}

export function nameOf({ schema, name }: Pick<Relation, 'schema' | 'name'>): string {
  return quoteQualified(schema, name);
}
