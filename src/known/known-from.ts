import { LayeredMap } from './layered-map.ts';
import { KnownSchema, keyOf, NO_STATE } from './schema.ts';
import type {
  ColumnStatistics,
  ConstraintStatistics,
  FunctionStatistics,
  IndexStatistics,
  NamePair,
  RelationStatistics,
  Statistics,
  TypeStatistics,
} from './statistics.ts';
import type {
  KnownColumn,
  KnownConstraint,
  KnownDomain,
  KnownFunction,
  KnownIndex,
  KnownTable,
  KnownUserType,
  RelationName,
  TableSize,
  TableTraffic,
} from './table.ts';
import { typeOfText } from './types.ts';

/** What the statistics of a database tell of it, as it was when they were written. */
export function knownFrom(statistics: Statistics): KnownSchema {
  const seconds = (Date.parse(statistics.writtenAt) - Date.parse(statistics.since)) / 1000;
  const family = familyOf(statistics.relations);
  const tables = statistics.relations.map((one) => tableOf(one, family, seconds));
  return new KnownSchema({
    path: statistics.searchPath.length > 0 ? statistics.searchPath : NO_STATE.path,
    temporary: false,
    tables: new LayeredMap(new Map(tables.map((one) => [keyOf(one.name), one]))),
    indexes: new LayeredMap(new Map(tables.flatMap(indexEntries))),
    types: new LayeredMap(userTypes(statistics.types)),
    functions: new LayeredMap(functionsByName(statistics.functions)),
    users: new LayeredMap(usersOf(tables)),
    evidence: statistics,
  });
}

const pairName = ([schema, name]: NamePair): RelationName => ({ schema, name });

/** Partitions and children of each relation, and the relation itself. */
interface Family {
  readonly byKey: ReadonlyMap<string, RelationStatistics>;
  readonly partitions: ReadonlyMap<string, readonly RelationStatistics[]>;
  readonly children: ReadonlyMap<string, readonly RelationStatistics[]>;
}

function familyOf(relations: readonly RelationStatistics[]): Family {
  const [partitions, children] = [new Map<string, RelationStatistics[]>(), new Map<string, RelationStatistics[]>()];
  const put = (map: Map<string, RelationStatistics[]>, parent: NamePair, one: RelationStatistics) => {
    const key = keyOf(pairName(parent));
    map.set(key, [...(map.get(key) ?? []), one]);
  };
  for (const one of relations) {
    if (one.partitionOf) put(partitions, one.partitionOf, one);
    for (const parent of one.inherits ?? []) put(children, parent, one);
  }
  return { byKey: new Map(relations.map((one) => [keyOf(one), one])), partitions, children };
}

function tableOf(one: RelationStatistics, family: Family, seconds: number): KnownTable {
  const key = keyOf(one);
  const names = (relations: readonly RelationStatistics[] | undefined) =>
    (relations ?? []).map(({ schema, name }) => ({ schema, name }));
  const [schema, table, column] = one.ownedBy ?? [];
  return {
    name: { schema: one.schema, name: one.name },
    kind: one.kind,
    complete: true,
    columns: byName(one.columns.map(columnOf)),
    constraints: byName(one.constraints.map(constraintOf)),
    indexes: byName(one.indexes.map(indexOf)),
    partitionOf: one.partitionOf && pairName(one.partitionOf),
    isDefault: one.isDefault,
    partitions: names(family.partitions.get(key)),
    partitionedBy: one.partitionedBy?.map((name) => name ?? undefined),
    inherits: (one.inherits ?? []).map(pairName),
    children: names(family.children.get(key)),
    persistence: one.persistence,
    ownedBy: schema !== undefined ? { table: { schema, name: table! }, column: column! } : undefined,
    reads: (one.reads ?? []).map(pairName),
    mentions: one.mentions ?? [],
    rowSecurity: one.rowSecurity ?? false,
    policies: one.policies ?? [],
    size: sizeOf(leavesOf(one, family)),
    traffic: trafficOf(leavesOf(one, family), seconds),
  };
}

function byName<One extends { readonly name: string }>(list: readonly One[]): ReadonlyMap<string, One> {
  return new Map(list.map((one) => [one.name, one]));
}

/** What holds its rows: itself, or its partitions. */
function leavesOf(one: RelationStatistics, family: Family): RelationStatistics[] {
  if (one.kind !== 'partitioned table') return [one];
  return (family.partitions.get(keyOf(one)) ?? []).flatMap((part) => leavesOf(part, family));
}

function sizeOf(leaves: readonly RelationStatistics[]): TableSize | undefined {
  const sized = leaves.filter(({ bytes }) => bytes !== undefined);
  if (leaves.length > 0 && sized.length === 0) return undefined;
  if (leaves.some(({ kind, bytes }) => kind === 'table' && bytes === undefined)) return undefined;
  const rows = leaves.map((one) => one.rows);
  return {
    rows: rows.every((count) => count !== undefined) ? sum(rows.map((count) => count!)) : undefined,
    bytes: sum(sized.map(({ bytes }) => bytes!)),
  };
}

function trafficOf(leaves: readonly RelationStatistics[], seconds: number): TableTraffic | undefined {
  if (!(seconds > 0) || leaves.every(({ sequentialScans }) => sequentialScans === undefined)) return undefined;
  const total = (counts: (one: RelationStatistics) => readonly (number | undefined)[]) =>
    sum(leaves.flatMap(counts).map((count) => count ?? 0)) / seconds;
  return {
    readsPerSecond: total((one) => [one.sequentialScans, one.indexScans]),
    writesPerSecond: total((one) => [one.rowsInserted, one.rowsUpdated, one.rowsDeleted]),
  };
}

const sum = (numbers: readonly number[]) => numbers.reduce((all, one) => all + one, 0);

function columnOf(one: ColumnStatistics): KnownColumn {
  return { ...one, type: typeOfText(one.type), notNull: one.notNull ?? false };
}

function constraintOf({ references, ...rest }: ConstraintStatistics): KnownConstraint {
  if (!references) return rest;
  const [schema, name, columns] = references;
  return { ...rest, references: { table: { schema, name }, columns } };
}

function indexOf(one: IndexStatistics): KnownIndex {
  return {
    ...one,
    columns: one.columns.map((name) => name ?? undefined),
    included: one.included ?? [],
    unique: one.unique ?? false,
    partial: one.partial ?? false,
    plain: one.plain ?? false,
    mentions: one.mentions ?? [],
  };
}

function indexEntries({ name, indexes }: KnownTable): [string, RelationName][] {
  return [...indexes.keys()].map((index) => [keyOf({ schema: name.schema, name: index }), name]);
}

function userTypes(list: readonly TypeStatistics[]): Map<string, KnownUserType> {
  const byText = new Map(list.map((one) => [`${one.schema}.${one.name}`, one]));
  return new Map(list.map((one) => [keyOf(one), userType(one, isConstrained(one, byText))]));
}

/** It has a constraint, or the domain under it has. */
function isConstrained(one: TypeStatistics | undefined, byText: ReadonlyMap<string, TypeStatistics>): boolean {
  if (one?.kind !== 'domain') return false;
  return one.notNull === true || (one.checks ?? []).length > 0 || isConstrained(byText.get(one.type ?? ''), byText);
}

function userType(one: TypeStatistics, constrained: boolean): KnownUserType {
  const name = { schema: one.schema, name: one.name };
  if (one.kind === 'enum')
    return { kind: 'enum', name, labels: new Map((one.labels ?? []).map((label) => [label, undefined])) };
  return one.kind === 'domain' ? domainOf(one, name, constrained) : { kind: 'other', name };
}

function domainOf(one: TypeStatistics, name: RelationName, constrained: boolean): KnownDomain {
  const { type = 'text', notNull = false, checks = [] } = one;
  const constraints = new Map(checks.map(([check, validated]) => [check, { name: check, validated }]));
  return { kind: 'domain', name, base: typeOfText(type), notNull, constrained, constraints };
}

function functionsByName(list: readonly FunctionStatistics[]): Map<string, KnownFunction[]> {
  const map = new Map<string, KnownFunction[]>();
  for (const one of list) map.set(keyOf(one), [...(map.get(keyOf(one)) ?? []), functionOf(one)]);
  return map;
}

function functionOf({ schema, name, ...one }: FunctionStatistics): KnownFunction {
  return {
    ...one,
    name: { schema, name },
    arguments: one.arguments.map(typeOfText),
    securityDefiner: one.securityDefiner ?? false,
    settings: one.settings ?? [],
  };
}

function usersOf(tables: readonly KnownTable[]): Map<string, Set<string>> {
  const users = new Map<string, Set<string>>();
  for (const { name, reads, constraints, ownedBy } of tables) {
    const referenced = [...constraints.values()].flatMap(({ references }) => references?.table ?? []);
    for (const used of [...reads, ...referenced, ...(ownedBy ? [ownedBy.table] : [])])
      users.set(keyOf(used), (users.get(keyOf(used)) ?? new Set()).add(keyOf(name)));
  }
  return users;
}
