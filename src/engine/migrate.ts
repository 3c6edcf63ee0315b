import { readFolders, refuseComplaints } from '../files/folders.ts';
import type { MigrationFile } from '../plan/migration-file.ts';
import type { MigrationStatus } from '../plan/reconcile.ts';
import type { UpPlan } from '../plan/up.ts';
import { refuseReadOnly } from '../postgres/server-info.ts';
import { type Control, withControl } from './control.ts';
import type { Engine } from './engine.ts';
import { heedManifests } from './manifest/heed-manifests.ts';
import { type MigrateOptions, type MigrateResult, resultOf, tellRemarks } from './migrate-result.ts';
import { planFor } from './plan-up.ts';
import { isSettled } from './settled.ts';

/** Brings the database up to date. A failed migration is a result, not an exception: what came before it is applied. */
export async function migrate(engine: Engine, options: MigrateOptions): Promise<MigrateResult> {
  const files = refuseComplaints(readFolders(engine.settings.directories, engine.cwd));
  await heedManifests(engine, files);
  return migrateFiles(engine, files, options);
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
      const plan = await planFor(engine, control, files, control.ledger, options);
      if (isIdle(plan) && !(await hasKeptToMove(engine, control))) return nothingToDo(engine, control, plan);
    }
    const { migrateUnderLock } = await import('./migrate-under-lock.ts');
    return migrateUnderLock(engine, control, files, options);
  });
}

/** What an earlier run has destroyed is to be in a file, and is not. */
async function hasKeptToMove({ settings }: Engine, control: Control): Promise<boolean> {
  if (settings.backup.to !== 'file') return false;
  return (await import('./keep/move-to-files.ts')).hasKeptToMove(control);
}

/** Nothing is to be run or put on record. */
function isIdle({
  migrations,
  skipped,
  standIns,
  background,
  contracts,
}: Awaited<ReturnType<typeof planFor>>): boolean {
  const nothing = migrations.length + background.length + standIns.length + contracts.news.size === 0;
  return nothing && skipped.every(alreadySkipped);
}

function alreadySkipped({ status }: { status: MigrationStatus }): boolean {
  return status.state === 'skipped';
}

function nothingToDo(engine: Engine, control: Control, plan: UpPlan): MigrateResult {
  tellRemarks(engine, plan);
  for (const { version, reason } of plan.skipped) engine.emit({ kind: 'skipped', version, reason });
  return resultOf(engine, control, plan, new Map(), null);
}
