/** What is on record: rows, checksums, bodies, the audit trail; and what people have written against the older tables. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { LAYOUT_1 } from '../../src/ledger/layout/version1.ts';
import { parseMigration } from '../../src/migration/parse.ts';
import { type DatabaseWorkplace, withCli } from '../support/cli.ts';
import { REPOSITORY } from '../support/run-folder.ts';
import { trackingCatalogOf } from './engine-catalog.ts';

const FILE = `-- Make a
-- Author: Ada
CREATE TABLE a (n int); -- für alle 🎉

-- ROLLBACK:
-- DROP TABLE a;
`;

for (const major of [14, 18]) {
  test(`PostgreSQL ${major}: checksum as sha256sum says it, body, rollback, who, run and version are kept`, () =>
    withCli(major, { 'm/001_a.sql': FILE }, async (at) => {
      const { runId } = (await at.run(['migrate', '--json'])).json<{ runId: string }>();
      const sum = execFileSync('sha256sum', ['m/001_a.sql'], { cwd: at.folder }).toString().slice(0, 64);
      const [row] = await at.database.sql(
        'SELECT version, description, checksum, body_sql, rollback_sql, file_name, type, success, applied_by, run_id, tool_version IS NOT NULL, error_message FROM schema_migrations',
      );
      assert.deepEqual(row, [
        '001_a',
        'Make a',
        sum,
        FILE,
        'DROP TABLE a;',
        '001_a.sql',
        'migration',
        't',
        'postgres',
        runId,
        't',
        null,
      ]);
    }));

  test(`PostgreSQL ${major}: the audit trail is appended to, and nothing else`, () =>
    withCli(major, { 'm/001_a.sql': FILE }, async (at) => {
      await at.run(['migrate']);
      for (const attack of [
        "UPDATE schema_migration_events SET actor = 'nobody'",
        'DELETE FROM schema_migration_events',
        'TRUNCATE schema_migration_events',
        "SET session_replication_role = replica; UPDATE schema_migration_events SET actor = 'nobody'",
        'SET session_replication_role = replica; TRUNCATE schema_migration_events',
      ]) {
        await assert.rejects(at.database.sql(attack), /append-only/, attack);
      }
      assert.deepEqual(await badLinks(at), []);
      await at.run(['rollback', '--yes']);
      await at.database.sql(
        "INSERT INTO schema_migration_events (seq, at, event, actor, hash, previous_hash) VALUES (7, '2001-01-01', 'applied', 'mallory', 'x', 'y')",
      );
      assert.deepEqual(await badLinks(at), []);
      const [last] = await at.database.sql(
        'SELECT actor, at > now() - interval $$1 minute$$ FROM schema_migration_events ORDER BY seq DESC LIMIT 1',
      );
      assert.deepEqual(last, ['postgres', 't']);
    }));

  test(`PostgreSQL ${major}: a row that was changed behind the triggers' back breaks the chain there`, () =>
    withCli(major, { 'm/001_a.sql': FILE }, async (at) => {
      await at.run(['migrate']);
      await at.database.sql(
        'ALTER TABLE schema_migration_events DISABLE TRIGGER ALL; UPDATE schema_migration_events SET actor = $$mallory$$ WHERE seq = 2; ALTER TABLE schema_migration_events ENABLE TRIGGER ALL',
      );
      assert.deepEqual(await badLinks(at), [['2']]);
    }));

  test(`PostgreSQL ${major}: record_migration() and migration_status work as they did`, () =>
    withCli(
      major,
      { 'm/001_a.sql': FILE, 'm/002_b.sql': 'CREATE TABLE b (n int);\n-- ROLLBACK:\n-- DROP TABLE b;\n' },
      async (at) => {
        await at.run(['init']);
        await at.database.sql(FILE);
        await at.database.sql("SELECT record_migration('001_a', 'by hand', NULL, 12, true, NULL, 'DROP TABLE a;')");
        await at.database.sql("SELECT record_migration('002_b', 'by hand', 'error', 3, false, 'it broke', NULL)");
        const view = 'SELECT version, description, applied_by, status FROM migration_status ORDER BY version';
        assert.deepEqual(await at.database.sql(view), [
          ['001_a', 'by hand', 'postgres', 'applied'],
          ['002_b', 'by hand', 'postgres', 'failed'],
        ]);
        const { summary } = (await at.run(['status', '--json'])).json<{ summary: Record<string, number> }>();
        assert.deepEqual([summary.applied, summary.failed], [1, 1]);
        assert.equal((await at.run(['migrate'])).exit, 0);
        assert.deepEqual(await at.database.sql(view.replace('description, applied_by, ', '')), [
          ['001_a', 'applied'],
          ['002_b', 'applied'],
        ]);
        const undone = await at.run(['rollback', '--to', '1', '--yes']);
        assert.equal(undone.exit, 0, undone.output);
      },
    ));

  test(`PostgreSQL ${major}: 001 by psql and then the tool, and the tool alone, make the same tables`, async () => {
    const script = join(REPOSITORY, 'database', 'migrations', '001_create_migration_tracking.sql');
    for (const schema of ['public', 'ops']) {
      const env: Record<string, string> = schema === 'public' ? {} : { TASKFLOW_TRACKING_SCHEMA: schema };
      const catalog = async (at: DatabaseWorkplace) => {
        assert.equal((await at.run(['init'])).exit, 0);
        return trackingCatalogOf(at.database, schema);
      };
      const byTool = await withCli(major, { 'm/.keep': '' }, catalog, env);
      const byHand = await withCli(
        major,
        { 'm/.keep': '' },
        async (at) => {
          const options = { env: { ...process.env, PGOPTIONS: `-c taskflow.tracking_schema=${schema}` } };
          for (let i = 0; i < 2; i++) {
            execFileSync('psql', ['-X', '-q', '-v', 'ON_ERROR_STOP=1', '-f', script, at.database.url], options);
          }
          return catalog(at);
        },
        env,
      );
      assert.ok(byTool.length > 30);
      assert.deepEqual(byHand, byTool);
    }
  });
}

test('what the tool runs for layout 1 is the body of 001', () => {
  const file = join(REPOSITORY, 'database', 'migrations', '001_create_migration_tracking.sql');
  const migration = parseMigration({ file, stem: '001_create_migration_tracking', bytes: readFileSync(file) });
  const statements = parseMigration({ file: 'x', stem: '1_x', bytes: Buffer.from(LAYOUT_1) }).statements;
  assert.deepEqual(
    statements.map((one) => one.sql),
    migration.statements.map((one) => one.sql),
  );
});

test('storeSql: false keeps checksums and no body', () =>
  withCli(
    18,
    { 'm/001_a.sql': FILE },
    async (at) => {
      assert.equal((await at.run(['migrate'])).exit, 0);
      const row = 'SELECT body_sql IS NULL, checksum IS NOT NULL, body_checksum IS NOT NULL FROM schema_migrations';
      assert.deepEqual(await at.database.sql(row), [['t', 't', 't']]);
      at.write({ 'm/001_a.sql': FILE.replace('n int', 'n bigint') });
      assert.equal((await at.run(['migrate'])).exit, 1);
    },
    { TASKFLOW_STORE_SQL: 'false' },
  ));

test('CRLF and a byte order mark change nothing: not the checksum, not the state', () =>
  withCli(18, { 'm/001_a.sql': FILE }, async (at) => {
    await at.run(['migrate']);
    at.write({ 'm/001_a.sql': `\ufeff${FILE.replaceAll('\n', '\r\n')}` });
    const checked = await at.run(['status', '--check']);
    assert.equal(checked.exit, 0, checked.output);
    const { migrations } = (await at.run(['status', '--json'])).json<{ migrations: { notes: string[] }[] }>();
    assert.deepEqual(migrations[0]?.notes, []);
  }));

test('an older tracking table keeps its naive times, unless legacyTimeZone says what they mean', async () => {
  const older = `CREATE TABLE schema_migrations (version varchar(255) UNIQUE, description text, checksum varchar(64), applied_at timestamp DEFAULT now(),
    applied_by varchar(100), execution_time_ms int, success boolean DEFAULT true, error_message text, rollback_sql text, type varchar(20));
    INSERT INTO schema_migrations VALUES ('001_a', 'Make a', 'error', '2024-07-01 12:00:00', 'ada', 5, true, NULL, NULL, 'migration');
    CREATE VIEW migration_status AS SELECT version, description, applied_at, applied_by, success AS status FROM schema_migrations;
    CREATE TABLE a (n int)`;
  const time = "SELECT applied_at::text, pg_typeof(applied_at)::text FROM schema_migrations WHERE version = '001_a'";
  const files = { 'm/001_a.sql': FILE };
  await withCli(18, files, async (at) => {
    await at.database.sql(older);
    const init = await at.run(['init']);
    assert.equal(init.exit, 0, init.output);
    assert.deepEqual(await at.database.sql(time), [['2024-07-01 12:00:00', 'timestamp without time zone']]);
  });
  await withCli(
    18,
    files,
    async (at) => {
      await at.database.sql(older);
      const init = await at.run(['init']);
      assert.equal(init.exit, 0, init.output);
      const utc = time.replace('applied_at::text', "(applied_at AT TIME ZONE 'UTC')::text");
      assert.deepEqual(await at.database.sql(utc), [['2024-07-01 10:00:00', 'timestamp with time zone']]);
      assert.deepEqual(await at.database.sql('SELECT version, status FROM migration_status'), [['001_a', 't']]);
    },
    { TASKFLOW_LEGACY_TIME_ZONE: 'Europe/Berlin' },
  );
});

/** Rows whose hash is not what anyone can recompute from the row and the one before. */
async function badLinks(at: DatabaseWorkplace): Promise<readonly (readonly (string | null)[])[]> {
  return at.database.sql(`SELECT seq FROM (
  SELECT e.*, lag(hash, 1, repeat('0', 64)) OVER (ORDER BY seq) AS expected_previous FROM schema_migration_events AS e) AS e
WHERE previous_hash <> expected_previous OR hash <> schema_migration_event_hash(seq, at, event, version, run_id, actor, host,
  tool_version, git_commit, detail, previous_hash) ORDER BY seq`);
}

for (const major of [14, 18]) {
  test(`PostgreSQL ${major}: every column of the tracking tables and of their view is explained`, () =>
    withCli(major, { 'm/001_a.sql': FILE }, async (at) => {
      await at.run(['init']);
      const silent = `SELECT c.relname || '.' || a.attname FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'v') AND col_description(c.oid, a.attnum) IS NULL`;
      assert.deepEqual(await at.database.sql(silent), []);
    }));
}
