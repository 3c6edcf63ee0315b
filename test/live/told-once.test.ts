/** A server that goes away for a moment: what is told of it, and who waits on. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type DatabaseWorkplace, withWorkplace } from '../support/cli.ts';
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

for (const major of [14, 18]) {
  test(`PostgreSQL ${major}: a restart in the middle of a concurrent build is one story: lost, connected, looked, applied`, () =>
    onOwnServer(major, async (at, server) => {
      await succeeded(at);
      at.write({ 'm/002_step.sql': `CREATE INDEX CONCURRENTLY made ON base (name);\n${IRREVERSIBLE}` });
      const holder = await holding(at.database, 'LOCK TABLE base IN ROW EXCLUSIVE MODE');
      const started = await startedUntil(at, 'CREATE INDEX%');
      await server.shutDown();
      const again = await server.restart();
      await holder.release();
      const run = await started.finished;
      assert.equal(run.exit, 0, run.output);
      assert.doesNotMatch(run.output, /failed/);
      assert.match(
        run.said,
        /connected again after [\d.]+ s 002_step: step 1 was interrupted: .* 1\/1 002_step applied/,
      );
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

for (const pooled of [true, false]) {
  test(`a run that waits for another outlives a restart of the server ${pooled ? 'behind PgBouncer' : 'on a direct connection'}`, () =>
    onOwnServer(18, async (at, server) => {
      await succeeded(at);
      const pooler = pooled ? await startPooler(server, { settings: ['server_login_retry = 1'] }) : undefined;
      const env = pooler ? { DATABASE_URL: pooler.url('shop') } : {};
      at.write({
        'm/002_slow.sql': `SELECT pg_sleep(3);\n${IRREVERSIBLE}`,
        'm/003_last.sql': `CREATE TABLE last ();\n${IRREVERSIBLE}`,
      });
      const first = at.start(['migrate', '--to', '2'], { env });
      const asleep = "SELECT 1 FROM pg_stat_activity WHERE wait_event = 'PgSleep'";
      await until('asleep', async () => (await at.database.sql(asleep)).length > 0);
      const waiting = at.start(['migrate', '--wait', '40s'], { env });
      await sleep(1000);
      await server.shutDown();
      await sleep(500);
      const again = await server.restart();
      const [one, other] = await Promise.all([first.finished, waiting.finished]);
      await pooler?.kill();
      assert.equal(other.exit, 0, `${other.output}\n---\n${one.output}`);
      // PgBouncer may keep its question until the server is back.
      if (!pooled)
        assert.match(other.said, /the connection was lost while waiting; trying to make it again connected again/);
      const applied = "SELECT count(*), count(DISTINCT version) FROM schema_migration_events WHERE event = 'applied'";
      assert.deepEqual(await at.database.sql(applied), [['3', '3']]);
      return again;
    }));
}

test('a run that waits gives up on a server that stays away when its time is over', () =>
  onOwnServer(18, async (at, server) => {
    await succeeded(at);
    at.write({ 'm/002_slow.sql': `SELECT pg_sleep(30);\n${IRREVERSIBLE}` });
    const first = at.start(['migrate']);
    await until(
      'asleep',
      async () => (await at.database.sql("SELECT 1 FROM pg_stat_activity WHERE wait_event = 'PgSleep'")).length > 0,
    );
    const waiting = at.start(['migrate', '--wait', '2s']);
    await sleep(700);
    first.child.kill('SIGKILL');
    await server.shutDown();
    const ended = await waiting.finished;
    const again = await server.restart();
    await first.finished;
    assert.equal(ended.exit, 1, ended.output);
    assert.match(ended.stderr, /error\[connection-lost\]/);
    return again;
  }));
