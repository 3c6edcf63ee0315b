import type { RelationName } from '../known/table.ts';
import { stringsOf } from '../syntax/names.ts';
import { as, type Fields } from '../syntax/tree.ts';
import { nodesOf } from '../syntax/walk.ts';
import type { Marks } from './marks.ts';
import { groupPath, knownRelationPath, memberPath } from './paths.ts';
import { type Source, sourceNamed } from './source.ts';
import { rowTypeOf } from './variables.ts';

/** The columns that the references inside a value mean. */
export function markColumns(marks: Marks, value: unknown, sources: readonly Source[]): void {
  for (const reference of nodesOf('ColumnRef', value))
    marks.at(reference.location, () => markReference(marks, reference, sources));
  for (const { name, renamed } of sources)
    for (const [, column] of renamed) if (column !== undefined) markColumnRead(marks, name, column);
}

function markReference(marks: Marks, { fields = [] }: Fields<'ColumnRef'>, sources: readonly Source[]): void {
  const isStar = as('A_Star', fields.at(-1)) !== undefined;
  const names = stringsOf(fields);
  const qualifier = isStar ? names.at(-1) : names.at(-2);
  const meant =
    qualifier === undefined
      ? sources
      : [...sources.filter(({ aliases }) => aliases.includes(qualifier)), ...rowVariable(marks, qualifier)];
  if (isStar) for (const { name } of meant) markAllColumns(marks, name);
  else markColumn(marks, meant, names.at(-1)!, sources);
}

/** A variable that holds a row of a table. */
function rowVariable({ before, variables }: Marks, variable: string): Source[] {
  const name = rowTypeOf(before, variables.get(variable));
  return name ? [sourceNamed(name, variable)] : [];
}

/**
 * A column by its name. A name alone may also mean a whole row, of `rows`. Where no table has such a column, it is the one table's
 * that could have had it.
 */
export function markColumn(marks: Marks, meant: readonly Source[], column: string, rows: readonly Source[] = []): void {
  const having = meant.filter((one) => hasColumn(marks, one, column));
  const [only] = meant.length === 1 ? meant : [];
  for (const one of having.length > 0 || !only ? having : [only])
    if (!one.renamed.has(column)) markColumnRead(marks, one.name, column);
  for (const { name, aliases } of rows) if (aliases.includes(column)) markAllColumns(marks, name);
}

/** What a name means in a source: aliases of columns hide their names. */
export function hasColumn({ before }: Marks, { name, renamed }: Source, column: string): boolean {
  if (renamed.has(column)) return true;
  const table = before.table(name);
  return !table?.complete || (table.columns.has(column) && ![...renamed.values()].includes(column));
}

/** A partition has its columns from the table above it, a child may have. */
export function markColumnRead(marks: Marks, name: RelationName, column: string): void {
  marks.reads(memberPath(knownRelationPath(marks.before, name), 'columns', column));
  const { partitionOf, inherits = [] } = marks.before.table(name) ?? {};
  for (const parent of partitionOf ? [partitionOf] : inherits)
    if (partitionOf || marks.before.table(parent)?.columns.has(column)) markColumnRead(marks, parent, column);
}

export function markAllColumns(marks: Marks, name: RelationName): void {
  const group = groupPath(knownRelationPath(marks.before, name), 'columns');
  const { complete = false, columns = new Map(), partitionOf, inherits = [] } = marks.before.table(name) ?? {};
  // Their defaults and other settings are no matter of who reads them.
  marks.readsAll(group, complete);
  if (complete) for (const column of columns.keys()) markColumnRead(marks, name, column);
  for (const parent of partitionOf ? [partitionOf] : inherits) markAllColumns(marks, parent);
}
