import { withoutPlaces } from '../known/expression.ts';
import type { KnownIndex, KnownTable, RelationName } from '../known/table.ts';
import type { Node } from '../syntax/tree.ts';
import type { Marks } from './marks.ts';
import { groupPath, knownRelationPath, memberPath } from './paths.ts';

/** What is unique in a table, as REFERENCES and ON CONFLICT name it. */
interface KeyNamed {
  readonly columns: readonly string[];
  readonly expressions?: readonly Node[];
  /** A unique index of some of the rows will do. */
  readonly partial?: boolean;
}

/**
 * The constraints that make a key unique, or else the unique indexes. Where nobody knows one, whatever happens to such things in the
 * table comes before or behind. A partition may have its key from the table above it.
 */
export function markKeyRead(marks: Marks, name: RelationName, key: KeyNamed): void {
  const found = [name, ...above(marks, name)].filter((one) => markKeyOf(marks, one, key));
  if (found.length > 0) return;
  const path = knownRelationPath(marks.before, name);
  for (const group of ['constraints', 'indexes'] as const) marks.readsAll(groupPath(path, group), true);
}

function above(marks: Marks, name: RelationName): RelationName[] {
  const parent = marks.before.table(name)?.partitionOf;
  return parent ? [parent, ...above(marks, parent)] : [];
}

/** Whether it is known. */
function markKeyOf(marks: Marks, name: RelationName, key: KeyNamed): boolean {
  const table = marks.before.table(name);
  const path = knownRelationPath(marks.before, name);
  const constraints = key.expressions?.length ? [] : constraintsOf(table, key.columns);
  for (const one of constraints) marks.reads(memberPath(path, 'constraints', one));
  if (constraints.length > 0) return true;
  const indexes = [...(table?.indexes.values() ?? [])].filter((index) => isKey(index, key));
  for (const index of indexes)
    marks.reads(
      memberPath(path, index.constraint === undefined ? 'indexes' : 'constraints', index.constraint ?? index.name),
    );
  return indexes.length > 0;
}

function constraintsOf(table: KnownTable | undefined, columns: readonly string[]): string[] {
  return [...(table?.constraints.values() ?? [])].flatMap(({ type, name, columns: own }) =>
    (type === 'primary key' || type === 'unique') && sameSet(own, columns) ? [name] : [],
  );
}

function isKey(index: KnownIndex, { columns, expressions = [], partial = false }: KeyNamed): boolean {
  if (!index.unique || (index.partial && !partial)) return false;
  const plain = index.columns.flatMap((one) => one ?? []);
  return sameSet(plain, columns) && sameSet(texts(index.expressions ?? []), texts(expressions));
}

function texts(expressions: readonly Node[]): string[] {
  return expressions.map((one) => JSON.stringify(withoutPlaces(one)));
}

function sameSet(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((one) => b.includes(one));
}
