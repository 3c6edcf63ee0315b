import { relationsRead } from '../known/expression.ts';
import type { RelationName } from '../known/table.ts';
import type { QualifiedName } from '../sql/token-reader.ts';
import { identifierOf } from '../sql/words.ts';
import { nameOf, relationName, stringsOf } from '../syntax/names.ts';
import { as, type Fields } from '../syntax/tree.ts';
import { nodesOf } from '../syntax/walk.ts';
import { extensionsWith } from './extension-members.ts';
import type { Marks } from './marks.ts';
import {
  functionPath,
  globalPath,
  groupPath,
  knownRelationPath,
  memberPath,
  schemaObjectPath,
  schemaPath,
  typePath,
} from './paths.ts';

/** A relation that the names of columns in a statement may belong to. */
export interface Source {
  readonly name: RelationName;
  /** The names before the dot that mean it. */
  readonly aliases: readonly string[];
  /** In the tree. */
  readonly location?: number | undefined;
}

/**
 * Whatever an expression or a query reads: relations, their columns, types, functions, operators, collations. Of `sources`, the
 * relations that it stands beside (the table of a CHECK), it reads columns only. `rows`: it looks at what the tables hold.
 */
export function markReads(marks: Marks, value: unknown, sources: readonly Source[] = [], rows = false): void {
  if (value === undefined) return;
  const read = [...relationsRead(value)].flatMap((one) => sourceOf(marks, one) ?? []);
  for (const { name, location } of read)
    marks.at(location, () => {
      marks.reads(knownRelationPath(marks.before, name));
      if (rows) markRowsRead(marks, name);
    });
  markColumns(marks, value, [...sources, ...read]);
  markTypes(marks, value);
  markCalls(marks, value);
  markOperators(marks, value);
}

export function sourceOf({ before }: Marks, relation: Fields<'RangeVar'> | undefined): Source | undefined {
  const written = relationName(relation);
  if (!written) return undefined;
  return {
    name: before.resolve(written),
    aliases: [relation?.alias?.aliasname ?? written.name],
    location: relation?.location,
  };
}

/** Those of a view are those of the tables that it reads. */
export function markRowsRead(marks: Marks, name: RelationName, seen = new Set<string>()): void {
  const table = marks.before.table(name);
  const key = `${name.schema}\0${name.name}`;
  if (seen.has(key)) return;
  seen.add(key);
  marks.readsAll(groupPath(knownRelationPath(marks.before, name), 'rows'));
  for (const under of table?.reads ?? []) markRowsRead(marks, under, seen);
}

function markColumns(marks: Marks, value: unknown, sources: readonly Source[]): void {
  for (const reference of nodesOf('ColumnRef', value))
    marks.at(reference.location, () => markReference(marks, reference, sources));
}

function markReference(marks: Marks, { fields = [] }: Fields<'ColumnRef'>, sources: readonly Source[]): void {
  const isStar = as('A_Star', fields.at(-1)) !== undefined;
  const names = stringsOf(fields);
  const qualifier = isStar ? names.at(-1) : names.at(-2);
  const meant = qualifier === undefined ? sources : sources.filter(({ aliases }) => aliases.includes(qualifier));
  if (isStar) for (const { name } of meant) markAllColumns(marks, name);
  else markColumn(marks, meant, sources, names.at(-1)!);
}

/** A name alone may also mean a whole row. Where no table has such a column, it is the one table's that could have had it. */
function markColumn(marks: Marks, meant: readonly Source[], sources: readonly Source[], column: string): void {
  const having = meant.filter(({ name }) => {
    const table = marks.before.table(name);
    return !table?.complete || table.columns.has(column);
  });
  const [only] = meant.length === 1 ? meant : [];
  for (const { name } of having.length > 0 || !only ? having : [only]) markColumnRead(marks, name, column);
  for (const { name, aliases } of sources) if (aliases.includes(column)) markAllColumns(marks, name);
}

export function markColumnRead(marks: Marks, name: RelationName, column: string): void {
  marks.reads(memberPath(knownRelationPath(marks.before, name), 'columns', column));
}

export function markAllColumns(marks: Marks, name: RelationName): void {
  marks.readsAll(groupPath(knownRelationPath(marks.before, name), 'columns'));
}

export function markTypes(marks: Marks, value: unknown): void {
  for (const type of nodesOf('TypeName', value)) markType(marks, type);
  // Fields that hold a type bare.
  for (const node of ['TypeCast', 'ColumnDef', 'RangeTableFuncCol', 'JsonTableColumn', 'XmlSerialize'] as const)
    for (const { typeName } of nodesOf(node, value)) markType(marks, typeName);
}

/** Also the bare ones, which fields of other nodes hold. */
export function markType(marks: Marks, type: Fields<'TypeName'> | undefined): void {
  const name = nameOf(type?.names);
  if (!type || !name || type.pct_type || name.schema === 'pg_catalog') return;
  const full = marks.before.resolveType(name);
  marks.at(type.location, () => {
    if (marks.before.table(full)) marks.reads(knownRelationPath(marks.before, full));
    else marks.reads(typePath(full));
    if (!marks.before.table(full) && !marks.before.userType(full)) markExtension(marks, name.name);
  });
}

/** Something that no file has made may come with an extension. */
export function markExtension(marks: Marks, name: string): void {
  for (const extension of extensionsWith(name)) marks.reads(globalPath('extension', extension));
}

/** Functions, and the objects whose names are given to them. */
function markCalls(marks: Marks, value: unknown): void {
  for (const call of nodesOf('FuncCall', value)) marks.at(call.location, () => markCall(marks, call));
  for (const { typeName, arg } of nodesOf('TypeCast', value))
    markNamed(marks, nameOf(typeName?.names)?.name, textOf(arg));
}

function markCall(marks: Marks, { funcname, args = [] }: Fields<'FuncCall'>): void {
  const name = nameOf(funcname);
  if (!name) return;
  markFunctionRead(marks, name);
  const text = textOf(args[0]);
  if (TAKES_RELATION.has(name.name)) markNamed(marks, 'regclass', text);
  if (args.length > 1 && TEXT_SEARCH.test(name.name)) markNamed(marks, 'regconfig', text);
}

const TAKES_RELATION = new Set([
  'nextval',
  'currval',
  'setval',
  'pg_get_serial_sequence',
  'pg_table_size',
  'pg_relation_size',
]);

/** Their first argument of two is the name of a configuration. */
const TEXT_SEARCH = /^(to_ts(vector|query)|(plain|phrase|websearch_)to_tsquery|ts_headline)$/;

type NodeOrNone = Parameters<typeof as>[1];

function textOf(node: NodeOrNone): string | undefined {
  const constant = as('A_Const', node) ?? as('A_Const', as('TypeCast', node)?.arg);
  return constant?.sval?.sval;
}

/** What a text names that is read as a regclass, regtype, regproc ... (manual, "Object Identifier Types"). */
function markNamed(marks: Marks, type: string | undefined, text: string | undefined): void {
  const name = type?.startsWith('reg') ? nameIn(text) : undefined;
  if (!name) return;
  if (type === 'regclass') marks.reads(knownRelationPath(marks.before, marks.before.resolve(name)));
  else if (type === 'regtype') marks.reads(typePath(marks.before.resolveType(name)));
  else if (type === 'regproc' || type === 'regprocedure') markFunctionRead(marks, name);
  else if (type === 'regnamespace') marks.reads(schemaPath(name.name));
  else if (type === 'regrole') marks.reads(globalPath('role', name.name));
  else if (type === 'regconfig') markSchemaObject(marks, 'text search configuration', name);
  else if (type === 'regdictionary') markSchemaObject(marks, 'text search dictionary', name);
}

/** `app.orders`, `"Orders"`, `f(int)` */
function nameIn(text: string | undefined): QualifiedName | undefined {
  const found = /^(?:("(?:[^"]|"")+"|[^".(]+)\.)?("(?:[^"]|"")+"|[^".(]+)(?:\(.*\))?$/s.exec(text?.trim() ?? '');
  if (!found) return undefined;
  return { ...(found[1] ? { schema: identifierOf(found[1]) } : {}), name: identifierOf(found[2]!) };
}

/** Which of that name is meant its arguments would tell. */
export function markFunctionRead(marks: Marks, name: QualifiedName): void {
  if (name.schema === 'pg_catalog') return;
  marks.readsAll(functionPath(resolveFunction(marks, name)));
  if (marks.before.functions(name).length === 0) markExtension(marks, name.name);
}

export function resolveFunction({ before }: Marks, name: QualifiedName): RelationName {
  return before.functions(name)[0]?.name ?? { schema: name.schema ?? before.defaultSchema, name: name.name };
}

/** One that nobody has made is PostgreSQL's own, or an extension's. */
function markOperators(marks: Marks, value: unknown): void {
  for (const { name } of nodesOf('A_Expr', value)) markSchemaObject(marks, 'operator', nameOf(name));
  for (const { collname } of nodesOf('CollateClause', value)) markSchemaObject(marks, 'collation', nameOf(collname));
}

export function markSchemaObject(marks: Marks, word: string, name: QualifiedName | undefined): void {
  if (!name || name.schema === 'pg_catalog') return;
  marks.reads(schemaObjectPath(word, { schema: name.schema ?? marks.before.defaultSchema, name: name.name }));
  markExtension(marks, name.name);
}
