/** Existing installations become what a new one is, and lose nothing on the way. */
import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import pg from 'pg';
import { onServers } from '../support/on-servers.ts';
import { server, type TestDatabase, templateDatabase, uniqueName, withDatabase } from '../support/servers.ts';
import { applyAll, bodySql, catalogOf, installation, migration, plainMigrations } from './taskflow-schema-files.ts';

const ZONE = "SET taskflow.legacy_time_zone = 'Europe/Berlin';\n";
const COLUMNS = migration('028_mend_older_columns');

/** The files of each installation, in the order in which they are loaded. */
const INSTALLATIONS = {
  'made by hand': ['handmade.sql'],
  'made by hand, older': ['handmade-old.sql'],
  tracked: ['handmade.sql', 'tracked.sql'],
};

/** What an adoption may have recorded as already there, so that it does not run. */
const ADOPTIONS = { 'nothing recorded': 'nothing', 'its tables recorded as there': 'tables' } as const;

async function load(database: TestDatabase, files: readonly string[]): Promise<void> {
  for (const file of files) await database.sql(installation(file));
}

async function exists(database: TestDatabase, name: string): Promise<boolean> {
  const [[found] = []] = await database.sql(`SELECT to_regclass('${name}') IS NOT NULL`);
  return found === 't';
}

/** The table or view that a migration is about, by its name. */
function mainObject(version: string): string {
  const name = version.replace(/^\d+_create_/, '');
  return name === 'ground_truth_view' ? 'ground_truth_with_context' : name;
}

async function migrateExisting(database: TestDatabase, adopted: 'nothing' | 'tables', before: string): Promise<void> {
  const recorded = new Set<string>();
  for (const { version } of plainMigrations) {
    if (adopted === 'tables' && (await exists(database, mainObject(version)))) recorded.add(version);
  }
  for (const one of plainMigrations) if (!recorded.has(one.version)) await database.sql(before + bodySql(one));
}

async function newInstallation(engine: number): Promise<readonly string[]> {
  const template = await templateDatabase(await server(engine), 'taskflow schema', (database) => applyAll(database));
  return withDatabase(engine, catalogOf, { template });
}

/** How many rows each table of TaskFlow has. */
async function rowCounts(database: TestDatabase): Promise<Record<string, number>> {
  const tables = await database.sql(
    "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'schema_migrations'",
  );
  const counts: Record<string, number> = {};
  for (const [table] of tables) {
    const [[count] = []] = await database.sql(`SELECT count(*) FROM ${table}`);
    counts[String(table)] = Number(count);
  }
  return counts;
}

/** Runs one SQL text on a connection that keeps the server's warnings. */
async function warningsOf(database: TestDatabase, sql: string): Promise<pg.DatabaseError[]> {
  const client = new pg.Client({ connectionString: database.url });
  const warnings: pg.DatabaseError[] = [];
  client.on('notice', (notice) => {
    if (notice.severity === 'WARNING') warnings.push(notice as pg.DatabaseError);
  });
  await client.connect();
  try {
    await client.query(sql);
    return warnings;
  } finally {
    await client.end();
  }
}

async function failureOf(database: TestDatabase, sql: string): Promise<pg.DatabaseError> {
  try {
    await warningsOf(database, sql);
  } catch (error) {
    return error as pg.DatabaseError;
  }
  return assert.fail('the migration should have been refused');
}

for (const engine of onServers(import.meta.url, 14, 18)) {
  for (const [name, files] of Object.entries(INSTALLATIONS)) {
    for (const [adoption, adopted] of Object.entries(ADOPTIONS)) {
      test(`PostgreSQL ${engine}, ${name}, ${adoption}: becomes as a new installation, loses no row`, () =>
        withDatabase(engine, async (database) => {
          await load(database, files);
          const before = await rowCounts(database);
          await migrateExisting(database, adopted, ZONE);
          assert.deepEqual(await catalogOf(database), await newInstallation(engine));
          const after = await rowCounts(database);
          for (const [table, count] of Object.entries(before)) assert.equal((after[table] ?? 0) >= count, true, table);
          await migrateExisting(database, 'nothing', ZONE);
          assert.deepEqual(await catalogOf(database), await newInstallation(engine));
          assert.deepEqual(await rowCounts(database), after);
        }));
    }
  }
}

describe('an installation made by hand', () => {
  async function withHandmade(body: (database: TestDatabase) => Promise<void>, file = 'handmade.sql'): Promise<void> {
    const on = await server(18);
    const template = await templateDatabase(on, `taskflow ${file}`, (database) => load(database, [file]));
    await withDatabase(18, body, { template });
  }

  /** Everything before the columns are mended. */
  async function upToColumns(database: TestDatabase): Promise<void> {
    for (const one of plainMigrations) if (one.version < COLUMNS.version) await database.sql(bodySql(one));
  }

  test('has its times read in the zone that they were written in', () =>
    withHandmade(async (database) => {
      await migrateExisting(database, 'tables', ZONE);
      assert.deepEqual(
        await database.sql(
          "SELECT created_at AT TIME ZONE 'UTC', updated_at AT TIME ZONE 'UTC' FROM requests ORDER BY id",
        ),
        [
          ['2025-07-04 21:30:00', '2025-07-04 22:15:00'],
          ['2025-12-31 22:59:59.5', '2025-12-31 22:59:59.5'],
        ],
      );
    }));

  test('keeps its times as they are, with a warning, until the zone is configured', () =>
    withHandmade(async (database) => {
      await upToColumns(database);
      const [warning] = await warningsOf(database, bodySql(COLUMNS));
      assert.match(String(warning?.message), /^times without time zone .*users\.created_at.*requests\.updated_at/);
      assert.match(String(warning?.hint), /legacyTimeZone/);
      assert.deepEqual(await database.sql('SELECT created_at FROM requests WHERE id = 1'), [['2025-07-04 23:30:00']]);
      await migrateExisting(database, 'tables', '');
      assert.deepEqual(await warningsOf(database, ZONE + bodySql(COLUMNS)), []);
      assert.deepEqual(await catalogOf(database), await newInstallation(18));
    }));

  test('refuses a zone that does not exist, and changes nothing', () =>
    withHandmade(async (database) => {
      await upToColumns(database);
      const before = await catalogOf(database);
      const failure = await failureOf(database, `SET taskflow.legacy_time_zone = 'Middle/Earth';\n${bodySql(COLUMNS)}`);
      assert.match(failure.message, /time zone "Middle\/Earth" not recognized/);
      assert.deepEqual(await catalogOf(database), before);
    }));

  test('keeps the rights on the view that stands aside', () =>
    withHandmade(async (database) => {
      const reader = uniqueName('reader');
      await database.sql(`CREATE ROLE ${reader}; GRANT SELECT, INSERT ON ground_truth_with_context TO ${reader}`);
      await migrateExisting(database, 'tables', ZONE);
      const rights = await database.sql(
        `SELECT has_table_privilege('${reader}', 'ground_truth_with_context', 'SELECT'),
           has_table_privilege('${reader}', 'ground_truth_with_context', 'INSERT'),
           has_table_privilege('${reader}', 'ground_truth_with_context', 'DELETE')`,
      );
      assert.deepEqual(rights, [['t', 't', 'f']]);
      await database.sql(`DROP OWNED BY ${reader}; DROP ROLE ${reader}`);
    }));

  test('is refused by name where a view of other people reads a column whose type must change', () =>
    withHandmade(async (database) => {
      await database.sql('CREATE VIEW busy_days AS SELECT created_at::date AS day FROM requests');
      await upToColumns(database);
      const failure = await failureOf(database, ZONE + bodySql(COLUMNS));
      assert.equal(failure.message, 'view busy_days reads requests.created_at, whose type must change');
      assert.equal(await exists(database, 'busy_days'), true);
    }));

  test('is refused where rows have nothing in a column that must have something, with the query that finds them', () =>
    withHandmade(async (database) => {
      await database.sql('UPDATE workflows SET created_at = NULL WHERE id = 2');
      await upToColumns(database);
      const failure = await failureOf(database, ZONE + bodySql(COLUMNS));
      assert.match(failure.message, /^table workflows: 1 row\(s\) break the rule: created_at .* NOT NULL$/);
      const query = /SELECT .*;/.exec(String(failure.hint))?.[0] ?? '';
      assert.equal((await database.sql(query)).length, 1);
    }));

  const broken: readonly (readonly [what: string, version: string, damage: string, message: RegExp])[] = [
    [
      'rows refer to nothing',
      '029_mend_older_keys',
      'ALTER TABLE requests DROP CONSTRAINT fk_requests_exercise; UPDATE requests SET exercise_id = 77',
      /^table requests: 2 row\(s\) break the rule requests_exercise_id_fkey: FOREIGN KEY/,
    ],
    [
      'rows share a unique value',
      '029_mend_older_keys',
      "DROP INDEX ix_users_email; UPDATE users SET email = 'same@example.org' WHERE id > 1",
      /^table users: 2 row\(s\) break the rule users_email_key: UNIQUE \(email\)/,
    ],
    [
      'rows break a check',
      '029_mend_older_keys',
      'UPDATE workflow_block_inputs SET source_block_id = 2',
      /^table workflow_block_inputs: 1 row\(s\) break the rule workflow_block_inputs_source_check: CHECK/,
    ],
    [
      'two rows are the default',
      '024_create_indexes',
      'DROP INDEX idx_exercises_default; UPDATE exercises SET is_default = true',
      /^table exercises: 2 rows break the rule exercises_one_default_idx/,
    ],
  ];
  for (const [what, version, damage, message] of broken) {
    test(`is refused where ${what}, with the query that finds them`, () =>
      withHandmade(async (database) => {
        await database.sql(damage);
        const failures: pg.DatabaseError[] = [];
        for (const one of plainMigrations) {
          const recorded = await exists(database, mainObject(one.version));
          if (recorded || one.version > version) continue;
          if (one.version < version) await database.sql(ZONE + bodySql(one));
          else failures.push(await failureOf(database, bodySql(one)));
        }
        assert.match(String(failures[0]?.message), message);
        const query = /SELECT .*;/.exec(String(failures[0]?.hint))?.[0] ?? '';
        assert.notEqual((await database.sql(query)).length, 0);
      }));
  }

  test('keeps indexes, constraints and columns that people added', () =>
    withHandmade(async (database) => {
      await database.sql(`
        ALTER TABLE requests ADD COLUMN priority int CHECK (priority > 0);
        CREATE INDEX people_search ON requests USING gin (to_tsvector('simple', text));
        CREATE INDEX people_priority ON requests (priority, due_date);
        CREATE UNIQUE INDEX people_names ON workflows (lower(name))`);
      await migrateExisting(database, 'tables', ZONE);
      const kept = await database.sql("SELECT relname FROM pg_class WHERE relname LIKE 'people\\_%' ORDER BY relname");
      assert.deepEqual(kept.flat(), ['people_names', 'people_priority', 'people_search']);
      await assert.rejects(database.sql('UPDATE requests SET priority = 0'), { sqlstate: '23514' });
    }));

  test('widens integer keys with their sequences, and goes on numbering', () =>
    withHandmade(async (database) => {
      await migrateExisting(database, 'tables', ZONE);
      await database.sql("INSERT INTO users (name, email, role) VALUES ('Linus', 'linus@example.org', 'SUPERVISOR')");
      assert.deepEqual(await database.sql('SELECT count(DISTINCT id) = count(*) FROM users'), [['t']]);
      assert.deepEqual(await database.sql("SELECT DISTINCT data_type FROM pg_sequences WHERE schemaname = 'public'"), [
        ['bigint'],
      ]);
      assert.deepEqual(await database.sql('SELECT status, job_type FROM processing_jobs'), [['COMPLETED', 'STANDARD']]);
    }, 'handmade-old.sql'));

  test('leaves a type that cannot be changed without loss, with a warning', () =>
    withHandmade(async (database) => {
      await database.sql('ALTER TABLE requests ALTER COLUMN due_date TYPE timestamp');
      await upToColumns(database);
      const [warning] = await warningsOf(database, ZONE + bodySql(COLUMNS));
      assert.match(String(warning?.message), /requests\.due_date is timestamp without time zone, not date/);
    }));

  test('is refused where a text does not fit its new type', () =>
    withHandmade(async (database) => {
      await database.sql("UPDATE processing_jobs SET status = 'LOST'");
      await upToColumns(database);
      const failure = await failureOf(database, ZONE + bodySql(COLUMNS));
      assert.match(failure.message, /^table processing_jobs: 1 row\(s\) break the rule: status job_status/);
    }, 'handmade-old.sql'));
});
