import type { OrderNode } from '../graph/order.ts';
import type { Migration } from '../migration/migration.ts';
import { Problem } from '../problem/problem.ts';
import type { MigrationStatus } from './reconcile.ts';

interface Candidate extends OrderNode {
  readonly migration: Migration;
}

/**
 * One problem for each file that was applied under another number, whose file is gone: to run it would do the same again.
 * The same is what has both the name behind the number and the body; a common body alone, such as a refresh, says nothing.
 */
export function renamedOnes(candidates: readonly Candidate[], statuses: readonly MigrationStatus[]): Problem[] {
  const gone = statuses.filter(({ state, replacedBy }) => state === 'missing' && replacedBy === undefined);
  if (gone.length === 0) return [];
  return candidates.flatMap((one) => {
    const before = gone.find(
      ({ version, entry }) =>
        entry?.bodyChecksum === one.migration.bodyChecksum && nameOf(version) === nameOf(one.version),
    );
    return before ? [renamedProblem(one, before.version)] : [];
  });
}

/** `_add_tags` of `003_add_tags`. */
function nameOf(version: string): string {
  return version.replace(/^\d+/, '');
}

function renamedProblem({ version, file }: Candidate, before: string): Problem {
  const reason = `--reason "${before} is ${version} now"`;
  return new Problem('order', `${version} is applied already, as ${before}`, {
    version,
    where: { file },
    found: `the same SQL under another number; ${before} has no file any more`,
    next: [
      `If it was renumbered, let the record follow, in this order: taskflow-db repair --mark-applied ${version} ${reason}`,
      `Then: taskflow-db repair --mark-not-applied ${before} ${reason}`,
      `Or undo what it did, and migrate again: taskflow-db rollback --version ${before}`,
      'Or, if it is meant to run once more, give it another name behind its number.',
    ],
  });
}
