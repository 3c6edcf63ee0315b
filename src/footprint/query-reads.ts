import type { KnownTable, RelationName } from '../known/table.ts';
import { typeOf as knownTypeOf } from '../known/types.ts';
import { stringsOf } from '../syntax/names.ts';
import { as, type Fields, type Node } from '../syntax/tree.ts';
import { nodesOf } from '../syntax/walk.ts';
import { hasColumn, markAllColumns, markColumn, markColumnRead } from './columns-read.ts';
import type { Marks } from './marks.ts';
import { groupPath, knownRelationPath, memberPath } from './paths.ts';
import { type Source, sourceOf } from './source.ts';

/** What a query needs without a reference that says it: columns of USING and NATURAL, a key that GROUP BY leans on. */
export function markUnsaid(marks: Marks, value: unknown): void {
  for (const join of nodesOf('JoinExpr', value)) markJoin(marks, join);
  for (const query of nodesOf('SelectStmt', value)) if (query.groupClause) markGrouping(marks, query);
}

function markJoin(marks: Marks, { larg, rarg, usingClause, isNatural }: Fields<'JoinExpr'>): void {
  if (!usingClause && !isNatural) return;
  const sides = [larg, rarg].map((side) => sourcesIn(marks, side));
  for (const side of sides) for (const column of stringsOf(usingClause)) markColumn(marks, side, column);
  if (isNatural) markNatural(marks, sides);
}

/** Those of one name on both sides; another one would make it another join. */
function markNatural(marks: Marks, [left = [], right = []]: readonly (readonly Source[])[]): void {
  const [ours, theirs] = [left, right].map((side) => new Set(side.flatMap(({ name }) => columnsOf(marks, name))));
  for (const column of ours ?? [])
    if (theirs?.has(column)) for (const side of [left, right]) markColumn(marks, side, column);
  for (const { name } of [...left, ...right])
    marks.readsAll(groupPath(knownRelationPath(marks.before, name), 'columns'), true);
}

function columnsOf({ before }: Marks, name: RelationName): string[] {
  return [...(before.table(name)?.columns.keys() ?? [])];
}

function sourcesIn(marks: Marks, value: unknown): Source[] {
  return nodesOf('RangeVar', value).flatMap((one) => sourceOf(marks, one) ?? []);
}

/** Columns that are neither grouped by nor in an aggregate need the primary key of their table among those that are. */
function markGrouping(marks: Marks, query: Fields<'SelectStmt'>): void {
  const grouped = groupedColumns(query);
  if (grouped.length === 0) return;
  const free = freeReferences([query.targetList, query.havingClause, query.sortClause]);
  for (const source of sourcesIn(marks, query.fromClause)) {
    const own = new Set(grouped.filter((one) => isOf(marks, one, source)).map(({ column }) => column));
    const key = primaryKey(marks.before.table(source.name));
    const isEnough = key?.columns.every((column) => own.has(column));
    const isNeeded = free.some((one) => !own.has(one.column) && isOf(marks, one, source));
    if (key && isEnough && isNeeded)
      marks.reads(memberPath(knownRelationPath(marks.before, source.name), 'constraints', key.name));
  }
}

interface Reference {
  readonly qualifier: string | undefined;
  /** `*` for all. */
  readonly column: string;
}

function isOf(marks: Marks, { qualifier, column }: Reference, source: Source): boolean {
  if (qualifier !== undefined) return source.aliases.includes(qualifier);
  return column === '*' || hasColumn(marks, source, column);
}

function primaryKey(table: KnownTable | undefined) {
  return [...(table?.constraints.values() ?? [])].find(({ type }) => type === 'primary key');
}

/** By their names, or by the places of those that are selected: GROUP BY 1. */
function groupedColumns({ groupClause = [], targetList = [] }: Fields<'SelectStmt'>): Reference[] {
  return groupClause.flatMap((one) => {
    const place = as('A_Const', one)?.ival?.ival;
    const target = place === undefined ? undefined : as('ResTarget', targetList[place - 1])?.val;
    const reference = as('ColumnRef', target ?? one);
    return reference ? [referenceOf(reference)] : [];
  });
}

function referenceOf({ fields = [] }: Fields<'ColumnRef'>): Reference {
  const isStar = as('A_Star', fields.at(-1)) !== undefined;
  const names = stringsOf(fields);
  return { qualifier: names.at(isStar ? -1 : -2), column: isStar ? '*' : names.at(-1)! };
}

/** Without those inside aggregates and subqueries. */
function freeReferences(value: unknown): Reference[] {
  if (value === null || typeof value !== 'object') return [];
  if (Array.isArray(value)) return value.flatMap(freeReferences);
  return Object.entries(value).flatMap(([key, inner]) => {
    if (key === 'ColumnRef') return [referenceOf(inner as Fields<'ColumnRef'>)];
    if (key === 'SubLink' || (key === 'FuncCall' && isAggregate(inner as Fields<'FuncCall'>))) return [];
    return freeReferences(inner);
  });
}

function isAggregate({ funcname, agg_star, agg_filter, agg_order, agg_distinct }: Fields<'FuncCall'>): boolean {
  const name = stringsOf(funcname).at(-1) ?? '';
  return AGGREGATES.test(name) || Boolean(agg_star ?? agg_filter ?? agg_order ?? agg_distinct);
}

/** Manual, "Aggregate Functions"; others are told by how they are called. */
const AGGREGATES =
  /^(count|sum|avg|min|max|every|any_value|mode|corr|(array|string|range|range_intersect|xml)_agg|jsonb?_(object_)?agg(_\w+)?|(bool|bit)_(and|or)|bit_xor|(covar|var|stddev)(_\w+)?|variance|regr_\w+|percentile_\w+)$/;

/** Fields of composite values: `(address).city`. */
export function markFields(marks: Marks, value: unknown, sources: readonly Source[]): void {
  for (const { arg, indirection = [] } of nodesOf('A_Indirection', value)) {
    const [first] = indirection;
    const type = compositeOf(marks, arg, sources);
    const field = as('String', first)?.sval;
    if (type && field !== undefined) markPath(marks, type, indirection);
    else if (type && as('A_Star', first)) markAllColumns(marks, type);
  }
}

/** One field in the other. */
function markPath(marks: Marks, from: RelationName, steps: readonly Node[]): void {
  let type: RelationName | undefined = from;
  for (const field of stringsOf(steps)) {
    if (!type) return;
    markColumnRead(marks, type, field);
    type = typeOfColumn(marks, type, field);
  }
}

/** The composite type or table whose rows a value has. */
function compositeOf(marks: Marks, value: Node | undefined, sources: readonly Source[]): RelationName | undefined {
  const cast = as('TypeCast', value)?.typeName;
  if (cast) return relationNamed(marks, knownTypeOf(marks.before, cast).name);
  const inner = as('A_Indirection', value);
  if (inner)
    return stringsOf(inner.indirection).reduce<RelationName | undefined>(
      (type, field) => type && typeOfColumn(marks, type, field),
      compositeOf(marks, inner.arg, sources),
    );
  const reference = as('ColumnRef', value);
  if (!reference) return undefined;
  const { qualifier, column } = referenceOf(reference);
  const row = qualifier === undefined ? sources.find(({ aliases }) => aliases.includes(column)) : undefined;
  const source = sources.find((one) => isOf(marks, { qualifier, column }, one));
  return (source && typeOfColumn(marks, source.name, source.renamed.get(column) ?? column)) ?? row?.name;
}

function typeOfColumn(marks: Marks, table: RelationName, column: string): RelationName | undefined {
  const type = marks.before.table(table)?.columns.get(column)?.type;
  return type && !type.array ? relationNamed(marks, type.name) : undefined;
}

/** `public.address`, if that is one. */
function relationNamed({ before }: Marks, type: string): RelationName | undefined {
  const dot = type.indexOf('.');
  if (dot < 0) return undefined;
  return before.table({ schema: type.slice(0, dot), name: type.slice(dot + 1) })?.name;
}
