/**
 * Debian's pgbouncer in front of a test server, each in a folder of its own, on a free port, for the tests that start it.
 * It refuses to be root, so root starts it as the account that runs the servers.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { serverAccount } from '../../src/embedded/account.ts';
import { freePort } from '../../src/embedded/launch.ts';
import { runFolder } from './run-folder.ts';
import { type TestServer, uniqueName } from './servers.ts';

export interface PoolerOptions {
  /** Default: transaction. */
  readonly mode?: 'transaction' | 'session' | 'statement';
  /** Server connections for each database and user; 2 by default, so that two sessions do share one. */
  readonly poolSize?: number;
  /** Users beside postgres. */
  readonly users?: readonly string[];
  /** Further lines of the section [pgbouncer]. */
  readonly settings?: readonly string[];
}

export interface Pooler {
  readonly host: string;
  readonly port: number;
  readonly logFile: string;
  /** A URL over TCP for any database of the server. */
  url(database: string, user?: string): string;
  /** Closes every connection, those of clients too, at once. */
  kill(): Promise<void>;
}

const PLACES = ['/usr/sbin/pgbouncer', '/usr/bin/pgbouncer', '/usr/local/bin/pgbouncer', '/opt/homebrew/bin/pgbouncer'];
const START_MS_MAX = 60_000;

/** Throws where the program is missing: scripts/test.sh installs it (Debian: pgbouncer). */
export async function startPooler(server: TestServer, options: PoolerOptions = {}): Promise<Pooler> {
  const program = PLACES.find((path) => existsSync(path));
  if (!program) throw new Error('pgbouncer is missing (Debian: pgbouncer); scripts/test.sh installs it where it may');
  const folder = join(await runFolder(), uniqueName('pooler'));
  mkdirSync(folder, { mode: 0o755 });
  for (let attempt = 1; ; attempt++) {
    const port = await freePort();
    const child = start(program, folder, configuration(server, port, options, folder));
    if (await listens(child, port)) return describe(child, folder, port);
    if (attempt === 5) throw new Error(`pgbouncer did not start:\n${readFileSync(join(folder, 'log'), 'utf8')}`);
  }
}

function configuration(server: TestServer, port: number, options: PoolerOptions, folder: string): string {
  const users = ['postgres', ...(options.users ?? [])].map((user) => `"${user}" ""\n`);
  writeFileSync(join(folder, 'users.txt'), users.join(''));
  return [
    '[databases]',
    `* = host=127.0.0.1 port=${server.tcpPort}`,
    '[pgbouncer]',
    'listen_addr = 127.0.0.1',
    `listen_port = ${port}`,
    'unix_socket_dir =',
    'auth_type = trust',
    `auth_file = ${join(folder, 'users.txt')}`,
    `logfile = ${join(folder, 'log')}`,
    `pool_mode = ${options.mode ?? 'transaction'}`,
    `default_pool_size = ${options.poolSize ?? 2}`,
    'max_client_conn = 500',
    'query_wait_timeout = 60',
    // A test drops its database as soon as its clients are gone.
    'server_idle_timeout = 1',
    ...(options.settings ?? []),
    '',
  ].join('\n');
}

function start(program: string, folder: string, text: string): ChildProcess {
  const file = join(folder, 'pgbouncer.ini');
  writeFileSync(file, text);
  const account = serverAccount(folder);
  if (account) for (const path of [folder, file]) chownSync(path, account.uid, account.gid);
  return spawn(program, ['-q', file], { cwd: '/', stdio: 'ignore', ...(account ?? {}) });
}

async function listens(child: ChildProcess, port: number): Promise<boolean> {
  for (const end = Date.now() + START_MS_MAX; child.exitCode === null && Date.now() < end; await sleep(10))
    if (await accepts(port)) return true;
  return false;
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    socket.once('connect', () => socket.destroy()).once('close', (failed) => resolve(!failed));
    socket.once('error', () => {});
  });
}

function describe(child: ChildProcess, folder: string, port: number): Pooler {
  const last = () => child.kill('SIGKILL');
  process.on('exit', last);
  child.unref();
  return {
    host: '127.0.0.1',
    port,
    logFile: join(folder, 'log'),
    url: (database, user = 'postgres') =>
      `postgresql://${encodeURIComponent(user)}@127.0.0.1:${port}/${encodeURIComponent(database)}`,
    kill: async () => {
      process.off('exit', last);
      if (child.exitCode === null && child.signalCode === null) {
        const gone = new Promise((resolve) => child.once('exit', resolve));
        child.ref();
        child.kill('SIGKILL');
        await gone;
      }
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
