import type { Ledger } from '../ledger/read.ts';
import type { MigrationFile } from '../plan/migration-file.ts';
import { type MigrationStatus, reconcile } from '../plan/reconcile.ts';
import { resolveVersion } from '../plan/resolve-version.ts';
import { planUp, type UpPlan } from '../plan/up.ts';
import { Problem } from '../problem/problem.ts';
import type { Control } from './control.ts';
import type { Engine } from './engine.ts';
import { type Contracts, NO_CONTRACTS } from './expand/contracts.ts';
import { isContract } from './expand/is-contract.ts';
import { readExtensions } from './extensions.ts';
import type { MigrateOptions } from './migrate-result.ts';

/** What is to be applied, by this ledger. */
export async function planFor(
  engine: Engine,
  control: Control,
  files: readonly MigrationFile[],
  ledger: Ledger,
  options: Pick<MigrateOptions, 'to' | 'only' | 'allowLate' | 'whole' | 'forceContract'>,
): Promise<UpPlan & { readonly contracts: Contracts }> {
  const statuses = reconcile(files, ledger.entries);
  const to = options.to === undefined ? {} : { to: resolveVersion(statuses, options.to) };
  const only = options.only === undefined ? {} : { only: resolveVersion(statuses, options.only) };
  const extensions = await readExtensions(control, statuses);
  const contracts = await contractsOf(engine, control, statuses, options);
  try {
    const plan = planUp(statuses, {
      held: contracts.held,
      ...to,
      ...only,
      allowLate: options.allowLate,
      whole: options.whole,
      serverVersionNum: control.server.versionNum,
      baselineVersion: ledger.settings.get('baseline_version'),
      extensions,
    });
    if (plan.migrations.length === 0) return { ...plan, contracts };
    if (only.only !== undefined && !options.allowLate) {
      const { refuseLeftOut } = await import('./graph/left-out.ts');
      await refuseLeftOut(plan, only.only, engine, control, statuses);
    }
    const { resumeUp } = await import('./steps/resume.ts');
    const { notes, ...resumed } = await resumeUp(control, plan);
    const ready = { ...resumed, notes: [...notes, ...notesFor(plan, contracts)] };
    if (!ready.migrations.some(isBackground)) return { ...ready, contracts };
    const { holdBack } = await import('./data/hold-back.ts');
    return { ...(await holdBack(ready, engine, control, statuses)), contracts };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const { withDifference } = await import('./changed-body.ts');
    throw await withDifference(await sharing(error, engine, control, statuses), control, files);
  }
}

/** Read only where a file that is to be applied is one. */
async function contractsOf(
  engine: Engine,
  control: Control,
  statuses: readonly MigrationStatus[],
  { whole, forceContract }: Pick<MigrateOptions, 'whole' | 'forceContract'>,
): Promise<Contracts> {
  // A scratch database has no application.
  if (whole || !statuses.some(isContract)) return NO_CONTRACTS;
  const { contractsFor } = await import('./expand/hold.ts');
  return contractsFor(engine, control, statuses, forceContract);
}

function notesFor({ migrations }: UpPlan, { notes }: Contracts): readonly string[] {
  return notes.filter((note) => migrations.some(({ version }) => note.startsWith(`${version}: `)));
}

function isBackground({ plan, migration }: UpPlan['migrations'][number]): boolean {
  return plan.mode === 'batches' && migration.data?.background === true;
}

/** The parser is loaded only where something is late. */
async function sharing(problem: Problem, engine: Engine, control: Control, statuses: readonly MigrationStatus[]) {
  if (![problem, ...(problem.fields.also ?? [])].some(({ code }) => code === 'late-migration')) return problem;
  const { withSharing } = await import('./graph/late.ts');
  return withSharing(problem, engine, control, statuses);
}
