/** `schema patch`: what came after init-complete.sql, for whoever has loaded that, whatever became of the database since. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { describe } from 'node:test';
import { type DatabaseWorkplace, type Files, type Finished, withCli } from '../support/cli.ts';
import { onServers } from '../support/on-servers.ts';
import { type TestDatabase, uniqueName, withDatabase } from '../support/servers.ts';
import { BROKEN_EVENTS, psql } from './installations-files.ts';

const HELD: Files = {
  'db/migrations/001_schema.sql': `CREATE TYPE mood AS ENUM ('calm');
CREATE TABLE people (id integer PRIMARY KEY, name text, mood mood);

-- ROLLBACK:
-- DROP TABLE people;
-- DROP TYPE mood;
`,
  'db/migrations/002_hstore.sql': `-- Requires: extension hstore
CREATE EXTENSION IF NOT EXISTS hstore;
ALTER TABLE people ADD COLUMN IF NOT EXISTS marks hstore;

-- IRREVERSIBLE: a test
`,
};

/** A label that the next one uses; settings that would spoil those behind; text that looks like its own quotes. */
const NEWER: Files = {
  'db/migrations/003_glad.sql': `ALTER TYPE mood ADD VALUE 'glad';
SET search_path = pg_catalog;
SET TimeZone = 'Asia/Tokyo';

-- IRREVERSIBLE: a test
`,
  'db/migrations/004_ada.sql': `CREATE TEMP TABLE work AS SELECT 1 AS id, 'Ada $statement$ $file$ \\ ''' AS name;
INSERT INTO people (id, name, mood) SELECT id, name, 'glad' FROM work;
CREATE TABLE seen (at timestamptz DEFAULT '2026-01-01 00:00');
INSERT INTO seen DEFAULT VALUES;

-- VERIFY:
-- SELECT count(*) = 1, true FROM people;
-- SELECT at = '2026-01-01 00:00+00' FROM seen;

-- ROLLBACK:
-- DROP TABLE seen;
-- DELETE FROM people;
`,
  'db/migrations/005_marks.sql': `-- Depends: 2
CREATE TEMP TABLE work AS SELECT 2 AS id;
CREATE INDEX IF NOT EXISTS people_marks ON people USING gin (marks);

-- ROLLBACK:
-- DROP INDEX people_marks;
`,
  'db/migrations/006_never.sql': `-- Requires: extension taskflow_is_not_there
CREATE EXTENSION taskflow_is_not_there;

-- IRREVERSIBLE: a test
`,
  'db/migrations/007_behind_never.sql': `-- Depends: 006_never
CREATE TABLE never (id integer);

-- ROLLBACK:
-- DROP TABLE never;
`,
};
const VERSIONS = ['003_glad', '004_ada', '005_marks', '006_never', '007_behind_never'];
const COMPLETE = 'db/postgresql/init-complete.sql';
const PATCH = 'db/postgresql/init-complete-patch.sql';
const ENV = { TASKFLOW_DIRECTORIES: 'db/migrations' };

const scratch = (at: DatabaseWorkplace, ...args: string[]) =>
  at.run([...args, '--scratch', at.database.server.url('postgres')], { env: { ...ENV, DATABASE_URL: undefined } });
const patch = (at: DatabaseWorkplace, ...args: string[]) => scratch(at, 'schema', 'patch', ...args);
const textOf = (at: DatabaseWorkplace, path = PATCH) => readFileSync(join(at.folder, path), 'utf8');
const good = (finished: Finished) => {
  assert.equal(finished.exit, 0, finished.output);
  return finished;
};

/** A workplace with init-complete.sql, and then with what came after it. */
function withNewer(engine: 14 | 18, files: Files, body: (at: DatabaseWorkplace) => Promise<void>): Promise<void> {
  return withCli(engine, HELD, async (at) => {
    good(await scratch(at, 'schema', 'dump'));
    at.write(files);
    await body(at);
  });
}

function load(at: DatabaseWorkplace, database: TestDatabase, path: string, env: Readonly<Record<string, string>> = {}) {
  return psql(database, { input: join(at.folder, path), env });
}

/** Everything that a second loading could change. */
async function stateOf(database: TestDatabase): Promise<unknown> {
  return [
    await database.sql('SELECT m FROM schema_migrations AS m ORDER BY version'),
    await database.sql('SELECT count(*) FROM schema_migration_events'),
    await database.sql('SELECT * FROM people'),
    await database.sql('SELECT * FROM seen'),
  ];
}

const RECORDS = `SELECT version, description, checksum, success, coalesce(error_message, ''), coalesce(rollback_sql, ''), type, body_checksum,
  coalesce(body_sql, ''), file_name, steps_done IS NULL, applied_by FROM schema_migrations ORDER BY version`;

describe('schema patch', () => {
  for (const engine of onServers(import.meta.url, 14, 18)) {
    test(`PostgreSQL ${engine}: makes and records what migrate would, for an ordinary owner`, () =>
      withNewer(engine, NEWER, async (at) => {
        const made = good(await patch(at, '--json')).json();
        assert.deepEqual(made, { ok: true, file: PATCH, state: 'written', versions: VERSIONS, leftToMigrate: [] });
        const checks = (await scratch(at, 'verify', '--json')).json<{ checks: { name: string; state: string }[] }>();
        assert.deepEqual(
          checks.checks.filter(({ name }) => name === 'init-complete').map(({ state }) => state),
          ['ok'],
        );
        const owner = uniqueName('owner');
        await at.database.sql(`CREATE ROLE ${owner} LOGIN; ALTER DATABASE ${at.database.name} OWNER TO ${owner};
          GRANT ALL ON SCHEMA public TO ${owner}`);
        try {
          await asIfMigrated(at, owner);
        } finally {
          await at.database.sql(`REASSIGN OWNED BY ${owner} TO postgres; DROP OWNED BY ${owner}; DROP ROLE ${owner}`);
        }
      }));
  }

  async function asIfMigrated(at: DatabaseWorkplace, owner: string): Promise<void> {
    const env = { PGUSER: owner };
    assert.equal(load(at, at.database, COMPLETE, env).status, 0);
    await withDatabase(at.database.server.engine, async (migrated) => {
      assert.equal(load(at, migrated, COMPLETE).status, 0);
      good(await at.run(['migrate'], { env: { ...ENV, DATABASE_URL: migrated.url } }));
      const first = load(at, at.database, PATCH, env);
      assert.equal(first.status, 0, first.stderr);
      assert.match(first.stderr, /006_never is skipped: extension taskflow_is_not_there is not available/);
      const records = (rows: readonly (readonly unknown[])[]) => rows.map((row) => row.slice(0, -1));
      assert.deepEqual(records(await at.database.sql(RECORDS)), records(await migrated.sql(RECORDS)));
      const url = at.database.server.url(at.database.name, owner);
      const compared = await at.run(['diff', migrated.url, url], { env: ENV });
      assert.equal(compared.exit, 0, compared.output);
      const before = await stateOf(at.database);
      const again = good(await at.run(['migrate'], { env: { ...ENV, DATABASE_URL: url } }));
      assert.match(again.stdout, /nothing to apply/);
      assert.equal(load(at, at.database, PATCH, env).status, 0);
      assert.deepEqual(await stateOf(at.database), before);
      assert.deepEqual(await at.database.sql(BROKEN_EVENTS()), []);
      const migratedBefore = await stateOf(migrated);
      assert.equal(load(at, migrated, PATCH).status, 0);
      assert.deepEqual(await stateOf(migrated), migratedBefore);
    });
  }

  test('goes on where migrate has stopped, and runs again what was rolled back', () =>
    withNewer(18, NEWER, async (at) => {
      good(await patch(at));
      assert.equal(load(at, at.database, COMPLETE).status, 0);
      good(await at.run(['migrate', '--to', '004'], { env: ENV }));
      good(await at.run(['rollback', '--yes'], { env: ENV }));
      assert.equal(load(at, at.database, PATCH).status, 0);
      const rows = await at.database.sql(
        "SELECT version, type FROM schema_migrations WHERE version > '003' ORDER BY applied_order",
      );
      assert.deepEqual(
        rows.map(([version, type]) => `${version} ${type}`),
        [
          '003_glad migration',
          '004_ada migration',
          '005_marks migration',
          '006_never skipped',
          '007_behind_never skipped',
        ],
      );
      assert.deepEqual(await at.database.sql('SELECT name FROM people'), [["Ada $statement$ $file$ \\ '"]]);
    }));

  test('has the same bytes on any server; --check knows; schema dump folds it in', () =>
    withNewer(14, NEWER, async (at) => {
      assert.equal((await patch(at, '--check')).exit, 3);
      good(await patch(at));
      good(await patch(at, '--check'));
      const first = textOf(at);
      await withNewer(18, NEWER, async (other) => {
        good(await patch(other));
        assert.equal(textOf(other), first);
      });
      assert.equal((await scratch(at, 'schema', 'dump', '--check')).exit, 3);
      assert.equal(textOf(at), first);
      const folded = good(await scratch(at, 'schema', 'dump', '--json')).json();
      assert.deepEqual([folded.state, folded.patch], ['written', 'written']);
      assert.match(textOf(at), /^-- Nothing yet: init-complete\.sql holds every migration\.$/m);
      good(await patch(at, '--check'));
      good(await scratch(at, 'schema', 'dump', '--check'));
      at.write({ [PATCH]: first });
      const stale = await scratch(at, 'schema', 'dump', '--check');
      assert.deepEqual([stale.exit, /init-complete-patch\.sql is stale/.test(stale.said)], [3, true]);
    }));

  test('what requires an extension that the role may not create is run when that can', () =>
    withNewer(14, {}, async (at) => {
      at.write({
        'db/migrations/003_dblink.sql': `-- Requires: extension dblink
CREATE EXTENSION dblink;
SET ROLE NONE;

-- IRREVERSIBLE: a test
`,
      });
      good(await patch(at));
      const owner = uniqueName('owner');
      await at.database.sql(`CREATE ROLE ${owner} LOGIN; ALTER DATABASE ${at.database.name} OWNER TO ${owner}`);
      try {
        assert.equal(load(at, at.database, COMPLETE, { PGUSER: owner }).status, 0);
        const loaded = load(at, at.database, PATCH, { PGUSER: owner });
        assert.match(
          loaded.stderr,
          /003_dblink is skipped: .*this role may not create it; an administrator runs: CREATE EXTENSION dblink;/,
        );
        assert.equal(load(at, at.database, PATCH).status, 0);
        const events = "SELECT event FROM schema_migration_events WHERE version = '003_dblink' ORDER BY seq";
        assert.deepEqual((await at.database.sql(events)).flat(), ['skipped', 'applied']);
      } finally {
        await at.database.sql(`REASSIGN OWNED BY ${owner} TO postgres; DROP OWNED BY ${owner}; DROP ROLE ${owner}`);
      }
    }));

  test('leaves what cannot run in a transaction, and all behind it, to migrate, and says so', () =>
    withNewer(18, NEWER, async (at) => {
      at.write({
        'db/migrations/004_ada.sql':
          'CREATE INDEX CONCURRENTLY people_name ON people (name);\n\n-- IRREVERSIBLE: a test\n',
      });
      const made = good(await patch(at));
      assert.match(made.said, /Left to migrate: 004_ada: CONCURRENTLY runs several transactions/);
      assert.match(textOf(at), /^-- {3}005_marks: it comes after 004_ada$/m);
      assert.equal(load(at, at.database, COMPLETE).status, 0);
      assert.equal(load(at, at.database, PATCH).status, 0);
      const migrated = good(await at.run(['migrate', '--json'], { env: ENV })).json<{
        migrations: { version: string; state: string }[];
      }>();
      assert.deepEqual(
        migrated.migrations.map(({ version, state }) => `${version} ${state}`),
        ['004_ada applied', '005_marks applied', '006_never skipped', '007_behind_never skipped'],
      );
    }));

  test('an edited migration that init-complete.sql records is refused', () =>
    withNewer(18, NEWER, async (at) => {
      at.write({ 'db/migrations/001_schema.sql': 'CREATE TABLE people (id bigint);\n\n-- IRREVERSIBLE: a test\n' });
      const refused = await patch(at);
      assert.equal(refused.exit, 1, refused.output);
      assert.match(refused.said, /001_schema was changed after db\/postgresql\/init-complete\.sql was written/);
      assert.match(refused.said, /taskflow-db schema dump/);
      at.remove(COMPLETE);
      const missing = await patch(at);
      assert.match(`${missing.exit} ${missing.said}`, /^1 .*there is no postgresql\/init-complete\.sql.*schema dump/);
    }));
});

describe('a patch refuses', () => {
  test('a database that init-complete.sql was not loaded into, or an older one', () =>
    withNewer(18, NEWER, async (at) => {
      good(await patch(at));
      const empty = load(at, at.database, PATCH);
      assert.match(empty.stderr, /has no tracking tables[\s\S]*load that before/);
      at.write({ 'm/002_other.sql': 'SELECT 1;\n\n-- IRREVERSIBLE: a test\n' });
      good(await at.run(['migrate']));
      const older = load(at, at.database, PATCH);
      assert.match(older.stderr, /lacks 001_schema, which init-complete\.sql holds[\s\S]*taskflow-db migrate/);
      assert.deepEqual([empty.status, older.status], [3, 3]);
    }));

  test('a database on which taskflow-db is at work', () =>
    withNewer(18, NEWER, async (at) => {
      good(await patch(at));
      assert.equal(load(at, at.database, COMPLETE).status, 0);
      const lease = `UPDATE schema_migration_runner SET run_id = gen_random_uuid(), expires_at = now() + interval '1 hour',
        database_id = (SELECT oid FROM pg_database WHERE datname = current_database())`;
      await at.database.sql(lease);
      const refused = load(at, at.database, PATCH);
      assert.deepEqual([refused.status, /taskflow-db is at work/.test(refused.stderr)], [3, true]);
      await at.database.sql('UPDATE schema_migration_runner SET run_id = NULL');
      assert.equal(load(at, at.database, PATCH).status, 0);
    }));

  test('a migration whose VERIFY does not hold: nothing of it is there, and what came before it stays', () =>
    withNewer(18, NEWER, async (at) => {
      at.write({
        'db/migrations/004_ada.sql': `CREATE TABLE seen (id integer);

-- VERIFY:
-- SELECT true AS a, count(*) > 0 AS a FROM seen;

-- ROLLBACK:
-- DROP TABLE seen;
`,
      });
      good(await patch(at));
      assert.equal(load(at, at.database, COMPLETE).status, 0);
      const refused = load(at, at.database, PATCH);
      assert.deepEqual([refused.status, /004_ada: a VERIFY query is not true/.test(refused.stderr)], [3, true]);
      const found = await at.database.sql(
        "SELECT to_regclass('seen') IS NULL, (SELECT max(version) FROM schema_migrations WHERE success)",
      );
      assert.deepEqual(found, [['t', '003_glad']]);
    }));
});

test('the tracking tables and the search path are those of the configuration', () =>
  withCli(18, HELD, async (at) => {
    at.write({
      'taskflow-db.config.json': JSON.stringify({
        trackingSchema: 'ops',
        searchPath: 'shop',
        directories: ['db/migrations'],
      }),
      'db/migrations/001_schema.sql':
        'CREATE SCHEMA IF NOT EXISTS shop;\nCREATE TABLE people (id integer);\n\n-- IRREVERSIBLE: a test\n',
    });
    good(await scratch(at, 'schema', 'dump'));
    at.write({
      'db/migrations/003_more.sql': 'CREATE TABLE more (id integer);\n\n-- ROLLBACK:\n-- DROP TABLE more;\n',
    });
    good(await patch(at));
    for (const path of [COMPLETE, PATCH, PATCH]) {
      const loaded = load(at, at.database, path);
      assert.deepEqual([loaded.status, loaded.stderr], [0, '']);
    }
    const found = await at.database.sql(
      `SELECT to_regclass('shop.more')::text, (SELECT string_agg(version, ', ' ORDER BY version) FROM ops.schema_migrations WHERE success),
        (SELECT count(*) FROM pg_attribute WHERE attrelid = 'shop.people'::regclass AND attname = 'marks')`,
    );
    assert.deepEqual(found, [['shop.more', '001_schema, 002_hstore, 003_more', '1']]);
    assert.match(good(await at.run(['migrate'], { env: ENV })).stdout, /nothing to apply/);
  }));
