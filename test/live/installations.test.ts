/** Existing installations under the real tool: adopted, migrated to what a new installation is, with every row and right. */
import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import { onServers } from '../support/on-servers.ts';
import { type Engine, type TestDatabase, uniqueName, withDatabase } from '../support/servers.ts';
import {
  type At,
  BROKEN_EVENTS,
  HANDMADE,
  type Installation,
  lostRows,
  newInstallation,
  OLDER,
  type Rows,
  rowsOf,
  TRACKED,
  trackingOf,
  withInstallation,
  ZONE,
} from './installations-files.ts';
import { catalogOf } from './taskflow-schema-files.ts';

const IN_ZONE = { TASKFLOW_LEGACY_TIME_ZONE: ZONE };

async function ofNew<T>(engine: Engine, look: (database: TestDatabase) => Promise<T>): Promise<T> {
  return withDatabase(engine, look, { template: await newInstallation(engine) });
}

/** All that a second run must leave as it is. */
async function everything({ database }: At): Promise<unknown> {
  const records = 'SELECT to_jsonb(m) FROM schema_migrations AS m ORDER BY applied_order';
  const tables = [records, 'TABLE schema_migration_settings', 'TABLE schema_migration_events'];
  const tracking = await Promise.all(tables.map((query) => database.sql(query)));
  return [await catalogOf(database), await trackingOf(database), await rowsOf(database, ZONE), tracking];
}

/** 104 was rolled back in the tracked installation: migrate applies it again, and it renames an exercise. */
function withoutExercises({ exercises: _, ...others }: Rows): Rows {
  return others;
}

for (const engine of onServers(import.meta.url, 14, 18)) {
  describe(`on PostgreSQL ${engine}`, () => {
    for (const one of [HANDMADE, OLDER, TRACKED]) {
      test(`an installation ${one.name} becomes as a new one, keeps every row, and stays so`, () =>
        withInstallation(engine, one, IN_ZONE, async (at) => {
          const before = await rowsOf(at.database, ZONE);
          await at.good('init');
          await at.good('migrate');
          assert.deepEqual(await catalogOf(at.database), await ofNew(engine, catalogOf));
          const [rows, now] = [before, await rowsOf(at.database, ZONE)];
          const lost = one === TRACKED ? lostRows(withoutExercises(rows), now) : lostRows(rows, now);
          assert.deepEqual(lost, []);
          assert.deepEqual(await at.database.sql(BROKEN_EVENTS()), []);

          await at.good('status', '--check');
          if (one !== TRACKED) {
            const drift = await at.good('diff', '--scratch', at.database.server.url('postgres'));
            assert.match(drift.output, /^Equal[\s\S]*serial on one side, an identity on the other, equal in effect/m);
          }
          const after = await everything(at);
          await at.good('init');
          assert.match((await at.good('migrate')).stdout, /nothing to apply/);
          assert.deepEqual(await everything(at), after);
        }));
    }

    test('the tracking tables that the tool has made are no part of what was there: 001 is applied as on a new database', () =>
      withInstallation(engine, HANDMADE, IN_ZONE, async (at) => {
        const first = "SELECT type FROM schema_migrations WHERE version = '001_create_migration_tracking'";
        await at.good('init');
        assert.deepEqual(await at.database.sql(first), []);
        await at.good('migrate');
        assert.deepEqual(await at.database.sql(first), [['migration']]);
      }));

    for (const one of [HANDMADE, OLDER]) {
      test(`an installation ${one.name} has the tracking tables of a new one`, () =>
        withInstallation(engine, one, IN_ZONE, async (at) => {
          await at.good('init');
          assert.deepEqual(await trackingOf(at.database), await ofNew(engine, trackingOf));
        }));
    }

    test('older tracking tables are completed: columns, comments, events and settings as in a new one', () =>
      withInstallation(engine, TRACKED, IN_ZONE, async (at) => {
        await at.good('init');
        const comparable = (lines: readonly string[]) =>
          lines
            .filter((line) => !/record_migration|migration_status|schema_migrations_(pkey|version_key)/.test(line))
            .map((line) => line.replace(/^(column schema_migrations\.\w+) .* -- /, '$1 -- '));
        const found = comparable(await trackingOf(at.database));
        const wanted = comparable(await ofNew(engine, (database) => trackingOf(database)));
        assert.deepEqual(
          found.filter((line) => !wanted.includes(line)),
          ['column schema_migrations.id -- '],
        );
        assert.deepEqual(
          wanted.filter((line) => !found.includes(line)),
          [],
        );
      }));
  });
}

describe('the rows that every installation starts with', () => {
  test('are dated with the hour that it is, where older tables keep times without a zone', () =>
    withInstallation(18, HANDMADE, IN_ZONE, async (at) => {
      await at.good('init');
      await at.good('migrate');
      const [[fresh] = []] = await at.database.sql(
        "SELECT abs(extract(epoch FROM now() - created_at)) < 600 FROM users WHERE email = 'analyst@system.local'",
      );
      assert.equal(fresh, 't');
    }));
});

describe('the view of judged fields', () => {
  test('keeps the rights that people gave on it and on its columns', () =>
    withInstallation(18, HANDMADE, IN_ZONE, async (at) => {
      const [reader, clerk] = [uniqueName('reader'), uniqueName('clerk')];
      await at.database.sql(`CREATE ROLE ${reader}; CREATE ROLE ${clerk}; REVOKE ALL ON ground_truth_with_context FROM PUBLIC;
        GRANT SELECT ON ground_truth_with_context TO ${reader} WITH GRANT OPTION;
        GRANT SELECT (block_name, notes) ON ground_truth_with_context TO ${clerk}`);
      const rights = `SELECT relacl::text, array_agg(format('%s %s', attname, attacl) ORDER BY attname) FILTER (WHERE attacl IS NOT NULL)
        FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid WHERE relname = 'ground_truth_with_context' GROUP BY relacl::text`;
      const before = await at.database.sql(rights);
      try {
        await at.good('init');
        await at.good('migrate');
        assert.deepEqual(await at.database.sql(rights), before);
      } finally {
        await at.database.sql(`DROP OWNED BY ${reader}, ${clerk}; DROP ROLE ${reader}, ${clerk}`);
      }
    }));
});

describe('an older tracking table', () => {
  const RECORDS = (naive: boolean) => `
    SELECT version, description, checksum, to_char(${naive ? `(applied_at AT TIME ZONE '${ZONE}')` : 'applied_at'} AT TIME ZONE 'UTC',
      'YYYY-MM-DD HH24:MI:SS.US'), applied_by, execution_time_ms, success, error_message, rollback_sql, type, id
    FROM schema_migrations WHERE id <= 9 ORDER BY id`;
  const KEPT = `SELECT has_table_privilege('taskflow_reader', 'schema_migrations', 'SELECT'),
    has_table_privilege('taskflow_reader', 'migration_status', 'SELECT'),
    has_table_privilege('taskflow_reader', 'deployment_log', 'SELECT'),
    has_table_privilege('taskflow_reader', 'failed_deployments', 'SELECT'),
    has_table_privilege('taskflow_reader', 'schema_migrations', 'INSERT'),
    has_column_privilege('taskflow_reader', 'schema_migrations', 'success', 'SELECT')`;

  test('keeps its rows, its instants, the views and rights upon it', () =>
    withInstallation(18, TRACKED, IN_ZONE, async (at) => {
      const views =
        "SELECT viewname, regexp_replace(definition, '::[a-z ]+', '', 'g') FROM pg_views WHERE schemaname = 'public' ORDER BY 1";
      const before = [await at.database.sql(RECORDS(true)), await at.database.sql(KEPT), await at.database.sql(views)];
      await at.good('init');
      const after = [await at.database.sql(RECORDS(false)), await at.database.sql(KEPT), await at.database.sql(views)];
      assert.deepEqual(after, before);
      const [[type] = []] = await at.database.sql('SELECT pg_typeof(applied_at) FROM schema_migrations LIMIT 1');
      assert.equal(type, 'timestamp with time zone');
      const log = "SELECT day FROM deployment_log WHERE version = '101_add_request_due_date'";
      assert.deepEqual(await at.database.sql(log), [['2025-03-10']]);
      await at.database.sql("SELECT record_migration('105_by_hand', 'By hand')");
      assert.deepEqual(await at.database.sql("SELECT status FROM migration_status WHERE version = '105_by_hand'"), [
        ['SUCCESS'],
      ]);
    }));

  test('keeps the rights on columns of the views upon it, and on views upon views', () =>
    withInstallation(18, TRACKED, IN_ZONE, async (at) => {
      const clerk = uniqueName('clerk');
      await at.database.sql(`CREATE ROLE ${clerk}; GRANT SELECT (version, day) ON deployment_log TO ${clerk};
        GRANT SELECT (applied_at) ON failed_deployments TO ${clerk} WITH GRANT OPTION; GRANT UPDATE (status) ON migration_status TO PUBLIC`);
      const rights = `SELECT relname, relacl::text, array_agg(format('%s %s', attname, attacl) ORDER BY attname) FILTER (WHERE attacl IS NOT NULL)
        FROM pg_class AS c JOIN pg_attribute ON attrelid = c.oid WHERE relkind = 'v' AND relnamespace = 'public'::regnamespace
        GROUP BY relname, relacl::text ORDER BY relname`;
      const before = await at.database.sql(rights);
      try {
        await at.good('init');
        assert.deepEqual(await at.database.sql(rights), before);
      } finally {
        await at.database.sql(`DROP OWNED BY ${clerk}; DROP ROLE ${clerk}`);
      }
    }));

  test('keeps its times as they are while no zone is configured', () =>
    withInstallation(18, TRACKED, {}, async (at) => {
      const before = await at.database.sql(RECORDS(true));
      await at.good('init');
      assert.deepEqual(await at.database.sql(RECORDS(true)), before);
      const [[type] = []] = await at.database.sql('SELECT pg_typeof(applied_at) FROM schema_migrations LIMIT 1');
      assert.equal(type, 'timestamp without time zone');
    }));

  test('shows each version in its condition', () =>
    withInstallation(18, TRACKED, IN_ZONE, async (at) => {
      await at.good('init');
      const finished = await at.tool('status', '--json');
      const { migrations } = finished.json<{ migrations: { version: string; state: string; appliedAt: string }[] }>();
      const state = Object.fromEntries(migrations.map((row) => [row.version, row.state]));
      assert.deepEqual(
        ['000_initial_schema', '001_create_migration_tracking', '006_add_user_preferences', '006_create_users'].map(
          (version) => state[version],
        ),
        ['missing', 'applied', 'applied', 'baseline'],
      );
      assert.deepEqual(
        [
          '102_add_exercise_flags',
          '103_add_webhook_secret',
          '104_rename_default_exercise',
          '003_create_enum_types',
        ].map((version) => state[version]),
        ['applied', 'failed', 'rolled_back', 'pending'],
      );
      const spring = migrations.find((row) => row.version === '101_add_request_due_date');
      assert.equal(spring?.appliedAt, '2025-03-10T01:30:00Z');
    }));
});

describe('times without a zone', () => {
  const naive = `SELECT count(*) FROM information_schema.columns
    WHERE table_schema = 'public' AND data_type = 'timestamp without time zone'`;

  test('are converted by the zone in the configuration file', () =>
    withInstallation(18, OLDER, {}, async (at) => {
      at.write({ 'taskflow-db.config.json': `{ "legacyTimeZone": "${ZONE}" }` });
      const before = await rowsOf(at.database, ZONE);
      await at.good('init');
      await at.good('migrate');
      assert.deepEqual(await at.database.sql(naive), [['0']]);
      assert.deepEqual(lostRows(before, await rowsOf(at.database, 'UTC')), []);
    }));

  test('stay as they are without one, and a warning names them and the way', () =>
    withInstallation(18, HANDMADE, {}, async (at) => {
      const [before, count] = [await rowsOf(at.database, ZONE), await at.database.sql(naive)];
      await at.good('init');
      const migrated = await at.good('migrate');
      assert.match(migrated.said, /WARNING: times without time zone are left as they are: users\.created_at, /);
      assert.match(migrated.said, /legacyTimeZone/);
      assert.deepEqual(await at.database.sql(naive), count);
      assert.deepEqual(lostRows(before, await rowsOf(at.database, ZONE)), []);

      const env = { env: IN_ZONE };
      const dirs = HANDMADE.folders.flatMap((folder) => ['--dir', folder]);
      for (const args of [['rollback', '--version', '028', '--yes'], ['migrate']]) {
        const finished = await at.run([...args, ...dirs], env);
        assert.equal(finished.exit, 0, finished.output);
      }
      assert.deepEqual(await at.database.sql(naive), [['0']]);
      assert.deepEqual(lostRows(before, await rowsOf(at.database, ZONE)), []);
      assert.deepEqual(await catalogOf(at.database), await ofNew(18, catalogOf));
    }));
});

describe('what was there before the tool', () => {
  const WAYS: readonly (readonly string[])[] = [
    ['--steps', '100'],
    ['--to', '006_create_users'],
    ['--version', '010_create_ai_outputs'],
    ['--version', '023_create_ground_truth_view'],
  ];

  async function refusesAll(at: At, of: Installation): Promise<void> {
    const before = [await catalogOf(at.database), await rowsOf(at.database, ZONE)];
    for (const way of WAYS) {
      const finished = await at.tool('rollback', ...way, '--yes');
      const said = `${of.name}, rollback ${way.join(' ')}`;
      assert.match(finished.output, /^(error\[(rollback-refused|irreversible)\]|Nothing to roll back)/m, said);
      assert.deepEqual([await catalogOf(at.database), await rowsOf(at.database, ZONE)], before);
    }
  }

  for (const of of [HANDMADE, OLDER, TRACKED]) {
    test(`${of.name}: no rollback takes it away, neither before nor after the first migrate`, () =>
      withInstallation(18, of, IN_ZONE, async (at) => {
        await at.good('init');
        await at.tool('rollback', '--yes');
        await refusesAll(at, of);
        await at.good('migrate');
        await refusesAll(at, of);
      }));
  }

  test('stays, with its rows, when all that was applied since is undone', () =>
    withInstallation(18, HANDMADE, IN_ZONE, async (at) => {
      const before = await rowsOf(at.database, ZONE);
      await at.good('init');
      await at.good('migrate');
      const after = await catalogOf(at.database);
      await at.good('rollback', '--to', '004', '--yes');
      assert.deepEqual(lostRows(before, await rowsOf(at.database, ZONE)), []);
      await at.good('migrate');
      assert.deepEqual(await catalogOf(at.database), after);
      assert.deepEqual(lostRows(before, await rowsOf(at.database, ZONE)), []);
    }));
});
