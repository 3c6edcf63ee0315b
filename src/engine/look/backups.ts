import { decideStores, type Store } from '../../backup/stored.ts';
import { Problem } from '../../problem/problem.ts';
import { manifestDigestIn } from '../backup/backup-files.ts';
import { type ListedBackup, listBackups } from '../backup/list-backups.ts';
import { planPrune } from '../backup/prune-backups.ts';
import { readStores } from '../backup/stores.ts';
import { type Control, withControl } from '../control.ts';
import type { Engine } from '../engine.ts';
import { type BackupOnRecord, manifestsOnRecord } from './backups-on-record.ts';

/** The backups of a database, what is kept in it, and what the rules make of both. */
export interface BackupsView {
  readonly database: string;
  /** Absolute path of the folder of backups. */
  readonly folder: string;
  /** The newest first. */
  readonly backups: readonly BackupRow[];
  readonly stores: readonly Omit<Store, 'toFile'>[];
  readonly retention: RetentionView;
}

export interface BackupRow
  extends Pick<
    ListedBackup,
    'id' | 'kind' | 'state' | 'at' | 'bytes' | 'method' | 'encrypted' | 'needed' | 'version' | 'faults'
  > {
  /** Options of pg_dump by which it is not of the whole database. */
  readonly leavingOut: readonly string[];
  readonly verified: { readonly at: string; readonly ok: boolean; readonly server: string | null } | null;
  /** SHA-256 (hex) of its manifest; null where that cannot be read. */
  readonly manifestSha256: string | null;
  /** Whether the audit trail has the same digest; `none`: it does not tell of this backup. */
  readonly record: 'agrees' | 'differs' | 'none';
  /** The run that has made it, by the trail. */
  readonly runId: string | null;
}

/** The rules in force, and what `backup prune` would remove by them now. */
export interface RetentionView {
  readonly last: number | null;
  readonly days: number | null;
  readonly bytes: number | null;
  /** By name: backups and tables of kept data. */
  readonly remove: readonly { readonly name: string; readonly bytes: number; readonly why: string }[];
  /** What the rules would let go, and why it stays. */
  readonly spared: readonly { readonly name: string; readonly why: string }[];
}

/** Reads manifests and catalogs alone, and changes nothing. */
export function backupsView(engine: Engine, now: Date): Promise<BackupsView> {
  return withControl(engine, async (control) => {
    const { settings } = engine;
    const { database } = control.server;
    const listed = listBackups(settings, database);
    const stores = await readStores(control);
    return {
      database,
      folder: settings.backup.folder,
      backups: await rowsOf(control, listed),
      stores: stores.map(({ toFile: _where, ...store }) => store),
      retention: retentionOf(engine, database, stores, now),
    };
  });
}

async function rowsOf(control: Control, listed: readonly ListedBackup[]): Promise<BackupRow[]> {
  const known = await manifestsOnRecord(control);
  return listed.map((one) => ({
    ...againstRecord(one, known.get(one.id)),
    id: one.id,
    kind: one.kind,
    state: one.state,
    at: one.at,
    bytes: one.bytes,
    method: one.method,
    encrypted: one.encrypted,
    needed: one.needed,
    version: one.version,
    faults: one.faults,
    leavingOut: one.leavingOut,
    verified: one.verified && { at: one.verified.at, ok: one.verified.ok, server: one.verified.server },
  }));
}

/** For whoever knows what the trail says of it. */
export function againstRecord(
  { folder, state }: Pick<ListedBackup, 'folder' | 'state'>,
  record: BackupOnRecord | undefined,
): Pick<BackupRow, 'manifestSha256' | 'record' | 'runId'> {
  const manifestSha256 = state === 'ok' || state === 'damaged' ? digestOrNull(folder) : null;
  const isSame = record?.manifestSha256 == null ? undefined : record.manifestSha256 === manifestSha256;
  return {
    manifestSha256,
    record: isSame === undefined ? 'none' : isSame ? 'agrees' : 'differs',
    runId: record?.runId ?? null,
  };
}

function digestOrNull(folder: string): string | null {
  try {
    return manifestDigestIn(folder);
  } catch (error) {
    if (error instanceof Problem) return null;
    throw error;
  }
}

function retentionOf(engine: Engine, database: string, stores: readonly Store[], now: Date): RetentionView {
  const { keep } = engine.settings.backup;
  const rules = { last: keep.last ?? null, days: keep.days ?? null, bytes: keep.bytes ?? null };
  if (Object.values(keep).every((one) => one === undefined)) return { ...rules, remove: [], spared: [] };
  const files = planPrune(engine.settings, keep, database, now);
  const tables = decideStores(stores, keep, now, false);
  return {
    ...rules,
    remove: [
      ...files.remove.map(({ backup, why }) => ({ name: backup.id, bytes: backup.bytes ?? 0, why })),
      ...tables.remove.map(({ store, why }) => ({ name: store.name, bytes: store.bytes, why })),
    ],
    spared: [
      ...files.spared.map(({ backup, why }) => ({ name: backup.id, why })),
      ...tables.spared.map(({ store, why }) => ({ name: store.name, why })),
    ],
  };
}
