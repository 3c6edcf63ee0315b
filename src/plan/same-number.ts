import type { OrderNode } from '../graph/order.ts';
import { Problem } from '../problem/problem.ts';
import type { MigrationStatus } from './reconcile.ts';

/** One problem for each number that several files have, some of them still to be applied, and nothing that orders them all. */
export function sameNumber(
  candidates: readonly OrderNode[],
  statuses: readonly MigrationStatus[],
  isToApply: (status: MigrationStatus) => boolean,
): Problem[] {
  const byNumber = new Map<bigint, MigrationStatus[]>();
  for (const status of statuses.filter(({ file }) => file)) {
    byNumber.set(status.number, [...(byNumber.get(status.number) ?? []), status]);
  }
  const depends = new Map(candidates.map((one) => [one.version, one.depends]));
  return [...byNumber.values()]
    .filter((twins) => twins.some((a, i) => twins.slice(i + 1).some((b) => isOpen(a, b))))
    .map((twins) => twinProblem(twins, isToApply));

  function isOpen(a: MigrationStatus, b: MigrationStatus): boolean {
    if (!isToApply(a) && !isToApply(b)) return false;
    return !needs(depends, a.version, b.version) && !needs(depends, b.version, a.version);
  }
}

/** Whether one version needs another, directly or through others. */
function needs(depends: ReadonlyMap<string, readonly string[]>, version: string, needed: string): boolean {
  const seen = new Set([version]);
  for (const one of seen) for (const next of depends.get(one) ?? []) seen.add(next);
  return version !== needed && seen.has(needed);
}

/** Only a file that is not applied yet may be edited: the advice names that one. */
function twinProblem(twins: readonly MigrationStatus[], isToApply: (status: MigrationStatus) => boolean): Problem {
  const files = twins.map((twin) => twin.file?.file ?? twin.version);
  const open = [...twins].reverse().find(isToApply) ?? twins[0];
  const first = twins.find((twin) => twin !== open);
  return new Problem('order', `these migrations have one number: ${files.join(', ')}`, {
    where: { file: open?.file?.file ?? '' },
    next: [
      'Give the one that came later the next free number: taskflow-db renumber',
      `Or, if ${first?.version} comes first, add to the header of ${open?.file?.file}: -- Depends: ${first?.version}`,
    ],
  });
}
