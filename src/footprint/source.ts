import type { RelationName } from '../known/table.ts';
import { relationName, stringsOf } from '../syntax/names.ts';
import type { Fields } from '../syntax/tree.ts';
import type { Marks } from './marks.ts';

/** A relation that the names of columns in a statement may belong to. */
export interface Source {
  readonly name: RelationName;
  /** The names before the dot that mean it. */
  readonly aliases: readonly string[];
  /** `t AS x (a, b)`: what its first columns are called there, and what they are; undefined where that is not known. */
  readonly renamed: ReadonlyMap<string, string | undefined>;
  /** In the tree. */
  readonly location?: number | undefined;
}

const NONE: Source['renamed'] = new Map();

/** The relation that a statement stands on: the table of a CHECK, `new` and `old` of a trigger. */
export function sourceNamed(name: RelationName, ...aliases: readonly string[]): Source {
  return { name, aliases, renamed: NONE };
}

export function sourceOf({ before }: Marks, relation: Fields<'RangeVar'> | undefined): Source | undefined {
  const written = relationName(relation);
  if (!written) return undefined;
  const name = before.resolve(written);
  const names = stringsOf(relation?.alias?.colnames);
  const columns = names.length > 0 ? [...(before.table(name)?.columns.keys() ?? [])] : [];
  return {
    name,
    aliases: [relation?.alias?.aliasname ?? written.name],
    renamed: names.length > 0 ? new Map(names.map((alias, i) => [alias, columns[i]])) : NONE,
    location: relation?.location,
  };
}
