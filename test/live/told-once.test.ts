/** A server that goes away for a moment: what is told of it, and who waits on. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { type DatabaseWorkplace, type RunOptions, withWorkplace } from '../support/cli.ts';
import { startPooler } from '../support/pgbouncer.ts';
import { type OwnServer, ownServer, type TestDatabase } from '../support/servers.ts';
import { until } from './group-bed.ts';
import { BASE, holding, IRREVERSIBLE, invalid, startedUntil, succeeded } from './steps-bed.ts';

/** A workplace on a server that may be restarted; `server` is as it was at first. */
async function onOwnServer(
  major: number,
  body: (at: DatabaseWorkplace, server: OwnServer) => Promise<OwnServer>,
): Promise<void> {
  const server = await ownServer(major);
  await server.sql('postgres', 'CREATE DATABASE shop');
  const database: TestDatabase = {
    name: 'shop',
    url: server.url('shop'),
    server,
    sql: async (statement) => (await server.sql('shop', statement)).rows,
    drop: async () => {},
  };
  let last = server;
  try {
    await withWorkplace(BASE, { DATABASE_URL: database.url }, async (at) => {
      last = await body({ ...at, database }, server);
    });
  } finally {
    await last.stop();
  }
}

const STORY = /connected again after [\d.]+ s 002_step: step 1 was interrupted: .* 1\/1 002_step applied/;

/** `frozen`: the tool gets no processor time before the server is back, so that it never finds it away. */
for (const [major, frozen] of [
  [14, false],
  [18, false],
  [18, true],
] as const) {
  test(`PostgreSQL ${major}: a restart in the middle of a concurrent build is one story${frozen ? ', also where the tool sees it afterwards only' : ': lost, connected, looked, applied'}`, () =>
    onOwnServer(major, async (at, server) => {
      await succeeded(at);
      at.write({ 'm/002_step.sql': `CREATE INDEX CONCURRENTLY made ON base (name);\n${IRREVERSIBLE}` });
      const holder = await holding(at.database, 'LOCK TABLE base IN ROW EXCLUSIVE MODE');
      const started = await startedUntil(at, 'CREATE INDEX%');
      if (frozen) started.child.kill('SIGSTOP');
      await server.shutDown();
      const again = await server.restart();
      await holder.release();
      started.child.kill('SIGCONT');
      const run = await started.finished;
      assert.equal(run.exit, 0, run.output);
      assert.doesNotMatch(run.output, /failed/);
      assert.match(run.said, STORY);
      const { events } = (await at.run(['history', '--version', '2', '--json'])).json<{
        events: { event: string }[];
      }>();
      const told = events.map(({ event }) => event).filter((event) => event !== 'lock_wait');
      assert.deepEqual(told.slice(0, 4), ['started', 'step_started', 'connection_lost', 'started']);
      assert.equal(told.at(-1), 'applied');
      assert.deepEqual(await invalid(at.database), []);
      return again;
    }));
}

/** Starts a run that sleeps in 002, until the server is stopped, and one that waits for it, and has said so. */
async function oneForAnother(at: DatabaseWorkplace, wait: string, options: RunOptions = {}) {
  await succeeded(at);
  await at.database.sql('CREATE TABLE pauses AS SELECT 60 AS seconds');
  at.write({
    'm/002_slow.sql': `SELECT pg_sleep(seconds) FROM pauses;\n${IRREVERSIBLE}`,
    'm/003_last.sql': `CREATE TABLE last ();\n${IRREVERSIBLE}`,
  });
  const first = at.start(['migrate', '--to', '2'], options);
  const asleep = "SELECT 1 FROM pg_stat_activity WHERE wait_event = 'PgSleep'";
  await until('asleep', async () => (await at.database.sql(asleep)).length > 0);
  // Whoever comes to it once more does not sleep.
  await at.database.sql('UPDATE pauses SET seconds = 0');
  const waiting = at.start(['migrate', '--wait', wait], options);
  await waiting.said(/Waiting for the run of /);
  return { first, waiting };
}

for (const pooled of [true, false]) {
  test(`a run that waits for another outlives a restart of the server ${pooled ? 'behind PgBouncer' : 'on a direct connection'}`, () =>
    onOwnServer(18, async (at, server) => {
      const pooler = pooled ? await startPooler(server, { settings: ['server_login_retry = 1'] }) : undefined;
      const env = pooler ? { DATABASE_URL: pooler.url('shop') } : {};
      const { first, waiting } = await oneForAnother(at, '10min', { env });
      await server.shutDown();
      // PgBouncer may keep its question until the server is back.
      if (pooler) await until('asked for', async () => /connect failed/.test(readFileSync(pooler.logFile, 'utf8')));
      else await waiting.said(/the connection was lost while waiting; trying to make it again/);
      const again = await server.restart();
      const [one, other] = await Promise.all([first.finished, waiting.finished]);
      await pooler?.kill();
      assert.equal(other.exit, 0, `${other.output}\n---\n${one.output}`);
      if (!pooled) assert.match(other.said, /trying to make it again connected again/);
      const applied = "SELECT count(*), count(DISTINCT version) FROM schema_migration_events WHERE event = 'applied'";
      assert.deepEqual(await at.database.sql(applied), [['3', '3']]);
      return again;
    }));
}

test('a run that waits gives up on a server that stays away when its time is over', () =>
  onOwnServer(18, async (at, server) => {
    const { first, waiting } = await oneForAnother(at, '8s');
    await server.shutDown();
    first.child.kill('SIGKILL');
    const ended = await waiting.finished;
    const again = await server.restart();
    await first.finished;
    assert.equal(ended.exit, 1, ended.output);
    assert.match(ended.stderr, /error\[connection-lost\]/);
    return again;
  }));
