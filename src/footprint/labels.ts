import type { KnownEnum, KnownType, RelationName } from '../known/table.ts';
import { qualifiedName } from '../known/types.ts';
import { nameOf, stringsOf } from '../syntax/names.ts';
import { all, as, type Fields, type Node } from '../syntax/tree.ts';
import { nodesOf } from '../syntax/walk.ts';
import type { Marks } from './marks.ts';
import { memberPath, typePath } from './paths.ts';
import type { Source } from './source.ts';
import { typeMeant } from './variables.ts';

/** Constants that an expression or a query compares with something of an enum, or casts to one: they are its labels. */
export function markLabels(marks: Marks, value: unknown, sources: readonly Source[]): void {
  const enumOf = (node: Node | undefined) => enumsOf(marks, node, sources);
  for (const { lexpr, rexpr } of nodesOf('A_Expr', value)) markAlike(marks, enumOf, [lexpr, ...listed(rexpr)]);
  for (const type of ['CoalesceExpr', 'MinMaxExpr'] as const)
    for (const { args = [] } of nodesOf(type, value)) markAlike(marks, enumOf, args);
  for (const { arg, args, defresult } of nodesOf('CaseExpr', value)) {
    const whens = all('CaseWhen', args);
    if (arg) markAlike(marks, enumOf, [arg, ...whens.map(({ expr }) => expr)]);
    markAlike(marks, enumOf, [...whens.map(({ result }) => result), defresult]);
  }
  for (const call of nodesOf('FuncCall', value)) markArguments(marks, call);
  for (const { arg, typeName } of nodesOf('TypeCast', value))
    if (typeName) markConstants(marks, enumsOfType(marks, typeMeant(marks.before, typeName)), arg);
}

/** Of one function of several nobody knows which one is called. */
function markArguments(marks: Marks, { funcname, args = [] }: Fields<'FuncCall'>): void {
  const [only, ...others] = marks.before.functions(nameOf(funcname));
  if (!only || others.length > 0) return;
  for (const [i, type] of only.arguments.entries()) markConstants(marks, enumsOfType(marks, type), args[i]);
}

/** FOR VALUES of a partition: those of the columns that the table above is partitioned by. */
export function markBounds(marks: Marks, parent: RelationName, bound: Fields<'PartitionBoundSpec'>): void {
  const columns = marks.before.table(parent)?.partitionedBy ?? [];
  for (const value of bound.listdatums ?? []) markAssigned(marks, parent, columns[0], value);
  for (const row of [bound.lowerdatums ?? [], bound.upperdatums ?? []])
    for (const [i, value] of row.entries()) markAssigned(marks, parent, columns[i], value);
}

/** What is put into a column: its new value, or its default. */
export function markAssigned(
  marks: Marks,
  table: RelationName,
  column: string | undefined,
  value: Node | undefined,
): void {
  const type = column === undefined ? undefined : marks.before.table(table)?.columns.get(column)?.type;
  markConstants(marks, enumsOfType(marks, type), value);
}

/** A default of something of that type. */
export function markDefault(marks: Marks, type: Fields<'TypeName'> | undefined, value: Node | undefined): void {
  if (type && value) markConstants(marks, enumsOfType(marks, typeMeant(marks.before, type)), value);
}

/** `SET a = x, (b, c) = (y, z)` */
export function markSet(marks: Marks, table: RelationName, targets: readonly Node[] | undefined): void {
  for (const { name, val } of all('ResTarget', targets)) {
    const { source, colno = 1 } = as('MultiAssignRef', val) ?? {};
    markAssigned(marks, table, name, source ? as('RowExpr', source)?.args?.[colno - 1] : val);
  }
}

/** INSERT: values go into columns by their places; without a list of names into those of the table. */
export function markInserted(
  marks: Marks,
  table: RelationName,
  written: readonly string[],
  query: Node | undefined,
): void {
  const columns = written.length > 0 ? written : [...(marks.before.table(table)?.columns.keys() ?? [])];
  for (const row of rowsOf(as('SelectStmt', query)))
    for (const [i, value] of row.entries()) markAssigned(marks, table, columns[i], value);
}

function rowsOf(select: Fields<'SelectStmt'> | undefined): (Node | undefined)[][] {
  if (!select) return [];
  if (select.larg || select.rarg) return [...rowsOf(select.larg), ...rowsOf(select.rarg)];
  if (select.valuesLists) return all('List', select.valuesLists).map(({ items }) => [...(items ?? [])]);
  return [all('ResTarget', select.targetList).map(({ val }) => val)];
}

/** `IN (a, b)` and BETWEEN have a list at their right. */
function listed(node: Node | undefined): readonly (Node | undefined)[] {
  return as('List', node)?.items ?? [node];
}

/** Of things that have one type: where one is of an enum, the constants among them are, too. */
function markAlike(
  marks: Marks,
  enumsOf: (node: Node | undefined) => readonly KnownEnum[],
  nodes: readonly (Node | undefined)[],
): void {
  const enums = nodes.flatMap(enumsOf);
  if (enums.length > 0) for (const one of nodes) markConstants(marks, enums, one);
}

/** A label that nobody has made yet may be that of the only one. */
function markConstants(marks: Marks, enums: readonly KnownEnum[], value: Node | undefined): void {
  if (enums.length === 0) return;
  for (const { sval, location } of constantsIn(value)) {
    for (const text of labelsIn(sval?.sval)) marks.at(location, () => markLabel(marks, enums, text));
  }
}

function markLabel(marks: Marks, enums: readonly KnownEnum[], text: string): void {
  const having = enums.filter(({ labels }) => labels.has(text));
  for (const { name } of having.length > 0 || enums.length > 1 ? having : enums)
    marks.reads(memberPath(typePath(name), 'labels', text));
}

/** `new`; of an array `{ok, "not ok"}`. */
function labelsIn(text: string | undefined): string[] {
  if (text === undefined) return [];
  const elements = /^\{(.+)\}$/s.exec(text)?.[1];
  if (elements === undefined) return [text];
  return elements.split(',').map((one) => one.trim().replace(/^"(.*)"$/s, '$1'));
}

/** Those that are the value, or can be. A cast has a type of its own. */
function constantsIn(node: Node | undefined): Fields<'A_Const'>[] {
  const constant = as('A_Const', node);
  if (constant) return [constant];
  const { args: whens, defresult } = as('CaseExpr', node) ?? {};
  const results = [...all('CaseWhen', whens).map(({ result }) => result), defresult];
  const others = as('CoalesceExpr', node)?.args ?? as('A_ArrayExpr', node)?.elements ?? [];
  return [...results, ...others].flatMap((one) => (one ? constantsIn(one) : []));
}

/** An expression's: of a column of any table that has one of that name, of a variable, of a cast. */
function enumsOf(marks: Marks, node: Node | undefined, sources: readonly Source[]): readonly KnownEnum[] {
  const type = as('TypeCast', node)?.typeName;
  if (type) return enumsOfType(marks, typeMeant(marks.before, type));
  const [column, qualifier] = stringsOf(as('ColumnRef', node)?.fields).reverse();
  if (column === undefined) return [];
  const meant = sources.filter(({ aliases }) => qualifier === undefined || aliases.includes(qualifier));
  const types = meant.map(({ name }) => marks.before.table(name)?.columns.get(column)?.type);
  const variable = qualifier === undefined ? marks.variables.get(column) : fieldType(marks, qualifier, column);
  return [...types, variable].flatMap((one) => enumsOfType(marks, one));
}

function fieldType({ before, variables }: Marks, variable: string, field: string): KnownType | undefined {
  const row = variables.get(variable);
  return row && before.table(qualifiedName(row.name))?.columns.get(field)?.type;
}

/** That of a domain is the enum that it is built on. */
function enumsOfType(marks: Marks, type: KnownType | undefined, depth = 0): readonly KnownEnum[] {
  const found = type && marks.before.userType(qualifiedName(type.name));
  if (found?.kind === 'enum') return [found];
  return found?.kind === 'domain' && depth < DEPTH_MAX ? enumsOfType(marks, found.base, depth + 1) : [];
}

/** Of domains on domains. */
const DEPTH_MAX = 10;
