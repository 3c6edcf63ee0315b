import type { Ledger } from '../ledger/read.ts';
import type { MigrationFile } from '../plan/migration-file.ts';
import { type MigrationStatus, reconcile } from '../plan/reconcile.ts';
import { resolveVersion } from '../plan/resolve-version.ts';
import { planUp, type UpPlan } from '../plan/up.ts';
import { Problem } from '../problem/problem.ts';
import type { Control } from './control.ts';
import type { Engine } from './engine.ts';
import { readExtensions } from './extensions.ts';
import type { MigrateOptions } from './migrate-result.ts';

/** What is to be applied, by this ledger. */
export async function planFor(
  engine: Engine,
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
    if (only.only !== undefined && !options.allowLate) {
      const { refuseLeftOut } = await import('./graph/left-out.ts');
      await refuseLeftOut(plan, only.only, engine, control, statuses);
    }
    const { resumeUp } = await import('./steps/resume.ts');
    return await resumeUp(control, plan);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const { withDifference } = await import('./changed-body.ts');
    throw await withDifference(await sharing(error, engine, control, statuses), control, files);
  }
}

/** The parser is loaded only where something is late. */
async function sharing(problem: Problem, engine: Engine, control: Control, statuses: readonly MigrationStatus[]) {
  if (![problem, ...(problem.fields.also ?? [])].some(({ code }) => code === 'late-migration')) return problem;
  const { withSharing } = await import('./graph/late.ts');
  return withSharing(problem, engine, control, statuses);
}
