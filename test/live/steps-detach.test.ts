/** DETACH PARTITION CONCURRENTLY of a table that is in use: it stalls neither readers nor writers, whatever it waits for. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type DatabaseWorkplace, withCli } from '../support/cli.ts';
import { onServers } from '../support/on-servers.ts';
import type { TestDatabase } from '../support/servers.ts';
import { until } from './group-bed.ts';
import { session } from './locks-bed.ts';
import { holding, IRREVERSIBLE, killed, running, startedUntil, story, succeeded } from './steps-bed.ts';

const PARTITIONS = {
  'm/001_base.sql': `CREATE TABLE base (id int PRIMARY KEY) PARTITION BY RANGE (id);
CREATE TABLE part PARTITION OF base FOR VALUES FROM (1) TO (10);
CREATE TABLE line (of int REFERENCES base);
${IRREVERSIBLE}`,
};

const DETACH = { 'm/002_step.sql': `ALTER TABLE base DETACH PARTITION part CONCURRENTLY;\n${IRREVERSIBLE}` };

const attached = (database: TestDatabase) =>
  database.sql("SELECT inhdetachpending FROM pg_inherits WHERE inhrelid = 'part'::regclass");

/** Runs a statement of an application again and again until `over` resolves; rejects where it was stalled. */
async function inUse(database: TestDatabase, sql: string, over: Promise<unknown>): Promise<void> {
  const client = await session(database, 'application');
  await client.run(`SET lock_timeout = ${STALL_MS_MAX}`);
  let ended = false;
  void over.finally(() => {
    ended = true;
  });
  while (!ended) {
    await client.run(sql);
    await sleep(20);
  }
  await client.end();
}

/** Many times the lock timeout, as the machine may be busy. */
const STALL_MS_MAX = 10_000;

async function detachedWhile(at: DatabaseWorkplace, hold: string, use: string) {
  await succeeded(at);
  at.write(DETACH);
  const holder = await holding(at.database, hold);
  const run = at.start(['migrate']);
  const uses = inUse(at.database, use, run.finished);
  await run.said(/gave way, tries again/);
  // Whoever comes while the holder is there gets through.
  await at.database.sql(`SET statement_timeout = '1min'; ${use}`);
  // Time in which it could queue again.
  await sleep(2000);
  await holder.release();
  const { exit, output, said } = await run.finished;
  assert.equal(exit, 0, output);
  assert.deepEqual(await attached(at.database), []);
  await uses;
  return said;
}

describe('DETACH PARTITION CONCURRENTLY', { concurrency: 4 }, () => {
  for (const major of onServers(import.meta.url, 14, 18)) {
    test(`PostgreSQL ${major}: a partition that somebody reads for long is detached without stalling its other readers`, () =>
      withCli(major, PARTITIONS, async (at) => {
        const said = await detachedWhile(at, 'SELECT * FROM part', 'SELECT count(*) FROM part');
        assert.match(said, /002_step: public\.part is locked; gave way, tries again/);
        assert.match(said, /002_step: ALTER TABLE "base" DETACH PARTITION "part" FINALIZE/);
        const told = await story(at.database, '002_step');
        assert.deepEqual(told.slice(0, 3), ['started', 'step_started', 'lock_wait']);
        assert.deepEqual(told.slice(-3), ['step_cleaned', 'step_finished', 'applied']);
      }));

    test(`PostgreSQL ${major}: nor the writers of a table that refers to it, which somebody writes for long`, () =>
      withCli(major, PARTITIONS, async (at) => {
        const said = await detachedWhile(at, 'DELETE FROM line', 'INSERT INTO line SELECT 1 WHERE false');
        assert.match(said, /002_step: public\.line is locked; gave way, tries again/);
      }));

    test(`PostgreSQL ${major}: killed between its giving way and FINALIZE, the next run finalizes`, () =>
      withCli(major, PARTITIONS, async (at) => {
        await succeeded(at);
        at.write(DETACH);
        const holder = await holding(at.database, 'SELECT * FROM part');
        const started = at.start(['migrate']);
        const gaveWay = async () => (await story(at.database, '002_step')).includes('lock_wait');
        await until('it gave way', gaveWay);
        await killed(started);
        // It may have been at its next try, which the server ends a moment later.
        await until('it is gone', async () => (await running(at.database, 'ALTER TABLE%')).length === 0);
        assert.deepEqual(await attached(at.database), [['t']]);
        await holder.release();
        await succeeded(at);
        assert.deepEqual(await attached(at.database), []);
        const told = await story(at.database, '002_step');
        assert.deepEqual(told.slice(-4), ['step_checked: half done', 'step_cleaned', 'step_finished', 'applied']);
      }));

    test(`PostgreSQL ${major}: the budget is spent: exit 4, it says what is left, and the next run finalizes`, () =>
      withCli(major, PARTITIONS, async (at) => {
        await succeeded(at);
        at.write(DETACH);
        const holder = await holding(at.database, 'SELECT * FROM part');
        const gaveUp = await at.run(['migrate', '--lock-budget', '1s']);
        assert.equal(gaveUp.exit, 4, gaveUp.output);
        assert.match(gaveUp.said, /gave up waiting for a lock on public\.part .*found: held by pid \d+ \(holder/);
        assert.match(gaveUp.said, /partition "?part"? is marked as being detached; the next run sets that right first/);
        await holder.release();
        await succeeded(at);
        assert.deepEqual(await attached(at.database), []);
      }));
  }

  test('while the tool is dead, its statement does not go on queueing for the partition', () =>
    withCli(18, PARTITIONS, async (at) => {
      await succeeded(at);
      at.write({ 'm/002_step.sql': `-- Lock-Timeout: 10min\n${DETACH['m/002_step.sql']}` });
      const holder = await holding(at.database, 'SELECT * FROM part');
      await killed(await startedUntil(at, 'ALTER TABLE base%'));
      await until('it is gone', async () => (await running(at.database, 'ALTER TABLE base%')).length === 0);
      await holder.release();
      await succeeded(at);
      assert.deepEqual(await attached(at.database), []);
    }));

  test('a run that is suspended over it is relieved by the next one, which lets the readers through', () =>
    withCli(18, PARTITIONS, async (at) => {
      await succeeded(at);
      at.write(DETACH);
      const holder = await holding(at.database, 'SELECT * FROM part');
      const first = await startedUntil(at, 'ALTER TABLE base%');
      first.child.kill('SIGSTOP');
      const second = at.run(['migrate']);
      await at.database.sql("SET statement_timeout = '2min'; SELECT count(*) FROM part");
      await holder.release();
      const { exit, output } = await second;
      assert.equal(exit, 0, output);
      first.child.kill('SIGCONT');
      assert.equal((await first.finished).exit, 1);
      assert.deepEqual(await attached(at.database), []);
    }));
});
