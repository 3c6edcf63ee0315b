import { shownRelation } from '../../backup/kept.ts';
import type { BackupManifest } from '../../backup/manifest.ts';
import { type RestorableBackup, type RestoreStep, restoreNeeds, restoreSteps } from '../../backup/restore-steps.ts';
import type { VerifiedCheck } from '../../backup/verified.ts';
import { shownTable } from '../../backup/wanted-table.ts';
import { Problem } from '../../problem/problem.ts';
import { manifestIn } from '../backup/backup-files.ts';
import { type ListedBackup, listBackups } from '../backup/list-backups.ts';
import { withControl } from '../control.ts';
import type { Engine } from '../engine.ts';
import { againstRecord, type BackupRow } from './backups.ts';
import { manifestsOnRecord } from './backups-on-record.ts';

/** One backup in files: what it holds, how it was made, whether it was proven, and how it is restored. */
export interface BackupView extends Pick<BackupRow, 'id' | 'kind' | 'state' | 'manifestSha256' | 'record' | 'runId'> {
  readonly database: string;
  readonly environment: string | null;
  readonly faults: readonly string[];
  readonly needed: boolean;
  readonly verified: {
    readonly at: string;
    readonly ok: boolean;
    readonly server: string | null;
    readonly tool: string;
  } | null;
  readonly checks: readonly VerifiedCheck[];
  /** Null where the manifest cannot be read. */
  readonly made: MadeBackup | null;
  readonly steps: readonly RestoreStep[];
  /** What has to be there to restore it. */
  readonly needs: readonly string[];
}

/** As its manifest tells. */
export interface MadeBackup {
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly method: BackupManifest['method'];
  readonly writtenBy: readonly string[];
  readonly compression: string;
  readonly encrypted: boolean;
  readonly serverVersion: string;
  readonly databaseBytes: number;
  readonly bytes: number;
  /** The version that it was made for, and how many were applied by then; the last of them. */
  readonly version: string | null;
  readonly applied: number | null;
  readonly lastApplied: string | null;
  readonly files: readonly { readonly path: string; readonly bytes: number; readonly sha256: string }[];
  readonly filesInAll: number;
  /** The largest first, as `--tables` takes their names. */
  readonly tables: readonly { readonly name: string; readonly rows: number | null }[];
  readonly tablesInAll: number;
  readonly rows: number | null;
  readonly sequences: number;
  /** Of a backup of what was destroyed. */
  readonly kept: readonly { readonly of: string; readonly rows: number | null }[];
  /** What is not in it, in words. */
  readonly leftOut: readonly string[];
  /** Options of pg_dump by which it is not of the whole database. */
  readonly leavingOut: readonly string[];
}

/** So many of each are named; the manifest has all of them. */
const NAMED_MAX = 500;

/** Reads its manifest, and the audit trail of the database. Problem `backup-unknown`. */
export function backupView(engine: Engine, id: string): Promise<BackupView> {
  return withControl(engine, async (control) => {
    const { database } = control.server;
    const found = listBackups(engine.settings, database).find((one) => one.id === id);
    if (!found) throw unknown(id, database);
    const known = await manifestsOnRecord(control);
    const environment = engine.settings.environment?.name ?? null;
    const restorable: RestorableBackup = { ...found, database };
    return {
      ...againstRecord(found, known.get(id)),
      id,
      kind: found.kind,
      state: found.state,
      database,
      environment,
      faults: found.faults,
      needed: found.needed,
      verified: found.verified && without(found.verified),
      checks: found.verified?.checks ?? [],
      made: madeBackup(found),
      steps: restoreSteps(restorable, { environment }),
      needs: found.state === 'ok' ? restoreNeeds(restorable) : [],
    };
  });
}

function without({ at, ok, server, tool }: NonNullable<ListedBackup['verified']>): NonNullable<BackupView['verified']> {
  return { at, ok, server, tool };
}

function unknown(id: string, database: string): Problem {
  return new Problem('backup-unknown', `There is no backup ${id} of ${database}.`, {
    state: 'Nothing was changed.',
    next: ['See which there are: taskflow-db backup list'],
  });
}

function madeBackup({ folder, state }: ListedBackup): MadeBackup | null {
  if (state !== 'ok' && state !== 'damaged') return null;
  try {
    return madeOf(manifestIn(folder));
  } catch (error) {
    if (error instanceof Problem) return null;
    throw error;
  }
}

function madeOf(manifest: BackupManifest): MadeBackup {
  const { source, files, tables, applied, kept = [] } = manifest;
  const counted = tables.every(({ rows }) => rows !== null);
  return {
    startedAt: manifest.startedAt,
    finishedAt: manifest.finishedAt,
    method: manifest.method,
    writtenBy: manifest.writtenBy,
    compression: manifest.compression,
    encrypted: manifest.encryption !== null,
    serverVersion: source.serverVersion,
    databaseBytes: source.databaseBytes,
    bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
    version: manifest.version,
    applied: applied?.length ?? null,
    lastApplied: applied?.at(-1) ?? null,
    files: [...files]
      .sort((a, b) => b.bytes - a.bytes)
      .slice(0, NAMED_MAX)
      .map(({ path, bytes, sha256 }) => ({ path, bytes, sha256 })),
    filesInAll: files.length,
    tables: [...tables]
      .sort((a, b) => (b.rows ?? 0) - (a.rows ?? 0))
      .slice(0, NAMED_MAX)
      .map((table) => ({ name: shownTable(table), rows: table.rows })),
    tablesInAll: tables.length,
    rows: counted ? tables.reduce((sum, { rows }) => sum + (rows ?? 0), 0) : null,
    sequences: manifest.sequences.length,
    kept: kept.map((one) => ({ of: shownRelation(one), rows: one.batches ? null : one.rows })),
    leftOut: manifest.leftOut,
    leavingOut: manifest.leavingOut ?? [],
  };
}
