/** `--dry-run=live`: what it shows is what the server did, and nothing of it is there afterwards. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type { LiveDryRun, TriedStatement } from '../../src/index.ts';
import { withCli } from '../support/cli.ts';
import { onServers } from '../support/on-servers.ts';
import { uniqueName } from '../support/servers.ts';
import { dryRun, withOrders } from './dry-run-bed.ts';

const statementsIn = (report: LiveDryRun) => report.migrations.flatMap((one) => one.statements);
const locksOf = (one: TriedStatement | undefined) =>
  one?.locks.filter((lock) => lock.type === 'table').map((lock) => `${lock.relation} ${lock.mode} ${lock.blocks}`);

/** Written by a program that must not run. */
const trace = join(tmpdir(), uniqueName('taskflow_dry_run'));

describe('dry run', { concurrency: 3 }, () => {
  for (const major of onServers(import.meta.url, 14, 18)) {
    test(`PostgreSQL ${major}: locks, rewrites, scans, rows and WAL of each statement are the server's`, () =>
      withOrders(
        major,
        {
          'm/002_more.sql': `ALTER TABLE orders ADD COLUMN m int;
ALTER TABLE orders ALTER COLUMN n TYPE bigint;
UPDATE orders SET m = 1 WHERE id <= 100;
-- VERIFY:
-- SELECT count(*) = 100 FROM orders WHERE m = 1;
-- IRREVERSIBLE: test
`,
          'm/003_items.sql': `CREATE INDEX items_order ON items (order_id);
ALTER TABLE items ADD CHECK (order_id > 0);
CREATE TABLE fresh (id int);
ALTER TABLE fresh ADD COLUMN n int;
INSERT INTO items (order_id) SELECT 7 FROM generate_series(1, 10);
-- IRREVERSIBLE: test
`,
        },
        async (at) => {
          const run = await dryRun(at, ['--json']);
          assert.equal(run.exit, 0, run.output);
          const report = run.json<LiveDryRun & Record<string, unknown>>();
          assert.deepEqual([report.ok, report.outcome, report.failed], [true, 'passed', null]);
          const [add, type, update, index, check, create, fresh, insert] = statementsIn(report);
          assert.deepEqual(locksOf(add), ['public.orders AccessExclusiveLock reads and writes']);
          assert.deepEqual([add!.rewrites, add!.scans], [[], []], 'a column without a default touches no row');
          assert.deepEqual(
            type!.rewrites.map((one) => [one.relation, one.type]),
            [
              ['public.orders', 'table'],
              ['public.orders_pkey', 'index'],
            ],
          );
          assert.ok(type!.rewrites[0]!.bytes > 100_000 && type!.walBytes > 100_000, JSON.stringify(type));
          assert.equal(type!.scans[0]?.relation, 'public.orders');
          assert.equal(type!.scans[0]?.estimatedRows, 2000);
          assert.deepEqual([update!.rows, update!.tag], [100, 'UPDATE 100']);
          assert.deepEqual(locksOf(index), ['public.items ShareLock writes']);
          assert.deepEqual(
            check!.scans.map((one) => [one.relation, one.scans, one.rowsRead]),
            [['public.items', 1, 500]],
          );
          assert.deepEqual(
            [create!.locks, fresh!.locks, fresh!.rewrites],
            [[], [], []],
            'nobody waits for a new table',
          );
          assert.equal(insert!.rows, 10);
          const [first, second] = report.migrations;
          assert.deepEqual([first!.verify, second!.verify], ['passed', null]);
          assert.ok(first!.held.some((one) => one.relation === 'public.orders' && one.stalls === 'reads and writes'));
          assert.deepEqual(report.sequences, [{ sequence: 'public.items_id_seq', before: '500', after: '510' }]);
          assert.equal(run.detail.outcome, 'passed');
          assert.deepEqual(run.detail.versions, ['002_more', '003_items']);
          assert.equal((await at.run(['migrate'])).exit, 0);
        },
      ));

    test(`PostgreSQL ${major}: what would fail fails here, at the same place, and the rest is not tried`, () =>
      withOrders(
        major,
        {
          'm/002_good.sql': 'ALTER TABLE orders ADD COLUMN m int;\n-- IRREVERSIBLE: test\n',
          'm/003_bad.sql': 'CREATE TABLE a (id int);\nUPDATE orders\n  SET wrong = m;\n-- IRREVERSIBLE: test\n',
          'm/004_after.sql': 'CREATE TABLE b (id int);\n-- IRREVERSIBLE: test\n',
        },
        async (at) => {
          const run = await dryRun(at);
          assert.equal(run.exit, 1, run.output);
          assert.match(run.stderr, /error\[statement-failed\].*003_bad failed/);
          assert.match(run.stderr, /m\/003_bad\.sql:3:7\n.*\n3 \| {3}SET wrong = m;\n {2}\| {7}\^/);
          assert.match(run.stderr, /now: +Rolled back: the dry run changed nothing\./);
          assert.match(run.stdout, /002_good goes through/);
          assert.match(run.stdout, /failed here/);
          assert.match(run.stdout, /004_after not tried/);
          assert.match(run.stdout, /Would fail: 2 statements went through/);
          assert.deepEqual(
            [run.detail.outcome, run.detail.message],
            ['failed', 'column "wrong" of relation "orders" does not exist'],
          );
          for (const line of run.output.split('\n')) assert.ok(line.length <= 80, line);
        },
      ));

    test(`PostgreSQL ${major}: what only the commit would find is found: deferred constraints, and VERIFY`, () =>
      withOrders(
        major,
        {
          'm/002_deferred.sql': `ALTER TABLE items ADD CONSTRAINT items_order FOREIGN KEY (order_id) REFERENCES orders DEFERRABLE INITIALLY DEFERRED;
-- IRREVERSIBLE: test
`,
          'm/003_later.sql': `INSERT INTO items (order_id) VALUES (99999);
INSERT INTO orders (id) VALUES (99999);
-- IRREVERSIBLE: test
`,
          'm/004_never.sql': 'INSERT INTO items (order_id) VALUES (88888);\n-- IRREVERSIBLE: test\n',
        },
        async (at) => {
          const run = await dryRun(at, ['--json']);
          assert.equal(run.exit, 1, run.output);
          const { migrations, failed, sequences } = run.json<LiveDryRun & Record<string, unknown>>();
          assert.deepEqual(
            migrations.map((one) => one.state),
            ['passed', 'passed', 'failed'],
            'each has its own commit, and is deferred to it again',
          );
          assert.deepEqual([failed!.version, failed!.line, failed!.sqlstate], ['004_never', 1, '23503']);
          assert.deepEqual(sequences, [{ sequence: 'public.items_id_seq', before: '500', after: '502' }]);
          at.write({
            'm/004_never.sql': 'SELECT 1;\n-- VERIFY:\n-- SELECT count(*) = 7 FROM orders;\n-- IRREVERSIBLE: test\n',
          });
          const verify = await at.run(['migrate', '--dry-run=live']);
          assert.equal(verify.exit, 1, verify.output);
          assert.match(verify.stderr, /error\[verify-failed\]/);
          assert.match(verify.stdout, /VERIFY does not hold/);
        },
      ));

    test(`PostgreSQL ${major}: what cannot be tried in a transaction is left out by name`, () =>
      withOrders(
        major,
        {
          'm/002_index.sql': 'CREATE INDEX CONCURRENTLY orders_n ON orders (n);\n-- IRREVERSIBLE: test\n',
          'm/003_call.sql': `CREATE PROCEDURE slices() LANGUAGE plpgsql AS $$ BEGIN UPDATE orders SET n = 0; COMMIT; END $$;
CALL slices();
CREATE TYPE mood AS ENUM ('good');
-- VERIFY:
-- SELECT bool_and(n = 0) FROM orders;
-- IRREVERSIBLE: test
`,
          'm/004_files.sql': `COPY orders TO PROGRAM 'cat > ${trace}';
ALTER TABLE orders ADD COLUMN m int;
-- IRREVERSIBLE: test
`,
        },
        async (at) => {
          const run = await dryRun(at);
          assert.equal(run.exit, 0, run.output);
          assert.ok(!existsSync(trace), 'the program did not run');
          assert.match(run.stdout, /002_index not tried/);
          assert.match(run.stdout, /CREATE INDEX CONCURRENTLY.*\n +not tried CONCURRENTLY runs several transactions/);
          assert.match(run.stdout, /CALL slices\(\)\n +not tried it ends transactions by itself/);
          assert.match(run.stdout, /VERIFY not tried/);
          assert.match(run.stdout, /not tried COPY \.\.\. PROGRAM runs a program on the server/);
          assert.match(run.stdout, /004_files goes through, as far as it was tried/);
          assert.match(run.stdout, /3 statements that cannot be tried in a transaction, and what builds upon\n? *that/);
          at.write({
            'm/003_call.sql':
              'ALTER TABLE orders ADD CONSTRAINT u UNIQUE USING INDEX orders_n;\n-- IRREVERSIBLE: test\n',
          });
          const builds = await at.run(['migrate', '--dry-run=live']);
          assert.equal(builds.exit, 1);
          assert.match(builds.said, /tried without 1 statement that cannot be tried live, which may be why/);
        },
      ));

    test(`PostgreSQL ${major}: a way back is tried and undone`, () =>
      withOrders(major, {}, async (at) => {
        const run = await dryRun(at, [], () => at.run(['rollback', '--dry-run=live']));
        assert.equal(run.exit, 0, run.output);
        assert.match(run.stdout, /Live dry run on \w+: roll back 1 migration, then undo it all/);
        assert.match(run.stdout, /public\.orders \(about 2,000 rows, .*ACCESS EXCLUSIVE/);
        assert.equal(run.detail.direction, 'roll back');
      }));

    test(`PostgreSQL ${major}: what the server refuses in a transaction is found out, and tried without`, () =>
      withOrders(
        major,
        {
          'm/002_enum.sql': "CREATE TYPE mood AS ENUM ('good');\nCREATE TABLE moods (m mood);\n-- IRREVERSIBLE: test\n",
          'm/003_label.sql': "ALTER TYPE mood ADD VALUE 'bad';\n-- IRREVERSIBLE: test\n",
          'm/004_use.sql': `CREATE TABLE parts (id int) PARTITION BY LIST (id);
CREATE TABLE part PARTITION OF parts FOR VALUES IN (1);
CREATE INDEX parts_id ON parts (id);
REINDEX TABLE parts;
CREATE TABLE last (id int);
-- IRREVERSIBLE: test
`,
        },
        async (at) => {
          await at.run(['migrate', '--to', '2']);
          at.write({ 'm/005_bad.sql': "INSERT INTO moods VALUES ('bad');\n-- IRREVERSIBLE: test\n" });
          const run = await dryRun(at, ['--json']);
          assert.equal(run.exit, 0, run.output);
          const left = statementsIn(run.json<LiveDryRun & Record<string, unknown>>()).filter((one) => one.reason);
          assert.deepEqual(
            left.map((one) => [one.sql, one.reason]),
            [
              ['REINDEX TABLE parts', 'the server refuses it in a transaction'],
              [
                "INSERT INTO moods VALUES ('bad')",
                'it uses a label that an enum has only once its transaction is committed',
              ],
            ],
          );
        },
      ));

    test(`PostgreSQL ${major}: a role that may do little does it, too`, () =>
      withOrders(
        major,
        {
          'm/002_own.sql':
            'ALTER TABLE orders ADD COLUMN m int;\nINSERT INTO items (order_id) VALUES (1);\n-- IRREVERSIBLE: test\n',
        },
        async (at) => {
          const role = uniqueName('dry');
          await at.database.sql(`CREATE ROLE ${role}; CREATE SEQUENCE others;
GRANT USAGE, CREATE ON SCHEMA public TO ${role}; ALTER TABLE orders OWNER TO ${role}; GRANT INSERT ON items TO ${role};
GRANT SELECT, INSERT, UPDATE ON schema_migrations, schema_migration_settings TO ${role};
GRANT SELECT, INSERT ON schema_migration_events TO ${role};
GRANT SELECT, UPDATE ON schema_migration_runner TO ${role}`);
          try {
            const env = { TASKFLOW_ROLE: role };
            const run = await dryRun(at, [], () => at.run(['migrate', '--dry-run=live'], { env }));
            assert.equal(run.exit, 0, run.output);
            assert.match(run.stdout, /public\.orders \(about 2,000 rows, .*ACCESS EXCLUSIVE/);
          } finally {
            await at.database.sql(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
          }
        },
      ));
  }

  test('without tracking tables there is no lease to take: refused, nothing is made', () =>
    withCli(18, { 'm/001_a.sql': 'CREATE TABLE a (id int);\n-- IRREVERSIBLE: test\n' }, async (at) => {
      const run = await at.run(['migrate', '--dry-run=live']);
      assert.equal(run.exit, 1, run.output);
      assert.match(run.stderr, /error\[not-tracked\][\s\S]*taskflow-db init/);
      assert.deepEqual(
        await at.database.sql("SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace"),
        [],
      );
      assert.equal((await at.run(['migrate', '--hold', '1s'])).exit, 2, 'a flag that would do nothing');
    }));
});
