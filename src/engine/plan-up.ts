import type { Ledger } from '../ledger/read.ts';
import type { MigrationFile } from '../plan/migration-file.ts';
import { reconcile } from '../plan/reconcile.ts';
import { resolveVersion } from '../plan/resolve-version.ts';
import { planUp, type UpPlan } from '../plan/up.ts';
import { Problem } from '../problem/problem.ts';
import type { Control } from './control.ts';
import { readExtensions } from './extensions.ts';
import type { MigrateOptions } from './migrate-result.ts';

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
    if (plan.migrations.length === 0) return plan;
    const { resumeUp } = await import('./steps/resume.ts');
    return await resumeUp(control, plan);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const { withDifference } = await import('./changed-body.ts');
    throw await withDifference(error, control, files);
  }
}
