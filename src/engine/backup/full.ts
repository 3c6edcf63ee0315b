import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Compression,
  dumpCompression,
  otherCompression,
  ownCompression,
  readCompression,
} from '../../backup/compression.ts';
import { checkDumpOptions } from '../../backup/dump-options.ts';
import { estimateBytes } from '../../backup/estimate.ts';
import { folderOfDatabase } from '../../backup/folder-name.ts';
import { type BackupManifest, backupId, MANIFEST_FILE } from '../../backup/manifest.ts';
import type { BackupSettings } from '../../config/settings.ts';
import type { ClientProgram } from '../../postgres/programs.ts';
import { SessionLost } from '../../postgres/session-lost.ts';
import { Problem } from '../../problem/problem.ts';
import type { Engine } from '../engine.ts';
import { databaseProblem, isDatabaseError } from '../failure.ts';
import { hasZstd } from './backup-file.ts';
import { chooseMethod, findDumpPrograms, type Method, noProgram, refuseUnheeded } from './choose-method.ts';
import { type Contents, findUnreadable, readContents, readSequences } from './contents.ts';
import { describeFile, filesBelow } from './digest.ts';
import type { FullBackupOptions, Job, Taken } from './job.ts';
import { type Leader, openLeader } from './leader.ts';
import { manifestOf } from './manifest-of.ts';
import { PartialBackup, settleFile, sweepPartials } from './partial.ts';
import { SEALED_KEY_FILE, type Sealer } from './seal.ts';
import { readSourceFacts } from './source-facts.ts';
import { isDiskFull, outOfSpace, refuseTooLarge } from './space.ts';
import { Watch } from './watch-space.ts';

export interface FullBackup {
  /** Of its folder, absolute. */
  readonly path: string;
  readonly manifest: BackupManifest;
  readonly manifestSha256: string;
  /** Of its files, without the manifest. */
  readonly bytes: number;
  readonly ms: number;
}

/**
 * Takes a full backup of the engine's database into the folder of backups. When it returns, every file is on the disk and every
 * connection closed: nothing of it is in the way of what comes next. Problem `backup-failed`, `permission-denied` (the role may
 * not read all of it), `usage` (options), `lock-timeout` or `cancelled`; then nothing of it is left.
 */
export async function takeFullBackup(engine: Engine, options: FullBackupOptions): Promise<FullBackup> {
  const since = performance.now();
  checkDumpOptions(engine.settings.backup.options, '"backupOptions"');
  checkDumpOptions(options.dumpOptions ?? [], 'the arguments behind --');
  const programs = findDumpPrograms(engine);
  const leader = await openLeader(engine).catch((error: unknown) => {
    throw problemOf(engine, error);
  });
  try {
    const contents = await readContents(engine, leader);
    const folder = join(engine.settings.backup.folder, folderOfDatabase(leader.server.database));
    tellSwept(engine, folder);
    const prepared = await prepare(engine, leader, contents, { ...options, programs: await programs });
    const partial = beginIn(engine, leader, backupId('full', new Date(leader.startedAt), engine.run.runId));
    return await finishOrDiscard(partial, () => write(engine, { leader, contents, partial, since }, prepared, options));
  } catch (error) {
    throw problemOf(engine, error);
  } finally {
    await leader.session.end();
  }
}

interface Prepared {
  readonly method: Method;
  readonly compression: Job['compression'];
  readonly other: Compression | undefined;
  readonly dumpOptions: readonly string[];
  readonly format: 'custom' | 'directory';
  readonly sealer: Sealer | undefined;
}

/** All that can be refused is, before a file is made. */
async function prepare(
  engine: Engine,
  leader: Leader,
  contents: Contents,
  options: FullBackupOptions & { readonly programs: readonly ClientProgram[] },
): Promise<Prepared> {
  const { backup } = engine.settings;
  const method: Method =
    options.method === 'copy' ? { program: undefined, why: '' } : chooseMethod(engine, leader.server, options.programs);
  const dumpOptions = [...backup.options, ...(options.dumpOptions ?? [])];
  if (!method.program) refuseUnheeded(dumpOptions, method.why || 'the backup is to be taken by COPY');
  if (!method.program && options.method === 'pg_dump') throw noProgram(method.why);
  if (!method.program && method.why !== '')
    engine.emit({ kind: 'warning', message: `Full backup by COPY instead of pg_dump: ${method.why}.` });
  if (dumpOptions.length === 0) await refuseUnreadable(leader);
  const format = options.format ?? backup.format;
  const sealer = await sealerOf(backup, method.program ? format : undefined);
  const asked = readCompression(options.compression ?? backup.compression);
  const compression = method.program ? dumpCompression(asked, method.program) : ownCompression(asked, hasZstd());
  refuseTooLarge(estimateBytes(tableBytes(contents), compression), backup);
  return { method, compression, other: otherCompression(asked, compression), dumpOptions, format, sealer };
}

/** What encrypts the backup, where there is a key. A folder of files, several of which are written at once, is not encrypted here. */
async function sealerOf(
  settings: BackupSettings,
  format: 'custom' | 'directory' | undefined,
): Promise<Sealer | undefined> {
  if (settings.keyFile === undefined && settings.keyCommand === undefined) return undefined;
  const [{ backupKey }, { sealing }] = await Promise.all([import('./backup-key.ts'), import('./seal.ts')]);
  const key = await backupKey(settings);
  if (key && format === 'directory')
    throw new Problem('usage', 'a dump in directory format cannot be encrypted', {
      found: `a key in ${key.origin}, and the format directory`,
      expected: 'the format custom, or no key',
      state: 'Nothing was written.',
    });
  return key && sealing(key);
}

function tableBytes({ tables }: Contents): number {
  return tables.reduce((sum, { bytes }) => sum + bytes, 0);
}

const NAMED_MAX = 10;

/** A backup that lacks what somebody may not see is none, and would not say so. */
async function refuseUnreadable(leader: Leader): Promise<void> {
  const { tables, role } = await findUnreadable(leader);
  if (tables.length === 0) return;
  const more = tables.length > NAMED_MAX ? [`and ${tables.length - NAMED_MAX} more`] : [];
  throw new Problem('permission-denied', `${role} may not read the whole database, so a full backup would lack rows`, {
    found: [...tables.slice(0, NAMED_MAX), ...more].join('\n'),
    expected: 'SELECT on every table and sequence, USAGE on their schemas, and no policy that hides rows',
    state: 'Nothing was written.',
    next: [
      `An administrator runs: GRANT pg_read_all_data TO ${role}; and where policies hide rows: ALTER ROLE ${role} BYPASSRLS;`,
      'Or take the backup as the owner, or as another role: --user NAME',
    ],
  });
}

function tellSwept(engine: Engine, folder: string): void {
  const { removed, alive } = sweepPartials(folder);
  for (const name of removed)
    engine.emit({ kind: 'warning', message: `Removed ${name}: a run that was killed had left it unfinished.` });
  for (const name of alive)
    engine.emit({ kind: 'note', message: `Another run is writing ${name} at this moment; it is left alone.` });
}

function beginIn({ settings }: Engine, { server }: Leader, id: string): PartialBackup {
  const { folder } = settings.backup;
  try {
    return PartialBackup.begin(folder, folderOfDatabase(server.database), id);
  } catch (error) {
    if (isDiskFull(error)) throw error;
    throw new Problem('backup-failed', `nothing can be written to ${folder}`, {
      found: error instanceof Error ? error.message : String(error),
      state: 'Nothing was written.',
      next: ['Make it writable, or name another folder in "backupFolder".'],
    });
  }
}

async function finishOrDiscard<T>(partial: PartialBackup, use: () => Promise<T>): Promise<T> {
  try {
    return await use();
  } catch (error) {
    partial.discard();
    throw error;
  }
}

interface Begun extends Pick<Job, 'leader' | 'contents' | 'partial'> {
  readonly since: number;
}

async function write(
  engine: Engine,
  begun: Begun,
  prepared: Prepared,
  options: FullBackupOptions,
): Promise<FullBackup> {
  const { leader, contents, partial, since } = begun;
  const sequences = await readSequences(leader);
  const reading = readSourceFacts(engine, leader);
  // Its session, too, is closed before anything else happens.
  const taken = await watched(engine, begun, prepared, options).finally(() => reading);
  const facts = await reading;
  await leader.session.end();
  const paths = filesBelow(partial.path).filter((path) => path !== 'lock');
  const files = [];
  for (const path of paths) {
    const known = taken.files?.get(path) ?? describeFile(partial.path, path);
    const [file] = await Promise.all([known, settleFile(join(partial.path, path))]);
    files.push(file);
  }
  const manifest = manifestOf(engine, {
    leader,
    contents,
    sequences,
    taken,
    files,
    id: partial.id,
    options,
    encrypted: prepared.sealer !== undefined,
    facts,
  });
  const path = partial.finish(manifest);
  const backup = {
    path,
    manifest,
    manifestSha256: createHash('sha256')
      .update(readFileSync(join(path, MANIFEST_FILE)))
      .digest('hex'),
    bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
    ms: Math.round(performance.now() - since),
  };
  for (const what of taken.leftOut) engine.emit({ kind: 'warning', message: `Not in the backup: ${what}` });
  engine.emit({
    kind: 'backed_up',
    id: manifest.id,
    path,
    method: manifest.method,
    bytes: backup.bytes,
    ms: backup.ms,
  });
  await tellPruned(engine, leader.server.database);
  return backup;
}

/** That an old one cannot be removed makes the new one no worse. */
async function tellPruned({ settings, emit }: Engine, database: string): Promise<void> {
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

async function watched(engine: Engine, begun: Begun, prepared: Prepared, options: FullBackupOptions): Promise<Taken> {
  const { leader, contents, partial } = begun;
  const watch = new Watch(engine, partial.path, contents);
  const { progress, signal } = watch;
  const { compression, sealer } = prepared;
  const jobs = options.jobs ?? engine.settings.backup.jobs;
  const job: Job = { engine, leader, contents, partial, compression, sealer, jobs, progress, signal };
  try {
    return await take(job, prepared, options);
  } catch (error) {
    throw watch.problem ?? error;
  } finally {
    watch.end();
  }
}

async function take(job: Job, prepared: Prepared, options: FullBackupOptions): Promise<Taken> {
  const { method, dumpOptions, format, other } = prepared;
  const keyFile = job.sealer?.keyFile;
  if (keyFile) writeFileSync(join(job.partial.path, SEALED_KEY_FILE), keyFile, { mode: 0o600, flag: 'wx' });
  if (method.program) {
    const { takeByPgDump } = await import('./by-pg-dump.ts');
    const count = options.withoutCount !== true;
    const { program } = method;
    return takeByPgDump(job, { program, format, options: dumpOptions, count, otherCompression: other });
  }
  const { takeByCopy } = await import('./by-copy.ts');
  return takeByCopy(job);
}

function problemOf(engine: Engine, error: unknown): unknown {
  if (error instanceof Problem) return error;
  if (isDiskFull(error)) return outOfSpace(engine.settings.backup);
  if (!isDatabaseError(error) && !(error instanceof SessionLost)) return error;
  const problem = databaseProblem(error, 'the full backup cannot be taken', engine.settings.role);
  const locked = isDatabaseError(error) && error.code === '55P03';
  const fields = { ...problem.fields, state: 'Nothing of it is left; the database was only read.' };
  return new Problem(locked ? 'lock-timeout' : problem.code, problem.message, fields);
}
