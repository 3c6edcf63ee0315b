import type { LoadInto } from './load-into.ts';
import type { OpenBackup } from './open-file.ts';

/** Loads all of it. Throws Problem `restore-failed` with what the program or the server said; the database is then of no use. */
export async function loadBackup(backup: OpenBackup, into: LoadInto): Promise<void> {
  if (backup.manifest.method === 'pg_dump') {
    const { loadByPgRestore } = await import('./load-by-pg-restore.ts');
    return loadByPgRestore(backup, into);
  }
  if (backup.manifest.kind === 'scoped') {
    const { loadScoped } = await import('./load-scoped.ts');
    return loadScoped(backup, into);
  }
  const { loadByCopy } = await import('./load-by-copy.ts');
  return loadByCopy(backup, into);
}
