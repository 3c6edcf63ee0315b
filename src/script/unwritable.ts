import { objectName } from '../catalog/object-name.ts';
import type { Context } from './context.ts';
import type { Key, Side } from './side.ts';
import type { Step } from './step.ts';

/**
 * The steps that can be written: a kind that has no SQL here leaves an empty step behind, and what needs such an object cannot
 * be made, nor what such an object needs dropped. They are named.
 */
export function withoutUnwritable(steps: readonly Step[], context: Context): Step[] {
  const { before, after } = context;
  const unmade = new Map<Key, string>();
  const undropped = new Map<Key, string>();
  let left = [...steps];
  for (let found = left.filter(({ unwritable }) => unwritable); found.length > 0; ) {
    for (const step of found) {
      for (const key of step.makes) unmade.set(key, nameOf(key, after));
      for (const key of step.drops) undropped.set(key, nameOf(key, before));
    }
    left = left.filter((step) => !found.includes(step));
    found = left.filter((step) => isHindered(step, unmade, undropped, context));
  }
  return left;
}

function isHindered(
  step: Step,
  unmade: ReadonlyMap<Key, string>,
  undropped: ReadonlyMap<Key, string>,
  context: Context,
): boolean {
  const { before, after } = context;
  const says = (key: Key, side: Side, why: string | undefined): boolean => {
    if (why === undefined) return false;
    context.cannot(side.nodes.get(key)!.one, why);
    return true;
  };
  const isDependence = (how: string) => how === 'needs' || how === 'falls with';
  for (const key of step.makes) {
    const needed = after.needs(key).find(({ to, how }) => isDependence(how) && unmade.has(to));
    if (says(key, after, needed && `it needs the ${unmade.get(needed.to)}, which is not written`)) return true;
  }
  for (const key of step.drops) {
    const needing = before.neededBy(key).find(({ from, how }) => how === 'needs' && undropped.has(from));
    if (says(key, before, needing && `the ${undropped.get(needing.from)}, which is not dropped here, needs it`))
      return true;
  }
  return false;
}

function nameOf(key: Key, side: Side): string {
  const one = side.nodes.get(key)?.one;
  return one ? `${one.type} ${objectName(one)}` : key;
}
