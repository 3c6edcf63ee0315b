import type { Subject } from '../rule.ts';

/**
 * Gathers something of the earlier statements of a transaction. They grow statement by statement, so that each is added once,
 * however many follow it and ask. Whoever asks reads the answer at once: it grows as well.
 */
export function gatherBefore<Memory>(begin: () => Memory, add: (memory: Memory, earlier: Subject) => void) {
  const known = new WeakMap<readonly Subject[], { seen: number; readonly memory: Memory }>();
  return ({ before }: Pick<Subject, 'before'>): Memory => {
    let kept = known.get(before);
    if (!kept) known.set(before, (kept = { seen: 0, memory: begin() }));
    while (kept.seen < before.length) add(kept.memory, before[kept.seen++]!);
    return kept.memory;
  };
}
