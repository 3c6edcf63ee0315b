import { renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Kept } from '../../backup/kept.ts';
import { PARTIAL_SUFFIX, readBackupId } from '../../backup/manifest.ts';
import type { Control } from '../control.ts';
import type { Engine } from '../engine.ts';
import { backupPlaces, lookInto } from './find-backups.ts';
import { syncFolder } from './partial.ts';

/** Removes a backup by one rename, so that a kill leaves no half of one. Throws the system's error. */
export function removeScoped(folder: string): void {
  const going = `${folder}${PARTIAL_SUFFIX}`;
  renameSync(folder, going);
  syncFolder(dirname(folder));
  rmSync(going, { recursive: true, force: true, maxRetries: 3 });
}

/** Data that is still in the database, with the run that has kept it. */
interface StillThere {
  readonly runId: string;
  readonly kept: readonly Pick<Kept, 'store'>[];
}

/**
 * Removes files that a run wrote and was killed before it had put them on record: what is in them is in the database as well.
 * Known by the run and the stores, and only if no event names them.
 */
export async function removeOrphans(engine: Engine, control: Control, all: readonly StillThere[]): Promise<void> {
  const own = backupPlaces(engine.settings.backup.folder, control.server.database);
  const scoped = own.filter(({ id, partial }) => !partial && readBackupId(id)?.kind === 'scoped').map(lookInto);
  const found = scoped.filter(({ manifest }) =>
    all.some(
      ({ runId, kept }) =>
        manifest?.runId === runId && manifest.kept?.some((one) => kept.some(({ store }) => store === one.store)),
    ),
  );
  for (const { id, folder } of found) {
    if (await isOnRecord(control, id)) continue;
    removeScoped(folder);
    engine.emit({ kind: 'note', message: `Removed ${id}: a run that was killed had not put it on record.` });
  }
}

async function isOnRecord({ session, names }: Control, id: string): Promise<boolean> {
  const rows = await session.query(
    `SELECT FROM ${names.events} AS e WHERE e.event = 'backed_up' AND (e.detail ->> 'id' = $1 OR e.detail -> 'kept' @> $2::pg_catalog.jsonb)`,
    [id, JSON.stringify([{ base: { id } }])],
  );
  return rows.length > 0;
}
