import type { Control } from '../control.ts';
import type { Engine } from '../engine.ts';
import type { FullBackup } from './full.ts';
import { recordBackup } from './record.ts';

/**
 * By the policy `always`: a full backup before the first of these versions is applied or undone. What goes wrong with it is
 * thrown, and stops the run before anything is changed.
 */
export async function backUpBefore(engine: Engine, versions: readonly string[]): Promise<FullBackup | undefined> {
  const [version] = versions;
  if (engine.settings.backup.policy !== 'always' || version === undefined) return undefined;
  const { takeFullBackup } = await import('./full.ts');
  return takeFullBackup(engine, { version });
}

/** Puts such a backup on record, as soon as there are tables for it. */
export async function recordBefore(engine: Engine, control: Control, backup: FullBackup | undefined): Promise<void> {
  if (backup) await recordBackup(engine, control, backup);
}
