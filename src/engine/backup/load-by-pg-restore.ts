import { join } from 'node:path';
import { type ClientProgram, clientPrograms } from '../../postgres/programs.ts';
import { type ProgramEnd, runProgram } from '../../postgres/run-program.ts';
import { notForChild } from '../../postgres/target/child-environment.ts';
import { Problem } from '../../problem/problem.ts';
import { formatBytes } from '../../problem/quantity.ts';
import { cancelled } from '../pause.ts';
import { DUMP_NAME } from './by-pg-dump.ts';
import { REFERRED } from './load-by-copy.ts';
import type { LoadInto } from './load-into.ts';
import { type OpenBackup, openFile } from './open-file.ts';
import { programEnvironment } from './program-environment.ts';
import { SEALED_SUFFIX } from './seal.ts';

/** Loads a dump of pg_dump with its pg_restore; `more`: further arguments. Throws as loadBackup does. */
export async function loadByPgRestore(backup: OpenBackup, into: LoadInto, more: readonly string[] = []): Promise<void> {
  const { engine, database, session, owners, privileges, signal, purpose = 'restore' } = into;
  const program = await choosePgRestore(backup, into);
  const source = dumpOf(backup);
  const { role } = engine.settings;
  const args = [
    '--exit-on-error',
    '--no-password',
    '--verbose',
    `--dbname=dbname=${quoteConninfo(database)}`,
    ...(role === undefined ? [] : [`--role=${role}`]),
    ...(owners ? [] : ['--no-owner']),
    ...(privileges ? [] : ['--no-privileges']),
    // From a stream it reads one thing after the other.
    ...(source.input === undefined && into.jobs > 1 ? [`--jobs=${into.jobs}`] : []),
    ...more,
    ...(source.path === undefined ? [] : [source.path]),
  ];
  const env = await programEnvironment(engine, session, { database, purpose });
  const ended = await runProgram({
    path: program.path,
    args,
    env,
    input: source.input,
    onStart: () => {},
    onMessage: counting(backup, into),
    signal,
  }).catch((error: unknown) => {
    if (error instanceof Problem) throw error;
    throw failed(program, [error instanceof Error ? error.message : String(error)]);
  });
  if (signal.aborted) throw cancelled('Nothing of yours was touched; what was loaded is dropped.');
  if (ended.status !== 0) throw failed(program, saidOf(ended), advice(ended, backup));
}

/** What is in a dump, as `pg_restore --list --verbose` tells it. */
export async function listDump(backup: OpenBackup, into: LoadInto): Promise<string> {
  const program = await choosePgRestore(backup, into);
  const source = dumpOf(backup);
  const parts: Buffer[] = [];
  const onOutput = async (data: AsyncIterable<Buffer>) => {
    for await (const part of data) parts.push(part);
  };
  const args = ['--list', '--verbose', ...(source.path === undefined ? [] : [source.path])];
  const ended = await runProgram({
    ...{ path: program.path, args, env: { LC_ALL: 'C' }, input: source.input, signal: into.signal },
    ...{ onOutput, onStart: () => {}, onMessage: () => {} },
  });
  if (ended.status !== 0) throw failed(program, saidOf(ended));
  return Buffer.concat(parts).toString('utf8');
}

/** A file or folder that pg_restore opens itself, or what it is to read. */
interface DumpSource {
  readonly path?: string;
  readonly input?: AsyncIterable<Buffer>;
}

function dumpOf(backup: OpenBackup): DumpSource {
  const { folder, manifest } = backup;
  const has = (path: string) => manifest.files.some((file) => file.path === path);
  if (has(DUMP_NAME.custom)) return { path: join(folder, DUMP_NAME.custom) };
  if (has(`${DUMP_NAME.directory}/toc.dat`)) return { path: join(folder, DUMP_NAME.directory) };
  const sealed = `${DUMP_NAME.custom}${SEALED_SUFFIX}`;
  if (has(sealed)) return { input: openFile(backup, sealed) };
  throw new Problem('backup-damaged', 'The backup says that it is of pg_dump, and has no dump.', {
    where: { file: folder },
    expected: `${DUMP_NAME.custom}, ${sealed} or ${DUMP_NAME.directory}/`,
    state: 'Nothing was restored or changed.',
  });
}

/**
 * The oldest that reads the dump: what a newer one sends first, an old server may not know (17 sets transaction_timeout). Problem
 * `restore-refused` where there is none.
 */
async function choosePgRestore({ manifest }: OpenBackup, { engine }: LoadInto): Promise<ClientProgram> {
  const made = manifest.writtenBy.flatMap((by) => /^pg_dump \(PostgreSQL\) (\d+)/.exec(by)?.[1] ?? []);
  const major = Number(made[0] ?? Math.trunc(manifest.source.serverVersionNum / 10_000));
  const found = await clientPrograms('pg_restore', { folder: engine.settings.backup.programs, env: engine.env });
  const fit = found.filter((one) => one.major >= major && notForChild(engine.target, one.major) === undefined);
  const least = Math.min(...fit.map((one) => one.major));
  const program = fit.find((one) => one.major === least);
  if (program) return program;
  throw noProgram(found, major, notForChild(engine.target, found[0]?.major ?? major));
}

function noProgram(found: readonly ClientProgram[], major: number, unfit: string | undefined): Problem {
  const [newest] = found;
  const tooOld = newest ? `the newest here is ${newest.version} (${newest.path})` : 'there is none here';
  return new Problem('restore-refused', `There is no pg_restore that can load the backup.`, {
    found: newest && newest.major >= major && unfit !== undefined ? unfit : tooOld,
    expected: `pg_restore ${major} or newer: the dump was made by pg_dump ${major}`,
    state: 'Nothing was restored or changed.',
    next: [`Install PostgreSQL's client programs of version ${major}, or name their folder: "backupPrograms".`],
  });
}

/** A value in libpq's keywords and values (manual, "Connection Strings"). */
export function quoteConninfo(value: string): string {
  return `'${value.replaceAll(/[\\']/g, '\\$&')}'`;
}

/** It says which table it begins. */
function counting({ manifest }: OpenBackup, { onTable }: LoadInto): (text: string) => void {
  let done = 0;
  return (text) => {
    if (!/^processing data for table /.test(text)) return;
    onTable(done, manifest.tables.length);
    done += 1;
  };
}

const SAID_MAX = 6;

function saidOf({ status, signal, lastMessages }: ProgramEnd): string[] {
  const said = lastMessages.filter((text) => /^(?:error|warning|from|detail|hint|while)|^(?:Command was)/i.test(text));
  const how = status === null ? `it was ended by ${signal}` : `its exit status is ${status}`;
  return [...(said.length > 0 ? said : lastMessages).slice(-SAID_MAX), how];
}

function advice({ lastMessages, signal }: ProgramEnd, { manifest, folder }: OpenBackup): string[] {
  const said = lastMessages.join('\n');
  const role = /role "((?:[^"]|"")*)" does not exist/.exec(said)?.[1];
  if (role !== undefined) return [`Make the role ${role} first, or restore without owners and privileges: --no-owner`];
  if (/must be (?:owner|superuser|member)|permission denied/.test(said))
    return ['Restore as a superuser, or without owners and privileges: --no-owner'];
  if (/No space left on device|could not extend file/.test(said))
    return [`Make room on the server: the source took ${formatBytes(manifest.source.databaseBytes)}.`];
  if (/extension "[^"]*" is not available|could not open extension control file/.test(said))
    return ["Install the extension's package on this server, then run the command again."];
  if (/violates foreign key constraint/.test(said) && !manifest.leavingOut) return [REFERRED];
  if (manifest.leavingOut)
    return [
      'The backup is of a part of the database: load single tables (--tables LIST), or restore a whole backup.',
      'Which there are: taskflow-db backup list',
    ];
  if (signal !== null || /connection|server closed|terminating/.test(said)) return ['Run the command again.'];
  return [`See what the server says of it in its log; by hand, pg_restore loads ${folder} piece by piece.`];
}

function failed(program: ClientProgram, said: readonly string[], next: readonly string[] = []): Problem {
  return new Problem('restore-failed', `pg_restore ${program.version} did not load the backup.`, {
    found: said.join('\n'),
    ...(next.length > 0 ? { next } : {}),
  });
}
