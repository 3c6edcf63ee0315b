/** The embedded database in everyday life: first use, again, stop, crash, many at once, idle. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { type EmbeddedServer, embeddedState, startEmbedded, stopEmbedded } from '../../src/embedded/index.ts';
import { launch, run, sandbox, started, stateOf } from '../support/embedded.ts';

async function connected({ host, port, user, database }: EmbeddedServer): Promise<pg.Client> {
  const client = new pg.Client({ host, port, user, database });
  await client.connect();
  return client;
}

async function query(server: EmbeddedServer, sql: string): Promise<Record<string, unknown>[]> {
  const client = await connected(server);
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

/**
 * A session on a server that stops after so long, which may be just now; none where this process itself, on a busy machine,
 * came later than that.
 */
async function inTime(dataRoot: string, idleMs: number): Promise<{ started: boolean; client?: pg.Client }> {
  const asked = performance.now();
  const server = await startEmbedded({ dataRoot, idleShutdownMs: idleMs });
  try {
    return { started: server.started, client: await connected(server) };
  } catch (error) {
    if (performance.now() - asked < idleMs) throw error;
    return { started: server.started };
  }
}

async function until(condition: () => Promise<boolean> | boolean, what: string): Promise<void> {
  for (const end = Date.now() + 60_000; !(await condition()); await sleep(20)) {
    assert.ok(Date.now() < end, `still not: ${what}`);
  }
}

function isAlive(pid: number): boolean {
  return existsSync(`/proc/${pid}/cwd/.`);
}

test('first use makes the database and says so; the next call finds it at once; stop ends it; data stays', async (t) => {
  const dataRoot = join(sandbox(t), '.taskflow');
  assert.equal(await stateOf(dataRoot), 'absent');
  const progress: string[] = [];
  const first = await startEmbedded({ dataRoot }, (message) => progress.push(message));
  assert.deepEqual([first.created, first.started, first.user, first.database], [true, true, 'postgres', 'taskflow_db']);
  assert.match(progress.join(), /Creating the embedded PostgreSQL 18\.\d+ in .*\.taskflow/);
  await query(first, 'CREATE TABLE kept AS SELECT 1 AS one');

  const second = await startEmbedded({ dataRoot });
  assert.deepEqual(second, { ...first, created: false, started: false });
  assert.equal(readFileSync(join(dataRoot, '.gitignore'), 'utf8'), '*\n');

  const { pid } = await embeddedState({ dataRoot });
  assert.equal(await stopEmbedded({ dataRoot }), true);
  assert.equal(isAlive(pid!), false);
  assert.equal(await stopEmbedded({ dataRoot }), false);
  assert.equal(await stateOf(dataRoot), 'stopped');

  const third = await startEmbedded({ dataRoot });
  assert.deepEqual(third, { ...first, created: false, started: true });
  assert.deepEqual(await query(third, 'SELECT one FROM kept'), [{ one: 1 }]);
});

test('attaching takes a fraction of the time that making takes, and starts no process', async (t) => {
  const dataRoot = join(sandbox(t), '.taskflow');
  const making = await run({ dataRoot });
  const { server, ms } = await run({ dataRoot, packageRoots: [] }, { env: { PATH: '/nonexistent' } });
  assert.equal(server?.started, false);
  assert.ok(ms * 4 < making.ms, `${ms} ms, and ${making.ms} ms to make it`);
});

test('UTF-8, one sort order and English messages whatever the environment says; no TCP', async (t) => {
  const dataRoot = join(sandbox(t), '.taskflow');
  const env = {
    LANG: 'C',
    LC_ALL: 'tr_TR.ISO-8859-9',
    PGPORT: '1',
    PGDATA: '/nowhere',
    PGOPTIONS: '-c jit=on',
    TZ: 'Asia/Tokyo',
  };
  const server = await started({ dataRoot }, { env });
  const [row] = await query(
    server,
    `SELECT current_setting('server_encoding') AS encoding, datlocprovider AS provider, datlocale AS locale,
            upper('ä') AS upper, current_setting('TimeZone') AS zone, current_setting('fsync') AS fsync,
            current_setting('listen_addresses') AS tcp, current_setting('unix_socket_permissions') AS socket
       FROM pg_database WHERE datname = current_database()`,
  );
  assert.deepEqual(row, {
    encoding: 'UTF8',
    provider: 'b',
    locale: 'C.UTF-8',
    upper: 'Ä',
    zone: 'UTC',
    fsync: 'on',
    tcp: '',
    socket: '0700',
  });
});

test('a password in a failing statement does not reach the log', async (t) => {
  const dataRoot = join(sandbox(t), '.taskflow');
  const server = await started({ dataRoot });
  await assert.rejects(query(server, "ALTER ROLE nobody_at_all PASSWORD 'hunter2-secret'"));
  const log = readFileSync((await embeddedState({ dataRoot })).logFile, 'utf8');
  assert.doesNotMatch(log, /hunter2/);
});

test('a long log is emptied at the next start', async (t) => {
  const dataRoot = join(sandbox(t), '.taskflow');
  await started({ dataRoot });
  await stopEmbedded({ dataRoot });
  const { logFile } = await embeddedState({ dataRoot });
  writeFileSync(logFile, 'an old line\n'.repeat(200_000));
  await started({ dataRoot });
  assert.ok(readFileSync(logFile, 'utf8').length < 10_000);
});

test('kill -9 of the process that started it: the server stays, and the next process finds it', async (t) => {
  const dataRoot = join(sandbox(t), '.taskflow');
  const child = launch({ dataRoot }, { env: { STAY: '1' } });
  const [first] = (await child.stdout!.take(1).toArray()) as Buffer[];
  child.kill('SIGKILL');
  const { server } = JSON.parse(String(first)) as { server: EmbeddedServer };
  assert.equal(server.started, true);
  assert.deepEqual(await started({ dataRoot }), { ...server, created: false, started: false });
});

test('kill -9 of the server: started again, nothing that was committed is lost', async (t) => {
  const dataRoot = join(sandbox(t), '.taskflow');
  const server = await started({ dataRoot });
  await query(server, 'CREATE TABLE kept AS SELECT generate_series(1, 1000) AS n');
  const { pid } = await embeddedState({ dataRoot });
  process.kill(pid!, 'SIGKILL');
  await until(() => !isAlive(pid!), 'the server is gone');
  assert.equal(await stateOf(dataRoot), 'stopped');
  const again = await started({ dataRoot });
  assert.deepEqual([again.started, again.created], [true, false]);
  assert.deepEqual(await query(again, 'SELECT count(*)::int AS n FROM kept'), [{ n: 1000 }]);
});

test('a lock file whose number now belongs to another process does not keep the server down', async (t) => {
  const dataRoot = join(sandbox(t), '.taskflow');
  const server = await started({ dataRoot });
  const { pid, dataDirectory } = await embeddedState({ dataRoot });
  process.kill(pid!, 'SIGKILL');
  await until(() => !isAlive(pid!), 'the server is gone');
  for (const file of [join(dataDirectory, 'postmaster.pid'), join(server.host, '.s.PGSQL.5432.lock')]) {
    writeFileSync(file, readFileSync(file, 'utf8').replace(/^\d+/, String(process.pid)));
  }
  assert.equal(await stateOf(dataRoot), 'stopped');
  assert.equal(await stopEmbedded({ dataRoot }), false);
  assert.equal((await started({ dataRoot })).started, true);
});

test('eight processes at once on a new folder, then on a stopped server: all succeed, one creates, one starts', async (t) => {
  const dataRoot = join(sandbox(t), '.taskflow');
  const together = () => Promise.all(Array.from({ length: 8 }, () => started({ dataRoot })));
  const first = await together();
  assert.equal(first.filter((server) => server.created).length, 1);
  assert.equal(first.filter((server) => server.started).length, 1);
  await stopEmbedded({ dataRoot });
  const second = await together();
  assert.equal(second.filter((server) => server.created).length, 0);
  assert.equal(second.filter((server) => server.started).length, 1);
});

test('a maker killed half way leaves nothing that the next one stumbles over', async (t) => {
  const dataRoot = join(sandbox(t), '.taskflow');
  let draft = '';
  // Once more, where it was quicker than this process.
  do {
    await stopEmbedded({ dataRoot });
    rmSync(dataRoot, { recursive: true, force: true });
    const child = launch({ dataRoot });
    draft = join(dataRoot, `postgresql.${child.pid}`);
    await until(() => existsSync(join(draft, 'base')) || child.exitCode !== null, 'initdb is under way');
    child.kill('SIGKILL');
    await until(() => !isAlive(child.pid!), 'it is gone');
  } while (existsSync(join(dataRoot, 'postgresql')));
  assert.equal(await stateOf(dataRoot), 'absent');
  const server = await started({ dataRoot });
  assert.equal(server.created, true);
  await stopEmbedded({ dataRoot });
  await started({ dataRoot });
  assert.equal(existsSync(draft), false);
});

test('it stops by itself when idle, but not under a session, however quiet', async (t) => {
  const dataRoot = join(sandbox(t), '.taskflow');
  let client: pg.Client | undefined;
  while (!client) ({ client } = await inTime(dataRoot, 600));
  await sleep(2_000);
  assert.equal((await client.query('SELECT 1 AS one')).rowCount, 1);
  await client.end();
  await until(async () => (await stateOf(dataRoot)) === 'stopped', 'stopped by itself');
  assert.match(readFileSync(join(dataRoot, 'server.log'), 'utf8'), /received smart shutdown request/);
});

test('commands that come at the moment of the idle shutdown all get a server', async (t) => {
  const dataRoot = join(sandbox(t), '.taskflow');
  let starts = 0;
  // Until it has been so a few times: a busy machine's watcher is later.
  for (let round = 0; round < 12 || starts < 4; round++) {
    const { started, client } = await inTime(dataRoot, 300);
    if (started) starts += 1;
    await client?.end();
    await sleep(290 + round * 10);
  }
});

test('kill -9 of the watcher: the server stays up, and the next command sets another one to watch', async (t) => {
  const dataRoot = join(sandbox(t), '.taskflow');
  const watcher = () => Number(readFileSync(join(dataRoot, 'watcher'), 'utf8').split(' ')[0]);
  // In this process, so that the watcher is not yet about to stop the server when it is killed.
  await startEmbedded({ dataRoot, idleShutdownMs: 2_500 });
  const first = watcher();
  process.kill(first, 'SIGKILL');
  writeFileSync(join(dataRoot, 'stopping'), `${first}\n`);
  await sleep(4_000);
  assert.equal(await stateOf(dataRoot), 'running');
  assert.equal((await started({ dataRoot, idleShutdownMs: 700 })).started, false);
  assert.notEqual(watcher(), first);
  await until(async () => (await stateOf(dataRoot)) === 'stopped', 'stopped by itself');
});

test('0 means: stays up until stopped', async (t) => {
  const dataRoot = join(sandbox(t), '.taskflow');
  await started({ dataRoot, idleShutdownMs: 0 });
  await sleep(1_000);
  assert.equal(await stateOf(dataRoot), 'running');
});

test('data of another major version is explained and not touched', async (t) => {
  const dataRoot = join(sandbox(t), '.taskflow');
  const data = join(dataRoot, 'postgresql');
  mkdirSync(data, { recursive: true });
  writeFileSync(join(data, 'PG_VERSION'), '17\n');
  writeFileSync(join(data, 'precious'), 'rows');
  const { problem } = await run({ dataRoot });
  assert.equal(problem?.code, 'embedded-unavailable');
  assert.match(problem.message, /made by PostgreSQL 17, but the one installed now is 18/);
  assert.match(problem.state ?? '', /untouched/);
  assert.equal(readFileSync(join(data, 'precious'), 'utf8'), 'rows');
  assert.equal((await embeddedState({ dataRoot })).major, '17');
});
