import type { Access } from '../graph/access.ts';
import type { ObjectPath } from '../graph/object.ts';
import { as, type Node } from '../syntax/tree.ts';
import { makesWhole } from './cascade.ts';
import type { Dependency, Dependents } from './dependents.ts';
import { type Marks, WHAT_IT_MAKES } from './marks.ts';
import { functionPath } from './paths.ts';
import { signatureOfKnown } from './signature.ts';

/** What the objects that a statement has made depend on now. */
export function learnDependents(dependents: Dependents, marks: Marks, node: Node): void {
  for (const [from, to] of marks.moved) dependents.move(from, to);
  const makes = makesWhole(node);
  if (makes || as('AlterTableStmt', node))
    for (const { manner, weak, object } of marks.accesses)
      if (manner === 'changes' && !weak) dependents.replace(object);
  const made = makes ? madeBy(marks) : [];
  dependents.learn(
    marks.dependencies
      .flatMap((one) => withSignature(marks, one))
      .flatMap((one) => (one.of === WHAT_IT_MAKES ? made.map((of) => ({ ...one, of })) : [one])),
  );
}

/** BEGIN ATOMIC is kept as it was read: the function depends on what it names. */
export function learnBody(dependents: Dependents, made: Marks, done: readonly Access[]): void {
  const needed = done.filter(({ manner, weak }) => manner === 'reads' && !weak);
  for (const of of madeBy(made))
    dependents.learn(needed.flatMap(({ object, whole }) => withSignature(made, { of, on: object, whole })));
}

/** The objects that a statement makes, or makes anew. */
function madeBy({ accesses }: Marks): ObjectPath[] {
  return accesses.flatMap(({ manner, weak, object }) =>
    (manner === 'creates' || manner === 'changes') && !weak ? [object] : [],
  );
}

export function droppedBy({ accesses }: Marks): ObjectPath[] {
  return accesses.flatMap(({ manner, object }) => (manner === 'drops' ? [object] : []));
}

/** A function that is called by its name is the one of that name; of several nobody knows which one. */
function withSignature({ before }: Marks, one: Dependency): Dependency[] {
  const [schema, routine, signature] = one.on;
  if (routine?.space !== 'function' || signature || !schema) return [one];
  const [only, ...others] = before.functions({ schema: schema.name, name: routine.name });
  const types = only && others.length === 0 ? signatureOfKnown(only) : undefined;
  return types === undefined ? [] : [{ ...one, on: functionPath(only!.name, types), whole: false }];
}
