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
    .map((twins) => twinProblem(twins, [...twins].reverse().find(isToApply)));

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

function twinProblem(twins: readonly MigrationStatus[], later: MigrationStatus | undefined): Problem {
  const files = twins.map((twin) => twin.file?.file ?? twin.version);
  return new Problem('order', `these migrations have one number: ${files.join(', ')}`, {
    where: { file: (later ?? twins[0])?.file?.file ?? '' },
    next: [
      'Give the one that comes later the next free number (rename its file).',
      `Or say what comes first in the header of the other: -- Depends: ${twins[0]?.version}`,
    ],
  });
}
