import { readFolders, refuseComplaints } from '../../files/folders.ts';
import type { Ledger } from '../../ledger/read.ts';
import type { MigrationFile } from '../../plan/migration-file.ts';
import { refuseReadOnly } from '../../postgres/server-info.ts';
import { Problem } from '../../problem/problem.ts';
import { refuseSteps } from '../apply-together.ts';
import { type Control, withControl } from '../control.ts';
import type { Engine } from '../engine.ts';
import { heedManifests } from '../manifest/heed-manifests.ts';
import type { MigrateOptions } from '../migrate-result.ts';
import { planFor } from '../plan-up.ts';
import { preflight } from '../preflight/preflight.ts';
import { withRunnerLock } from '../runner/runner-lock.ts';
import { isSettled } from '../settled.ts';
import { checkTracking, checkTrackingUnderLock } from '../tracking.ts';
import { type LiveResult, tryLive } from './live.ts';
import { refuseProduction } from './production.ts';
import { trialOf } from './trial.ts';

export interface DryRunOptions extends Omit<MigrateOptions, 'approve'> {
  /** Said in so many words: it may be done on a database that is marked production. */
  readonly onProduction: boolean;
}

/** Tries on the target what `migrate` would apply there, and rolls it back: see tryLive. */
export async function dryRunMigrate(engine: Engine, options: DryRunOptions): Promise<LiveResult> {
  const files = refuseComplaints(readFolders(engine.settings.directories, engine.cwd));
  await heedManifests(engine, files);
  return withControl(engine, async (control) => {
    refuseReadOnly(control.server);
    if (!options.onProduction) refuseProduction(engine, control);
    await refuseUnsettled(engine, control, files);
    return withRunnerLock(engine, control, (held) => tryUnderLock(engine, control, files, held, options));
  });
}

/** What is to be done about the tracking tables is written, and a dry run writes nothing; nor is there a lease before. */
export async function refuseUnsettled(
  engine: Engine,
  control: Control,
  files: readonly MigrationFile[],
): Promise<void> {
  await checkTracking(engine, control, control.ledger, { files, mayAdopt: false });
  if (isSettled(engine, control.ledger)) return;
  throw new Problem('not-tracked', `the tracking tables of ${control.server.database} are not ready`, {
    expected: 'the tables of this version: a live dry run takes the lease of a run there',
    state: 'Nothing was run.',
    next: ['Make them: taskflow-db init'],
  });
}

async function tryUnderLock(
  engine: Engine,
  control: Control,
  files: readonly MigrationFile[],
  held: Ledger,
  options: DryRunOptions,
): Promise<LiveResult> {
  const { ledger } = await checkTrackingUnderLock(engine, control, held, { files, mayAdopt: false });
  const plan = await planFor(engine, control, files, ledger, options);
  if (options.singleTransaction) refuseSteps(plan.migrations);
  await preflight(engine, control, plan.migrations);
  return tryLive(engine, control, { direction: 'apply', trials: plan.migrations.map(trialOf), skipped: plan.skipped });
}
