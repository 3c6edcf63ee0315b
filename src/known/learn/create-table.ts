import { nameOf, relationName } from '../../syntax/names.ts';
import { all, as, type Fields, type Node } from '../../syntax/tree.ts';
import { type Draft, emptyTable } from '../draft.ts';
import { sameName, TEMPORARY } from '../schema.ts';
import type { KnownColumn, KnownConstraint, KnownTable, RelationName } from '../table.ts';
import { addColumn, addForeignKeys, addSequence, isForeignKey, refineColumn } from './columns.ts';
import { addConstraint, cloneAll, familyOf, type IndexedType, makeIndexed, putConstraint } from './constraints.ts';
import { addIndex, chosenName, INDEX_LABEL_OF, type Learning, namesOfClone } from './indexes.ts';

type CreateStmt = Fields<'CreateStmt'>;

/** CREATE TABLE, CREATE FOREIGN TABLE */
export function learnTable(at: Learning, statement: CreateStmt, kind: KnownTable['kind'] = 'table'): void {
  const { draft, made } = at;
  const written = relationName(statement.relation);
  if (!written) return;
  const isTemporary = statement.relation?.relpersistence === 't';
  const name = isTemporary ? { schema: TEMPORARY, name: written.name } : draft.newName(written);
  if (statement.if_not_exists && draft.table(name)) return;
  const table = emptyTable(name, statement.partspec ? 'partitioned table' : kind);
  draft.putNewTable(Object.assign(table, { made }, persistenceOf(statement.relation), partitioningOf(statement)));
  for (const parent of parentsOf(at, statement)) joinParent(at, name, parent, statement.partbound);
  if (statement.ofTypename) copyColumns(at, name, draft.table(draft.resolveType(nameOf(statement.ofTypename.names)!)));
  addElements(at, name, [...(statement.tableElts ?? []), ...(statement.constraints ?? [])]);
}

export function persistenceOf(relation: Fields<'RangeVar'> | undefined): Pick<KnownTable, 'persistence'> {
  if (relation?.relpersistence === 't') return { persistence: 'temporary' };
  return relation?.relpersistence === 'u' ? { persistence: 'unlogged' } : {};
}

function partitioningOf({ partspec }: CreateStmt): Pick<KnownTable, 'partitionedBy'> {
  return partspec ? { partitionedBy: all('PartitionElem', partspec.partParams).map(({ name }) => name) } : {};
}

function parentsOf({ draft }: Learning, { inhRelations }: CreateStmt): RelationName[] {
  return all('RangeVar', inhRelations).flatMap((one) => {
    const name = relationName(one);
    return name ? draft.resolve(name) : [];
  });
}

type Bound = Fields<'PartitionBoundSpec'> | undefined;

/** As a partition where there is a bound, else by INHERITS. */
function joinParent(at: Learning, name: RelationName, parent: RelationName, bound: Bound): void {
  const { draft } = at;
  const table = draft.table(parent);
  copyColumns(at, name, table, bound ? keep : withoutIdentity);
  if (bound) {
    linkPartition(at, parent, name, bound);
    if (table) cloneAll(at, table, name);
    return;
  }
  linkChild(at, parent, name);
  for (const constraint of table?.constraints.values() ?? [])
    if (constraint.type === 'check') putConstraint(at, name, { ...constraint, made: at.made });
}

/** By INHERITS. */
export function linkChild({ draft }: Learning, parent: RelationName, name: RelationName): void {
  if (isBelow(draft, parent, name)) return;
  draft.change(name, ({ inherits }) => ({ inherits: [...inherits, parent] }));
  draft.change(parent, ({ children }) => ({ children: [...children, name] }));
}

/** A circle, which the server refuses: what is done to a table would never end. */
function isBelow(draft: Draft, name: RelationName, top: RelationName): boolean {
  return sameName(name, top) || familyOf(draft.table(top)).some((one) => isBelow(draft, name, one));
}

export function linkPartition({ draft }: Learning, parent: RelationName, name: RelationName, bound: Bound): void {
  if (isBelow(draft, parent, name)) return;
  const isDefault = bound?.is_default ? { isDefault: true } : {};
  draft.change(name, () => ({ partitionOf: parent, ...isDefault }));
  draft.change(parent, ({ kind, partitions }) => ({
    kind: kind === 'table' ? 'partitioned table' : kind,
    partitions: [...partitions, name],
  }));
}

/** The columns of another table, as far as they are known. */
function copyColumns({ draft }: Learning, name: RelationName, from: KnownTable | undefined, change = keep): void {
  draft.change(name, ({ complete, columns }) => ({
    complete: complete && (from?.complete ?? false),
    columns: new Map([...columns, ...[...(from?.columns ?? [])].map(([key, one]) => [key, change(one)] as const)]),
  }));
}

const keep = (column: KnownColumn): KnownColumn => ({ ...column, nullFraction: undefined });

/** Partitions share it; children by INHERITS do not. */
const withoutIdentity = (column: KnownColumn): KnownColumn => ({ ...keep(column), identity: false });

function addElements(at: Learning, table: RelationName, elements: readonly Node[]): void {
  for (const one of elements) {
    const [column, like] = [as('ColumnDef', one), as('TableLikeClause', one)];
    if (column) addOrRefine(at, table, column);
    if (like) copyLike(at, table, like);
  }
  const constraints = all('Constraint', elements);
  const [keys, others] = [constraints.filter(isForeignKey), constraints.filter((one) => !isForeignKey(one))];
  for (const constraint of others) addConstraint({ ...at, table, constraint, isNew: true });
  for (const column of all('ColumnDef', elements)) addForeignKeys(at, table, column);
  for (const constraint of keys) addConstraint({ ...at, table, constraint, isNew: true });
}

/** A column that a parent has too is one column. */
function addOrRefine(at: Learning, table: RelationName, definition: Fields<'ColumnDef'>): void {
  const isThere = at.draft.table(table)?.columns.has(definition.colname ?? '');
  if (isThere || !definition.typeName) refineColumn(at, table, definition);
  else addColumn(at, table, definition, true);
}

/** TableLikeOption of nodes/parsenodes.h */
const INCLUDING = {
  constraints: 1 << 2,
  defaults: 1 << 3,
  generated: 1 << 4,
  identity: 1 << 5,
  indexes: 1 << 6,
} as const;

function copyLike(at: Learning, name: RelationName, { relation, options = 0 }: Fields<'TableLikeClause'>): void {
  const written = relationName(relation);
  const from = written && at.draft.table(written);
  const includes = (what: keyof typeof INCLUDING) => (options & INCLUDING[what]) !== 0;
  copyColumns(at, name, from, (column) => ({
    ...column,
    nullFraction: undefined,
    default: includes('defaults') ? column.default : undefined,
    generated: includes('generated') ? column.generated : undefined,
    identity: includes('identity') && column.identity === true,
  }));
  if (!from) return;
  if (includes('identity'))
    for (const { name: column, identity } of from.columns.values()) if (identity) addSequence(at, name, column);
  if (includes('constraints')) copyChecks(at, name, from);
  if (includes('indexes')) copyIndexes(at, name, from);
}

function copyChecks(at: Learning, name: RelationName, from: KnownTable): void {
  for (const constraint of from.constraints.values())
    if (constraint.type === 'check') putConstraint(at, name, { ...constraint, validated: true, made: at.made });
}

function copyIndexes(at: Learning, name: RelationName, from: KnownTable): void {
  for (const index of from.indexes.values()) {
    const constraint: KnownConstraint | undefined = from.constraints.get(index.constraint ?? '');
    const label = constraint ? INDEX_LABEL_OF[constraint.type as IndexedType] : 'idx';
    const own = chosenName(at.draft, name, namesOfClone(index), label);
    const { constraint: _, bytes: __, scans: ___, ...shape } = index;
    if (constraint) makeIndexed(at, name, { index: shape, type: constraint.type as IndexedType, name: own });
    else addIndex(at, name, shape, own);
  }
}
