import { Problem } from '../problem/problem.ts';
import { inForce } from './ledger-entry.ts';
import type { MigrationStatus } from './reconcile.ts';
import { type Dependent, dependentLines } from './standing.ts';

export interface DownOptions {
  /** Everything applied after this version; the version itself stays. */
  readonly to?: string;
  /** This version alone. */
  readonly version?: string;
  /** What of that which is applied stands on that version: it goes along, or the version stays. */
  readonly standing?: readonly Dependent[];
  /** Undo what stands on it, too. */
  readonly cascade?: boolean;
  /** So many, the last applied first. */
  readonly steps?: number;
}

/** What `rollback` will undo, the last applied first. Throws a Problem where the way back is barred. */
export function planDown(statuses: readonly MigrationStatus[], options: DownOptions): readonly MigrationStatus[] {
  refuseReplaced(statuses, options.version ?? options.to);
  const applied = statuses.filter(({ entry, replacedBy }) => entry && inForce(entry) && replacedBy === undefined);
  const lastFirst = [...applied].sort((a, b) => (b.entry?.appliedOrder ?? 0) - (a.entry?.appliedOrder ?? 0));
  const chosen = choose(lastFirst, options);
  for (const status of chosen) refuseBarred(status);
  return chosen;
}

/** What a squash stands for has no way back of its own. */
function refuseReplaced(statuses: readonly MigrationStatus[], version: string | undefined): void {
  const one = statuses.find((status) => status.version === version);
  if (one?.replacedBy === undefined) return;
  throw new Problem('rollback-refused', `${version} is a part of ${one.replacedBy}, which a rollback never passes`, {
    version: one.version,
    state: 'Nothing was run.',
    next: [`What came after it is undone by: taskflow-db rollback --to ${one.replacedBy}`],
  });
}

function choose(lastFirst: readonly MigrationStatus[], options: DownOptions): readonly MigrationStatus[] {
  if (options.version !== undefined) return withStanding(lastFirst, options.version, options);
  if (options.to !== undefined) return downTo(lastFirst, options.to);
  return lastFirst.slice(0, firstBaseline(lastFirst)).slice(0, options.steps ?? 1);
}

/** Where the steps back end: at the first baseline row met, and with it at everything recorded before. */
function firstBaseline(lastFirst: readonly MigrationStatus[]): number {
  const at = lastFirst.findIndex((status) => status.entry?.type === 'baseline');
  return at < 0 ? lastFirst.length : at;
}

function downTo(lastFirst: readonly MigrationStatus[], to: string): readonly MigrationStatus[] {
  const at = lastFirst.findIndex((status) => status.version === to);
  if (at < 0) throw notApplied(to);
  return lastFirst.slice(0, at);
}

/** It alone where nothing stands on it, else with all that does. */
function withStanding(
  lastFirst: readonly MigrationStatus[],
  version: string,
  { standing = [], cascade = false }: DownOptions,
): readonly MigrationStatus[] {
  const status = lastFirst.find((one) => one.version === version);
  if (!status) throw notApplied(version);
  refuseBeforeBaseline(lastFirst, status);
  refuseBaseline(status);
  if (standing.length > 0 && !cascade) throw stoodOn(lastFirst, status, standing);
  const undone = new Set([version, ...standing.map((one) => one.version)]);
  return lastFirst.filter((one) => undone.has(one.version));
}

function refuseBeforeBaseline(lastFirst: readonly MigrationStatus[], status: MigrationStatus): void {
  const baseline = firstBaseline(lastFirst);
  if (status.entry?.type === 'baseline' || lastFirst.indexOf(status) <= baseline || !lastFirst[baseline]) return;
  const { version } = status;
  throw new Problem('rollback-refused', `${version} was recorded before ${lastFirst[baseline].version}, a baseline`, {
    version,
    state: 'Nothing was run.',
    next: ['What was there before the tool came is undone with a new migration: others may stand on it.'],
  });
}

function stoodOn(
  lastFirst: readonly MigrationStatus[],
  { version }: MigrationStatus,
  standing: readonly Dependent[],
): Problem {
  const [first] = standing;
  const who =
    standing.length === 1
      ? `${first?.version}, which is applied, stands`
      : `${standing.length} applied migrations stand`;
  const before = lastFirst[lastFirst.findIndex((one) => one.version === version) + 1];
  return new Problem('rollback-refused', `${who} on ${version}`, {
    version,
    found: dependentLines(standing, version).join('\n'),
    state: 'Nothing was run.',
    next: [
      `Undo them together, the last applied first: taskflow-db rollback --version ${version} --cascade`,
      ...(before ? [`Or everything after ${before.version}: taskflow-db rollback --to ${before.version}`] : []),
    ],
  });
}

function notApplied(version: string): Problem {
  return new Problem('rollback-refused', `${version} is not applied`, {
    version,
    state: 'Nothing was run.',
    next: ['See what is: taskflow-db status'],
  });
}

function refuseBaseline({ version, entry, replaces = [] }: MigrationStatus): void {
  if (entry?.type !== 'baseline') return;
  const why = replaces.length > 0 ? 'is a squash, recorded and not run here' : 'was there before the tool came';
  throw new Problem('rollback-refused', `${version} ${why} (baseline)`, {
    version,
    state: 'Nothing was run.',
    next: ['A rollback stops before a baseline row; undo what came before it with a new migration.'],
  });
}

function refuseBarred(status: MigrationStatus): void {
  refuseBaseline(status);
  if (status.state === 'modified') {
    throw new Problem(
      'checksum-mismatch',
      `${status.version} was changed after it was applied: its rollback may not fit`,
      {
        version: status.version,
        where: { file: status.file?.file ?? '' },
        state: 'Nothing was run.',
        next: [
          'Restore the file as it was applied.',
          `Or accept the change on record: taskflow-db repair --accept ${status.version} --reason "..."`,
        ],
      },
    );
  }
}
