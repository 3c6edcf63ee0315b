import type { KnownFunction, KnownType, RelationName } from '../known/table.ts';
import { typeOf } from '../known/types.ts';
import type { QualifiedName } from '../sql/token-reader.ts';
import { stringsOf } from '../syntax/names.ts';
import { as, type Fields, type Node } from '../syntax/tree.ts';
import { hasColumn } from './columns-read.ts';
import { markExtension } from './extensions.ts';
import type { Marks } from './marks.ts';
import { functionPath } from './paths.ts';
import { signatureOf, signatureOfKnown } from './signature.ts';
import type { Source } from './source.ts';

/**
 * A function is used. Which of that name is meant its arguments tell, as far as they can; without them it may be any of them.
 * Another one of the name may be a better one, so all that happens to the name comes before or behind; so does what happens to its
 * properties.
 */
export function markFunctionRead(
  marks: Marks,
  name: QualifiedName,
  args?: readonly Node[],
  sources: readonly Source[] = [],
): void {
  if (name.schema === 'pg_catalog') return;
  const path = functionPath(resolveFunction(marks, name));
  const all = marks.before.functions(name);
  if (all.length === 0) markExtension(marks, name.name);
  const meant = (args ? fitting(marks, all, args, sources) : all).map((one) => signatureOfKnown(one));
  if (meant.length === 0 || meant.includes(undefined)) {
    marks.readsAll(path);
    return;
  }
  for (const signature of meant) marks.reads(functionPath(resolveFunction(marks, name), signature));
  marks.readsAll(path, true);
}

/** One that is named with the types of its arguments: `f(int)`. */
export function markFunctionNamed(
  marks: Marks,
  named: Fields<'ObjectWithArgs'> | undefined,
  name: QualifiedName,
): void {
  const full = resolveFunction(marks, name);
  if (!named?.objargs) marks.readsAll(functionPath(full));
  else marks.reads(functionPath(full, signatureOf(marks.before, named.objargs)));
  if (marks.before.functions(name).length === 0) markExtension(marks, name.name);
}

export function resolveFunction({ before }: Marks, name: QualifiedName): RelationName {
  return before.functions(name)[0]?.name ?? { schema: name.schema ?? before.defaultSchema, name: name.name };
}

/** Those with as many arguments, if there are some, and of the types that are written out. */
function fitting(
  marks: Marks,
  all: readonly KnownFunction[],
  args: readonly Node[],
  sources: readonly Source[],
): readonly KnownFunction[] {
  const exact = all.filter((one) => one.arguments.length === args.length);
  const candidates = exact.length > 0 ? exact : all;
  const types = args.map((one) => typeKnown(marks, one, sources));
  const same = candidates.filter(({ arguments: own }) =>
    types.every((type, i) => type === undefined || sameType(type, own[i])),
  );
  return exact.length > 0 && same.length > 0 ? same : candidates;
}

function sameType(a: KnownType, b: KnownType | undefined): boolean {
  return a.name === b?.name && a.array === b.array;
}

/** `'x'::uuid`, `1`, a column of the only table that has it */
export function typeKnown(marks: Marks, arg: Node, sources: readonly Source[]): KnownType | undefined {
  const cast = as('TypeCast', arg);
  if (cast?.typeName) return typeOf(marks.before, cast.typeName);
  const reference = as('ColumnRef', arg);
  if (reference) return columnMeant(marks, stringsOf(reference.fields), sources);
  return as('A_Const', arg)?.ival ? { name: 'int4', modifiers: [], array: false } : undefined;
}

function columnMeant(marks: Marks, names: readonly string[], sources: readonly Source[]): KnownType | undefined {
  const [column = '', qualifier] = [...names].reverse();
  const meant = sources.filter(
    (one) => (qualifier === undefined || one.aliases.includes(qualifier)) && hasColumn(marks, one, column),
  );
  const [only] = meant.length === 1 ? meant : [];
  return only && marks.before.table(only.name)?.columns.get(only.renamed.get(column) ?? column)?.type;
}
