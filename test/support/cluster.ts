/** Makes and starts one server in a folder of its own; fast and forgetful (fsync off), for tests only. */
import type { ChildProcess } from 'node:child_process';
import { appendFileSync, chownSync, closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Account } from '../../src/embedded/account.ts';
import { freePort } from '../../src/embedded/launch.ts';
import { livePostmaster } from '../../src/embedded/pidfile.ts';
import { ask } from '../../src/embedded/probe.ts';
import { type Runner, runToEnd, start } from '../../src/embedded/run.ts';
import { type Engine, majorOf, runnerOf } from './engines.ts';

export interface ClusterOptions {
  /** Lines of postgresql.conf, added at the end. */
  readonly settings?: readonly string[];
  /** The whole of pg_hba.conf; default: everybody is trusted, on the socket and on the loopback. */
  readonly hba?: string;
  /** Further files for the data directory (certificates, say); made with mode 0600. */
  readonly files?: Readonly<Record<string, string | Buffer>>;
}

export interface Running {
  readonly pid: number;
  readonly host: string;
  readonly port: number;
}

const SETTINGS = [
  'fsync = off',
  'full_page_writes = off',
  'shared_buffers = 32MB',
  'max_connections = 200',
  'max_prepared_transactions = 10',
  'max_wal_size = 256MB',
  'huge_pages = off',
  'jit = off',
  "listen_addresses = '127.0.0.1'",
  "timezone = 'UTC'",
  "log_timezone = 'UTC'",
];

const INITDB = ['--username=postgres', '--auth=trust', '--encoding=UTF8', '--locale=C.UTF-8', '--no-sync'];

/** Creates the data directory in `folder/data` and the directory for the socket in `folder/socket`. */
export async function create(engine: Engine, folder: string, options: ClusterOptions = {}): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const runner = runnerOf(engine, folder);
  const data = join(folder, 'data');
  for (const path of [data, join(folder, 'socket')]) {
    mkdirSync(path, { mode: 0o755 });
    own(path, runner.account);
  }
  const { status, output } = await runToEnd(runner, 'initdb', data, INITDB);
  if (status !== 0) throw new Error(`initdb ${engine} failed:\n${output}`);
  const settings = [...SETTINGS, ...(majorOf(engine) >= 18 ? ['io_method = sync'] : []), ...(options.settings ?? [])];
  appendFileSync(join(data, 'postgresql.conf'), `\n${settings.join('\n')}\n`);
  const files = { ...(options.hba ? { 'pg_hba.conf': options.hba } : {}), ...options.files };
  for (const [name, content] of Object.entries(files)) {
    writeFileSync(join(data, name), content, { mode: 0o600 });
    own(join(data, name), runner.account);
  }
}

/** Starts the server on the port it had before, or a free one; tries another when somebody else took that port first. */
export async function run(engine: Engine, folder: string, detached: boolean, before?: number): Promise<Running> {
  const runner = runnerOf(engine, folder);
  for (let attempt = 1; ; attempt++) {
    const port = attempt === 1 && before !== undefined ? before : await freePort();
    const running = await runOn(port, runner, folder, detached);
    if (running) return running;
    if (attempt === 5)
      throw new Error(`PostgreSQL ${engine} did not start:\n${readFileSync(logOf(folder), 'utf8').slice(-2000)}`);
  }
}

async function runOn(port: number, runner: Runner, folder: string, detached: boolean): Promise<Running | undefined> {
  const data = join(folder, 'data');
  const host = join(folder, 'socket');
  const log = openSync(logOf(folder), 'a');
  const args = ['-k', host, '-p', String(port)];
  const child = start(runner, { program: 'postgres', dataDirectory: data, args, output: log, detached });
  closeSync(log);
  child.unref();
  return ready(child, data, { host, port });
}

async function ready(
  child: ChildProcess,
  data: string,
  address: { host: string; port: number },
): Promise<Running | undefined> {
  const begin = Date.now();
  while (child.exitCode === null && child.signalCode === null && Date.now() - begin < 60_000) {
    const server = livePostmaster(data);
    if (server?.pid === child.pid && (await answers(address))) return { pid: server!.pid, ...address };
    await sleep(5);
  }
  return undefined;
}

export async function answers(address: { host: string; port: number }): Promise<boolean> {
  return ask(address, 'postgres').then(
    () => true,
    () => false,
  );
}

export function logOf(folder: string): string {
  return join(folder, 'log');
}

function own(path: string, account: Account | undefined): void {
  if (account) chownSync(path, account.uid, account.gid);
}
