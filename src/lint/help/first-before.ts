import type { Subject } from '../rule.ts';

/**
 * Finds the first of the earlier statements for which `find` finds something. Those of a transaction grow statement by statement,
 * so that each is looked at once, however many follow it.
 */
export function firstBefore<Found>(find: (earlier: Subject) => Found | undefined) {
  const known = new WeakMap<readonly Subject[], { seen: number; found: Found | undefined }>();
  return ({ before }: Subject): Found | undefined => {
    const memory = known.get(before) ?? { seen: 0, found: undefined };
    known.set(before, memory);
    while (memory.found === undefined && memory.seen < before.length) memory.found = find(before[memory.seen++]!);
    return memory.found;
  };
}
