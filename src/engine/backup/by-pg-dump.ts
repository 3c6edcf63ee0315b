import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Compression, compressArgument } from '../../backup/compression.ts';
import { leftOutBy, selectingOptions } from '../../backup/dump-options.ts';
import type { BackupFile } from '../../backup/manifest.ts';
import type { ClientProgram } from '../../postgres/programs.ts';
import { type ProgramEnd, runProgram } from '../../postgres/run-program.ts';
import { Problem } from '../../problem/problem.ts';
import { fileSuffix, writeFileOf } from './backup-file.ts';
import type { SourceTable } from './contents.ts';
import { countRows } from './count-rows.ts';
import { FOLLOWED_MAJOR_MAX, GrowingDigest } from './growing-digest.ts';
import type { Job, Taken } from './job.ts';
import { LOCK_WAIT_MS } from './leader.ts';
import { programEnvironment } from './program-environment.ts';
import { isDiskFull, outOfSpace } from './space.ts';

export interface DumpChoice {
  readonly program: ClientProgram;
  readonly format: 'custom' | 'directory';
  readonly options: readonly string[];
  readonly count: boolean;
  /** For a pg_dump that was built without the first choice; undefined where that was asked for. */
  readonly otherCompression: Compression | undefined;
}

/** Where the dump lies in the backup's folder: a file, or in directory format a folder. */
export const DUMP_NAME = { custom: 'dump.pgc', directory: 'dump' } as const;

/**
 * Takes the database by pg_dump, in the leader's snapshot, in which rows are counted meanwhile. Throws Problem `backup-failed`
 * with what pg_dump said.
 */
export async function takeByPgDump(job: Job, choice: DumpChoice): Promise<Taken> {
  const seen = new DumpedTables(job);
  const counting = new AbortController();
  const counts = choice.count ? countRows(job, counting.signal) : Promise.resolve(new Map<string, number>());
  counts.catch(() => {});
  const files: Files = new Map();
  const compression = await dump(job, choice, seen, files).catch(async (error: unknown) => {
    counting.abort();
    await counts.catch(() => {});
    throw error;
  });
  const rows = await counts;
  const selecting = selectingOptions(choice.options);
  const inDump = selecting.length === 0 ? job.contents.tables : seen.tables;
  return {
    method: 'pg_dump',
    writtenBy: [`pg_dump (PostgreSQL) ${choice.program.version}`],
    compression,
    tables: new Map(inDump.map(({ oid }) => [oid, { rows: rows.get(oid) ?? null, file: null, columns: null }])),
    files,
    ...(selecting.length > 0 ? { leavingOut: selecting } : {}),
    leftOut: [...selecting.map(leftOutBy), ...seen.warnings],
  };
}

type Files = Map<string, BackupFile>;

/** A pg_dump that was built without zstd says so at once, before it connects. */
async function dump(job: Job, choice: DumpChoice, seen: DumpedTables, files: Files): Promise<Compression> {
  const { otherCompression } = choice;
  const first = await run(job, choice, seen, files);
  if (first.status === 0) return job.compression;
  const cannot = first.lastMessages.some((text) => /this build does not support compression with/.test(text));
  if (!cannot || otherCompression === undefined) throw failed(job, choice, first);
  const second = await run({ ...job, compression: otherCompression }, choice, seen, files);
  if (second.status === 0) return otherCompression;
  throw failed(job, choice, second);
}

async function run(job: Job, choice: DumpChoice, seen: DumpedTables, files: Files): Promise<ProgramEnd> {
  const { engine, leader, partial, compression, signal, sealer } = job;
  const { program, format } = choice;
  const env = await programEnvironment(engine, leader.session);
  const args = [
    ...(sealer ? [] : [`--file=${join(partial.path, DUMP_NAME[format])}`]),
    `--format=${format}`,
    ...(format === 'directory' ? [`--jobs=${job.jobs}`] : []),
    compressArgument(compression, program.major),
    `--snapshot=${leader.snapshot}`,
    ...(engine.settings.role === undefined ? [] : [`--role=${engine.settings.role}`]),
    `--lock-wait-timeout=${LOCK_WAIT_MS}`,
    '--no-password',
    // We wait for the disk ourselves, while digests are computed.
    '--no-sync',
    // Not by PGDATABASE: then a stray word among the options would name another database.
    `--dbname=dbname=${quoteConninfo(leader.server.database)}`,
    '--verbose',
    ...choice.options,
  ];
  const isFollowed = !sealer && format === 'custom' && program.major <= FOLLOWED_MAJOR_MAX;
  const growing = isFollowed ? new GrowingDigest(partial.path, DUMP_NAME.custom) : undefined;
  seen.onRows = () => growing?.begin();
  try {
    const onStart = (pid: number) => partial.writtenBy(pid);
    const output = sealer ? { onOutput: (data: AsyncIterable<Buffer>) => writeSealed(job, data, files) } : {};
    const ended = await runProgram({ path: program.path, args, env, onStart, onMessage: seen.hear, signal, ...output });
    if (growing && ended.status === 0) files.set(DUMP_NAME.custom, await growing.finish());
    return ended;
  } catch (error) {
    if (isDiskFull(error)) throw error;
    throw new Problem('backup-failed', `${program.path} cannot be run`, {
      found: error instanceof Error ? error.message : String(error),
      state: STATE,
    });
  } finally {
    await growing?.stop();
  }
}

/** A value in libpq's keywords and values (manual, "Connection Strings"). */
function quoteConninfo(value: string): string {
  return `'${value.replaceAll(/[\\']/g, '\\$&')}'`;
}

/** Nothing lies on the disk unencrypted, not even while it is written: what pg_dump writes comes through this process. */
async function writeSealed({ partial, sealer }: Job, data: AsyncIterable<Buffer>, files: Files): Promise<void> {
  const packing = { compression: { algorithm: 'none' }, sealer } as const;
  const path = `${DUMP_NAME.custom}${fileSuffix(packing)}`;
  // Of a first try, which pg_dump gave up at once.
  rmSync(join(partial.path, path), { force: true });
  files.set(path, await writeFileOf(partial.path, path, data, packing));
}

const STATE = 'The unfinished backup is removed; the database was only read.';

function failed({ engine, signal }: Job, { program, options }: DumpChoice, ended: ProgramEnd): Problem {
  if (signal.aborted && signal.reason instanceof Problem) return signal.reason;
  const said = ended.lastMessages.filter(
    (text) => !/^(?:reading|dumping|saving|identifying|flagging|last built)/.test(text),
  );
  if (said.some((text) => isDiskFull({ message: text }))) return outOfSpace(engine.settings.backup);
  const how = ended.status === null ? `it was ended by ${ended.signal}` : `its exit status is ${ended.status}`;
  return new Problem('backup-failed', `pg_dump ${program.version} did not finish`, {
    found: [how, ...said.slice(-SAID_MAX)].join('\n'),
    state: STATE,
    ...nextOf(said.join('\n'), options),
  });
}

/** What helps depends on what it says. */
function nextOf(said: string, options: readonly string[]): { next?: string[] } {
  if (/lock timeout|could not obtain lock/.test(said))
    return {
      next: ['See who holds the table: taskflow-db doctor', 'Or wait for longer: backup -- --lock-wait-timeout=10min'],
    };
  if (/permission denied|row-level security/.test(said))
    return { next: ['Take it as a role that may read everything: --user NAME, or GRANT pg_read_all_data.'] };
  if (options.length > 0) return { next: ['Look at the options for it, in "backupOptions" and behind --.'] };
  if (/connection|server closed|terminating/.test(said)) return { next: ['Run the command again.'] };
  return {};
}

const SAID_MAX = 6;

/** What pg_dump tells with --verbose: which table it is at. */
class DumpedTables {
  readonly tables: SourceTable[] = [];
  readonly warnings: string[] = [];
  readonly #job: Job;
  readonly #byName: ReadonlyMap<string, SourceTable>;
  readonly #open: SourceTable[] = [];
  /** Told when the first table is read. */
  onRows = () => {};

  constructor(job: Job) {
    this.#job = job;
    this.#byName = new Map(job.contents.tables.map((one) => [`${one.schema}.${one.name}`, one]));
  }

  readonly hear = (text: string): void => {
    const [, warning] = /^warning: (.*)/s.exec(text) ?? [];
    if (warning !== undefined) this.warnings.push(warning.replaceAll('\n', ' '));
    const [, name = ''] = /^dumping contents of table "(.*)"$/s.exec(text) ?? [];
    if (name !== '') this.onRows();
    const table = this.#byName.get(name);
    if (!table) return;
    this.tables.push(table);
    this.#open.push(table);
    // Each job has one at a time: the oldest is through when one more begins.
    if (this.#open.length > this.#job.jobs) this.#job.progress.done(this.#open.shift()!);
    this.#job.progress.begun(table);
  };
}
