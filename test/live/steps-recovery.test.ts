/** Steps of other kinds that were cut off: what the catalog tells, and what only VERIFY or a person can. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type DatabaseWorkplace, withCli } from '../support/cli.ts';
import { onServers } from '../support/on-servers.ts';
import { uniqueName } from '../support/servers.ts';
import { until } from './group-bed.ts';
import {
  BASE,
  backendEnded,
  cutOff,
  holding,
  IRREVERSIBLE,
  killed,
  startedUntil,
  stateOf,
  story,
  succeeded,
} from './steps-bed.ts';

const PARTITIONS = {
  'm/001_base.sql': `CREATE TABLE base (id int NOT NULL) PARTITION BY RANGE (id);
CREATE TABLE part PARTITION OF base FOR VALUES FROM (1) TO (10);
${IRREVERSIBLE}`,
};

/** Appends one row a call that commits, and then waits: what a batch procedure looks like when it is cut off. */
const BATCHES = `CREATE TABLE batches (n int);
CREATE PROCEDURE fill() LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO batches SELECT count(*) FROM batches;
  COMMIT;
  LOCK TABLE base;
  INSERT INTO batches SELECT count(*) FROM batches;
END
$$;
CALL fill();
`;

async function cutOffCall(at: DatabaseWorkplace, file: string): Promise<void> {
  await succeeded(at);
  at.write({ 'm/002_step.sql': file });
  const holder = await holding(at.database, 'LOCK TABLE base IN ROW EXCLUSIVE MODE');
  await killed(await startedUntil(at, 'CALL fill%'));
  await backendEnded(at.database, 'CALL fill%');
  await holder.release();
}

const batches = async (at: DatabaseWorkplace) => (await at.database.sql('SELECT n FROM batches ORDER BY 1')).flat();

const verify = (count: number) => `-- VERIFY:\n-- SELECT count(*) >= ${count} FROM batches;\n${IRREVERSIBLE}`;

for (const major of onServers(import.meta.url, 14, 18)) {
  test(`PostgreSQL ${major}: DETACH PARTITION CONCURRENTLY that is pending is finalized`, () =>
    withCli(major, PARTITIONS, async (at) => {
      await cutOff(at, 'ALTER TABLE base DETACH PARTITION part CONCURRENTLY;', 'ALTER TABLE base%');
      assert.deepEqual(await at.database.sql('SELECT inhdetachpending FROM pg_inherits'), [['t']]);
      await succeeded(at);
      assert.deepEqual(await at.database.sql("SELECT 1 FROM pg_inherits WHERE inhrelid = 'part'::regclass"), []);
      assert.deepEqual((await story(at.database, '002_step')).slice(-5), [
        'started',
        'step_checked: half done',
        'step_cleaned',
        'step_finished',
        'applied',
      ]);
    }));

  test(`PostgreSQL ${major}: CREATE and DROP DATABASE: what is there is there, what is gone is gone`, () => {
    const name = uniqueName('step');
    return withCli(
      major,
      { 'm/001_made.sql': `CREATE DATABASE ${name} TEMPLATE template0;\nDROP DATABASE ${name};\n${IRREVERSIBLE}` },
      async (at) => {
        await succeeded(at);
        // The server had finished, and the tool was gone before it could say so.
        for (const [step, sql] of [
          [1, `CREATE DATABASE ${name} TEMPLATE template0`],
          [2, 'SELECT 1'],
        ] as const) {
          await at.database.sql(
            `UPDATE schema_migrations SET success = false, steps_done = ${step - 1}, steps_total = 2`,
          );
          await copyStart(at, '001_made', step);
          await at.database.sql(sql);
          await succeeded(at);
          assert.ok((await story(at.database, '001_made')).includes('step_checked: done'));
          assert.deepEqual(await at.database.sql(`SELECT 1 FROM pg_database WHERE datname = '${name}'`), []);
        }
      },
    );
  });

  test(`PostgreSQL ${major}: DROP DATABASE that was cut off while it waited is run again`, () => {
    const name = uniqueName('step');
    return withCli(major, BASE, async (at) => {
      await succeeded(at);
      await at.database.sql(`CREATE DATABASE ${name} TEMPLATE template0`);
      at.write({ 'm/002_step.sql': `-- Lock-Timeout: 1min\nDROP DATABASE ${name};\n${IRREVERSIBLE}` });
      const holder = await holding(at.database, `COMMENT ON DATABASE ${name} IS 'held'`);
      await killed(await startedUntil(at, 'DROP DATABASE%'));
      await backendEnded(at.database, 'DROP DATABASE%');
      await holder.release();
      await succeeded(at);
      assert.deepEqual(await at.database.sql(`SELECT 1 FROM pg_database WHERE datname = '${name}'`), []);
      assert.ok((await story(at.database, '002_step')).includes('step_checked: not done'));
    });
  });

  test(`PostgreSQL ${major}: ROLLBACK PREPARED that had ended the transaction is done`, () => {
    const gid = uniqueName('gid');
    return withCli(major, { 'm/001_ended.sql': `ROLLBACK PREPARED '${gid}';\n${IRREVERSIBLE}` }, async (at) => {
      await succeeded(at, ['init']);
      await at.database.sql(`BEGIN; CREATE TABLE t (); PREPARE TRANSACTION '${gid}'`);
      await succeeded(at);
      await at.database.sql('UPDATE schema_migrations SET success = false, steps_done = 0, steps_total = 1');
      await copyStart(at, '001_ended', 1);
      await succeeded(at);
      assert.ok((await story(at.database, '001_ended')).includes('step_checked: done'));
    });
  });

  test(`PostgreSQL ${major}: VACUUM FULL that was cut off is run again`, () =>
    withCli(major, BASE, async (at) => {
      await cutOff(at, '-- Lock-Timeout: 1min\nVACUUM FULL base;', 'VACUUM FULL%');
      await succeeded(at);
      assert.ok((await story(at.database, '002_step')).includes('step_checked: not done'));
    }));

  test(`PostgreSQL ${major}: CALL without VERIFY is interrupted until a person says what it did`, () =>
    withCli(major, BASE, async (at) => {
      await cutOffCall(at, `-- Transaction: none\n${BATCHES}CREATE TABLE behind ();\n${IRREVERSIBLE}`);
      for (let time = 0; time < 2; time++) {
        const asked = await at.run(['migrate']);
        assert.equal(asked.exit, 1, asked.output);
        assert.match(asked.stderr, /error\[interrupted\]: 002_step: step 3 was interrupted/);
        assert.match(asked.stderr, /m\/002_step\.sql:11:1/);
        assert.match(asked.said, /repair --step-done 002_step .* repair --step-not-done 002_step/);
        assert.deepEqual(await batches(at), ['0'], 'not called again');
        const { state, notes } = await stateOf(at, '002_step');
        assert.equal(state, 'interrupted');
        assert.match(notes.join(), /step 3 of 4 was under way: CALL fill\(\)/);
      }
      await succeeded(at, ['repair', '--step-not-done', '002', '--reason', 'looked', '--yes']);
      await succeeded(at);
      assert.deepEqual(await batches(at), ['0', '1', '2']);
      assert.deepEqual(await at.database.sql("SELECT to_regclass('behind') IS NOT NULL"), [['t']]);
    }));

  test(`PostgreSQL ${major}: repair --step-done goes on behind the step; a version without one refuses it`, () =>
    withCli(major, BASE, async (at) => {
      await cutOffCall(at, `-- Transaction: none\n${BATCHES}CREATE TABLE behind ();\n${IRREVERSIBLE}`);
      const refused = await at.run(['repair', '--step-done', '001', '--reason', 'no', '--yes']);
      assert.equal(refused.exit, 2, refused.output);
      assert.match(refused.said, /no step of it was interrupted/);
      await succeeded(at, ['repair', '--step-done', '002', '--reason', 'all rows are there', '--yes']);
      await succeeded(at);
      assert.deepEqual(await batches(at), ['0']);
      assert.deepEqual(await at.database.sql("SELECT to_regclass('behind') IS NOT NULL"), [['t']]);
      const [[detail] = []] = await at.database.sql(
        "SELECT detail FROM schema_migration_events WHERE event = 'repaired'",
      );
      assert.match(detail ?? '', /"reason": "all rows are there"/);
    }));

  test(`PostgreSQL ${major}: VERIFY that is not true says that the CALL was not done`, () =>
    withCli(major, BASE, async (at) => {
      await cutOffCall(at, `-- Transaction: none\n${BATCHES}${verify(3)}`);
      await succeeded(at);
      assert.deepEqual(await batches(at), ['0', '1', '2'], 'it was not true, so it is called again');
      assert.ok((await story(at.database, '002_step')).includes('step_checked: not done'));
    }));

  test(`PostgreSQL ${major}: VERIFY that is true says that the CALL was done`, () =>
    withCli(major, BASE, async (at) => {
      await cutOffCall(at, `-- Transaction: none\n${BATCHES}${verify(1)}`);
      await succeeded(at);
      assert.deepEqual(await batches(at), ['0'], 'it was true, so it is done');
      assert.ok((await story(at.database, '002_step')).includes('step_checked: done'));
    }));

  test(`PostgreSQL ${major}: a rollback that was cut off is gone on with by the next rollback, and migrate refuses until then`, () =>
    withCli(
      major,
      {
        ...BASE,
        'm/002_step.sql': `CREATE TABLE other (n int);
CREATE INDEX made ON base (name);
-- ROLLBACK:
-- DROP TABLE other;
-- DROP INDEX CONCURRENTLY made;
-- CREATE TABLE witness ();
`,
      },
      async (at) => {
        await succeeded(at);
        const holder = await holding(at.database, 'LOCK TABLE base IN ROW EXCLUSIVE MODE');
        await killed(await startedUntil(at, 'DROP INDEX%', ['rollback', '--yes']));
        await backendEnded(at.database, 'DROP INDEX%');
        await holder.release();
        const { state, notes } = await stateOf(at, '002_step');
        assert.equal(state, 'interrupted');
        assert.match(notes.join(), /its rollback stopped after 1 of 3 steps/);
        const refused = await at.run(['migrate']);
        assert.equal(refused.exit, 1, refused.output);
        assert.match(refused.said, /002_step is half rolled back.*taskflow-db rollback --version 002_step/);
        const printed = await at.run(['rollback', '--dry-run']);
        assert.match(printed.stdout, /-- step 1 is done, by an earlier run:\n-- {3}DROP TABLE other/);
        await succeeded(at, ['rollback', '--yes']);
        assert.deepEqual(await at.database.sql("SELECT to_regclass('made'), to_regclass('witness')"), [
          [null, 'witness'],
        ]);
        assert.equal((await stateOf(at, '002_step')).state, 'rolled_back');
      },
    ));
}

/** The record of a step's beginning once more: as if the run had ended right behind it. */
function copyStart(at: DatabaseWorkplace, version: string, step: number) {
  return at.database.sql(
    `INSERT INTO schema_migration_events (event, version, run_id, detail) SELECT event, version, run_id, detail
       FROM schema_migration_events WHERE version = '${version}' AND event IN ('step_started', 'step_finished')
         AND (detail ->> 'step')::int <= ${step} AND NOT (event = 'step_finished' AND (detail ->> 'step')::int = ${step}) ORDER BY seq LIMIT ${step * 2 - 1}`,
  );
}

test('FINALIZE does not stop the readers of a partition that somebody reads for long', () =>
  withCli(18, PARTITIONS, async (at) => {
    await cutOff(at, 'ALTER TABLE base DETACH PARTITION part CONCURRENTLY;', 'ALTER TABLE base%');
    const holder = await holding(at.database, 'SELECT * FROM part');
    const run = at.start(['migrate']);
    const refused = "SELECT 1 FROM schema_migration_events WHERE event = 'lock_wait'";
    await until('it gives way', async () => (await at.database.sql(refused)).length > 0);
    await at.database.sql("SET statement_timeout = '1min'; SELECT count(*) FROM part");
    await holder.release();
    const { exit, output } = await run.finished;
    assert.equal(exit, 0, output);
    assert.deepEqual(await at.database.sql("SELECT 1 FROM pg_inherits WHERE inhrelid = 'part'::regclass"), []);
  }));
