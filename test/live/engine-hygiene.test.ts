/** Nothing of one file reaches the next: settings, role, temporary tables, prepared statements, locks, channels. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Files, withCli } from '../support/cli.ts';
import { onServers } from '../support/on-servers.ts';
import { uniqueName } from '../support/servers.ts';

const BACK = '\n-- ROLLBACK:\n-- SELECT 1;\n';

const DIRTY = `CREATE SCHEMA other;
SET search_path = other, public;
SET TimeZone = 'Asia/Tokyo';
SET statement_timeout = '1ms';
SET statement_timeout = 0;
SET default_transaction_read_only = off;
SET client_min_messages = error;
SET standard_conforming_strings = off;
SET session_replication_role = replica;
SET lock_timeout = '77s';
CREATE TEMPORARY TABLE leftovers (n int);
CREATE TABLE other.mine (n int);
PREPARE held AS SELECT 1;
DECLARE cursor_held CURSOR WITH HOLD FOR SELECT 1;
SELECT pg_advisory_lock(4711);
SELECT set_config('my.own', 'here', false);
LISTEN somebody;
CREATE TABLE public.sequence_used (id serial);
INSERT INTO public.sequence_used DEFAULT VALUES;${BACK}`;

const CLEAN = `DO $$
BEGIN
  ASSERT current_user = session_user, 'role ' || current_user;
  ASSERT current_schema() = 'public', 'search_path ' || current_setting('search_path');
  ASSERT current_setting('TimeZone') = 'UTC', 'time zone ' || current_setting('TimeZone');
  ASSERT current_setting('client_min_messages') = 'notice', 'messages';
  ASSERT current_setting('standard_conforming_strings') = 'on', 'strings';
  ASSERT current_setting('session_replication_role') = 'origin', 'triggers';
  ASSERT current_setting('lock_timeout') <> '77s', 'lock_timeout';
  ASSERT to_regclass('leftovers') IS NULL, 'temporary table';
  ASSERT NOT EXISTS (SELECT FROM pg_prepared_statements WHERE name = 'held'), 'prepared statement';
  ASSERT NOT EXISTS (SELECT FROM pg_cursors WHERE name = 'cursor_held'), 'cursor';
  ASSERT NOT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND objid = 4711 AND pid = pg_backend_pid()), 'lock';
  ASSERT coalesce(current_setting('my.own', true), '') = '', 'own setting';
  PERFORM currval('sequence_used_id_seq');
EXCEPTION
  WHEN object_not_in_prerequisite_state THEN NULL;
END
$$;
CREATE TABLE mine (n int);${BACK}`;

/** For where no file before has used the sequence. */
const WITHOUT_SEQUENCE = CLEAN.replace("PERFORM currval('sequence_used_id_seq');", '');

/** LISTEN ends with a transaction: the file after the next is the first that can see that it has. */
const SILENT = `DO $$ BEGIN ASSERT NOT EXISTS (SELECT FROM pg_listening_channels()), 'channel'; END $$;${BACK}`;

for (const major of onServers(import.meta.url, 14, 18)) {
  test(`PostgreSQL ${major}: what a file sets is gone in the next`, () =>
    withCli(major, { 'm/001_dirty.sql': DIRTY, 'm/002_clean.sql': CLEAN, 'm/003_silent.sql': SILENT }, async (at) => {
      const applied = await at.run(['migrate']);
      assert.equal(applied.exit, 0, applied.output);
      assert.deepEqual(await at.database.sql("SELECT to_regclass('public.mine') IS NOT NULL"), [['t']]);
    }));
}

test('what a file says about transactions to come does not hold for the next file', () =>
  withCli(
    18,
    {
      'm/001_characteristics.sql': `SET default_transaction_isolation = serializable;${BACK}`,
      'm/002_level.sql': `DO $$ BEGIN ASSERT current_setting('transaction_isolation') = 'read committed', current_setting('transaction_isolation'); END $$;${BACK}`,
      'm/003_read_only.sql': `SET default_transaction_read_only = on;${BACK}`,
      'm/004_writes.sql': `CREATE TABLE written (n int);${BACK}`,
    },
    async (at) => {
      const applied = await at.run(['migrate']);
      assert.equal(applied.exit, 0, applied.output);
    },
  ));

test('a file that ends under another role is recorded all the same, and the next one has its own role again', async () => {
  const role = uniqueName('guest');
  const files: Files = { 'm/001_role.sql': `SET ROLE ${role};${BACK}`, 'm/002_clean.sql': WITHOUT_SEQUENCE };
  await withCli(18, files, async (at) => {
    await at.database.sql(`CREATE ROLE ${role}`);
    try {
      const applied = await at.run(['migrate']);
      assert.equal(applied.exit, 0, applied.output);
      assert.deepEqual(await at.database.sql('SELECT DISTINCT applied_by FROM schema_migrations'), [['postgres']]);
    } finally {
      await at.database.sql(`DROP ROLE ${role}`);
    }
  });
});

test('the same between steps of files outside a transaction, and the lock of the run is not theirs to give away', () =>
  withCli(
    18,
    {
      'm/001_steps.sql': `-- Transaction: none
SET search_path = pg_catalog;
SET TimeZone = 'Asia/Tokyo';
SELECT pg_advisory_lock(4711);
SELECT pg_advisory_unlock_all();
-- IRREVERSIBLE: a test`,
      'm/002_clean.sql': WITHOUT_SEQUENCE,
    },
    async (at) => {
      const applied = await at.run(['migrate']);
      assert.equal(applied.exit, 0, applied.output);
    },
  ));

test('settings of the configuration hold in every file: role, searchPath, statementTimeout; headers override the file', async () => {
  const role = uniqueName('owner');
  const files: Files = {
    'taskflow-db.config.json': JSON.stringify({ role, searchPath: 'app, public', statementTimeout: '7s' }),
    'm/001_own.sql': `DO $$ BEGIN
  ASSERT current_user = '${role}', current_user;
  ASSERT current_setting('search_path') = 'app, public', current_setting('search_path');
  ASSERT current_setting('statement_timeout') = '7s', current_setting('statement_timeout');
END $$;
CREATE TABLE mine (n int);${BACK}`,
    'm/002_header.sql': `-- Own limits
-- Statement-Timeout: 3s
-- Lock-Timeout: 1s
DO $$ BEGIN
  ASSERT current_setting('statement_timeout') = '3s', current_setting('statement_timeout');
END $$;
ALTER TABLE mine ADD COLUMN m int;
DO $$ BEGIN
  ASSERT current_setting('lock_timeout') = '1s', current_setting('lock_timeout');
END $$;${BACK}`,
    'm/003_again.sql': `DO $$ BEGIN ASSERT current_setting('statement_timeout') = '7s', 'left over'; END $$;${BACK}`,
  };
  await withCli(18, files, async (at) => {
    await at.database.sql(`CREATE ROLE ${role}`);
    await at.database.sql(`CREATE SCHEMA app AUTHORIZATION ${role}`);
    await at.database.sql(`GRANT CREATE ON SCHEMA public TO ${role}`);
    try {
      const applied = await at.run(['migrate']);
      assert.equal(applied.exit, 0, applied.output);
      const owned = "SELECT tableowner, schemaname FROM pg_tables WHERE tablename = 'mine'";
      assert.deepEqual(await at.database.sql(owned), [[role, 'app']]);
      assert.deepEqual(await at.database.sql('SELECT DISTINCT applied_by FROM schema_migrations'), [['postgres']]);
    } finally {
      await at.database.sql(`DROP OWNED BY ${role} CASCADE`);
      await at.database.sql(`DROP ROLE ${role}`);
    }
  });
});

test('no timeout of the role ends a migration in its middle', () => {
  const role = uniqueName('hasty');
  const slow = `CREATE TABLE slow (n int);\nSELECT pg_sleep(0.7);\nSELECT pg_sleep(0.7);${BACK}`;
  return withCli(18, { 'm/001_slow.sql': slow, 'm/002_small.sql': `SELECT pg_sleep(0.6);${BACK}` }, async (at) => {
    await at.database.sql(`CREATE ROLE ${role} LOGIN SUPERUSER`);
    for (const name of ['transaction_timeout', 'statement_timeout', 'idle_in_transaction_session_timeout'])
      await at.database.sql(`ALTER ROLE ${role} SET ${name} = '500ms'`);
    try {
      const env = { DATABASE_URL: at.database.server.url(at.database.name, role) };
      const applied = await at.run(['migrate'], { env });
      assert.equal(applied.exit, 0, applied.output);
    } finally {
      await at.database.sql(`DROP OWNED BY ${role} CASCADE`);
      await at.database.sql(`DROP ROLE ${role}`);
    }
  });
});

test('a statement that runs too long is ended, on record, and said to be so', () =>
  withCli(18, { 'm/001_slow.sql': `-- Statement-Timeout: 200ms\nSELECT pg_sleep(30);${BACK}` }, async (at) => {
    const failed = await at.run(['migrate']);
    assert.equal(failed.exit, 1, failed.output);
    assert.match(failed.stderr, /57014: canceling statement due to statement timeout/);
    assert.match(failed.stderr, /m\/001_slow\.sql:2:1\b/);
    assert.match(failed.stderr, /next: .*Statement-Timeout/s, failed.stderr);
    assert.deepEqual(await at.database.sql('SELECT success FROM schema_migrations'), [['f']]);
  }));
