/** Ctrl-C and SIGTERM: cancelled on the server at once, rolled back, on record; the next run works. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type DatabaseWorkplace, withCli } from '../support/cli.ts';
import { onServers } from '../support/on-servers.ts';
import { until } from './group-bed.ts';
import { BASE, holding, IRREVERSIBLE, invalid, startedUntil, succeeded } from './steps-bed.ts';

const SLEEP = 'CREATE TABLE a (n int);\nSELECT pg_sleep(240);\n-- ROLLBACK:\n-- DROP TABLE a;\n';
const SLEEPING =
  "FROM pg_stat_activity WHERE datname = current_database() AND query LIKE '%pg_sleep%' AND state = 'active' AND pid <> pg_backend_pid()";

const isSleeping = async (at: DatabaseWorkplace) => (await at.database.sql(`SELECT 1 ${SLEEPING}`)).length > 0;

for (const major of onServers(import.meta.url, 14, 18)) {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    test(`PostgreSQL ${major}: ${signal} during a statement`, () =>
      withCli(
        major,
        {
          'm/001_first.sql': 'CREATE TABLE first (n int);\n-- ROLLBACK:\n-- DROP TABLE first;\n',
          'm/002_sleep.sql': SLEEP,
        },
        async (at) => {
          const { child, finished } = at.start(['migrate']);
          await until('asleep', () => isSleeping(at));
          child.kill(signal);
          await until('cancelled on the server', async () => !(await isSleeping(at)));
          const ended = await finished;
          assert.equal(ended.exit, 130, ended.output);
          assert.match(ended.stderr, /error\[cancelled\]/);
          assert.match(ended.stderr, /m\/002_sleep\.sql:2:1\b/);
          assert.match(ended.stderr, /now: +Rolled back/);
          assert.match(ended.stdout, /1 of 2 applied/);
          const events = "SELECT event FROM schema_migration_events WHERE version = '002_sleep' ORDER BY seq";
          assert.deepEqual(await at.database.sql(events), [['started'], ['cancelled']]);
          assert.deepEqual(await at.database.sql("SELECT to_regclass('first') IS NOT NULL, to_regclass('a') IS NULL"), [
            ['t', 't'],
          ]);
          const ours =
            "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'taskflow-db%' AND pid <> pg_backend_pid()";
          await until('no session is left', async () => (await at.database.sql(ours)).length === 0);
          at.write({ 'm/002_sleep.sql': SLEEP.replace('240', '0') });
          const again = await at.run(['migrate']);
          assert.equal(again.exit, 0, again.output);
        },
      ));
  }
}

test('SIGINT in CREATE INDEX CONCURRENTLY: what is left behind is named, and who removes it', () =>
  withCli(18, BASE, async (at) => {
    await succeeded(at);
    at.write({ 'm/002_step.sql': `CREATE INDEX CONCURRENTLY made ON base (name);\n${IRREVERSIBLE}` });
    const holder = await holding(at.database, 'LOCK TABLE base IN ROW EXCLUSIVE MODE');
    const { child, finished } = await startedUntil(at, 'CREATE INDEX%');
    child.kill('SIGINT');
    const ended = await finished;
    await holder.release();
    assert.equal(ended.exit, 130, ended.output);
    assert.match(
      ended.said,
      /now: Left behind: the index public\.made is there, but INVALID; the next run removes it first\. 0 of 1 steps/,
    );
    await succeeded(at);
    assert.deepEqual(await invalid(at.database), []);
  }));

test('SIGINT in a step outside a transaction: what is done is on record, the next run goes on', () =>
  withCli(
    18,
    {
      'm/001_steps.sql':
        '-- Transaction: none\nCREATE TABLE a (n int);\nSELECT pg_sleep(240);\nCREATE TABLE b (n int);\n-- IRREVERSIBLE: test\n',
    },
    async (at) => {
      const { child, finished } = at.start(['migrate']);
      await until('asleep', () => isSleeping(at));
      child.kill('SIGINT');
      const ended = await finished;
      assert.equal(ended.exit, 130, ended.output);
      assert.match(ended.stderr, /now: +1 of 3 steps of 001_steps are done/);
      const record = 'SELECT success, steps_done, steps_total FROM schema_migrations';
      assert.deepEqual(await at.database.sql(record), [['f', '1', '3']]);
      assert.equal((await at.run(['status', '--check'])).exit, 3);
      await at.database.sql(
        "CREATE FUNCTION public.pg_sleep(int) RETURNS void LANGUAGE sql AS ''; ALTER DATABASE " +
          at.database.name +
          ' SET search_path = public, pg_catalog',
      );
      const again = await at.run(['migrate']);
      assert.equal(again.exit, 0, again.output);
    },
  ));

test('SIGINT while it waits for another run: at once, nothing done', () =>
  withCli(18, { 'm/001_sleep.sql': SLEEP }, async (at) => {
    const first = at.start(['migrate']);
    await until('asleep', () => isSleeping(at));
    const second = at.start(['migrate']);
    await second.said(/Waiting for the run of /);
    second.child.kill('SIGINT');
    const ended = await second.finished;
    assert.equal(ended.exit, 130, ended.output);
    assert.ok(await isSleeping(at), 'the other one goes on');
    first.child.kill('SIGINT');
    assert.equal((await first.finished).exit, 130);
  }));

test('a second Ctrl-C ends it at once; the server rolls back and the next run works', () =>
  withCli(
    18,
    {
      // Its numbers are seen by others at once.
      'm/001_count.sql': 'CREATE SEQUENCE cancelled;\n-- IRREVERSIBLE: test\n',
      'm/002_stubborn.sql': SLEEP.replace(
        'SELECT pg_sleep(240)',
        () =>
          'DO $$ BEGIN LOOP BEGIN PERFORM pg_sleep(240); EXCEPTION WHEN query_canceled THEN PERFORM nextval($q$cancelled$q$); END; END LOOP; END $$',
      ),
    },
    async (at) => {
      const { child, finished } = at.start(['migrate']);
      await until('asleep', () => isSleeping(at));
      child.kill('SIGINT');
      const cancelled = 'SELECT FROM cancelled WHERE is_called';
      await until('the first one has arrived', async () => (await at.database.sql(cancelled)).length > 0);
      child.kill('SIGINT');
      const ended = await finished;
      assert.ok(ended.exit === 130 || ended.signal === 'SIGINT', `${ended.exit} ${ended.signal}\n${ended.output}`);
      await at.database.sql(`SELECT pg_terminate_backend(pid) ${SLEEPING}`);
      at.write({ 'm/002_stubborn.sql': SLEEP.replace('240', '0') });
      const again = await at.run(['migrate']);
      assert.equal(again.exit, 0, again.output);
    },
  ));
