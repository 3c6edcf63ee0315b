import { Problem } from '../../problem/problem.ts';
import type { Engine } from '../engine.ts';

/** Removes what `keep` does not keep, behind a new backup. That an old one cannot be removed makes the new one no worse. */
export async function tellPruned({ settings, emit }: Engine, database: string): Promise<void> {
  const { last, days, bytes } = settings.backup.keep;
  if (last === undefined && days === undefined && bytes === undefined) return;
  const { pruneBySettings } = await import('./prune-backups.ts');
  try {
    for (const { backup, why } of pruneBySettings(settings, database, new Date()))
      emit({ kind: 'note', message: `Removed the backup ${backup.id} ("keep"): ${why}.` });
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    emit({ kind: 'warning', message: `${error.message} ${error.fields.found ?? ''}` });
  }
}
