import type { Known } from '../../known/known.ts';
import type { KnownIndex, KnownTable, RelationName } from '../../known/table.ts';
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
  children: childrenOf,
  'dependent views': (known, { name }) => viewsOf(known, name),
  'tables read': (_, { reads, kind }) => (kind === 'materialized view' || kind === 'view' ? reads : []),
  sequence: (known, table) => unlessUnsure(table, sequencesOf(known, table)),
  parent: (_, { partitionOf }) => (partitionOf ? [partitionOf] : []),
  'default partition': (known, table) => defaultPartitionOf(known, table),
};

/** Nothing found means nothing there only where everything is known of the table. */
function unlessUnsure(table: KnownTable, names: readonly RelationName[]): readonly RelationName[] | undefined {
  return names.length > 0 || table.complete ? names : undefined;
}

/** Its indexes, or those that have the column in them. */
export function indexesOf(table: KnownTable, column?: string): RelationName[] {
  const indexes = [...table.indexes.values()].filter((index) => column === undefined || hasColumn(index, column));
  return indexes.map(({ name }) => ({ schema: table.name.schema, name }));
}

/** As a key, included, or in an expression or its predicate. */
export function hasColumn({ columns, included, mentions }: KnownIndex, column: string): boolean {
  return [...columns, ...included, ...mentions].includes(column) || mentions.includes('*');
}

/** Sequences that go with its columns, or with one of them: those of serial and identity. */
export function sequencesOf(known: Known, table: KnownTable, column?: string): RelationName[] {
  const owned = known.sequencesOf(table.name);
  return (column === undefined ? owned : owned.filter(({ ownedBy }) => ownedBy?.column === column)).map(
    ({ name }) => name,
  );
}

/** Views and materialized views that read it, and those that read them. */
function viewsOf(known: Known, name: RelationName): RelationName[] {
  return distinct(known.dependents(name).flatMap((view) => [view, ...viewsOf(known, view)]));
}

/** Those that mention a column, with those that read them. */
export function viewsWith(known: Known, table: KnownTable, column: string): RelationName[] {
  const views = known.dependents(table.name).filter((view) => {
    const mentions = known.table(view)?.mentions ?? [];
    return mentions.includes(column) || mentions.includes('*');
  });
  return distinct(views.flatMap((view) => [view, ...viewsOf(known, view)]));
}

/** Tables that inherit from it, and theirs. */
function childrenOf(known: Known, { children }: KnownTable): RelationName[] {
  return children.flatMap((name) => {
    const table = known.table(name);
    return [name, ...(table ? childrenOf(known, table) : [])];
  });
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

/** Those that refer to it, those that refer to these, and so on. */
export function allReferencing(known: Known, table: KnownTable): RelationName[] {
  const found: KnownTable[] = [table];
  // It grows while it is walked.
  for (const one of found) {
    const holders = known.referencing(one.name).map(({ table: holder }) => holder);
    found.push(...holders.filter(({ name }) => !found.some((other) => isSame(other.name, name))));
  }
  return distinct(found.slice(1).map(({ name }) => name));
}

/** Of a partitioned table, or of the parent of a partition. */
function defaultPartitionOf(known: Known, table: KnownTable): RelationName[] {
  const parent = table.partitionOf ? known.table(table.partitionOf) : table;
  const names = parent?.partitions.filter((name) => known.table(name)?.isDefault) ?? [];
  return names.filter((name) => !isSame(name, table.name));
}

/** An index of a partitioned table has parts in its partitions. */
function tableOfIndex(known: Known, index: QualifiedName | undefined): RelationName[] | undefined {
  const found = known.index(index);
  return found && [found.table.name, ...partitionsOf(known, found.table)];
}

function isSame(one: RelationName, other: RelationName): boolean {
  return one.schema === other.schema && one.name === other.name;
}

export function distinct(names: readonly RelationName[]): RelationName[] {
  return names.filter((name, index) => names.findIndex((one) => isSame(one, name)) === index);
}
