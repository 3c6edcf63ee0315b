import { findVersion } from '../migration/find-version.ts';
import { Problem } from '../problem/problem.ts';
import { inForce } from './ledger-entry.ts';
import type { MigrationStatus } from './reconcile.ts';

export interface DownOptions {
  /** Everything applied after this version; the version itself stays. */
  readonly to?: string;
  /** This version alone. */
  readonly version?: string;
  /** So many, the last applied first. */
  readonly steps?: number;
}

/** What `rollback` will undo, the last applied first. Throws a Problem where the way back is barred. */
export function planDown(statuses: readonly MigrationStatus[], options: DownOptions): readonly MigrationStatus[] {
  const applied = statuses.filter((status) => status.entry && inForce(status.entry));
  const lastFirst = [...applied].sort((a, b) => (b.entry?.appliedOrder ?? 0) - (a.entry?.appliedOrder ?? 0));
  const chosen = choose(lastFirst, options);
  for (const status of chosen) refuseBarred(status);
  return chosen;
}

function choose(lastFirst: readonly MigrationStatus[], options: DownOptions): readonly MigrationStatus[] {
  if (options.version !== undefined) return [alone(lastFirst, options.version)];
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

function alone(lastFirst: readonly MigrationStatus[], version: string): MigrationStatus {
  const status = lastFirst.find((one) => one.version === version);
  if (!status) throw notApplied(version);
  const baseline = firstBaseline(lastFirst);
  if (status.entry?.type !== 'baseline' && lastFirst.indexOf(status) > baseline) {
    throw new Problem(
      'rollback-refused',
      `${version} was recorded before ${lastFirst[baseline]?.version}, a baseline`,
      {
        version,
        state: 'Nothing was run.',
        next: ['What was there before the tool came is undone with a new migration: others may stand on it.'],
      },
    );
  }
  const dependents = lastFirst.filter((one) => one !== status && dependsOn(one, version, lastFirst));
  if (dependents.length === 0) return status;
  throw new Problem(
    'rollback-refused',
    `${version} is needed by ${dependents.map((one) => one.version).join(', ')}, which would be left standing on nothing`,
    { version, state: 'Nothing was run.', next: wayDown(lastFirst, status, dependents) },
  );
}

/** Undo the dependents first, or everything back to what was applied before this version. */
function wayDown(
  lastFirst: readonly MigrationStatus[],
  status: MigrationStatus,
  dependents: readonly MigrationStatus[],
): string[] {
  const before = lastFirst[lastFirst.indexOf(status) + 1];
  const first = `Undo first: taskflow-db rollback --version ${dependents[0]?.version}`;
  return before
    ? [first, `Or everything after ${before.version}: taskflow-db rollback --to ${before.version}`]
    : [first];
}

/** Only a file that is there can say what it depends on. */
function dependsOn(status: MigrationStatus, version: string, known: readonly MigrationStatus[]): boolean {
  if (!status.file) return false;
  try {
    const depends = status.file.load().headers.depends;
    return depends.some((text) => {
      const found = findVersion(known, text);
      return !(found instanceof Problem) && found.version === version;
    });
  } catch (error) {
    if (error instanceof Problem) return false;
    throw error;
  }
}

function notApplied(version: string): Problem {
  return new Problem('rollback-refused', `${version} is not applied`, {
    version,
    state: 'Nothing was run.',
    next: ['See what is: taskflow-db status'],
  });
}

function refuseBarred(status: MigrationStatus): void {
  if (status.entry?.type === 'baseline') {
    throw new Problem('rollback-refused', `${status.version} was there before the tool came (baseline)`, {
      version: status.version,
      state: 'Nothing was run.',
      next: ['A rollback stops before a baseline row; undo what came before it with a new migration.'],
    });
  }
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
