/** Which statements share a transaction: labels of enums, what only the server knows, and `Transaction: none`. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withCli } from '../support/cli.ts';
import { onServers } from '../support/on-servers.ts';
import { majors } from '../support/servers.ts';
import { BASE, holding, IRREVERSIBLE, killed, startedUntil, stateOf, story, succeeded } from './steps-bed.ts';

const MOOD = { 'm/001_mood.sql': `CREATE TYPE mood AS ENUM ('sad');\nCREATE TABLE t (m mood);\n${IRREVERSIBLE}` };

for (const major of onServers(import.meta.url, 14, 18)) {
  for (const [what, use] of [
    ['a row', "INSERT INTO t VALUES ('ok');"],
    ['a default', "ALTER TABLE t ALTER m SET DEFAULT 'ok';"],
    ['an array', "CREATE TABLE u (m mood[] DEFAULT '{sad,ok}');"],
    ['COPY', 'COPY t FROM stdin;\nsad\nok\n\\.\n'],
    ['a DO block', "DO $$ BEGIN INSERT INTO t VALUES ('ok'); END $$;"],
    ['nothing that the text shows', 'INSERT INTO t SELECT unnest(enum_range(NULL::mood));'],
  ] as const) {
    test(`PostgreSQL ${major}: a label that is added and used in one file: ${what}`, () =>
      withCli(major, MOOD, async (at) => {
        await succeeded(at);
        at.write({ 'm/002_step.sql': `ALTER TYPE mood ADD VALUE IF NOT EXISTS 'ok';\n${use}\n${IRREVERSIBLE}` });
        const run = await succeeded(at);
        assert.deepEqual(await at.database.sql("SELECT enumlabel FROM pg_enum WHERE enumlabel = 'ok'"), [['ok']]);
        const hidden = what.startsWith('nothing');
        assert.equal((await story(at.database, '002_step')).includes('planned_again'), hidden);
        if (hidden)
          assert.match(run.said, /unsafe use of new value "ok".*\(55P04\); rolled back, and run again step by step/);
      }));
  }

  test(`PostgreSQL ${major}: a failure behind the label leaves the first step recorded, and the next run goes on`, () =>
    withCli(major, MOOD, async (at) => {
      await succeeded(at);
      const file = (use: string) => ({
        'm/002_step.sql': `ALTER TYPE mood ADD VALUE 'ok';\nCREATE TABLE made ();\n${use}\n${IRREVERSIBLE}`,
      });
      at.write(file("INSERT INTO t VALUES ('ok'), (1/0);"));
      const failed = await at.run(['migrate']);
      assert.equal(failed.exit, 1, failed.output);
      assert.match(failed.said, /1 of 2 steps of 002_step are done and on record/);
      assert.deepEqual(await at.database.sql("SELECT to_regclass('made')"), [[null]], 'the second is atomic');
      at.write(file("INSERT INTO t VALUES ('ok');"));
      await succeeded(at);
      assert.deepEqual(await at.database.sql('SELECT m FROM t'), [['ok']]);
    }));

  for (const [what, sql, code] of [
    ['REINDEX of a partitioned table', 'REINDEX TABLE parted;', '25001'],
    ['CLUSTER of a partitioned table', 'CLUSTER parted USING parted_n;', major >= 15 ? '25001' : ''],
    ['CALL of a procedure that commits', 'CALL committing();', '2D000'],
    ['DO that commits', 'DO $$ BEGIN INSERT INTO parted VALUES (3); COMMIT; END $$;', '2D000'],
  ] as const) {
    if (code === '') continue;
    test(`PostgreSQL ${major}: what the server refuses in a transaction is planned again: ${what}`, () =>
      withCli(
        major,
        {
          'm/001_first.sql': `CREATE TABLE parted (n int) PARTITION BY RANGE (n);
CREATE TABLE part PARTITION OF parted FOR VALUES FROM (1) TO (9);
CREATE INDEX parted_n ON parted (n);
CREATE PROCEDURE committing() LANGUAGE plpgsql AS $$ BEGIN INSERT INTO parted VALUES (2); COMMIT; END $$;
${IRREVERSIBLE}`,
          'm/002_step.sql': `CREATE TABLE first_part ();\n${sql}\nINSERT INTO parted VALUES (1);\n${sql}\n${IRREVERSIBLE}`,
          'm/003_last.sql': `CREATE TABLE last_part ();\n${IRREVERSIBLE}`,
        },
        async (at) => {
          const run = await succeeded(at);
          assert.match(run.said, new RegExp(`\\(${code}\\); rolled back, and run again step by step`));
          assert.deepEqual(await at.database.sql("SELECT to_regclass('first_part'), to_regclass('last_part')"), [
            ['first_part', 'last_part'],
          ]);
          assert.deepEqual(await at.database.sql('SELECT count(*) FROM parted WHERE n = 1'), [['1']]);
          const told = await story(at.database, '002_step');
          assert.equal(told.filter((event) => event === 'planned_again').length, 1);
          assert.equal(told.filter((event) => event === 'step_finished').length, 4);
          const last = await story(at.database, '003_last');
          assert.deepEqual(last, ['started', 'applied']);
        },
      ));
  }

  test(`PostgreSQL ${major}: what was learned from a refusal holds for the next run`, () =>
    withCli(major, BASE, async (at) => {
      await succeeded(at);
      const file = (rest: string) => `CREATE TABLE made (n int);
DO $$ BEGIN INSERT INTO made VALUES (1); COMMIT; END $$;
${rest}
${IRREVERSIBLE}`;
      at.write({ 'm/002_step.sql': file('SELECT 1/0;') });
      assert.equal((await at.run(['migrate'])).exit, 1);
      const printed = await at.run(['migrate', '--dry-run']);
      assert.match(printed.stdout, /-- step 1 is done, by an earlier run:\n-- {3}CREATE TABLE made/);
      assert.match(printed.stdout, /-- step 2 is done, by an earlier run:/);
      at.write({ 'm/002_step.sql': file('SELECT 1;') });
      await succeeded(at);
      assert.deepEqual(await at.database.sql('SELECT n FROM made'), [['1']]);
    }));

  test(`PostgreSQL ${major}: a refusal inside a function stays a failure of the whole`, () =>
    withCli(
      major,
      { 'm/001_all.sql': `CREATE TABLE made ();\nDO $$ BEGIN EXECUTE 'VACUUM made'; END $$;\n${IRREVERSIBLE}` },
      async (at) => {
        const failed = await at.run(['migrate']);
        assert.equal(failed.exit, 1, failed.output);
        assert.match(failed.said, /25001/);
        assert.deepEqual(await at.database.sql("SELECT to_regclass('made')"), [[null]]);
      },
    ));

  test(`PostgreSQL ${major}: Transaction: none: a statement and its record are one transaction`, () =>
    withCli(major, BASE, async (at) => {
      await succeeded(at);
      const file = `-- Transaction: none
CREATE TABLE made (n int);
INSERT INTO made SELECT 1 FROM pg_advisory_xact_lock(77);
${IRREVERSIBLE}`;
      at.write({ 'm/002_step.sql': file });
      const holder = await holding(at.database, 'SELECT pg_advisory_lock(77)');
      await killed(await startedUntil(at, 'INSERT INTO made%'));
      await holder.release();
      assert.equal((await stateOf(at, '002_step')).state, 'interrupted');
      await succeeded(at);
      assert.deepEqual(await at.database.sql('SELECT n FROM made'), [['1']], 'once, whatever the old process did');
      assert.ok(!(await story(at.database, '002_step')).includes('step_started'));
    }));

  test(`PostgreSQL ${major}: what a step sets for the session holds for the steps behind it, in the next run too`, () =>
    withCli(major, BASE, async (at) => {
      await succeeded(at);
      const file = (last: string) => `CREATE SCHEMA s;
SET search_path = s;
CREATE TABLE inside (n int);
CREATE INDEX CONCURRENTLY inside_n ON inside (n);
${last}
${IRREVERSIBLE}`;
      at.write({ 'm/002_step.sql': file('SELECT 1/0;') });
      assert.equal((await at.run(['migrate'])).exit, 1);
      at.write({ 'm/002_step.sql': file('INSERT INTO inside VALUES (1);') });
      await succeeded(at);
      assert.deepEqual(await at.database.sql('SELECT n FROM s.inside'), [['1']]);
    }));
}

test('DISCARD ALL, as anybody writes it, leaves the tool what it needs', () =>
  withCli(
    18,
    {
      'm/001_all.sql': `CREATE TABLE a ();\ndiscard  all;\nCREATE TABLE b ();\ndeallocate all;\n${IRREVERSIBLE}`,
      'm/002_last.sql': `CREATE TABLE c ();\n${IRREVERSIBLE}`,
    },
    async (at) => {
      await succeeded(at);
      assert.deepEqual(await at.database.sql("SELECT to_regclass('a'), to_regclass('b'), to_regclass('c')"), [
        ['a', 'b', 'c'],
      ]);
    },
  ));

for (const major of majors.filter((one) => [12, 16, 17].includes(one))) {
  test(`PostgreSQL ${major}: a type that is created, extended and used in one file`, () =>
    withCli(
      major,
      {
        'm/001_all.sql': `CREATE TYPE mood AS ENUM ('sad');
ALTER TYPE mood ADD VALUE 'ok';
CREATE TABLE t (m mood DEFAULT 'ok');
${IRREVERSIBLE}`,
      },
      async (at) => {
        await succeeded(at);
        const steps = (await story(at.database, '001_all')).filter((event) => event === 'step_finished').length;
        assert.equal(steps, major >= 17 ? 0 : 2);
      },
    ));
}
