import type { Known } from '../../known/known.ts';
import type { KnownTable, RelationName } from '../../known/table.ts';
import type { QualifiedName } from '../../sql/token-reader.ts';
import type { OtherRelation } from '../form.ts';

/** The relations that have a role towards a table or an index, from what is known; undefined where that does not tell. */
export function namesIn(
  known: Known,
  role: OtherRelation,
  target: QualifiedName | undefined,
): readonly RelationName[] | undefined {
  if (role === 'table of the index') return tableOfIndex(known, target);
  const table = known.table(target);
  return table ? READERS[role]?.(known, table) : undefined;
}

type Reader = (known: Known, table: KnownTable) => readonly RelationName[] | undefined;

const READERS: { readonly [role in OtherRelation]?: Reader } = {
  indexes: (_, table) => unlessUnsure(table, indexesOf(table)),
  partitions: partitionsOf,
  'referenced table': (_, table) => unlessUnsure(table, referencedBy(table)),
  'referencing tables': (known, table) => unlessUnsure(table, referencingOf(known, table)),
  parent: (_, { partitionOf }) => (partitionOf ? [partitionOf] : []),
  'default partition': (known, table) => defaultPartitionOf(known, table),
};

/** Nothing found means nothing there only where everything is known of the table. */
function unlessUnsure(table: KnownTable, names: readonly RelationName[]): readonly RelationName[] | undefined {
  return names.length > 0 || table.complete ? names : undefined;
}

/** Its indexes, or those that have the column in them. */
export function indexesOf(table: KnownTable, column?: string): RelationName[] {
  const indexes = [...table.indexes.values()].filter(
    ({ columns, included }) => column === undefined || columns.includes(column) || included.includes(column),
  );
  return indexes.map(({ name }) => ({ schema: table.name.schema, name }));
}

/** Partitions and theirs, down to the last. */
export function partitionsOf(known: Known, { partitions }: KnownTable): RelationName[] {
  return partitions.flatMap((name) => {
    const table = known.table(name);
    return [name, ...(table ? partitionsOf(known, table) : [])];
  });
}

/** Tables that its foreign keys point at; with a column, those of the keys that have it. */
export function referencedBy(table: KnownTable, column?: string): RelationName[] {
  const keys = [...table.constraints.values()].filter(
    ({ columns }) => column === undefined || columns.includes(column),
  );
  return distinct(keys.flatMap(({ references }) => references?.table ?? []));
}

/** Other tables whose foreign keys point at it; with a column, those that point at the column. */
export function referencingOf(known: Known, table: KnownTable, column?: string): RelationName[] {
  const keys = known.referencing(table.name).filter(({ table: holder, constraint }) => {
    const columns = holder.constraints.get(constraint)?.references?.columns ?? [];
    return column === undefined || columns.length === 0 || columns.includes(column);
  });
  return distinct(keys.map(({ table: holder }) => holder.name)).filter((name) => !isSame(name, table.name));
}

/** Of a partitioned table, or of the parent of a partition. */
function defaultPartitionOf(known: Known, table: KnownTable): RelationName[] {
  const parent = table.partitionOf ? known.table(table.partitionOf) : table;
  const names = parent?.partitions.filter((name) => known.table(name)?.isDefault) ?? [];
  return names.filter((name) => !isSame(name, table.name));
}

function tableOfIndex(known: Known, index: QualifiedName | undefined): RelationName[] | undefined {
  const found = known.index(index);
  return found && [found.table.name];
}

function isSame(one: RelationName, other: RelationName): boolean {
  return one.schema === other.schema && one.name === other.name;
}

function distinct(names: readonly RelationName[]): RelationName[] {
  return names.filter((name, index) => names.findIndex((one) => isSame(one, name)) === index);
}
