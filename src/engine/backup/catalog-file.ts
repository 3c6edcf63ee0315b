import { type BackedUpCatalog, type BackupFile, CATALOG_FILE } from '../../backup/manifest.ts';
import { snapshotText } from '../../catalog/canonical.ts';
import { parseSnapshot } from '../../catalog/parse.ts';
import type { Snapshot } from '../../catalog/snapshot.ts';
import { fileSuffix, writeFileOf } from './backup-file.ts';
import { catalogFingerprint } from './catalog-fingerprint.ts';
import type { Taken } from './job.ts';
import { type OpenBackup, openUnpacked } from './open-file.ts';
import type { PartialBackup } from './partial.ts';
import type { Sealer } from './seal.ts';

/**
 * Writes the schema beside the data, so that a proof can name what differs. Of a part of the database it would say too much: then
 * it is not written, as where it could not be read.
 */
export async function writeCatalog(
  { path: folder }: PartialBackup,
  sealer: Sealer | undefined,
  { leavingOut }: Taken,
  schema: Snapshot | undefined,
): Promise<{ readonly told: BackedUpCatalog; readonly written: BackupFile } | undefined> {
  if (!schema || leavingOut) return undefined;
  const packing = { compression: { algorithm: 'gzip', level: 1 }, sealer } as const;
  const file = `${CATALOG_FILE}${fileSuffix(packing)}`;
  const written = await writeFileOf(folder, file, [Buffer.from(snapshotText(schema))], packing);
  return { told: { ...catalogFingerprint(schema), file }, written };
}

/** The schema that was written beside the data; undefined in older backups. */
export async function readCatalog(backup: OpenBackup): Promise<Snapshot | undefined> {
  const { file } = backup.manifest.catalog ?? {};
  if (file === undefined) return undefined;
  const parts: Buffer[] = [];
  for await (const part of openUnpacked(backup, file)) parts.push(part);
  return parseSnapshot(Buffer.concat(parts).toString('utf8'), file);
}
