import { readFolders, refuseComplaints } from '../files/folders.ts';
import type { UpPlan } from '../plan/up.ts';
import { refuseSteps } from './apply-together.ts';
import { type Control, withControl } from './control.ts';
import type { Engine } from './engine.ts';
import type { MigrateOptions } from './migrate-result.ts';
import { planFor } from './plan-up.ts';
import { checkTracking } from './tracking.ts';

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
