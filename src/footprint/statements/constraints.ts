import type { RelationName } from '../../known/table.ts';
import { relationName, stringsOf } from '../../syntax/names.ts';
import { all, type Fields } from '../../syntax/tree.ts';
import type { Marks } from '../marks.ts';
import { globalPath, groupPath, indexPath, knownRelationPath, memberPath } from '../paths.ts';
import { markColumnRead, markReads } from '../reads.ts';

type Constraint = Fields<'Constraint'>;

/** What a constraint of a table or of one of its columns reads. */
export function markConstraintReads(marks: Marks, table: RelationName, constraint: Constraint): void {
  const { keys, fk_attrs, including, raw_expr, exclusions, where_clause, pktable, indexname } = constraint;
  for (const column of [keys, fk_attrs, including].flatMap(stringsOf)) markColumnRead(marks, table, column);
  const sources = [{ name: table, aliases: [table.name] }];
  markReads(marks, [raw_expr, exclusions, where_clause], sources);
  for (const { name } of indexElements(exclusions)) if (name) markColumnRead(marks, table, name);
  if (exclusions) marks.reads(globalPath('extension', 'btree_gist'), { weak: true });
  if (indexname) marks.changes(indexPath(marks.before, { schema: table.schema, name: indexname }));
  if (pktable) marks.at(pktable.location, () => markReferenced(marks, constraint));
}

function indexElements(nodes: Constraint['exclusions']): Fields<'IndexElem'>[] {
  return (nodes ?? []).flatMap((one) => all('IndexElem', all('List', [one])[0]?.items));
}

/** The key that it points at has to be there. */
function markReferenced(marks: Marks, { pktable, pk_attrs }: Constraint): void {
  const written = relationName(pktable);
  if (!written) return;
  const name = marks.before.resolve(written);
  const path = knownRelationPath(marks.before, name);
  marks.reads(path);
  const columns = stringsOf(pk_attrs);
  for (const column of columns) markColumnRead(marks, name, column);
  const keys = [...(marks.before.table(name)?.constraints.values() ?? [])].filter(({ type, columns: own }) =>
    columns.length === 0 ? type === 'primary key' : isKey(type) && sameSet(own, columns),
  );
  if (keys.length === 0) marks.readsAll(groupPath(path, 'constraints'), true);
  for (const key of keys) marks.reads(memberPath(path, 'constraints', key.name));
}

const isKey = (type: string) => type === 'primary key' || type === 'unique';

function sameSet(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((one) => b.includes(one));
}
