import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import type { DatabaseWorkplace } from '../support/cli.ts';
import type { TestServer } from '../support/servers.ts';
import { contentOf, halfLoaded, ok, restoredOf, takeBackup, withSource } from './restore-bed.ts';

/** Points of a restore at which it is killed: something that another session sees, and that lets it go no further. */
const POINTS = [
  ['the database is made', 14, 'pg_dump'],
  ['rows are loaded', 14, 'pg_dump'],
  ['rows are loaded', 18, 'copy'],
  ['the names are to be changed', 18, 'copy'],
] as const;

for (const [point, engine, method] of POINTS) {
  test(`killed when ${point} (${method}): nothing is lost, and the next run says what it found`, () =>
    withSource(engine, async (at) => {
      const { server, name } = at.database;
      // Long enough to be seen at work.
      await at.database.sql(
        `INSERT INTO users ("e mail") SELECT repeat(md5(n::text), 8) FROM generate_series(1, 20000) AS n`,
      );
      await takeBackup(at);
      await at.database.sql('DELETE FROM "Or""ders"');
      const now = await contentOf(server, name);
      const args = ['restore', '--into', name, '--yes', '--i-know', name];
      const killed = at.start(args);
      const release = await reached(at, point);
      killed.child.kill('SIGKILL');
      assert.equal((await killed.finished).signal, 'SIGKILL');
      await release();
      await serverHasNoticed(server, (await halfLoaded(server))[0] ?? '');
      assert.equal(await contentOf(server, name), now, 'the database is as it was');
      assert.equal((await halfLoaded(server)).length, 1);
      const next = await ok(at.run(args));
      assert.match(next.said, /Dropped the database taskflow_restoring_\w+, which a restore that was killed had left/);
      assert.deepEqual(await halfLoaded(server), []);
      assert.equal((await restoredOf(at)).length, 1);
      assert.notEqual(await contentOf(server, name), now);
    }));
}

/** The session of a killed run lives until its statement has ended, and holds its lock as long. */
async function serverHasNoticed(server: TestServer, loading: string): Promise<void> {
  const key = Number.parseInt(loading.replace('taskflow_restoring_', ''), 16) >>> 0;
  const held = `SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND objid = ${key} AND objsubid = 2`;
  while ((await server.sql('postgres', held)).rows.length > 0) await sleep(20);
}

/** Waits until the restore is there; returns what lets go of it. */
async function reached(
  { database: { server, name, url } }: DatabaseWorkplace,
  point: string,
): Promise<() => Promise<void>> {
  if (point === 'the names are to be changed') {
    while ((await halfLoaded(server)).length === 0) await sleep(5);
    const client = new Client({ connectionString: url });
    client.on('error', () => {});
    await client.connect();
    const renaming = `SELECT 1 FROM pg_stat_activity WHERE query LIKE 'ALTER DATABASE "${name}" RENAME%' AND state = 'active'`;
    while ((await server.sql('postgres', renaming)).rows.length === 0) await sleep(20);
    return () => client.end();
  }
  while ((await halfLoaded(server)).length === 0) await sleep(5);
  const [half = ''] = await halfLoaded(server);
  if (point === 'rows are loaded') {
    const there = "SELECT 1 FROM pg_class WHERE relname = 'users' AND pg_relation_size(oid) > 0";
    while ((await server.sql(half, there).catch(() => ({ rows: [] }))).rows.length === 0) await sleep(5);
  }
  return () => Promise.resolve();
}

test('stopped by Ctrl-C it drops what it had loaded, and says so', () =>
  withSource(14, async (at) => {
    const { server, name } = at.database;
    await at.database.sql(
      `INSERT INTO users ("e mail") SELECT repeat(md5(n::text), 8) FROM generate_series(1, 20000) AS n`,
    );
    await takeBackup(at);
    const run = at.start(['restore', '--into', `${name}_new`]);
    while ((await halfLoaded(server)).length === 0) await sleep(5);
    run.child.kill('SIGINT');
    const end = await run.finished;
    assert.equal(end.exit, 130);
    assert.match(end.said, /No database was made; what was loaded is dropped/);
    assert.deepEqual(await halfLoaded(server), []);
    assert.deepEqual(await restoredOf(at), []);
  }));
