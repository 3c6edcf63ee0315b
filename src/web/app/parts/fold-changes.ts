import type { ChangeAnswer } from '../../answers/change.ts';

/** With a table that was added or removed come its columns and the rest. */
export function folded<Change extends ChangeAnswer>(changes: readonly Change[]) {
  const whole = new Set(
    changes.filter(({ parent, kind }) => parent === null && kind !== 'changed').map(({ name }) => name),
  );
  const isWith = ({ parent }: Change) => parent !== null && whole.has(parent);
  return {
    heads: changes.filter((change) => !isWith(change)),
    membersOf: ({ name, parent }: Change) =>
      parent === null && whole.has(name) ? changes.filter((change) => change.parent === name && isWith(change)) : [],
  };
}
