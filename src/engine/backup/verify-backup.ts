import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type BackupManifest, VERIFIED_FILE } from '../../backup/manifest.ts';
import type { Verified, VerifiedCheck } from '../../backup/verified.ts';
import type { Difference } from '../../catalog/compare.ts';
import { Problem } from '../../problem/problem.ts';
import { count } from '../../problem/quantity.ts';
import type { Emit } from '../../report/events.ts';
import type { Engine } from '../engine.ts';
import type { Scratch } from '../scratch/scratch.ts';
import { checkRows, differenceLines } from './check-restored.ts';
import { type CatalogCheck, compareCatalog } from './compare-catalog.ts';
import { loadBackup } from './load-backup.ts';
import type { LoadInto } from './load-into.ts';
import { openBackup } from './open-backup.ts';
import type { OpenBackup } from './open-file.ts';

export interface VerifyOptions {
  readonly jobs: number;
  readonly toolVersion: string;
  /** The scratch server, once it is needed; undefined: only digests are compared. */
  readonly openScratch: (() => Promise<Scratch>) | undefined;
}

/** What a proof has shown. */
export interface Proof {
  readonly verified: Verified;
  /** Of the schema, where it is not that of the source. */
  readonly difference: Difference | undefined;
}

/**
 * Proves that a backup can be restored, and writes what came of it beside its manifest, also where it failed. Throws what
 * openBackup and loadBackup throw; a difference is in the result.
 */
export async function verifyBackup(
  around: Pick<Engine, 'settings' | 'signal'> & { readonly emit: Emit },
  chosen: { folder: string; manifest: BackupManifest },
  options: VerifyOptions,
): Promise<Proof> {
  const checks: VerifiedCheck[] = [];
  const place: Place = { server: null, difference: undefined };
  try {
    const backup = await openBackup(around, chosen);
    checks.push({
      name: 'files',
      ok: true,
      detail: `${count(chosen.manifest.files.length, 'file')} as they were written`,
    });
    if (options.openScratch) checks.push(...(await tryOn(await options.openScratch(), around, backup, options, place)));
  } catch (error) {
    if (error instanceof Problem && FAILURES.has(error.code)) {
      const name = checks.length === 0 ? 'files' : 'restore';
      const detail = [error.message, error.fields.found].filter(Boolean).join(' ');
      keep(chosen.folder, resultOf([...checks, { name, ok: false, detail }], place.server, options));
    }
    throw error;
  }
  const result = resultOf(checks, place.server, options);
  keep(chosen.folder, result);
  return { verified: result, difference: place.difference };
}

/** Where it was tried, and what of the schema differs there. */
interface Place {
  server: string | null;
  difference: CatalogCheck['difference'];
}

/** Those that say something of the backup; others are of the server, the key or the person. */
const FAILURES: ReadonlySet<string> = new Set(['backup-damaged', 'restore-failed']);

function resultOf(checks: readonly VerifiedCheck[], server: string | null, { toolVersion }: VerifyOptions): Verified {
  const ok = checks.every((one) => one.ok !== false);
  return { format: 1, at: new Date().toISOString(), server, tool: `taskflow-db ${toolVersion}`, ok, checks };
}

/** A reader sees the old text or the new one. That the folder cannot be written to is no fault of the backup. */
function keep(folder: string, result: Verified): void {
  const file = join(folder, VERIFIED_FILE);
  try {
    writeFileSync(`${file}.new`, `${JSON.stringify(result, null, 2)}\n`, { mode: 0o600 });
    renameSync(`${file}.new`, file);
  } catch (error) {
    throw new Problem('backup-failed', 'What the proof showed cannot be written beside the backup.', {
      where: { file },
      found: error instanceof Error ? error.message : String(error),
      state: `The backup ${result.ok ? 'is in order' : 'failed the proof'}.`,
    });
  }
}

async function tryOn(
  scratch: Scratch,
  { signal, emit }: { readonly signal: AbortSignal; readonly emit: Emit },
  backup: OpenBackup,
  { jobs }: VerifyOptions,
  place: Place,
): Promise<VerifiedCheck[]> {
  const { manifest } = backup;
  const serverMajor = Math.trunc(scratch.server.versionNum / 10_000);
  refuseOlder(scratch, manifest, serverMajor);
  place.server = `PostgreSQL ${scratch.server.version}`;
  const database = await scratch.create();
  // Not as the role of the run, which may not have what the source's owner had.
  const engine: Engine = { ...database.engine, emit, settings: { ...database.engine.settings, role: undefined } };
  const session = await engine.connect('restore');
  try {
    const onTable = (done: number, total: number) =>
      emit({ kind: 'restore_progress', phase: 'loading', done, total, unit: 'tables' });
    const into: LoadInto = {
      ...{ engine, database: database.name, session, serverMajor, jobs, signal, onTable },
      ...{ owners: false, privileges: false },
    };
    await loadBackup(backup, into);
    const { check: catalog, difference } = await compareCatalog(engine, backup, serverMajor);
    place.difference = difference;
    const rows = await compareRows(into, manifest);
    const loaded: VerifiedCheck = { name: 'restore', ok: true, detail: `loaded on ${place.server}` };
    return [loaded, catalog, rows];
  } finally {
    await session.end();
    await database.drop();
  }
}

function refuseOlder({ server, place }: Scratch, { source }: BackupManifest, serverMajor: number): void {
  const major = Math.trunc(source.serverVersionNum / 10_000);
  if (serverMajor >= major) return;
  throw new Problem('scratch-unavailable', `The backup is of PostgreSQL ${major}, which an older server cannot load.`, {
    found: `PostgreSQL ${server.version} (${place.description})`,
    expected: `PostgreSQL ${major} or newer`,
    state: 'Its files are as they were written; nothing was restored.',
    next: [`Name a server of version ${major} where databases may be made: --scratch URL`],
  });
}

async function compareRows(into: LoadInto, { tables }: BackupManifest): Promise<VerifiedCheck> {
  const found = await checkRows(into, tables);
  const name = 'rows';
  if (found.differences.length > 0) return { name, ok: false, detail: differenceLines(found.differences).join('; ') };
  if (found.tables === 0 && tables.length > 0) return { name, ok: null, detail: 'not compared: they were not counted' };
  return {
    name,
    ok: true,
    detail: `${count(found.rows, 'row')} in ${count(found.tables, 'table')}, as counted in the source`,
  };
}
