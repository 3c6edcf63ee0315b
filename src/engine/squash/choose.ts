import type { MigrationGraph } from '../../graph/graph.ts';
import type { Migration } from '../../migration/migration.ts';
import { inForce, type LedgerEntry } from '../../plan/ledger-entry.ts';
import type { MigrationFile } from '../../plan/migration-file.ts';
import { type MigrationStatus, reconcile } from '../../plan/reconcile.ts';
import { dependentLines, dependentsOf } from '../../plan/standing.ts';
import type { PlannedMigration } from '../../plan/up.ts';
import { gather, Problem } from '../../problem/problem.ts';
import { count } from '../../problem/quantity.ts';
import { whyNotInTransaction } from '../../sql/transactional.ts';
import { type GuardedMigration, planWithGuarded } from '../generated/guarded.ts';
import { readGraph } from '../graph/read-graph.ts';
import { beyondOf } from './text.ts';

/** Which migrations become one, in the order in which they run. */
export interface Chosen {
  readonly folded: readonly PlannedMigration[];
  /** Among them in order, and files of their own all the same: not every server can run them. */
  readonly kept: readonly GuardedMigration[];
}

const STATE = { state: 'Nothing was written.' };

/** Everything up to `to`; Problem `squash-refused` where something of it cannot be folded, with all that stands against it. */
export async function chooseFolded(
  files: readonly MigrationFile[],
  to: string,
  place: { readonly serverVersionNum: number; readonly searchPath: string | undefined },
): Promise<Chosen> {
  const { migrations, guarded } = planWithGuarded(files, place.serverVersionNum);
  const upTo = migrations.slice(0, migrations.findIndex(({ version }) => version === to) + 1);
  const folded = upTo.filter(({ version }) => !guarded.has(version));
  const kept = upTo.flatMap(({ version }) => guarded.get(version) ?? []);
  if (folded.length < 2) throw nothingToFold(to, folded, kept);
  const complaints = [
    ...(kept.length === 0 ? [] : standingOnKept(await graphOf(files, place.searchPath), folded, kept)),
    ...cannotBeginWith(
      folded.map(({ migration }) => migration),
      place.serverVersionNum,
    ),
  ];
  if (complaints.length > 0) throw gather('squash-refused', 'some of these migrations cannot be folded', complaints);
  return { folded, kept };
}

function nothingToFold(to: string, folded: readonly PlannedMigration[], kept: readonly GuardedMigration[]): Problem {
  const besides = kept.length === 0 ? '' : `, without ${count(kept.length, 'migration')} that not every server can run`;
  return new Problem('squash-refused', 'there is nothing to fold', {
    found: `${count(folded.length, 'migration')} up to ${to}${besides}`,
    expected: 'two or more',
    ...STATE,
  });
}

async function graphOf(files: readonly MigrationFile[], searchPath: string | undefined): Promise<MigrationGraph> {
  return (await readGraph(reconcile(files, []), { searchPath, byNumber: true })).graph;
}

/** What stays a file of its own runs behind the squash, so nothing in that may stand on it. */
function standingOnKept(
  graph: MigrationGraph,
  folded: readonly PlannedMigration[],
  kept: readonly GuardedMigration[],
): Problem[] {
  const isFolded = new Set(folded.map(({ version }) => version));
  return kept.flatMap(({ version, migration, extensions }) => {
    const standing = dependentsOf(graph, version).filter((one) => isFolded.has(one.version));
    if (standing.length === 0) return [];
    return new Problem(
      'squash-refused',
      `${version} requires the extension ${extensions.join(', ')} and stays a file of its own, but what is folded stands on it`,
      {
        version,
        where: { file: migration.file },
        found: dependentLines(standing, version).join('\n'),
        ...STATE,
        next: [
          'Squash up to a migration before it.',
          `Or, where every server has the extension by now, take "-- Requires:" out of ${migration.file}.`,
        ],
      },
    );
  });
}

/** What acts on the whole server is taken over as it is, into the one transaction. */
function cannotBeginWith(folded: readonly Migration[], serverVersionNum: number): Problem[] {
  return folded.flatMap((migration) =>
    beyondOf([migration]).flatMap(({ sql, words, line, column }) => {
      const why = whyNotInTransaction(sql, words, serverVersionNum);
      if (why === undefined) return [];
      return new Problem('squash-refused', `${migration.version} acts beyond the database, outside a transaction`, {
        version: migration.version,
        where: { file: migration.file, line, column },
        found: why,
        ...STATE,
        next: ['Squash up to a migration before it.'],
      });
    }),
  );
}

/** A database where some of it is not applied could never take the squash for applied. */
export function refuseUnapplied(
  files: readonly MigrationFile[],
  folded: readonly PlannedMigration[],
  { database, entries }: { readonly database: string; readonly entries: readonly LedgerEntry[] },
): void {
  const versions = new Set(folded.map(({ version }) => version));
  const statuses = reconcile(files, entries).filter(({ version }) => versions.has(version));
  const complaints = statuses.filter((one) => !isApplied(one)).map((one) => unappliedProblem(one, database));
  if (complaints.length === 0) return;
  const heading = `not all of these migrations are applied to ${database} as they are`;
  throw gather('squash-refused', heading, complaints).with(STATE);
}

function isApplied({ state, entry }: MigrationStatus): boolean {
  return (state === 'applied' || state === 'baseline') && entry !== undefined && inForce(entry);
}

function unappliedProblem({ version, state, file }: MigrationStatus, database: string): Problem {
  return new Problem('squash-refused', `${version} is ${state.replace('_', ' ')} in ${database}`, {
    version,
    where: { file: file?.file ?? '' },
    ...STATE,
    next:
      state === 'modified'
        ? ['Restore the file as it was applied, or accept the change: taskflow-db repair --accept']
        : ['Apply it before: taskflow-db migrate', 'Or squash up to a migration before it.'],
  });
}
