import { compareByNumber, type OrderNode, orderMigrations } from '../graph/order.ts';
import { findVersion } from '../migration/find-version.ts';
import type { Migration } from '../migration/migration.ts';
import { gather, Problem } from '../problem/problem.ts';
import { type ExtensionState, unmetRequirement } from './extensions.ts';
import type { MigrationFile } from './migration-file.ts';
import type { MigrationStatus } from './reconcile.ts';
import { TO_APPLY } from './state.ts';
import { planMigrationSteps, type StepPlan } from './steps.ts';

export interface UpOptions {
  /** Everything up to this version, in order. */
  readonly to?: string;
  /** This version and what it needs. */
  readonly only?: string;
  readonly allowLate: boolean;
  readonly serverVersionNum: number;
  readonly extensions: ReadonlyMap<string, ExtensionState>;
  /** The version up to which the database was baselined: a later file below it is late too. */
  readonly baselineVersion?: string | undefined;
}

export interface PlannedMigration {
  readonly version: string;
  readonly migration: Migration;
  readonly status: MigrationStatus;
  readonly plan: StepPlan;
}

export interface SkippedMigration {
  readonly version: string;
  readonly migration: Migration;
  readonly status: MigrationStatus;
  readonly reason: string;
}

/** What `migrate` will do, decided once from what was read, then frozen. */
export interface UpPlan {
  readonly migrations: readonly PlannedMigration[];
  readonly skipped: readonly SkippedMigration[];
  /** Applied versions whose files are gone, and other things worth saying. */
  readonly warnings: readonly string[];
}

/** Headers that a planner needs of the files that are to be applied. */
interface Candidate extends OrderNode {
  readonly status: MigrationStatus;
  readonly source: MigrationFile;
  readonly migration: Migration;
}

/** Decides what to apply. Throws one Problem with everything that stands against it; nothing has run then. */
export function planUp(statuses: readonly MigrationStatus[], options: UpOptions): UpPlan {
  refuseModified(statuses);
  const candidates = loadCandidates(statuses);
  const settled = new Set(statuses.filter((status) => !isToApply(status)).map((status) => status.version));
  const { ordered, problems } = orderMigrations(candidates, settled);
  const chosen = choose(ordered, options);
  const complaints = [...problems, ...sameNumber(candidates, statuses)];
  if (!options.allowLate) complaints.push(...lateOnes(chosen, statuses, options.baselineVersion));
  if (complaints.length > 0) throw gather('order', 'the order of these migrations is not clear', complaints);
  return { ...split(chosen, options), warnings: warningsOf(statuses) };
}

function isToApply(status: MigrationStatus): boolean {
  return status.file !== undefined && TO_APPLY.has(status.state);
}

/** An applied file whose body was changed: the database holds something else than the file says. */
function refuseModified(statuses: readonly MigrationStatus[]): void {
  const modified = statuses.filter((status) => status.state === 'modified');
  if (modified.length === 0) return;
  throw gather('checksum-mismatch', 'applied migrations were changed', modified.map(modifiedProblem));
}

function modifiedProblem(status: MigrationStatus): Problem {
  return new Problem('checksum-mismatch', `${status.version} was changed after it was applied`, {
    version: status.version,
    where: { file: status.file?.file ?? '' },
    found: `checksum ${status.file?.checksum}`,
    expected: `checksum ${status.entry?.checksum}, recorded ${status.entry?.appliedAt ?? ''}`.trimEnd(),
    state: 'Nothing was run.',
    next: [
      'Restore the file as it was applied, and put the change into a new migration.',
      `If the change is harmless and meant: taskflow-db repair --accept ${status.version} --reason "..."`,
    ],
  });
}

function loadCandidates(statuses: readonly MigrationStatus[]): Candidate[] {
  const versions = statuses.map((status) => ({ version: status.version, number: status.number }));
  const complaints: Problem[] = [];
  const candidates: Candidate[] = [];
  for (const status of statuses) {
    if (!status.file || !isToApply(status)) continue;
    try {
      const migration = status.file.load();
      candidates.push({ ...nodeOf(status, status.file, migration, versions), status, source: status.file, migration });
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      complaints.push(error);
    }
  }
  if (complaints.length > 0) throw gather('catalogue', 'some migrations cannot be read', complaints);
  return candidates;
}

function nodeOf(
  status: MigrationStatus,
  file: MigrationFile,
  migration: Migration,
  versions: readonly { version: string; number: bigint }[],
): OrderNode {
  const depends = migration.headers.depends.map((text) => {
    const found = findVersion(versions, text);
    return found instanceof Problem ? text : found.version;
  });
  return { version: status.version, number: status.number, name: file.name, file: file.file, depends };
}

function choose(ordered: readonly Candidate[], options: UpOptions): readonly Candidate[] {
  if (options.only !== undefined) return withNeeds(ordered, options.only);
  if (options.to === undefined) return ordered;
  const at = ordered.findIndex((one) => one.version === options.to);
  return at < 0 ? upToApplied(ordered, options.to) : ordered.slice(0, at + 1);
}

/** The target is applied already: what stands before it by number is still to come. */
function upToApplied(ordered: readonly Candidate[], to: string): readonly Candidate[] {
  const number = BigInt(/^\d+/.exec(to)?.[0] ?? '0');
  return ordered.filter((one) => compareByNumber(one, { number, version: to }) < 0);
}

function withNeeds(ordered: readonly Candidate[], only: string): readonly Candidate[] {
  const needed = new Set([only]);
  for (const one of [...ordered].reverse()) {
    if (needed.has(one.version)) for (const version of one.depends) needed.add(version);
  }
  return ordered.filter((one) => needed.has(one.version));
}

/** Two files with one number, one of them still to be applied, and nothing that orders them. */
function sameNumber(candidates: readonly Candidate[], statuses: readonly MigrationStatus[]): Problem[] {
  const problems: Problem[] = [];
  const withFiles = statuses.filter((status) => status.file);
  const byNumber = new Map<bigint, MigrationStatus[]>();
  for (const status of withFiles) byNumber.set(status.number, [...(byNumber.get(status.number) ?? []), status]);
  const depends = new Map(candidates.map((one) => [one.version, new Set(one.depends)]));
  for (const twins of byNumber.values()) {
    if (twins.length < 2 || !twins.some(isToApply)) continue;
    const ordered = twins.some((a) => twins.some((b) => a !== b && depends.get(a.version)?.has(b.version)));
    if (!ordered) problems.push(twinProblem(twins));
  }
  return problems;
}

function twinProblem(twins: readonly MigrationStatus[]): Problem {
  const files = twins.map((twin) => twin.file?.file ?? twin.version);
  const later = [...twins].reverse().find(isToApply) ?? twins[0];
  return new Problem('order', `these migrations have one number: ${files.join(', ')}`, {
    where: { file: later?.file?.file ?? '' },
    next: [
      'Give the one that comes later the next free number (rename its file).',
      `Or say what comes first in the header of the other: -- Depends: ${twins[0]?.version}`,
    ],
  });
}

/**
 * Lower in number than something applied. What was adopted from before the tool says nothing of order, except up to the
 * version that `baseline --to` named.
 */
function lateOnes(
  chosen: readonly Candidate[],
  statuses: readonly MigrationStatus[],
  baselineVersion: string | undefined,
): Problem[] {
  const applied = statuses.filter(
    (status) =>
      status.file &&
      ((status.entry && (status.state === 'applied' || status.state === 'modified') && status.entry.bodyChecksum) ||
        status.version === baselineVersion),
  );
  const highest = applied.sort(compareByNumber).at(-1);
  if (!highest) return [];
  return chosen
    .filter((one) => one.status.entry === undefined && one.depends.length === 0 && compareByNumber(one, highest) < 0)
    .filter((one) => one.number !== highest.number)
    .map((one) => lateProblem(one, highest.version));
}

function lateProblem(one: Candidate, applied: string): Problem {
  return new Problem('late-migration', `${one.version} is late: ${applied}, which has a higher number, is applied`, {
    version: one.version,
    where: { file: one.file },
    state: 'Nothing was run.',
    next: [
      `Give it a number after ${applied} (rename the file), if it was written later.`,
      'Or say what it needs in its header: -- Depends: VERSION',
      'Or, if it does not matter that it runs later here than elsewhere: taskflow-db migrate --allow-late',
    ],
  });
}

function split(chosen: readonly Candidate[], options: UpOptions): Pick<UpPlan, 'migrations' | 'skipped'> {
  const migrations: PlannedMigration[] = [];
  const skipped: SkippedMigration[] = [];
  const skippedVersions = new Set<string>();
  for (const { version, migration, status, depends } of chosen) {
    const reason = skipReason(migration, depends, skippedVersions, options.extensions);
    if (reason === undefined) {
      migrations.push({ version, migration, status, plan: planMigrationSteps(migration, options.serverVersionNum) });
    } else {
      skippedVersions.add(version);
      skipped.push({ version, migration, status, reason });
    }
  }
  return { migrations, skipped };
}

function skipReason(
  migration: Migration,
  depends: readonly string[],
  skipped: ReadonlySet<string>,
  extensions: ReadonlyMap<string, ExtensionState>,
): string | undefined {
  const needed = depends.find((version) => skipped.has(version));
  if (needed) return `it depends on ${needed}, which is skipped`;
  for (const { extension } of migration.headers.requires) {
    const reason = unmetRequirement(extension, extensions.get(extension));
    if (reason) return reason;
  }
  return undefined;
}

/** As many missing files are named one by one; more are one line. */
const MISSING_NAMED_MAX = 3;

function warningsOf(statuses: readonly MigrationStatus[]): string[] {
  const missing = statuses.filter((status) => status.state === 'missing').map((status) => status.version);
  const notes = statuses.flatMap((status) => status.notes.map((note) => `${status.version}: ${note}`));
  return [...missingWarnings(missing), ...notes];
}

function missingWarnings(versions: readonly string[]): string[] {
  if (versions.length <= MISSING_NAMED_MAX)
    return versions.map((version) => `${version} is applied, but its file is gone`);
  return [
    `${versions.length} applied versions have no file any more: ${versions[0]} ... ${versions.at(-1)} (see status)`,
  ];
}
