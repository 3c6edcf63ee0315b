import { readFolders, refuseComplaints } from '../files/folders.ts';
import type { MigrationFile } from '../plan/migration-file.ts';
import type { UpPlan } from '../plan/up.ts';
import { refuseSteps } from './apply-together.ts';
import { type Control, withControl } from './control.ts';
import type { Engine } from './engine.ts';
import { heedManifests } from './manifest/heed-manifests.ts';
import { migrateFiles } from './migrate.ts';
import type { MigrateOptions } from './migrate-result.ts';
import { planFor } from './plan-up.ts';
import { checkTracking } from './tracking.ts';

/** The order in which these files would be applied to a database that nothing was applied to. */
export async function planMigrateFiles(
  engine: Engine,
  files: readonly MigrationFile[],
  options: MigrateOptions,
): Promise<UpPlan> {
  await migrateFiles(engine, [], options);
  return withControl(engine, (control) => planFor(engine, control, files, control.ledger, options));
}

/** What `migrate` would do now, without a lock and without writing anything. */
export async function planMigrate(
  engine: Engine,
  options: MigrateOptions,
): Promise<{ plan: UpPlan; control: Control }> {
  const files = refuseComplaints(readFolders(engine.settings.directories, engine.cwd));
  await heedManifests(engine, files);
  return withControl(engine, async (control) => {
    const { ledger } = await checkTracking(engine, control, control.ledger, { files, mayAdopt: false });
    const plan = await planFor(engine, control, files, ledger, options);
    if (options.singleTransaction) refuseSteps(plan.migrations);
    return { plan, control };
  });
}
