import type { KnownFunction, RelationName } from '../known/table.ts';
import { typeOf } from '../known/types.ts';
import type { QualifiedName } from '../sql/token-reader.ts';
import { as, type Fields, type Node } from '../syntax/tree.ts';
import { markExtension } from './extensions.ts';
import type { Marks } from './marks.ts';
import { functionPath } from './paths.ts';
import { signatureOf, signatureOfKnown } from './signature.ts';

/**
 * A function is used. Which of that name is meant its arguments tell, as far as they can; without them it may be any of them.
 * Another one of the name may be a better one, so all that happens to the name comes before or behind.
 */
export function markFunctionRead(marks: Marks, name: QualifiedName, args?: readonly Node[]): void {
  if (name.schema === 'pg_catalog') return;
  const path = functionPath(resolveFunction(marks, name));
  const all = marks.before.functions(name);
  if (all.length === 0) markExtension(marks, name.name);
  const meant = (args ? fitting(marks, all, args) : all).map((one) => signatureOfKnown(one));
  if (meant.length === 0 || meant.length === all.length || meant.includes(undefined)) {
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
function fitting(marks: Marks, all: readonly KnownFunction[], args: readonly Node[]): readonly KnownFunction[] {
  const exact = all.filter((one) => one.arguments.length === args.length);
  const candidates = exact.length > 0 ? exact : all;
  const types = args.map((one) => typeWritten(marks, one));
  const same = candidates.filter(({ arguments: own }) =>
    types.every((type, i) => type === undefined || type === own[i]?.name),
  );
  return exact.length > 0 && same.length > 0 ? same : candidates;
}

/** `'x'::uuid`, `1` */
function typeWritten({ before }: Marks, arg: Node): string | undefined {
  const cast = as('TypeCast', arg);
  if (cast?.typeName) return typeOf(before, cast.typeName).name;
  return as('A_Const', arg)?.ival ? 'int4' : undefined;
}
