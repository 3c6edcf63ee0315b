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
import { type BackupFile, type BackupManifest, backupId, MANIFEST_FILE } from '../../backup/manifest.ts';
import type { ClientProgram } from '../../postgres/programs.ts';
import { SessionLost } from '../../postgres/session-lost.ts';
import { Problem } from '../../problem/problem.ts';
import type { Engine } from '../engine.ts';
import { databaseProblem, isDatabaseError } from '../failure.ts';
import { hasZstd } from './backup-file.ts';
import { beginBackup, tellSwept } from './begin-backup.ts';
import { writeCatalog } from './catalog-file.ts';
import { chooseMethod, findDumpPrograms, type Method, noProgram, refuseUnheeded } from './choose-method.ts';
import { type Contents, findUnreadable, readContents, readSequences } from './contents.ts';
import { describeFile, filesBelow } from './digest.ts';
import type { FullBackupOptions, Job, Taken } from './job.ts';
import { type Leader, openLeader } from './leader.ts';
import { manifestOf } from './manifest-of.ts';
import { type PartialBackup, settleFile } from './partial.ts';
import { SEALED_KEY_FILE, type Sealer } from './seal.ts';
import { sealerOf } from './sealer-of.ts';
import { readSourceFacts } from './source-facts.ts';
import { isDiskFull, outOfSpace, refuseTooLarge } from './space.ts';
import { tellPruned } from './tell-pruned.ts';
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
    const partial = beginBackup(
      engine,
      leader.server.database,
      backupId('full', new Date(leader.startedAt), engine.run.runId),
    );
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
  const catalog = await writeCatalog(partial, prepared.sealer, taken, facts.schema);
  const files = await settleFiles(partial, [...(taken.files?.values() ?? []), ...(catalog ? [catalog.written] : [])]);
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
    catalog: catalog?.told,
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

/** Waits until the disk has them. `known`: what is known of some from writing them. */
async function settleFiles({ path: folder }: PartialBackup, known: readonly BackupFile[]): Promise<BackupFile[]> {
  const files: BackupFile[] = [];
  for (const path of filesBelow(folder).filter((one) => one !== 'lock')) {
    const described = known.find((one) => one.path === path) ?? describeFile(folder, path);
    const [file] = await Promise.all([described, settleFile(join(folder, path))]);
    files.push(file);
  }
  return files;
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
