import type { Ledger } from '../ledger/read.ts';
import type { MigrationFile } from '../plan/migration-file.ts';
import { Problem } from '../problem/problem.ts';
import { applyAll } from './apply-all.ts';
import { applyOneByOne } from './apply-one-by-one.ts';
import { applyTogether, refuseSteps } from './apply-together.ts';
import { approvalRules } from './approval/rules.ts';
import { backUpBefore, recordBefore } from './backup/before-run.ts';
import { type Control, rereadLedger } from './control.ts';
import type { Engine } from './engine.ts';
import { type MigrateOptions, type MigrateResult, resultOf, tellRemarks } from './migrate-result.ts';
import { planFor } from './plan-up.ts';
import { preflight } from './preflight/preflight.ts';
import { withRunnerLock } from './runner/runner-lock.ts';
import { recordSkipped } from './skip.ts';
import { checkTracking, checkTrackingUnderLock, prepareTracking, rememberProduction } from './tracking.ts';
import { connectingAhead } from './with-worker.ts';

/**
 * Everything that can be refused is refused, and the person asked, before anything is written; and asked before the lock is
 * taken: somebody who is gone for coffee must not hold up every other run.
 */
export async function migrateUnderLock(
  engine: Engine,
  control: Control,
  files: readonly MigrationFile[],
  options: MigrateOptions,
): Promise<MigrateResult> {
  const approved = options.approve && (await askBefore(engine, control, files, options, options.approve));
  return withRunnerLock(engine, control, async (held) => {
    const outlook = await checkTrackingUnderLock(engine, control, held, { files, mayAdopt: false });
    const plan = await planChosen(engine, control, files, outlook.ledger, options);
    if (options.singleTransaction) refuseSteps(plan.migrations);
    if (options.bound) await (await planBinding()).refuseMoved(engine, control, outlook.ledger, plan, options.bound);
    if (approved && plan.migrations.some(({ version }) => !approved.has(version))) throw changedMeanwhile();
    const begin = await secondPerson(engine, control, outlook.ledger, plan, options);
    return connectingAhead(engine, plan.migrations.length > 0, async (connect) => {
      await preflight(engine, control, plan.migrations);
      const backup = await backUpBefore(
        engine,
        plan.migrations.map(({ version }) => version),
      );
      const { ledger } = await prepareTracking(engine, control, outlook);
      await recordBefore(engine, control, backup);
      if (plan.migrations.length > 0 || outlook.change) await rememberProduction(engine, control, ledger);
      await begin();
      tellRemarks(engine, plan);
      await recordBeside(engine, control, plan);
      // A run that was killed, or that could not write, may have destroyed something and not moved it.
      const isIdle = plan.migrations.length === 0;
      if (control.abandoned || (isIdle && engine.settings.backup.to === 'file')) await moveKept(engine, control);
      if (isIdle) return resultOf(engine, control, plan, [], null);
      engine.emit({ kind: 'plan', total: plan.migrations.length, versions: plan.migrations.map((one) => one.version) });
      const apply = options.singleTransaction ? applyTogether : oneByOne(options.jobs);
      const replan = async () =>
        (await planFor(engine, control, files, (await rereadLedger(control)).ledger, options)).migrations;
      const { problem, durations } = await applyAll(engine, control, plan.migrations, apply, replan, connect);
      if (engine.settings.backup.to === 'file') await moveKept(engine, control);
      return resultOf(engine, control, plan, durations, problem);
    });
  });
}

/** What the plan puts on record beside what it applies. Most plans have none of it, and load none of it. */
async function recordBeside(
  engine: Engine,
  control: Control,
  plan: Awaited<ReturnType<typeof planFor>>,
): Promise<void> {
  if (plan.standIns.length > 0)
    await (await import('./squash/record.ts')).recordStandIns(engine, control, plan.standIns);
  if (plan.contracts.news.size + plan.contracts.forced.length > 0)
    await (await import('./expand/record.ts')).recordContracts(engine, control, plan.contracts);
  if (plan.background.length > 0)
    await (await import('./data/queue-background.ts')).queueBackground(engine, control, plan);
  for (const skipped of plan.skipped) await recordSkipped(engine, control, skipped);
}

function oneByOne(jobs: number | undefined): typeof applyOneByOne {
  return (engine, control, worker, migrations, durations) =>
    applyOneByOne(engine, control, worker, migrations, durations, jobs);
}

async function moveKept(engine: Engine, control: Control): Promise<void> {
  const { moveToFiles } = await import('./keep/move-to-files.ts');
  await moveToFiles(engine, control);
}

/** What reads a schema is loaded by nobody else. */
function planBinding() {
  return import('./plan/bind.ts');
}

/** Where the version that a reviewed plan was made up to is gone, it is the plan that does not fit. */
async function planChosen(
  engine: Engine,
  control: Control,
  files: readonly MigrationFile[],
  ledger: Ledger,
  options: MigrateOptions,
): ReturnType<typeof planFor> {
  try {
    return await planFor(engine, control, files, ledger, options);
  } catch (error) {
    const isGone = error instanceof Problem && /^version-/.test(error.code);
    throw options.bound && isGone ? (await planBinding()).movedProblem(control, [error.message]) : error;
  }
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
  const plan = await planChosen(engine, control, files, outlook.ledger, options);
  if (options.bound) await (await planBinding()).refuseMoved(engine, control, outlook.ledger, plan, options.bound);
  await secondPerson(engine, control, outlook.ledger, plan, options);
  await approve(plan, control, outlook.change);
  return new Set(plan.migrations.map((one) => one.version));
}

/**
 * Refuses a plan that nobody else has approved, where that is needed. What it answers is called when the run begins, and uses the
 * approval.
 */
async function secondPerson(
  engine: Engine,
  control: Control,
  ledger: Ledger,
  plan: Awaited<ReturnType<typeof planFor>>,
  options: MigrateOptions,
): Promise<() => Promise<void>> {
  if (!approvalRules(engine, ledger).required) return async () => {};
  const { approvedMigrate } = await import('./approval/approved-run.ts');
  return approvedMigrate(engine, control, ledger, plan, options);
}

function changedMeanwhile(): Problem {
  return new Problem('order', 'another run has changed what is applied in the meantime', {
    state: 'Nothing was run.',
    next: ['See what is applied now, then run the command again: taskflow-db status'],
  });
}
