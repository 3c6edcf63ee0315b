import type { BackupKind, BackupManifest } from '../../backup/manifest.ts';
import { readBackupId } from '../../backup/manifest.ts';
import type { Verified } from '../../backup/verified.ts';
import type { Settings } from '../../config/settings.ts';
import { backupPlaces, type FoundBackup, lookInto } from './find-backups.ts';

/** A backup as a list shows it. */
export interface ListedBackup {
  readonly id: string;
  readonly database: string;
  /** Absolute path. */
  readonly folder: string;
  readonly kind: BackupKind;
  /** `ok`: all its files are there, in their sizes. `partial`: being written, or left so. */
  readonly state: 'ok' | 'damaged' | 'unknown' | 'partial';
  /** ISO 8601, UTC: when it was begun. */
  readonly at: string;
  /** Of its files; null where the manifest cannot be read. */
  readonly bytes: number | null;
  readonly method: BackupManifest['method'] | null;
  readonly encrypted: boolean | null;
  /** Options of pg_dump by which it is not of the whole database. */
  readonly leavingOut: readonly string[];
  /** It holds data that a rollback would put back, and none has. */
  readonly needed: boolean;
  /** The run that it was made by, and the version that it was made for. */
  readonly runId: string | null;
  readonly version: string | null;
  /** Of kept data: whether the version has destroyed it, or its rollback. */
  readonly direction: 'apply' | 'rollback' | null;
  readonly serverVersion: string | null;
  readonly verified: Verified | null;
  /** What is wrong with it, a sentence each. */
  readonly faults: readonly string[];
}

/** The backups in the folder of the settings, the newest first; of one database, or of all. Nothing is read but manifests. */
export function listBackups({ backup }: Pick<Settings, 'backup'>, database: string | undefined): ListedBackup[] {
  const places = backupPlaces(backup.folder, database).reverse();
  return places.map((place) => listed(lookInto(place))).sort(newestFirst);
}

/** By the second of their names, which is there where no manifest can be read; of one second, by what the manifests say. */
function newestFirst(a: ListedBackup, b: ListedBackup): number {
  const second = ({ id }: ListedBackup) => readBackupId(id)?.at.getTime() ?? 0;
  return second(b) - second(a) || compare(b.at, a.at) || compare(b.id, a.id);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function listed({ id, database, folder, partial, manifest, faults, verified, needed }: FoundBackup): ListedBackup {
  const named = readBackupId(id);
  return {
    id,
    database: manifest?.source.database ?? database,
    folder,
    kind: named?.kind ?? 'full',
    state: partial ? 'partial' : (stateOf(faults[0]?.code) ?? 'ok'),
    at: manifest?.startedAt ?? named?.at.toISOString() ?? '',
    bytes: manifest ? manifest.files.reduce((sum, { bytes }) => sum + bytes, 0) : null,
    method: manifest?.method ?? null,
    encrypted: manifest ? manifest.encryption !== null : null,
    leavingOut: manifest?.leavingOut ?? [],
    needed,
    runId: manifest?.runId ?? null,
    version: manifest?.version ?? null,
    direction: manifest?.kind === 'scoped' ? (manifest.direction ?? 'apply') : null,
    serverVersion: manifest?.source.serverVersion ?? null,
    verified: verified ?? null,
    faults: faults.map(({ message, fields }) => (fields.found ? `${message} (${fields.found})` : message)),
  };
}

function stateOf(code: string | undefined): ListedBackup['state'] | undefined {
  if (code === undefined) return undefined;
  return code === 'backup-unknown' ? 'unknown' : 'damaged';
}
