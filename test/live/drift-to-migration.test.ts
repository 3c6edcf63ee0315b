/** `diff --to-migration`: drift becomes a migration that counts as applied where it is already. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { describe } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type DatabaseWorkplace, type Files, withApplied, withCli } from '../support/cli.ts';
import { onServers } from '../support/on-servers.ts';
import { createDatabase, type Engine, type TestDatabase, uniqueName } from '../support/servers.ts';
import { until } from './group-bed.ts';
import { holding } from './steps-bed.ts';

const MIGRATIONS: Files = {
  'm/001_users.sql': `CREATE TABLE users (id integer PRIMARY KEY, email text, state varchar(9),
  CONSTRAINT known CHECK (state IN ('new', 'odd')));
CREATE VIEW emails AS SELECT email FROM users;
GRANT SELECT ON emails TO PUBLIC;
CREATE FUNCTION greet(name text) RETURNS text LANGUAGE sql AS $$ SELECT 'Hello ' || name $$;
-- ROLLBACK:
-- DROP FUNCTION greet; DROP VIEW emails; DROP TABLE users;
`,
  'm/002_orders.sql':
    'CREATE TABLE orders (id integer, amount numeric);\nCREATE TABLE old (); GRANT SELECT ON old TO PUBLIC;\n-- ROLLBACK:\n-- DROP TABLE orders, old;\n',
};

/** With a view that must be made anew, expressions that PostgreSQL writes otherwise once they are read in again, and a long statement. */
const BY_HAND = [
  'ALTER TABLE orders ADD COLUMN note text; ALTER TABLE orders DROP COLUMN amount',
  'DROP VIEW emails; ALTER TABLE users ALTER email TYPE varchar(80); CREATE VIEW emails AS SELECT email FROM users',
  "ALTER TABLE users DROP CONSTRAINT known, ADD CHECK (state IN ('new', 'old'))",
  "CREATE VIEW news AS SELECT id FROM users WHERE state IN ('new', 'old')",
  'CREATE INDEX users_email ON users (email)',
  "CREATE TYPE mood AS ENUM ('good', 'bad'); CREATE TABLE moods (id integer GENERATED ALWAYS AS IDENTITY, mood mood)",
  `CREATE OR REPLACE FUNCTION greet(name text) RETURNS text LANGUAGE plpgsql AS $$
-- VERIFY:
BEGIN
  RETURN 'ROLLBACK:
ROLLBACK: ' || name;
END $$`,
  "COMMENT ON TABLE users IS 'by\nhand'",
  'DROP TABLE old; ALTER VIEW emails OWNER TO pg_monitor',
];

const scratch = (at: DatabaseWorkplace) => ['--scratch', at.database.server.url('postgres')];
const toMigration = (at: DatabaseWorkplace, ...more: string[]) =>
  at.run(['diff', '--to-migration', 'By hand', ...scratch(at), ...more]);
const files = (at: DatabaseWorkplace) => readdirSync(join(at.folder, 'm')).sort();

async function withDrift(engine: Engine, body: (at: DatabaseWorkplace) => Promise<void>, by = BY_HAND): Promise<void> {
  await withApplied(engine, MIGRATIONS, async (at) => {
    for (const sql of by) await at.database.sql(sql);
    await body(at);
  });
}

async function withFresh(at: DatabaseWorkplace, body: (fresh: TestDatabase) => Promise<void>): Promise<void> {
  const fresh = await createDatabase(at.database.server, { name: uniqueName('fresh') });
  try {
    await body(fresh);
  } finally {
    await fresh.drop();
  }
}

for (const engine of onServers(import.meta.url, 14, 18)) {
  describe(`drift to a migration on ${engine}`, () => {
    test('the file makes it elsewhere, counts as applied here, and goes back on both', () =>
      withDrift(engine, async (at) => {
        const made = await toMigration(at, '--reason', 'the incident of Monday');
        assert.equal(made.exit, 0, made.output);
        assert.equal(made.stdout, 'm/003_by_hand.sql\n');
        assert.match(made.said, /\d+ differences in it\. It is recorded as applied to \w+\.\s*$/);
        const text = readFileSync(join(at.folder, 'm/003_by_hand.sql'), 'utf8');
        assert.match(text, /^-- By hand\n/);
        assert.doesNotMatch(text, /OWNER TO/);

        assert.deepEqual((await at.run(['diff', ...scratch(at)])).stdout, 'Equal.\n');
        assert.equal((await at.run(['status', '--check'])).exit, 0);
        assert.equal((await at.run(['migrate', '--check-drift', ...scratch(at)])).exit, 0);
        const [event] = await at.database.sql(
          "SELECT version, actor, detail ->> 'reason' FROM schema_migration_events ORDER BY seq DESC LIMIT 1",
        );
        assert.deepEqual(event, ['003_by_hand', 'postgres', 'the incident of Monday']);
        const told = await at.run(['history', '--version', '003']);
        assert.match(
          told.said + told.stdout,
          /drift accepted {2}003_by_hand[\s\S]*made 003_by_hand\.sql; the incident of/,
        );
        const proven = await at.run(['verify', '--only', '003', ...scratch(at)]);
        assert.equal(proven.exit, 0, proven.output);

        await withFresh(at, async (fresh) => {
          const there = ['--database', fresh.url];
          const migrated = await at.run(['migrate', ...there]);
          assert.equal(migrated.exit, 0, migrated.output);
          assert.equal((await at.run(['diff', ...there, ...scratch(at)])).stdout, 'Equal.\n');
          for (const where of [[], there]) {
            const back = await at.run(['rollback', '--yes', ...where]);
            assert.equal(back.exit, 0, back.output);
            const { exit, stdout } = await at.run(['diff', ...where, ...scratch(at)]);
            assert.deepEqual([exit, stdout.endsWith('Equal.\n')], [0, true], stdout);
          }
        });
        assert.equal((await at.run(['migrate'])).exit, 0);
        assert.equal((await at.run(['diff', ...scratch(at)])).exit, 0);
      }));
  });
}

const FUNCTION_WITH_MARKER = `CREATE FUNCTION f() RETURNS text LANGUAGE sql AS $$ SELECT '
ROLLBACK: ' $$;
`;

/** The tracking table can be read and not written until the file is there and the tool is gone. */
async function killedBeforeRecord(at: DatabaseWorkplace, path: string): Promise<void> {
  const holder = await holding(at.database, 'LOCK schema_migrations IN SHARE MODE');
  const { child, finished } = at.start(['diff', '--to-migration', 'By hand', ...scratch(at)]);
  while (!existsSync(path) && child.exitCode === null) await sleep(20);
  child.kill('SIGKILL');
  assert.equal((await finished).signal, 'SIGKILL');
  // The server goes on with what it was sent: that is stopped first.
  const its = `FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'taskflow-db%' AND pid <> pg_backend_pid()
    AND application_name <> 'taskflow-db launcher'`;
  await at.database.sql(`SELECT pg_terminate_backend(pid) ${its}`);
  await until('they are gone', async () => (await at.database.sql(`SELECT ${its}`)).length === 0);
  await holder.release();
  const rows = await at.database.sql("SELECT version FROM schema_migrations WHERE version LIKE '003%'");
  assert.deepEqual(rows, []);
}

/** Nothing may be left behind: neither a file nor a record. */
async function refused(at: DatabaseWorkplace, says: RegExp, args: readonly string[] = []): Promise<void> {
  const [before, rows] = [
    files(at),
    await at.database.sql('SELECT version, success FROM schema_migrations ORDER BY 1'),
  ];
  const { exit, said, stdout } = await toMigration(at, ...args);
  assert.deepEqual([exit, stdout], [1, ''], said);
  assert.match(said, says);
  assert.deepEqual(files(at), before);
  assert.deepEqual(await at.database.sql('SELECT version, success FROM schema_migrations ORDER BY 1'), rows);
}

describe('what cannot become a migration', () => {
  test('an object without SQL is named, with all else that differs left alone', () =>
    withDrift(18, (at) => refused(at, /not all of the drift can be written as SQL.*base type public\.shell/), [
      'CREATE TYPE shell',
      'CREATE TABLE t ()',
    ]));

  test('a body with carriage returns, which no migration file holds', () =>
    withDrift(18, (at) => refused(at, /makes something else on a scratch database.*function public\.f\(\)/), [
      "DO $$ BEGIN EXECUTE E'CREATE FUNCTION f() RETURNS int LANGUAGE sql AS ''SELECT\\r\\n1'''; END $$",
    ]));

  test('a database that is behind, or whose files were edited', () =>
    withDrift(18, async (at) => {
      at.write({ 'm/004_more.sql': 'CREATE TABLE more ();\n' });
      await refused(at, /while others are to be applied.*004_more: pending/);
      at.remove('m/004_more.sql');
      at.write({ 'm/002_orders.sql': 'CREATE TABLE orders (id bigint);\n' });
      await refused(at, /002_orders: modified/);
    }));

  test('a version of which it is not known what was run', () =>
    withDrift(18, async (at) => {
      await at.database.sql("UPDATE schema_migrations SET body_sql = NULL WHERE version = '002_orders'");
      await refused(at, /not all of the drift of \w+ is known.*002_orders: its SQL was not stored/);
    }));

  test('where the folder may not be written, nothing is recorded', () =>
    withDrift(18, async (at) => {
      const { exit, said } = await at.run(['diff', '--to-migration', 'By hand', ...scratch(at)], { uid: 65534 });
      assert.equal(exit, 1, said);
      assert.match(said, /cannot write m\/003_by_hand\.sql: .*Nothing was written/);
      assert.equal((await at.run(['diff', ...scratch(at)])).exit, 3);
    }));

  test('a way back with a line that would be read as a marker', () =>
    withCli(18, { 'm/001_f.sql': FUNCTION_WITH_MARKER }, async (at) => {
      assert.equal((await at.run(['migrate'])).exit, 0);
      await at.database.sql('DROP FUNCTION f()');
      await refused(at, /the drift cannot be written as a migration file/);
    }));
});

describe('a new file', () => {
  test('nothing differs: no file, no record', () =>
    withDrift(
      18,
      async (at) => {
        const { exit, stdout, said } = await toMigration(at);
        assert.deepEqual([exit, stdout], [0, '']);
        assert.match(said, /^Equal: nothing of \w+ is to be accepted\.\s*$/);
        const json = (await toMigration(at, '--json')).json<{ file: unknown; version: unknown; changes: unknown }>();
        assert.deepEqual([json.file, json.version, json.changes], [null, null, []]);
        assert.equal(files(at).length, 2);
      },
      [],
    ));

  test('killed between file and record, it goes on with the same file', () =>
    withDrift(18, async (at) => {
      const path = join(at.folder, 'm/003_by_hand.sql');
      await killedBeforeRecord(at, path);
      const text = readFileSync(path, 'utf8');
      const other = await at.run(['diff', '--to-migration', 'other', ...scratch(at)]);
      assert.equal(other.exit, 1);
      assert.match(other.said, /error\[drift-refused\].*003_by_hand: pending/);
      const again = await toMigration(at, '--json');
      assert.equal(again.exit, 0, again.output);
      assert.equal(again.json<{ version: string }>().version, '003_by_hand');
      assert.deepEqual([readFileSync(path, 'utf8'), files(at).length], [text, 3]);
      assert.equal((await at.run(['diff', ...scratch(at)])).exit, 0);

      await at.database.sql("DELETE FROM schema_migrations WHERE version = '003_by_hand'");
      await at.database.sql('CREATE TABLE later ()');
      const changed = await toMigration(at);
      assert.equal(changed.exit, 1);
      assert.match(changed.said, /003_by_hand\.sql is to be applied, and is not what would be written/);
    }));

  test('stands behind versions whose files are elsewhere, which are named', () =>
    withDrift(18, async (at) => {
      at.write({ 'm/007_branch.sql': 'CREATE TABLE branch ();\n' });
      assert.equal((await at.run(['migrate'])).exit, 0);
      at.remove('m/007_branch.sql');
      const { exit, stdout, said } = await toMigration(at);
      assert.deepEqual([exit, stdout], [0, 'm/008_by_hand.sql\n']);
      assert.match(said, /007_branch is applied, but its file is gone/);
    }));

  test('holds what was accepted on record, and grants where they are asked for', () =>
    withDrift(18, async (at) => {
      await at.database.sql('GRANT SELECT ON orders TO PUBLIC');
      assert.equal((await at.run(['diff', '--accept', '--reason', 'r', ...scratch(at)])).exit, 0);
      const made = await toMigration(at, '--privileges');
      assert.equal(made.exit, 0, made.output);
      assert.match(
        readFileSync(join(at.folder, 'm/003_by_hand.sql'), 'utf8'),
        /GRANT SELECT ON TABLE public\.orders TO PUBLIC;/,
      );
      assert.deepEqual((await at.run(['diff', '--privileges', ...scratch(at)])).stdout, 'Equal.\n');
    }));

  test('waits for a yes on production', () =>
    withDrift(18, async (at) => {
      const env = { TASKFLOW_PRODUCTION: 'true' };
      const asked = await at.run(['diff', '--to-migration', 'x', ...scratch(at)], { env });
      assert.deepEqual([asked.exit, existsSync(join(at.folder, 'm/003_x.sql'))], [2, false], asked.said);
      assert.match(asked.said, /this needs a confirmation: Record 003_x as applied on \w+ \(production\)\?/);
      assert.equal((await at.run(['diff', '--to-migration', 'x', '--yes', ...scratch(at)], { env })).exit, 0);
    }));
});
