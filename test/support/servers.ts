/**
 * Real PostgreSQL for tests. One server per major for the whole run, started by whoever needs it first and shared by
 * all test processes; a database per test, cloned from a template where its making is slow. Roles are shared by all databases of a server: give
 * them unique names (`uniqueName`).
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { withLock } from '../../src/embedded/lock.ts';
import { isRunning } from '../../src/embedded/pidfile.ts';
import { type Answer, ask, Refusal } from '../../src/embedded/probe.ts';
import { type ClusterOptions, create, logOf, type Running, run } from './cluster.ts';
import { type Engine, majorOf } from './engines.ts';
import { runFolder, runKey } from './run-folder.ts';

export type { Answer } from '../../src/embedded/probe.ts';
export { type Engine, engines, majors, missing, systemBin, systemMajor } from './engines.ts';
export { stopAll } from './run-folder.ts';

export interface TestServer {
  readonly engine: Engine;
  readonly major: number;
  /** The directory of its Unix socket. */
  readonly host: string;
  /** The same for the socket and for TCP on 127.0.0.1. */
  readonly port: number;
  readonly tcpPort: number;
  readonly pid: number;
  readonly logFile: string;
  readonly dataDirectory: string;
  /** A URL over TCP; the superuser needs no password. */
  url(database: string, user?: string): string;
  /** A URL over the Unix socket, in the form that libpq and `pg` both read. */
  socketUrl(database: string, user?: string): string;
  /** PGHOST (the socket), PGPORT, PGUSER, PGDATABASE: for psql and pg_dump. */
  env(database: string): Record<string, string>;
  /** One statement as the superuser on a connection of its own. */
  sql(database: string, statement: string): Promise<Answer>;
}

export interface TestDatabase {
  readonly name: string;
  readonly url: string;
  readonly server: TestServer;
  /** One statement as the superuser on a connection of its own; rows as text. */
  sql(statement: string): Promise<readonly (readonly (string | null)[])[]>;
  drop(): Promise<void>;
}

const known = new Map<Engine, Promise<TestServer>>();

/** The run's server of that major (or the machine's own), started on demand. */
export function server(engine: Engine): Promise<TestServer> {
  const promise = known.get(engine) ?? attachOrStart(engine);
  known.set(engine, promise);
  return promise;
}

async function attachOrStart(engine: Engine): Promise<TestServer> {
  const folder = join(await runFolder(), String(engine));
  const card = `${folder}.json`;
  const running = readCard(card, folder) ?? (await withLock(`${folder}.lock`, () => startShared(engine, folder, card)));
  return describe(engine, folder, running);
}

/** Autovacuum comes when it likes, to any database: it counts rows, holds locks and is waited for. Who wants it has an own server. */
const SHARED_SETTINGS = ['autovacuum = off'];

async function startShared(engine: Engine, folder: string, card: string): Promise<Running> {
  const other = readCard(card, folder);
  if (other) return other;
  rmSync(folder, { recursive: true, force: true });
  await create(engine, folder, { settings: SHARED_SETTINGS });
  const running = await run(engine, folder, true);
  writeFileSync(`${card}.new`, JSON.stringify(running));
  renameSync(`${card}.new`, card);
  return running;
}

function readCard(card: string, folder: string): Running | undefined {
  if (!existsSync(card)) return undefined;
  const running = JSON.parse(readFileSync(card, 'utf8')) as Running;
  return isRunning(running.pid, join(folder, 'data')) ? running : undefined;
}

function describe(engine: Engine, folder: string, { pid, host, port }: Running): TestServer {
  const of = (database: string, user = 'postgres') =>
    `${encodeURIComponent(user)}@${'{host}'}:${port}/${encodeURIComponent(database)}`;
  return {
    engine,
    major: majorOf(engine),
    host,
    port,
    tcpPort: port,
    pid,
    logFile: logOf(folder),
    dataDirectory: join(folder, 'data'),
    url: (database, user) => `postgresql://${of(database, user).replace('{host}', '127.0.0.1')}`,
    socketUrl: (database, user) => `postgresql://${of(database, user).replace('{host}', encodeURIComponent(host))}`,
    env: (database) => ({ PGHOST: host, PGPORT: String(port), PGUSER: 'postgres', PGDATABASE: database }),
    sql: (database, statement) => ask({ host, port }, database, statement, SQL_MS_MAX),
  };
}

/** For what hangs: a statement that holds a lock for a test may sleep for minutes. */
const SQL_MS_MAX = 300_000;

let counter = 0;

/** A name that no other test uses, for a database, a role or the like. */
export function uniqueName(prefix = 't'): string {
  counter += 1;
  return `${prefix}_${process.pid}_${counter}`;
}

export interface DatabaseOptions {
  /** An existing database to clone, e.g. from templateDatabase; nobody may be connected to it. */
  readonly template?: string;
  readonly name?: string;
}

/** A new database; an empty one unless a template is given. */
export async function createDatabase(on: TestServer, options: DatabaseOptions = {}): Promise<TestDatabase> {
  const name = options.name ?? uniqueName();
  await on.sql('postgres', `CREATE DATABASE ${quote(name)} TEMPLATE ${quote(options.template ?? 'template0')}`);
  return {
    name,
    url: on.url(name),
    server: on,
    sql: async (statement) => (await on.sql(name, statement)).rows,
    drop: () => dropDatabase(on, name),
  };
}

async function dropDatabase(on: TestServer, name: string): Promise<void> {
  if (on.major >= 13) return void (await on.sql('postgres', `DROP DATABASE IF EXISTS ${quote(name)} WITH (FORCE)`));
  const literal = `'${name.replaceAll("'", "''")}'`;
  await on.sql('postgres', `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = ${literal}`);
  await on.sql('postgres', `DROP DATABASE IF EXISTS ${quote(name)}`);
}

/** Runs a test body with a database of its own, dropped afterwards whatever happens. */
export async function withDatabase<T>(
  engine: Engine,
  body: (database: TestDatabase) => Promise<T>,
  options: DatabaseOptions = {},
): Promise<T> {
  const database = await createDatabase(await server(engine), options);
  try {
    return await body(database);
  } finally {
    await database.drop();
  }
}

/**
 * The name of a database to clone, built once in this run; the key must say what is in it. It is renamed when complete, so
 * nobody ever clones a half-built one.
 */
export async function templateDatabase(
  on: TestServer,
  key: string,
  build: (database: TestDatabase) => Promise<void>,
): Promise<string> {
  const name = `template_${runKey}_${createHash('sha256').update(key).digest('hex').slice(0, 12)}`;
  await withLock(join(await runFolder(), `${on.engine}-${name}.lock`), async () => {
    const { rows } = await on.sql('postgres', `SELECT 1 FROM pg_database WHERE datname = '${name}'`);
    if (rows.length === 0) await buildTemplate(on, name, build);
  });
  return name;
}

async function buildTemplate(
  on: TestServer,
  name: string,
  build: (database: TestDatabase) => Promise<void>,
): Promise<void> {
  const draft = await createDatabase(on, { name: uniqueName('draft') });
  try {
    await build(draft);
    await on.sql('postgres', `ALTER DATABASE ${draft.name} RENAME TO ${name}`).catch(unlessThere);
  } finally {
    await draft.drop();
  }
}

/** The lock is given up by who has waited for long: on a busy machine two may have built the same. */
function unlessThere(error: unknown): void {
  if (!(error instanceof Refusal && error.sqlstate === '42P04')) throw error;
}

/** A server for one test alone, with settings and access rules of its own; it may be killed. */
export interface OwnServer extends TestServer {
  /** Fast shutdown, then removed. */
  stop(): Promise<void>;
  /** SIGKILL to the postmaster: as a crash of the server. */
  kill(): Promise<void>;
  /** As `pg_ctl stop -m immediate`: every process of it ends at once, the next start recovers. */
  crash(): Promise<void>;
  /** Fast shutdown; the data stay. */
  shutDown(): Promise<void>;
  /** Starts it again after any of these, on the same port if nobody has taken it; returns the server as it is then. */
  restart(): Promise<OwnServer>;
}

export async function ownServer(engine: Engine, options: ClusterOptions = {}): Promise<OwnServer> {
  const folder = join(await runFolder(), uniqueName('own'));
  await create(engine, folder, options);
  return startOwn(engine, folder);
}

/** What is still running then goes down with this process. */
const atExit = new Set<() => void>();
process.on('exit', () => {
  for (const end of atExit) end();
});

/** As ownServer, on data that are there already: `folder/data`, and `folder/socket` for its socket. */
export async function startOwn(engine: Engine, folder: string, before?: number): Promise<OwnServer> {
  const running = await run(engine, folder, false, before);
  const data = join(folder, 'data');
  const last = () => signal(running.pid, 'SIGQUIT', data);
  atExit.add(last);
  const end = async (name: NodeJS.Signals) => {
    atExit.delete(last);
    signal(running.pid, name, data);
    while (isRunning(running.pid, data)) await sleep(5);
  };
  return {
    ...describe(engine, folder, running),
    kill: () => end('SIGKILL'),
    crash: () => end('SIGQUIT'),
    shutDown: () => end('SIGINT'),
    restart: () => startOwn(engine, folder, running.port),
    stop: async () => {
      await end('SIGINT');
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

function signal(pid: number, name: NodeJS.Signals, data: string): void {
  if (isRunning(pid, data)) process.kill(pid, name);
}

function quote(identifier: string): string {
  return `"${identifier.replaceAll('"', '""')}"`;
}
