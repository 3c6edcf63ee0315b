/** What is on record: rows, checksums, bodies, the audit trail; and what people have written against the older tables. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { LAYOUT_1 } from '../../src/ledger/layout/version1.ts';
import { parseMigration } from '../../src/migration/parse.ts';
import { type DatabaseWorkplace, withCli } from '../support/cli.ts';
import { onServers } from '../support/on-servers.ts';
import { REPOSITORY } from '../support/run-folder.ts';
import { trackingCatalogOf } from './engine-catalog.ts';

const FILE = `-- Make a
-- Author: Ada
CREATE TABLE a (n int); -- für alle 🎉

-- ROLLBACK:
-- DROP TABLE a;
`;

for (const major of onServers(import.meta.url, 14, 18)) {
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

const OLDER = `CREATE TABLE schema_migrations (version varchar(255) UNIQUE, description text, checksum varchar(64), applied_at timestamp DEFAULT now(),
    applied_by varchar(100), execution_time_ms int, success boolean DEFAULT true, error_message text, rollback_sql text, type varchar(20));
    INSERT INTO schema_migrations VALUES ('001_a', 'Make a', 'error', '2024-07-01 12:00:00', 'ada', 5, true, NULL, NULL, 'migration');
    INSERT INTO schema_migrations VALUES ('000_z', 'Gone', 'error', '2024-01-01 12:00:00', 'ada', 5, true, NULL, NULL, 'migration');
    CREATE VIEW migration_status AS SELECT version, description, applied_at, applied_by, success AS status FROM schema_migrations;
    CREATE TABLE a (n int)`;
const NEXT = { 'm/002_b.sql': 'CREATE TABLE b (n int);\n-- ROLLBACK:\n-- DROP TABLE b;\n' };
const IN_BERLIN = { env: { TASKFLOW_LEGACY_TIME_ZONE: 'Europe/Berlin' } };
const TIMES = `SELECT version, to_char(applied_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS'), pg_typeof(applied_at)::text
  FROM schema_migrations WHERE version < '002' ORDER BY version`;
const IN_UTC = [
  ['000_z', '2024-01-01 11:00:00', 'timestamp with time zone'],
  ['001_a', '2024-07-01 10:00:00', 'timestamp with time zone'],
];
const NAIVE_LEFT = /holds times without a time zone, which are left as they are; configure legacyTimeZone/;

async function good(at: DatabaseWorkplace, line: string, options?: { env: Record<string, string> }): Promise<string> {
  const finished = await at.run(line.split(' '), options);
  assert.equal(finished.exit, 0, finished.output);
  return finished.said;
}

test('an older tracking table keeps its naive times, and one warning says what would convert them', () =>
  withCli(18, { 'm/001_a.sql': FILE, ...NEXT }, async (at) => {
    await at.database.sql(OLDER);
    assert.match(await good(at, 'init'), NAIVE_LEFT);
    const times = 'SELECT version, applied_at, pg_typeof(applied_at) FROM schema_migrations ORDER BY version';
    assert.deepEqual(await at.database.sql(times), [
      ['000_z', '2024-01-01 12:00:00', 'timestamp without time zone'],
      ['001_a', '2024-07-01 12:00:00', 'timestamp without time zone'],
    ]);
    for (const command of ['init', 'migrate', 'migrate', 'status']) {
      assert.doesNotMatch(await good(at, command), NAIVE_LEFT, command);
    }
  }));

test('the first run of the tool on tables that psql completed warns of naive times, too', () =>
  withCli(18, { 'm/001_a.sql': FILE }, async (at) => {
    await at.database.sql(OLDER);
    await at.database.sql(LAYOUT_1);
    assert.match(await good(at, 'init'), NAIVE_LEFT);
    assert.doesNotMatch(await good(at, 'init'), NAIVE_LEFT);
  }));

for (const first of ['init', 'migrate', 'psql']) {
  test(`naive times are converted when the zone is configured later, after ${first} without it`, () =>
    withCli(18, { 'm/001_a.sql': FILE, ...NEXT }, async (at) => {
      await at.database.sql(OLDER);
      if (first === 'psql') await at.database.sql(LAYOUT_1);
      else await good(at, first);
      assert.match(await good(at, 'init', IN_BERLIN), /has a time zone now; its times were read as Europe\/Berlin/);
      assert.deepEqual(await at.database.sql(TIMES), IN_UTC);
      assert.deepEqual(await at.database.sql("SELECT version, status FROM migration_status WHERE version = '001_a'"), [
        ['001_a', 't'],
      ]);
      assert.doesNotMatch(await good(at, 'init', IN_BERLIN), /time zone/);
      assert.deepEqual(await badLinks(at), []);
    }));
}

test('what the tool has written between naive times is read as UTC, what repair accepted as the older time that it is', () =>
  withCli(18, { 'm/001_a.sql': FILE, ...NEXT }, async (at) => {
    await at.database.sql(OLDER);
    await good(at, 'migrate');
    await at.database.sql("UPDATE schema_migrations SET checksum = repeat('0', 64) WHERE version = '001_a'");
    await good(at, 'repair --accept 1 --reason same --yes');
    await good(at, 'init', IN_BERLIN);
    assert.deepEqual(await at.database.sql(TIMES), IN_UTC);
    const [[fresh] = []] = await at.database.sql(
      "SELECT abs(extract(epoch FROM now() - applied_at)) < 600 FROM schema_migrations WHERE version = '002_b'",
    );
    assert.equal(fresh, 't');
    const column =
      "SELECT pg_get_expr(adbin, adrelid) FROM pg_attrdef JOIN pg_attribute ON attrelid = adrelid AND attnum = adnum WHERE attname = 'applied_at' AND adrelid = 'schema_migrations'::regclass";
    assert.deepEqual(await at.database.sql(column), [['now()']]);
  }));

test('migrate converts naive times under the lock, whether or not something is pending', async () => {
  for (const before of ['init', 'migrate']) {
    await withCli(18, { 'm/001_a.sql': FILE, ...NEXT }, async (at) => {
      await at.database.sql(OLDER);
      await good(at, before);
      await good(at, 'migrate', IN_BERLIN);
      assert.deepEqual(await at.database.sql(TIMES), IN_UTC, `after ${before}`);
    });
  }
});

test('an older table without the column success holds what was applied', () =>
  withCli(18, { 'm/001_a.sql': FILE }, async (at) => {
    await at.database.sql(
      "CREATE TABLE schema_migrations (version text, applied_at timestamptz); INSERT INTO schema_migrations VALUES ('001_a', now())",
    );
    const state = async () =>
      (await at.run(['status', '--json'])).json<{ migrations: { state: string }[] }>().migrations[0]?.state;
    assert.equal(await state(), 'applied');
    await good(at, 'init');
    assert.equal(await state(), 'applied');
  }));

const OBSTACLES: readonly [what: string, sql: string, says: RegExp][] = [
  [
    'a row without version',
    'INSERT INTO schema_migrations VALUES (NULL, now())',
    /next: +Give these rows a version, or delete them: SELECT \* FROM public\.schema_migrations WHERE version IS NULL;/,
  ],
  [
    'a version twice',
    "INSERT INTO schema_migrations VALUES ('1_x', now()), ('1_x', now())",
    /duplicated.*next: +Keep one row of each version: SELECT .* HAVING count\(\*\) > 1\);/,
  ],
  [
    'a materialized view upon it',
    "INSERT INTO schema_migrations VALUES ('1_x', now()); CREATE MATERIALIZED VIEW copied AS TABLE schema_migrations",
    /copied stands on schema_migrations.*hint: +Drop it, run init again, and create it anew/,
  ],
  [
    'a zone that is none',
    "INSERT INTO schema_migrations VALUES ('1_x', now())",
    /"Nowhere\/City" not recognized.*next: +Correct legacyTimeZone in the configuration/,
  ],
];

for (const [what, sql, says] of OBSTACLES) {
  test(`an older tracking table that cannot be completed for ${what} is left as it is, with the way out`, () =>
    withCli(
      18,
      { 'm/001_a.sql': FILE },
      async (at) => {
        await at.database.sql(`CREATE TABLE schema_migrations (version text, applied_at timestamp); ${sql}`);
        const refused = await at.run(['init']);
        assert.equal(refused.exit, 1, refused.output);
        assert.match(refused.said, says, refused.stderr);
        assert.match(refused.said, /now: +Nothing was changed\./);
        assert.doesNotMatch(refused.stderr, /ALTER TABLE|PL\/pgSQL/);
        const columns =
          "SELECT count(*) FROM pg_attribute WHERE attrelid = 'schema_migrations'::regclass AND attnum > 0";
        assert.deepEqual(await at.database.sql(columns), [['2']]);
      },
      { TASKFLOW_LEGACY_TIME_ZONE: what === 'a zone that is none' ? 'Nowhere/City' : 'Europe/Berlin' },
    ));
}

/** Rows whose hash is not what anyone can recompute from the row and the one before. */
async function badLinks(at: DatabaseWorkplace): Promise<readonly (readonly (string | null)[])[]> {
  return at.database.sql(`SELECT seq FROM (
  SELECT e.*, lag(hash, 1, repeat('0', 64)) OVER (ORDER BY seq) AS expected_previous FROM schema_migration_events AS e) AS e
WHERE previous_hash <> expected_previous OR hash <> schema_migration_event_hash(seq, at, event, version, run_id, actor, host,
  tool_version, git_commit, detail, previous_hash) ORDER BY seq`);
}

for (const major of onServers(import.meta.url, 14, 18)) {
  test(`PostgreSQL ${major}: every column of the tracking tables and of their view is explained`, () =>
    withCli(major, { 'm/001_a.sql': FILE }, async (at) => {
      await at.run(['init']);
      const silent = `SELECT c.relname || '.' || a.attname FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'v') AND col_description(c.oid, a.attnum) IS NULL`;
      assert.deepEqual(await at.database.sql(silent), []);
    }));
}
