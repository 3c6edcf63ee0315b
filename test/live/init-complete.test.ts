/** A database loaded from init-complete.sql, beside one that `taskflow-db migrate` made: the same to every eye. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { describe } from 'node:test';
import { PGlite } from '@electric-sql/pglite';
import { vector } from '@electric-sql/pglite-pgvector';
import { type DatabaseWorkplace, withCli } from '../support/cli.ts';
import { onServers } from '../support/on-servers.ts';
import { type Engine, type TestDatabase, uniqueName, withDatabase } from '../support/servers.ts';
import {
  type At,
  BROKEN_EVENTS,
  dumpSchema,
  MIGRATIONS,
  newInstallation,
  psql,
  REPOSITORY,
  recordsOf,
  rowsOf,
  trackingOf,
  withFolders,
} from './installations-files.ts';
import { catalogOf, VECTOR } from './taskflow-schema-files.ts';

const COMPLETE = join(REPOSITORY, 'database', 'postgresql', 'init-complete.sql');
const PATCH = join(REPOSITORY, 'database', 'postgresql', 'init-complete-patch.sql');

function load(database: TestDatabase, env: Readonly<Record<string, string>> = {}): void {
  for (const input of [COMPLETE, PATCH]) {
    const { status, stderr } = psql(database, { input, env });
    assert.deepEqual({ status, stderr }, { status: 0, stderr: '' });
  }
}

/** Loads init-complete.sql into a new database, for the tool to look at. */
function withLoaded(engine: Engine, body: (at: At) => Promise<void>): Promise<void> {
  return withCli(engine, {}, async (place: DatabaseWorkplace) => {
    load(place.database);
    await body(withFolders(place, [MIGRATIONS]));
  });
}

async function withMigrated(engine: Engine, body: (database: TestDatabase) => Promise<void>): Promise<void> {
  await withDatabase(engine, body, { template: await newInstallation(engine) });
}

/** Every row, without when it was inserted. */
async function seedOf(database: TestDatabase): Promise<string> {
  return JSON.stringify(await rowsOf(database, 'UTC')).replaceAll(/"(created|updated)_at":"[^"]*"/g, '"$1_at":""');
}

const SETTINGS = 'SELECT key, value FROM schema_migration_settings ORDER BY key';

describe('init-complete.sql makes what migrate makes', () => {
  for (const engine of onServers(import.meta.url, 14, 18)) {
    test(`PostgreSQL ${engine}: schema, rows, tracking`, () =>
      withLoaded(engine, ({ database }) =>
        withMigrated(engine, async (migrated) => {
          assert.deepEqual(await catalogOf(database), await catalogOf(migrated));
          assert.equal(await seedOf(database), await seedOf(migrated));
          assert.deepEqual(await trackingOf(database), await trackingOf(migrated));
          assert.deepEqual(await recordsOf(database), await recordsOf(migrated));
          assert.deepEqual(await database.sql(SETTINGS), await migrated.sql(SETTINGS));
        }),
      ));
  }

  test('to pg_dump there is no difference', () =>
    withLoaded('system', ({ database }) =>
      withMigrated('system', async (migrated) => assert.deepEqual(dumpSchema(database), dumpSchema(migrated))),
    ));

  test('its audit trail begins with it, names every version and holds together', () =>
    withLoaded(18, async ({ database }) => {
      const events = await database.sql('SELECT event, version FROM schema_migration_events ORDER BY seq');
      const versions = await database.sql('SELECT version FROM schema_migrations ORDER BY applied_order');
      assert.deepEqual(events[0], ['initialized', null]);
      assert.deepEqual(
        events.slice(1),
        versions.map(([version]) => [version === VECTOR ? 'skipped' : 'applied', version]),
      );
      assert.deepEqual(await database.sql(BROKEN_EVENTS()), []);
    }));
});

describe('after init-complete.sql', () => {
  for (const engine of onServers(import.meta.url, 13, 14, 15, 16, 17, 18)) {
    test(`PostgreSQL ${engine}: nothing is pending and migrate has nothing to do`, () =>
      withLoaded(engine, async (at) => {
        const status = (await at.good('status', '--check', '--json')).json<{ summary: Record<string, number> }>();
        assert.deepEqual([status.summary.pending, status.summary.skipped, status.summary.missing], [0, 1, 0]);
        const before = await recordsOf(at.database);
        assert.match((await at.good('migrate')).stdout, /nothing to apply/);
        assert.deepEqual(await recordsOf(at.database), before);
      }));
  }

  test('rollback undoes the last migration first, and migrate applies it again', () =>
    withLoaded(18, async (at) => {
      const before = [await catalogOf(at.database), await seedOf(at.database)];
      await at.good('rollback', '--steps', '2', '--yes');
      const undone = await at.database.sql("SELECT version FROM schema_migrations WHERE type = 'rollback' ORDER BY 1");
      assert.deepEqual(undone.flat(), ['029_mend_older_keys', '030_mend_older_indexes']);
      await at.good('rollback', '--to', '002', '--yes');
      assert.deepEqual(await catalogOf(at.database), []);
      await at.good('migrate');
      assert.deepEqual([await catalogOf(at.database), await seedOf(at.database)], before);
    }));

  test('an ordinary owner has everything', () =>
    withCli(18, {}, async (place) => {
      const { database } = place;
      const owner = uniqueName('owner');
      await database.sql(`CREATE ROLE ${owner} LOGIN; ALTER DATABASE ${database.name} OWNER TO ${owner}`);
      try {
        load(database, { PGUSER: owner });
        const at = withFolders(place, [MIGRATIONS]);
        const url = database.server.url(database.name, owner);
        const checked = await place.run(['status', '--check', '--dir', MIGRATIONS], { env: { DATABASE_URL: url } });
        assert.equal(checked.exit, 0, checked.output);
        assert.match((await at.good('migrate')).stdout, /nothing to apply/);
        const others = `SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace
          AND relowner <> '${owner}'::regrole`;
        assert.deepEqual(await database.sql(others), []);
      } finally {
        await database.sql(`REASSIGN OWNED BY ${owner} TO postgres; DROP OWNED BY ${owner}; DROP ROLE ${owner}`);
      }
    }));

  test('the tracking is in the schema that the setting names', () =>
    withCli(18, {}, async (place) => {
      const schema = 'Ops Tracking';
      load(place.database, { PGOPTIONS: '-c taskflow.tracking_schema=Ops\\ Tracking' });
      await withMigrated(18, async (migrated) => {
        assert.deepEqual(await trackingOf(place.database, schema), await trackingOf(migrated));
        assert.deepEqual(await recordsOf(place.database, schema), await recordsOf(migrated));
        assert.deepEqual(await catalogOf(place.database), await catalogOf(migrated));
      });
      assert.deepEqual(await trackingOf(place.database), []);
      const env = { TASKFLOW_TRACKING_SCHEMA: schema };
      const checked = await place.run(['status', '--check', '--dir', MIGRATIONS], { env });
      assert.equal(checked.exit, 0, checked.output);
      const again = psql(place.database, {
        input: COMPLETE,
        env: { PGOPTIONS: '-c taskflow.tracking_schema=Ops\\ Tracking' },
      });
      assert.match(again.stderr, /is not empty/);
    }));
});

describe('init-complete.sql where the extension vector is available', () => {
  async function loadVector(before: string): Promise<{ rows: unknown[]; event: unknown }> {
    const database = await PGlite.create({ extensions: { vector } });
    try {
      await database.exec(before);
      await database.exec(readFileSync(COMPLETE, 'utf8').replace(/^\\set .*$/m, ''));
      const row = `SELECT type, success, error_message, body_sql, applied_order::int FROM schema_migrations
        WHERE version = '${VECTOR}'`;
      const event = `SELECT event FROM schema_migration_events WHERE version = '${VECTOR}'`;
      const { rows } = await database.query<unknown[]>(row, [], { rowMode: 'array' });
      return { rows: rows.flat(), event: (await database.query<{ event: string }>(event)).rows[0]?.event };
    } finally {
      await database.close();
    }
  }

  test('records it as applied, in its place', async () => {
    const text = readFileSync(join(MIGRATIONS, `${VECTOR}.sql`), 'utf8');
    assert.deepEqual(await loadVector(''), { rows: ['migration', true, null, text, 27], event: 'applied' });
  });

  test('records it as skipped where the role may not create it', async () => {
    const { rows, event } = await loadVector(
      `CREATE ROLE owner; GRANT CREATE ON SCHEMA public TO owner; SET ROLE owner`,
    );
    assert.deepEqual([...rows.slice(0, 2), rows[3], rows[4], event], ['skipped', false, null, 27, 'skipped']);
    assert.match(String(rows[2]), /this role may not create it; an administrator runs: CREATE EXTENSION vector;$/);
  });
});

describe('schema dump', () => {
  for (const engine of onServers(import.meta.url, 14, 16, 18)) {
    test(`PostgreSQL ${engine}: would write init-complete.sql as it is`, () =>
      withCli(engine, {}, async (place) => {
        const args = [
          'schema',
          'dump',
          '--check',
          '--dir',
          MIGRATIONS,
          '--scratch',
          place.database.server.url('postgres'),
        ];
        const { exit, output } = await place.run(args, { env: { DATABASE_URL: undefined } });
        assert.equal(exit, 0, output);
      }));
  }
});
