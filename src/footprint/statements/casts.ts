import type { ObjectPath } from '../../graph/object.ts';
import { typeOf } from '../../known/types.ts';
import { nameOf } from '../../syntax/names.ts';
import { all, as, type Fields, type Node } from '../../syntax/tree.ts';
import { markFunctionNamed } from '../calls.ts';
import type { Marks } from '../marks.ts';
import { castPath } from '../paths.ts';
import { CASTS, markType } from '../reads.ts';

/** CREATE CAST */
export function markCast(marks: Marks, { sourcetype, targettype, func }: Fields<'CreateCastStmt'>): void {
  if (!sourcetype || !targettype) return;
  for (const one of [sourcetype, targettype]) markType(marks, one);
  const name = nameOf(func?.objname);
  if (name) markFunctionNamed(marks, func, name);
  marks.creates(pathOf(marks, sourcetype, targettype));
  marks.made.add(CASTS);
}

/** The cast that DROP or COMMENT names. */
export function castMeant(marks: Marks, object: Node | undefined): ObjectPath | undefined {
  const [from, to] = all('TypeName', as('List', object)?.items);
  return from && to && pathOf(marks, from, to);
}

function pathOf({ before }: Marks, from: Fields<'TypeName'>, to: Fields<'TypeName'>): ObjectPath {
  return castPath(typeOf(before, to).name, typeOf(before, from).name);
}
