import { folderOfDatabase } from '../../backup/folder-name.ts';
import { Problem } from '../../problem/problem.ts';
import type { Engine } from '../engine.ts';
import { PartialBackup, sweepPartials } from './partial.ts';
import { isDiskFull } from './space.ts';

/** Removes what killed runs have left half-written in the folder of a database, and says so. */
export function tellSwept(engine: Engine, folder: string): void {
  const { removed, alive } = sweepPartials(folder);
  for (const name of removed)
    engine.emit({ kind: 'warning', message: `Removed ${name}: a run that was killed had left it unfinished.` });
  for (const name of alive)
    engine.emit({ kind: 'note', message: `Another run is writing ${name} at this moment; it is left alone.` });
}

/** Makes the folder of a new backup. Problem `backup-failed` where nothing can be written there. */
export function beginBackup({ settings }: Pick<Engine, 'settings'>, database: string, id: string): PartialBackup {
  const { folder } = settings.backup;
  try {
    return PartialBackup.begin(folder, folderOfDatabase(database), id);
  } catch (error) {
    if (isDiskFull(error)) throw error;
    throw new Problem('backup-failed', `nothing can be written to ${folder}`, {
      found: error instanceof Error ? error.message : String(error),
      state: 'Nothing was written.',
      next: ['Make it writable, or name another folder in "backupFolder".'],
    });
  }
}
