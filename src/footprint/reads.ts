import { relationsRead } from '../known/expression.ts';
import { typeOf } from '../known/types.ts';
import type { QualifiedName } from '../sql/token-reader.ts';
import { identifierOf } from '../sql/words.ts';
import { nameOf } from '../syntax/names.ts';
import { as, type Fields } from '../syntax/tree.ts';
import { nodesOf } from '../syntax/walk.ts';
import { markFunctionRead, typeKnown } from './calls.ts';
import { markColumnRead, markColumns } from './columns-read.ts';
import { markExtension } from './extensions.ts';
import { markLabels } from './labels.ts';
import type { Marks } from './marks.ts';
import { markOperators } from './operators.ts';
import { castPath, globalPath, knownRelationPath, schemaObjectPath, schemaPath, typePath } from './paths.ts';
import { markFields, markUnsaid } from './query-reads.ts';
import { markRowsRead } from './rows.ts';
import { type Source, sourceOf } from './source.ts';
import { columnMeant } from './variables.ts';

/**
 * Whatever an expression or a query reads: relations, their columns, types, functions, operators, collations. Of `sources`, the
 * relations that it stands beside (the table of a CHECK), it reads columns only. `rows`: it looks at what the tables hold.
 */
export function markReads(marks: Marks, value: unknown, sources: readonly Source[] = [], rows = false): void {
  if (value === undefined || (Array.isArray(value) && value.every((one) => one === undefined))) return;
  const read = [...relationsRead(value)].flatMap((one) => sourceOf(marks, one) ?? []);
  for (const { name, location } of read)
    marks.at(location, () => {
      marks.reads(knownRelationPath(marks.before, name));
      if (rows) markRowsRead(marks, name);
    });
  markColumns(marks, value, [...sources, ...read]);
  markFields(marks, value, [...sources, ...read]);
  markUnsaid(marks, value);
  markLabels(marks, value, [...sources, ...read]);
  markTypes(marks, value);
  markCalls(marks, value, [...sources, ...read]);
  markCasts(marks, value, [...sources, ...read]);
  markOperators(marks, value);
  for (const { collname } of nodesOf('CollateClause', value)) markSchemaObject(marks, 'collation', nameOf(collname));
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
  if (!type || !name || name.schema === 'pg_catalog') return;
  if (type.pct_type) {
    marks.at(type.location, () => markTypeOfColumn(marks, type));
    return;
  }
  const full = marks.before.resolveType(name);
  marks.at(type.location, () => {
    if (marks.before.table(full)) marks.reads(knownRelationPath(marks.before, full));
    else marks.reads(typePath(full));
    if (!marks.before.table(full) && !marks.before.userType(full)) markExtension(marks, name.name);
  });
}

/** `orders.id%TYPE` */
function markTypeOfColumn(marks: Marks, type: Fields<'TypeName'>): void {
  const { table, column } = columnMeant(type);
  if (table) markColumnRead(marks, marks.before.resolve(table), column);
}

/** Functions, and the objects whose names are given to them. */
function markCalls(marks: Marks, value: unknown, sources: readonly Source[]): void {
  for (const call of nodesOf('FuncCall', value)) marks.at(call.location, () => markCall(marks, call, sources));
  for (const { typeName, arg } of nodesOf('TypeCast', value))
    markNamed(marks, nameOf(typeName?.names)?.name, textOf(arg));
}

export function markCall(
  marks: Marks,
  { funcname, args = [] }: Fields<'FuncCall'>,
  sources: readonly Source[] = [],
): void {
  const name = nameOf(funcname);
  if (!name) return;
  markFunctionRead(marks, name, args, sources);
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

/** Casts that files make. Where the type of a value is not known, it may be any cast to the other type. */
function markCasts(marks: Marks, value: unknown, sources: readonly Source[]): void {
  if (!marks.made.has(CASTS)) return;
  for (const { typeName, arg } of nodesOf('TypeCast', value)) {
    // A constant in quotes is read by the type itself.
    if (!typeName || as('A_Const', arg)?.sval) continue;
    const { name, array } = typeOf(marks.before, typeName);
    const from = arg && typeKnown(marks, arg, sources);
    if (array || from?.array) continue;
    if (from) marks.reads(castPath(name, from.name));
    else marks.readsAll(castPath(name), !name.includes('.'));
  }
}

/** Among what files have made: some cast. */
export const CASTS = 'casts';

export function markSchemaObject(marks: Marks, word: string, name: QualifiedName | undefined): void {
  if (!name || name.schema === 'pg_catalog') return;
  marks.reads(schemaObjectPath(word, { schema: name.schema ?? marks.before.defaultSchema, name: name.name }));
  markExtension(marks, name.name);
}
