import { compareByNumber, type OrderNode, orderMigrations } from '../graph/order.ts';
import type { Migration } from '../migration/migration.ts';
import type { ProblemCode } from '../problem/codes.ts';
import { gather, Problem } from '../problem/problem.ts';
import { isInForce, isToApply, orderNode } from './candidate.ts';
import { type ExtensionState, unmetRequirement } from './extensions.ts';
import type { Held, HeldMigration } from './held.ts';
import { isLate, orderedBy } from './late.ts';
import type { MigrationFile } from './migration-file.ts';
import type { MigrationStatus } from './reconcile.ts';
import { renamedOnes } from './renamed.ts';
import { sameNumber } from './same-number.ts';
import { squashComplaints } from './squash-complaints.ts';
import { planBatches, planMigrationSteps, type StepPlan } from './steps.ts';

export interface UpOptions {
  /** Everything up to this version, in order. */
  readonly to?: string;
  /** This version and what it needs. */
  readonly only?: string;
  readonly allowLate: boolean;
  readonly serverVersionNum: number;
  readonly extensions: ReadonlyMap<string, ExtensionState>;
  /** Versions that are passed over for now. */
  readonly held?: ReadonlyMap<string, Held>;
  /** Data migrations run as one transaction over all rows: where nobody else is in the database. */
  readonly whole?: boolean | undefined;
  /** The version up to which the database was baselined: a later file below it is late too. */
  readonly baselineVersion?: string | undefined;
}

export interface PlannedMigration {
  readonly version: string;
  readonly migration: Migration;
  readonly status: MigrationStatus;
  /** As resolved from its header. */
  readonly depends: readonly string[];
  readonly plan: StepPlan;
}

export interface SkippedMigration {
  readonly version: string;
  readonly migration: Migration;
  readonly status: MigrationStatus;
  readonly reason: string;
}

/** It stands on a data migration that is not done yet. */
export interface WaitingMigration {
  readonly version: string;
  readonly migration: Migration;
  readonly status: MigrationStatus;
  /** Which one, or what waits for it in turn; and how that is known. */
  readonly on: string;
  readonly reason: string;
}

/** What `migrate` will do, decided once from what was read, then frozen. */
export interface UpPlan {
  readonly migrations: readonly PlannedMigration[];
  readonly skipped: readonly SkippedMigration[];
  /** They stay pending, and what needs them. */
  readonly held: readonly HeldMigration[];
  /** Data migrations that are left to `data run`, and what waits until they are done. */
  readonly background: readonly PlannedMigration[];
  readonly waiting: readonly WaitingMigration[];
  /** Applied versions whose files are gone. */
  readonly warnings: readonly string[];
  /** Squashes whose migrations are all in force: they only have to be put on record. */
  readonly standIns: readonly MigrationStatus[];
  /** What is worth knowing and warns of nothing: headers, comments and sections that were changed since. */
  readonly notes: readonly string[];
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
  refuseHalfRolledBack(statuses);
  refuseHalfSquashed(statuses);
  const candidates = loadCandidates(statuses);
  const standIns = statuses.filter(({ unrecorded = false }) => unrecorded);
  const remarks = { warnings: missingWarnings(statuses), notes: notesOf(statuses), standIns };
  if (candidates.length === 0) return { migrations: [], skipped: [], held: [], ...NOTHING_HELD, ...remarks };
  const settled = new Set(statuses.filter(isInForce).map((status) => status.version));
  const { ordered, problems } = orderMigrations(candidates, settled);
  const chosen = choose(ordered, options);
  const complaints = [...problems, ...renamedOnes(chosen, statuses), ...sameNumber(candidates, statuses, isToApply)];
  if (!options.allowLate) complaints.push(...lateOnes(chosen, statuses, options.baselineVersion));
  if (complaints.length > 0) throw refusal('order', 'the order of these migrations is not clear', complaints);
  return { ...split(chosen, options), ...NOTHING_HELD, ...remarks };
}

const NOTHING_HELD = { background: [], waiting: [] } as const;

function refusal(code: ProblemCode, heading: string, complaints: readonly Problem[]): Problem {
  return gather(code, heading, complaints).with({ state: 'Nothing was run.' });
}

/** An applied file whose body was changed: the database holds something else than the file says. */
function refuseModified(statuses: readonly MigrationStatus[]): void {
  const modified = statuses.filter((status) => status.state === 'modified');
  if (modified.length === 0) return;
  throw refusal('checksum-mismatch', 'applied migrations were changed', modified.map(modifiedProblem));
}

/** Neither applied nor rolled back: what comes behind it would stand on a half. */
function refuseHalfRolledBack(statuses: readonly MigrationStatus[]): void {
  const half = statuses.filter((status) => status.state === 'interrupted' && isInForce(status));
  if (half.length === 0) return;
  throw refusal('interrupted', 'some migrations are half rolled back', half.map(halfProblem));
}

/** What a squash stands for is there as a whole or not at all, and its files are not. */
export function refuseHalfSquashed(statuses: readonly MigrationStatus[]): void {
  const complaints = squashComplaints(statuses, isToApply);
  const [first] = complaints;
  if (first) throw refusal(first.code, 'squashed migrations are there in part', complaints);
}

function halfProblem({ version, notes }: MigrationStatus): Problem {
  return new Problem('interrupted', `${version} is half rolled back: ${notes.join('; ')}`, {
    version,
    next: [`Finish it: taskflow-db rollback --version ${version}; then run migrate again.`],
  });
}

function modifiedProblem(status: MigrationStatus): Problem {
  return new Problem('checksum-mismatch', `${status.version} was changed after it was applied`, {
    version: status.version,
    where: { file: status.file?.file ?? '' },
    found: `checksum ${status.file?.checksum}`,
    expected: `checksum ${status.entry?.checksum}, recorded ${status.entry?.appliedAt ?? ''}`.trimEnd(),
    next: [
      'Restore the file as it was applied, and put the change into a new migration.',
      `If the change is harmless and meant: taskflow-db repair --accept ${status.version} --reason "..."`,
    ],
  });
}

function loadCandidates(statuses: readonly MigrationStatus[]): Candidate[] {
  const complaints: Problem[] = [];
  const candidates: Candidate[] = [];
  for (const status of statuses) {
    if (!status.file || !isToApply(status)) continue;
    try {
      const migration = status.file.load();
      candidates.push({
        ...orderNode(status, status.file, migration, statuses),
        status,
        source: status.file,
        migration,
      });
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      complaints.push(error);
    }
  }
  if (complaints.length > 0) throw refusal('catalogue', 'some migrations cannot be read', complaints);
  return candidates;
}

function choose(ordered: readonly Candidate[], options: UpOptions): readonly Candidate[] {
  if (options.only !== undefined) return withNeeds(ordered, [options.only]);
  if (options.to === undefined) return ordered;
  const at = ordered.findIndex((one) => one.version === options.to);
  return at < 0 ? upToApplied(ordered, options.to) : ordered.slice(0, at + 1);
}

/** The target is applied already: what stands before it by number is still to come, and what that needs. */
function upToApplied(ordered: readonly Candidate[], to: string): readonly Candidate[] {
  const number = BigInt(/^\d+/.exec(to)?.[0] ?? '0');
  const before = ordered.filter((one) => compareByNumber(one, { number, version: to }) < 0);
  return withNeeds(
    ordered,
    before.map((one) => one.version),
  );
}

function withNeeds(ordered: readonly Candidate[], wanted: readonly string[]): readonly Candidate[] {
  const needed = new Set(wanted);
  for (const one of [...ordered].reverse()) {
    if (needed.has(one.version)) for (const version of one.depends) needed.add(version);
  }
  return ordered.filter((one) => needed.has(one.version));
}

function lateOnes(
  chosen: readonly Candidate[],
  statuses: readonly MigrationStatus[],
  baselineVersion: string | undefined,
): Problem[] {
  const last = orderedBy(statuses, baselineVersion).at(-1);
  if (!last) return [];
  return chosen
    .filter((one) => isLate({ ...one, isNew: one.status.entry === undefined }, last))
    .map((one) => lateProblem(one, last.version));
}

function lateProblem(one: Candidate, applied: string): Problem {
  return new Problem('late-migration', `${one.version} is late: ${applied}, which has a higher number, is applied`, {
    version: one.version,
    where: { file: one.file },
    next: [
      `Give it a number after ${applied}, if it was written later: taskflow-db renumber`,
      'Or say what it needs in its header: -- Depends: VERSION',
      'Or, if it does not matter that it runs later here than elsewhere: taskflow-db migrate --allow-late',
    ],
  });
}

function split(chosen: readonly Candidate[], options: UpOptions): Pick<UpPlan, 'migrations' | 'skipped' | 'held'> {
  const migrations: PlannedMigration[] = [];
  const skipped: SkippedMigration[] = [];
  const skippedVersions = new Set<string>();
  const held = new Map<string, HeldMigration>();
  for (const { version, migration, status, depends } of chosen) {
    const reason = skipReason(migration, depends, skippedVersions, options.extensions);
    const hold = options.held?.get(version) ?? heldWith(depends, held);
    if (reason === undefined && hold) held.set(version, { version, migration, status, ...hold });
    else if (reason === undefined) {
      migrations.push({ version, migration, status, depends, plan: planOf(migration, options) });
    } else {
      skippedVersions.add(version);
      skipped.push({ version, migration, status, reason });
    }
  }
  return { migrations, skipped, held: [...held.values()] };
}

function heldWith(depends: readonly string[], held: ReadonlyMap<string, HeldMigration>): Held | undefined {
  const needed = depends.find((version) => held.has(version));
  if (needed === undefined) return undefined;
  return { reason: `it depends on ${needed}, which is held back`, evidence: [], forcible: false };
}

function planOf(migration: Migration, { serverVersionNum, whole }: UpOptions): StepPlan {
  if (migration.data && !whole) return planBatches(migration.statements, serverVersionNum);
  return stepsOf(migration, serverVersionNum);
}

/** A run plans twice, before it asks and under the lock. */
const steps = new WeakMap<Migration, { readonly serverVersionNum: number; readonly plan: StepPlan }>();

function stepsOf(migration: Migration, serverVersionNum: number): StepPlan {
  const known = steps.get(migration);
  if (known?.serverVersionNum === serverVersionNum) return known.plan;
  const plan = planMigrationSteps(migration, serverVersionNum);
  steps.set(migration, { serverVersionNum, plan });
  return plan;
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

function notesOf(statuses: readonly MigrationStatus[]): string[] {
  return statuses
    .filter(({ replacedBy, unrecorded }) => replacedBy === undefined && !unrecorded)
    .flatMap((status) => status.notes.map((note) => `${status.version}: ${note}`));
}

function missingWarnings(statuses: readonly MigrationStatus[]): string[] {
  const versions = statuses.filter((status) => status.state === 'missing').map((status) => status.version);
  if (versions.length <= MISSING_NAMED_MAX)
    return versions.map((version) => `${version} is applied, but its file is gone`);
  return [
    `${versions.length} applied versions have no file any more: ${versions[0]} ... ${versions.at(-1)} (see status)`,
  ];
}
