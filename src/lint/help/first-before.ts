import type { Subject } from '../rule.ts';
import { gatherBefore } from './gather-before.ts';

/** Finds the first of the earlier statements for which `find` finds something. */
export function firstBefore<Found>(find: (earlier: Subject) => Found | undefined) {
  const first = gatherBefore<{ found?: Found | undefined }>(
    () => ({}),
    (memory, earlier) => {
      memory.found ??= find(earlier);
    },
  );
  return (subject: Subject): Found | undefined => first(subject).found;
}
