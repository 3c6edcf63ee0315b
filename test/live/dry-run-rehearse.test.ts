/** `--dry-run=rehearse`: applied to an empty copy of the target's schema, with the target's statistics beside. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Rehearsal } from '../../src/index.ts';
import { type DatabaseWorkplace, withCli } from '../support/cli.ts';
import { onServers } from '../support/on-servers.ts';
import { leftScratchDatabases } from '../support/scratch-databases.ts';
import { server } from '../support/servers.ts';
import { stateOf, withOrders } from './dry-run-bed.ts';

const OTHERS = `CREATE TYPE mood AS ENUM ('good', 'bad');
CREATE DOMAIN amount AS int CHECK (VALUE >= 0);
CREATE TABLE parts (id int, m mood, a amount) PARTITION BY LIST (id);
CREATE TABLE part PARTITION OF parts FOR VALUES IN (1);
CREATE VIEW big AS SELECT id, n FROM orders WHERE n > 100;
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER touched BEFORE INSERT ON items FOR EACH ROW EXECUTE FUNCTION touch();`;

/** Rehearses on the same server; the target and the scratch server must be as before. */
async function rehearse(at: DatabaseWorkplace, major: number, args: readonly string[] = []) {
  const on = await server(major);
  const before = await stateOf(at);
  const run = await at.run(['migrate', '--dry-run=rehearse', '--scratch', on.url('postgres'), ...args]);
  assert.deepEqual(await stateOf(at), before, run.output);
  assert.deepEqual(await at.database.sql("SELECT seq FROM schema_migration_events WHERE event = 'dry_run'"), []);
  return run;
}

describe('rehearsal', () => {
  for (const major of onServers(import.meta.url, 14, 18)) {
    test(`PostgreSQL ${major}: every statement goes through on the copy, and is observed where it can be`, () =>
      withOrders(
        major,
        {
          'm/002_more.sql': `ALTER TABLE orders ADD COLUMN m int;
DROP VIEW big;
ALTER TABLE orders ALTER COLUMN n TYPE bigint;
-- VERIFY:
-- SELECT count(*) = 2000 FROM orders;
-- IRREVERSIBLE: test
`,
          'm/003_unique.sql': `CREATE UNIQUE INDEX CONCURRENTLY orders_n ON orders (n);
ALTER TABLE orders ADD CONSTRAINT orders_n UNIQUE USING INDEX orders_n;
-- IRREVERSIBLE: test
`,
          'm/004_again.sql':
            'ALTER TABLE orders ADD COLUMN k mood;\nALTER TABLE parts ADD COLUMN k int;\n-- IRREVERSIBLE: test\n',
        },
        async (at) => {
          await at.database.sql(OTHERS);
          const run = await rehearse(at, major, ['--json']);
          assert.equal(run.exit, 0, run.output);
          const report = run.json<Rehearsal & Record<string, unknown>>();
          assert.deepEqual(
            [report.ok, report.level, report.outcome, report.notCopied],
            [true, 'rehearse', 'passed', []],
          );
          assert.deepEqual(
            report.migrations.map((one) => [one.version, one.state, one.verify]),
            [
              ['002_more', 'passed', 'not-tried'],
              ['003_unique', 'passed', null],
              ['004_again', 'passed', null],
            ],
          );
          const [more, unique, again] = report.migrations;
          const type = more!.statements[2]!;
          assert.deepEqual(
            type.rewrites.map((one) => [one.relation, one.estimatedRows]),
            [
              ['public.orders', 2000],
              ['public.orders_pkey', 2000],
            ],
            'sizes are the target’s',
          );
          assert.match(unique!.statements[0]!.reason ?? '', /^not observed: CONCURRENTLY/);
          assert.match(unique!.statements[1]!.reason ?? '', /^not observed: it builds upon/);
          const taken = again!.statements[0]!.locks.find((one) => one.relation === 'public.orders');
          assert.equal(
            taken?.mode,
            'AccessExclusiveLock',
            'each has a transaction of its own: the lock is taken again',
          );
        },
      ));

    test(`PostgreSQL ${major}: an extension that the scratch server lacks, or has in another version, is named`, () =>
      withOrders(
        major,
        { 'm/002_more.sql': 'ALTER TABLE orders ADD COLUMN m int;\n-- IRREVERSIBLE: test\n' },
        async (at) => {
          await at.database.sql('CREATE EXTENSION citext');
          await at.database.sql('CREATE EXTENSION hstore');
          await at.database.sql('CREATE TABLE nicks (id integer, nick citext, more hstore)');
          // As if they came from another server.
          await at.database.sql("UPDATE pg_extension SET extname = 'elsewhere' WHERE extname = 'citext'");
          await at.database.sql("UPDATE pg_extension SET extversion = '0.1' WHERE extname = 'hstore'");
          const run = await rehearse(at, major, ['--json']);
          assert.equal(run.exit, 0, run.output);
          const { notCopied, migrations } = run.json<Rehearsal>();
          assert.equal(migrations[0]?.state, 'passed');
          assert.deepEqual(
            notCopied.map(({ type, name }) => `${type} ${name}`),
            ['extension elsewhere', 'extension hstore'],
          );
          assert.match(
            notCopied[0]!.why,
            /^the scratch server does not offer it; left out with it: .*public\.nicks\.nick/,
          );
          assert.match(notCopied[1]!.why, /^the copy has version 1\.\d+ of it, the database 0\.1$/);
        },
      ));

    test(`PostgreSQL ${major}: what fails without any row fails here, and the copy is dropped`, () =>
      withOrders(
        major,
        {
          'm/002_good.sql': 'ALTER TABLE orders ADD COLUMN m int;\n-- IRREVERSIBLE: test\n',
          // The same statement goes through once.
          'm/003_bad.sql':
            'CREATE TABLE a (id int);\nDROP TABLE a;\nALTER TABLE orders ADD COLUMN k int;\nDROP TABLE a;\n-- IRREVERSIBLE: test\n',
          'm/004_after.sql': 'CREATE TABLE b (id int);\n-- IRREVERSIBLE: test\n',
        },
        async (at) => {
          const run = await rehearse(at, major);
          assert.equal(run.exit, 1, run.output);
          assert.match(run.stderr, /error\[statement-failed\]: 003_bad failed\n --> m\/003_bad\.sql:4:1/);
          assert.match(run.said, /It failed on a scratch database .* Nothing of yours was touched\./);
          assert.match(
            run.stdout,
            /002_good goes through[\s\S]*003_bad failed[\s\S]*ADD COLUMN k int[\s\S]*failed here[\s\S]*004_after not tried/,
          );
          for (const line of run.stdout.split('\n')) assert.ok(line.length <= 80, line);
          assert.deepEqual(await leftScratchDatabases(await server(major)), []);
        },
      ));
  }

  test('a database without tracking tables is rehearsed from nothing', () =>
    withCli(18, { 'm/001_a.sql': 'CREATE TABLE a (id int);\n-- IRREVERSIBLE: test\n' }, async (at) => {
      const url = (await server(18)).url('postgres');
      const run = await at.run(['migrate', '--dry-run=rehearse', '--scratch', url]);
      assert.equal(run.exit, 0, run.output);
      assert.match(run.stdout, /001_a goes through/);
      assert.deepEqual(await at.database.sql("SELECT 1 FROM pg_class WHERE relnamespace = 'public'::regnamespace"), []);
    }));

  test('a scratch server of another major version proves nothing: refused', () =>
    withOrders(14, { 'm/002_x.sql': 'SELECT 1;\n-- IRREVERSIBLE: test\n' }, async (at) => {
      const run = await at.run(['migrate', '--dry-run=rehearse', '--scratch', (await server(18)).url('postgres')]);
      assert.equal(run.exit, 2, run.output);
      assert.match(run.said, /error\[snapshot-mismatch\].*PostgreSQL 14.*--scratch/);
    }));
});

test('no level of dry run says that it would go through what --single-transaction refuses', () =>
  withCli(18, { 'm/001_a.sql': 'CREATE TABLE a (id int);\nVACUUM a;\n-- IRREVERSIBLE: test\n' }, async (at) => {
    assert.equal((await at.run(['init'])).exit, 0);
    const scratch = ['--scratch', (await server(18)).url('postgres')];
    for (const how of [[], ['--dry-run'], ['--dry-run=live'], ['--dry-run=rehearse', ...scratch]]) {
      const run = await at.run(['migrate', '--single-transaction', ...how]);
      assert.equal(run.exit, 2, run.output);
      assert.match(run.said, /error\[usage\]: these migrations cannot run in one transaction found: 001_a \(VACUUM/);
    }
  }));

test('--scratch where nothing is done on a scratch server is refused', () =>
  withCli(18, { 'm/001_a.sql': 'CREATE TABLE a (id int);\n-- IRREVERSIBLE: test\n' }, async (at) => {
    const scratch = ['--scratch', (await server(18)).url('postgres')];
    for (const how of [[], ['--dry-run'], ['--dry-run=live']]) {
      const run = await at.run(['migrate', ...how, ...scratch]);
      assert.equal(run.exit, 2, run.output);
      assert.match(run.said, /--scratch goes with a rehearsal or a check for drift only/);
    }
    assert.equal((await at.run(['migrate', '--check-drift', ...scratch])).exit, 0);
  }));
