import type { ReplacedVersion } from '../migration/migration.ts';
import { Problem } from '../problem/problem.ts';
import type { MigrationStatus } from './reconcile.ts';
import { named } from './squash.ts';

/** What stands against running anything while these squashes are among the files: everything that was found. */
export function squashComplaints(
  statuses: readonly MigrationStatus[],
  isToApply: (status: MigrationStatus) => boolean,
): Problem[] {
  return [
    ...statuses.filter(({ lacking = [] }) => lacking.length > 0).map(incompleteProblem),
    ...statuses.filter(({ differing = [] }) => differing.length > 0).map(differingProblem),
    ...statuses.filter((one) => one.replacedBy !== undefined && isToApply(one)).map(bothProblem),
  ];
}

function incompleteProblem({ version, file, replaces = [], lacking = [] }: MigrationStatus): Problem {
  const { folder, last } = completing(file?.file ?? '', replaces, lacking);
  return new Problem('squash-incomplete', `the database has only a part of what ${version} stands for`, {
    version,
    where: { file: file?.file ?? '' },
    found: `not applied: ${named(lacking)}`,
    expected: 'all of it, or nothing',
    next: [
      `Apply what is lacking from the files that were folded: taskflow-db migrate --dir ${folder} --to ${last}`,
      'Then run this command again.',
    ],
  });
}

/** The archive with the first that is lacking, and the last of those in it: one squash may be in another. */
function completing(file: string, replaces: readonly ReplacedVersion[], lacking: readonly string[]) {
  const homeOf = (version: string) => replaces.findLast((one) => one.version === version)?.within ?? null;
  const within = homeOf(lacking[0] ?? '');
  const last = lacking.findLast((one) => homeOf(one) === within);
  const folder = archiveOf(within === null ? file : file.replace(/[^/\\]+\.sql$/i, `${within}.sql`));
  return { folder, last };
}

/** Where the files lie that a squash stands for, beside it. */
export function archiveOf(file: string): string {
  return file.replace(/([^/\\]+)\.sql$/i, 'squashed/$1');
}

function differingProblem({ version, file, differing = [] }: MigrationStatus): Problem {
  const archive = archiveOf(file?.file ?? '');
  return new Problem('checksum-mismatch', `the database has something else than what ${version} was made of`, {
    version,
    where: { file: file?.file ?? '' },
    found: `applied with other SQL: ${named(differing)}`,
    next: [
      `See what differs: taskflow-db status --dir ${archive}`,
      `If it is harmless and meant: taskflow-db repair --dir ${archive} --accept ${differing[0]} --reason "..."`,
    ],
  });
}

function bothProblem({ version, file, replacedBy }: MigrationStatus): Problem {
  return new Problem('squash-incomplete', `${version} is still there, and ${replacedBy} stands for it`, {
    version,
    where: { file: file?.file ?? '' },
    next: [
      `If a squash was interrupted, finish it: taskflow-db squash --to ${replacedBy}`,
      'Else take one of the two out of the folders.',
    ],
  });
}
