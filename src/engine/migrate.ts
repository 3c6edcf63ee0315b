import { readFolders, refuseComplaints } from '../files/folders.ts';
import type { Ledger } from '../ledger/read.ts';
import type { Bound } from '../plan/bound.ts';
import type { MigrationFile } from '../plan/migration-file.ts';
import { type MigrationStatus, reconcile } from '../plan/reconcile.ts';
import { resolveVersion } from '../plan/resolve-version.ts';
import { planUp, type UpPlan } from '../plan/up.ts';
import { refuseReadOnly } from '../postgres/server-info.ts';
import { Problem } from '../problem/problem.ts';
import { failureOf, type MigrationOutcome, type RunResult } from '../report/events.ts';
import { applyAll } from './apply-all.ts';
import { applyOneByOne } from './apply-one-by-one.ts';
import { applyTogether, refuseSteps } from './apply-together.ts';
import { withDifference } from './changed-body.ts';
import { type Control, rereadLedger, withControl } from './control.ts';
import type { Engine } from './engine.ts';
import { readExtensions } from './extensions.ts';
import { refuseMoved } from './plan/bind.ts';
import { preflight } from './preflight/preflight.ts';
import { withRunnerLock } from './runner/runner-lock.ts';
import { recordSkipped } from './skip.ts';
import { resumeUp } from './steps/resume.ts';
import { checkTracking, checkTrackingUnderLock, isSettled, prepareTracking, rememberProduction } from './tracking.ts';

export interface MigrateOptions {
  /** Version or number: everything up to it. */
  readonly to?: string | undefined;
  /** Version or number: it and what it needs. */
  readonly only?: string | undefined;
  readonly allowLate: boolean;
  /** All of it in one transaction, or nothing. */
  readonly singleTransaction: boolean;
  /** Apply exactly what this plan holds, or refuse; the choices above are then its own. */
  readonly bound?: Bound | undefined;
  /**
   * Called with the plan, and with what will be changed about the tracking tables if anything, before either is done: may
   * ask the person, and throws to stop.
   */
  readonly approve?: (plan: UpPlan, control: Control, trackingChange: string | undefined) => Promise<void>;
}

export interface MigrateResult extends RunResult {
  readonly plan: UpPlan;
  /** The problem that stopped it, for people; `failed` is its short form for scripts. */
  readonly problem: Problem | null;
  readonly database: string;
}

/** Brings the database up to date. A failed migration is a result, not an exception: what came before it is applied. */
export function migrate(engine: Engine, options: MigrateOptions): Promise<MigrateResult> {
  return migrateFiles(engine, refuseComplaints(readFolders(engine.settings.directories, engine.cwd)), options);
}

/** The same with these files, wherever they are from. */
export function migrateFiles(
  engine: Engine,
  files: readonly MigrationFile[],
  options: MigrateOptions,
): Promise<MigrateResult> {
  return withControl(engine, async (control) => {
    refuseReadOnly(control.server);
    if (isSettled(engine, control.ledger) && !control.abandoned && !options.bound) {
      const plan = await planFor(control, files, control.ledger, options);
      if (plan.migrations.length === 0 && plan.skipped.every(alreadySkipped)) return nothingToDo(engine, control, plan);
    }
    return migrateUnderLock(engine, control, files, options);
  });
}

/** What `migrate` would do now, without a lock and without writing anything. */
export async function planMigrate(
  engine: Engine,
  options: MigrateOptions,
): Promise<{ plan: UpPlan; control: Control }> {
  const files = refuseComplaints(readFolders(engine.settings.directories, engine.cwd));
  return withControl(engine, async (control) => {
    const { ledger } = await checkTracking(engine, control, control.ledger, { files, mayAdopt: false });
    const plan = await planFor(control, files, ledger, options);
    if (options.singleTransaction) refuseSteps(plan.migrations);
    return { plan, control };
  });
}

/**
 * Everything that can be refused is refused, and the person asked, before anything is written; and asked before the lock is
 * taken: somebody who is gone for coffee must not hold up every other run.
 */
async function migrateUnderLock(
  engine: Engine,
  control: Control,
  files: readonly MigrationFile[],
  options: MigrateOptions,
): Promise<MigrateResult> {
  const approved = options.approve && (await askBefore(engine, control, files, options, options.approve));
  return withRunnerLock(engine, control, async (held) => {
    const outlook = await checkTrackingUnderLock(engine, control, held, { files, mayAdopt: false });
    const plan = await planFor(control, files, outlook.ledger, options);
    if (options.singleTransaction) refuseSteps(plan.migrations);
    if (options.bound) await refuseMoved(engine, control, outlook.ledger, plan, options.bound);
    if (approved && plan.migrations.some(({ version }) => !approved.has(version))) throw changedMeanwhile();
    await preflight(engine, control, plan.migrations);
    const { ledger } = await prepareTracking(engine, control, outlook);
    if (plan.migrations.length > 0 || outlook.change) await rememberProduction(engine, control, ledger);
    tellRemarks(engine, plan);
    for (const skipped of plan.skipped) await recordSkipped(engine, control, skipped);
    if (plan.migrations.length === 0) return resultOf(engine, control, plan, [], null);
    engine.emit({ kind: 'plan', total: plan.migrations.length, versions: plan.migrations.map((one) => one.version) });
    const apply = options.singleTransaction ? applyTogether : applyOneByOne;
    const replan = async () =>
      (await planFor(control, files, (await rereadLedger(control)).ledger, options)).migrations;
    const { problem, durations } = await applyAll(engine, control, plan.migrations, apply, replan);
    return resultOf(engine, control, plan, durations, problem);
  });
}

/** The versions that were agreed to. Another run may apply some of them meanwhile, which is as well. */
async function askBefore(
  engine: Engine,
  control: Control,
  files: readonly MigrationFile[],
  options: MigrateOptions,
  approve: NonNullable<MigrateOptions['approve']>,
): Promise<ReadonlySet<string>> {
  const outlook = await checkTracking(engine, control, control.ledger, { files, mayAdopt: false });
  const plan = await planFor(control, files, outlook.ledger, options);
  if (options.bound) await refuseMoved(engine, control, outlook.ledger, plan, options.bound);
  await approve(plan, control, outlook.change);
  return new Set(plan.migrations.map((one) => one.version));
}

function changedMeanwhile(): Problem {
  return new Problem('order', 'another run has changed what is applied in the meantime', {
    state: 'Nothing was run.',
    next: ['See what is applied now, then run the command again: taskflow-db status'],
  });
}

function tellRemarks(engine: Engine, plan: UpPlan): void {
  for (const message of plan.warnings) engine.emit({ kind: 'warning', message });
  for (const message of plan.notes) engine.emit({ kind: 'note', message });
}

/** What is to be applied, by this ledger. */
export async function planFor(
  control: Control,
  files: readonly MigrationFile[],
  ledger: Ledger,
  options: Pick<MigrateOptions, 'to' | 'only' | 'allowLate'>,
): Promise<UpPlan> {
  const statuses = reconcile(files, ledger.entries);
  const to = options.to === undefined ? {} : { to: resolveVersion(statuses, options.to) };
  const only = options.only === undefined ? {} : { only: resolveVersion(statuses, options.only) };
  const extensions = await readExtensions(control, statuses);
  try {
    const plan = planUp(statuses, {
      ...to,
      ...only,
      allowLate: options.allowLate,
      serverVersionNum: control.server.versionNum,
      baselineVersion: ledger.settings.get('baseline_version'),
      extensions,
    });
    return await resumeUp(control, plan);
  } catch (error) {
    throw error instanceof Problem ? await withDifference(error, control, files) : error;
  }
}

function alreadySkipped({ status }: { status: MigrationStatus }): boolean {
  return status.state === 'skipped';
}

function nothingToDo(engine: Engine, control: Control, plan: UpPlan): MigrateResult {
  tellRemarks(engine, plan);
  for (const { version, reason } of plan.skipped) engine.emit({ kind: 'skipped', version, reason });
  return resultOf(engine, control, plan, new Map(), null);
}

function resultOf(
  engine: Engine,
  control: Control,
  plan: UpPlan,
  applied: ReadonlyMap<string, number> | readonly [],
  problem: Problem | null,
): MigrateResult {
  const durations = applied instanceof Map ? applied : new Map<string, number>();
  const failedVersion = problem?.fields.version;
  const outcomes: MigrationOutcome[] = plan.migrations.map(({ version }) => {
    const ms = durations.get(version);
    if (ms !== undefined) return { version, state: 'applied', executionTimeMs: ms };
    const state = version === failedVersion && problem?.code !== 'cancelled' ? 'failed' : 'pending';
    return { version, state, executionTimeMs: null };
  });
  const skipped = plan.skipped.map(({ version }) => ({ version, state: 'skipped' as const, executionTimeMs: null }));
  return {
    ok: problem === null,
    runId: engine.run.runId,
    database: control.server.database,
    migrations: [...outcomes, ...skipped],
    failed: problem ? failureOf(failedVersion ?? '', problem) : null,
    problem,
    plan,
    certain: !control.gone,
  };
}
