/** Files that cannot run in one transaction: statement by statement, each on record. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withCli } from '../support/cli.ts';
import { onServers } from '../support/on-servers.ts';

const BASE = {
  'm/001_base.sql':
    'CREATE TABLE base (id int, name text);\nINSERT INTO base VALUES (1, $$a$$), (2, $$b$$);\n-- IRREVERSIBLE: the beginning\n',
};
const RECORD =
  "SELECT success, steps_done, steps_total, error_message FROM schema_migrations WHERE version = '002_steps'";
const DROPS =
  '\n-- ROLLBACK:\n-- DROP INDEX CONCURRENTLY base_name;\n-- DROP INDEX CONCURRENTLY base_id;\n-- DROP TABLE log;\n';

function steps(third: string): string {
  return [
    'CREATE INDEX CONCURRENTLY base_id ON base (id);',
    'CREATE TABLE log (what text);',
    third,
    'CREATE INDEX CONCURRENTLY base_name ON base (name);',
    DROPS,
  ].join('\n');
}

for (const major of onServers(import.meta.url, 14, 18)) {
  test(`PostgreSQL ${major}: a file outside a transaction goes on at the step that failed`, () =>
    withCli(major, { ...BASE, 'm/002_steps.sql': steps('INSERT INTO lgo VALUES (1);') }, async (at) => {
      const failed = await at.run(['migrate']);
      assert.equal(failed.exit, 1, failed.output);
      assert.match(failed.stderr, /m\/002_steps\.sql:3:13\b/);
      assert.match(failed.stderr, /relation "lgo" does not exist/);
      assert.match(failed.stderr, /now: +\d of \d steps of 002_steps are done/);
      const [record] = await at.database.sql(RECORD);
      assert.equal(record?.[0], 'f');
      assert.equal(record?.[3], 'relation "lgo" does not exist');
      assert.ok(Number(record?.[1]) >= 1 && Number(record?.[1]) < Number(record?.[2]), String(record));
      assert.deepEqual(
        await at.database.sql("SELECT indisvalid FROM pg_index WHERE indexrelid = 'base_id'::regclass"),
        [['t']],
      );
      assert.equal((await at.run(['status', '--check'])).exit, 3);

      await at.database.sql('CREATE TABLE lgo (n int)');
      const resumed = await at.run(['migrate']);
      assert.equal(resumed.exit, 0, resumed.output);
      assert.deepEqual(await at.database.sql('SELECT n FROM lgo'), [['1']]);
      assert.deepEqual(await at.database.sql(RECORD), [['t', null, null, null]]);
      const resumedAt =
        "SELECT detail ->> 'resumedAtStep' IS NOT NULL FROM schema_migration_events WHERE version = '002_steps' AND event = 'started' ORDER BY seq";
      assert.deepEqual(await at.database.sql(resumedAt), [['f'], ['t']]);
      const undone = await at.run(['rollback', '--yes']);
      assert.equal(undone.exit, 0, undone.output);
      assert.deepEqual(
        await at.database.sql("SELECT to_regclass('base_id'), to_regclass('base_name'), to_regclass('log')"),
        [[null, null, null]],
      );
    }));

  test(`PostgreSQL ${major}: what is done is not run again when what comes behind it is corrected`, () =>
    withCli(major, { ...BASE, 'm/002_steps.sql': steps('INSERT INTO lgo VALUES (1);') }, async (at) => {
      assert.equal((await at.run(['migrate'])).exit, 1);
      at.write({ 'm/002_steps.sql': steps("INSERT INTO log VALUES ('x');") });
      const printed = await at.run(['migrate', '--dry-run']);
      assert.match(printed.stdout, /-- step 1 is done, by an earlier run:\n-- {3}CREATE INDEX CONCURRENTLY base_id/);
      const again = await at.run(['migrate']);
      assert.equal(again.exit, 0, again.output);
      assert.deepEqual(await at.database.sql('SELECT what FROM log'), [['x']]);
    }));

  test(`PostgreSQL ${major}: a body that was edited in what is done is begun again`, () =>
    withCli(major, { ...BASE, 'm/002_steps.sql': steps('INSERT INTO lgo VALUES (1);') }, async (at) => {
      assert.equal((await at.run(['migrate'])).exit, 1);
      at.write({ 'm/002_steps.sql': steps('SELECT 1;').replace('base (id)', 'base (id, name)') });
      const again = await at.run(['migrate']);
      assert.equal(again.exit, 1, again.output);
      assert.match(again.stderr, /relation "base_id" already exists/);
    }));

  test(`PostgreSQL ${major}: Transaction: none; a procedure may commit; VERIFY comes after the last step`, () =>
    withCli(
      major,
      {
        'm/001_batches.sql': `-- Batches
-- Transaction: none
CREATE TABLE batches (n int);
CREATE PROCEDURE fill() LANGUAGE plpgsql AS $$
BEGIN
  FOR i IN 1..3 LOOP
    INSERT INTO batches VALUES (i);
    COMMIT;
  END LOOP;
END
$$;
CALL fill();
VACUUM batches;

-- VERIFY:
-- SELECT count(*) = 3 AS three FROM batches;

-- IRREVERSIBLE: the beginning
`,
      },
      async (at) => {
        const applied = await at.run(['migrate']);
        assert.equal(applied.exit, 0, applied.output);
        assert.deepEqual(await at.database.sql('SELECT count(DISTINCT xmin::text) FROM batches'), [['3']]);
        const printed = await at.run(['migrate', '--dry-run']);
        assert.equal(printed.stdout, '');
      },
    ));
}

test('transaction control in a file is refused before anything runs, with what to do instead', () =>
  withCli(18, {}, async (at) => {
    const cases: [sql: string, place: string][] = [
      ['CREATE TABLE a (n int);\nCOMMIT;\nCREATE TABLE b (n int);', '2:1'],
      ['CREATE TABLE a (n int);\nROLLBACK;', '2:1'],
      ['BEGIN;\nCREATE TABLE a (n int);\nCOMMIT;\nBEGIN;\nCREATE TABLE b (n int);\nCOMMIT;', ''],
      ['CREATE TABLE a (n int);\nSAVEPOINT s;\nROLLBACK TO s;', ''],
      ["CREATE TABLE a (n int);\nPREPARE TRANSACTION 'x';", '2:1'],
      ['BEGIN;\nCREATE TABLE a (n int);', ''],
    ];
    for (const [sql, place] of cases) {
      at.write({ 'm/001_a.sql': `${sql}\n-- ROLLBACK:\n-- DROP TABLE a;\n` });
      const refused = await at.run(['migrate']);
      assert.equal(refused.exit, 1, `${sql}\n${refused.output}`);
      assert.match(refused.stderr, /error\[transaction-control\]/, sql);
      assert.match(refused.stderr, new RegExp(`m/001_a\\.sql:${place || '\\d+:\\d+'}`), sql);
      assert.match(refused.stderr, /next: /, sql);
      assert.deepEqual(await at.database.sql("SELECT to_regclass('a')"), [[null]], sql);
    }
    at.write({ 'm/001_a.sql': 'BEGIN;\nCREATE TABLE a (n int);\nCOMMIT;\n-- ROLLBACK:\n-- DROP TABLE a;\n' });
    const whole = await at.run(['migrate']);
    assert.equal(whole.exit, 0, whole.output);
  }));
