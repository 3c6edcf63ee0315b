/** Ordinary owners, missing privileges, read-only databases, and a server that goes away. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type DatabaseWorkplace, type Files, withCli } from '../support/cli.ts';
import { onServers } from '../support/on-servers.ts';
import { uniqueName } from '../support/servers.ts';
import { catalogOf } from './engine-catalog.ts';

const FILES: Files = {
  'm/001_a.sql': 'CREATE TABLE a (n int);\n-- ROLLBACK:\n-- DROP TABLE a;\n',
  'm/002_b.sql': 'CREATE INDEX CONCURRENTLY a_n ON a (n);\n-- ROLLBACK:\n-- DROP INDEX CONCURRENTLY a_n;\n',
};

/** A database with a role of its own: no superuser, no owner of anything yet. */
async function withRole(
  major: number,
  files: Files,
  body: (at: DatabaseWorkplace, role: string, url: string) => Promise<void>,
): Promise<void> {
  await withCli(major, files, async (at) => {
    const role = uniqueName('ordinary');
    await at.database.sql(`CREATE ROLE ${role} LOGIN`);
    try {
      await body(at, role, at.database.server.url(at.database.name, role));
    } finally {
      await at.database.sql(`REASSIGN OWNED BY ${role} TO postgres; DROP OWNED BY ${role}`);
      await at.database.sql(`ALTER DATABASE ${at.database.name} OWNER TO postgres`);
      await at.database.sql(`DROP ROLE ${role}`);
    }
  });
}

for (const major of onServers(import.meta.url, 14, 18)) {
  test(`PostgreSQL ${major}: the owner of the database needs no superuser for anything`, () =>
    withRole(major, FILES, async (at, role, url) => {
      await at.database.sql(`ALTER DATABASE ${at.database.name} OWNER TO ${role}`);
      await at.database.sql(`GRANT CREATE ON SCHEMA public TO ${role}`);
      const env = { DATABASE_URL: url };
      for (const args of [
        ['init'],
        ['migrate'],
        ['status', '--check'],
        ['rollback', '--steps', '2', '--yes'],
        ['migrate'],
        ['history'],
        ['doctor'],
      ]) {
        const ran = await at.run(args, { env });
        assert.equal(ran.exit, 0, `${args.join(' ')}\n${ran.output}`);
      }
      assert.deepEqual(await at.database.sql('SELECT DISTINCT applied_by FROM schema_migrations'), [[role]]);
      const attack = at.database.sql(`SET ROLE ${role}; UPDATE schema_migration_events SET actor = 'nobody'`);
      await assert.rejects(attack, /permission denied|append-only/);
    }));

  test(`PostgreSQL ${major}: a missing privilege is named with the GRANT that mends it`, () =>
    withRole(major, FILES, async (at, role, url) => {
      await at.database.sql('REVOKE CREATE ON SCHEMA public FROM PUBLIC');
      const env = { DATABASE_URL: url };
      const refused = await at.run(['migrate'], { env });
      assert.equal(refused.exit, 1, refused.output);
      assert.match(refused.stderr, new RegExp(`GRANT CREATE ON SCHEMA public TO ${role};`));
      await at.database.sql(`GRANT CREATE ON SCHEMA public TO ${role}`);
      assert.equal((await at.run(['migrate'], { env })).exit, 0);

      await at.database.sql('CREATE TABLE theirs (n int)');
      const before = await catalogOf(at.database);
      at.write({
        'm/003_theirs.sql':
          'CREATE TABLE c (n int);\nALTER TABLE theirs ADD COLUMN m int;\n-- ROLLBACK:\n-- DROP TABLE c;\n',
      });
      const failed = await at.run(['migrate'], { env });
      assert.equal(failed.exit, 1, failed.output);
      assert.match(failed.stderr, /error\[permission-denied\]/);
      assert.match(failed.stderr, /m\/003_theirs\.sql:2:1\b/);
      assert.match(failed.stderr, /must be owner of table theirs/);
      assert.deepEqual(await catalogOf(at.database), before);
      assert.deepEqual(await at.database.sql("SELECT success FROM schema_migrations WHERE version = '003_theirs'"), [
        ['f'],
      ]);
      at.write({ 'm/003_theirs.sql': 'INSERT INTO theirs VALUES (1);\n-- ROLLBACK:\n-- SELECT 1;\n' });
      const noInsert = await at.run(['migrate'], { env });
      assert.match(noInsert.stderr, /permission denied for table theirs/);
      assert.match(
        noInsert.said,
        new RegExp(`GRANT [A-Z, ]+ ON (TABLE )?(public\\.)?theirs TO ${role}`),
        noInsert.stderr,
      );
    }));

  test(`PostgreSQL ${major}: a role that may not read the tracking tables is told so`, () =>
    withRole(major, FILES, async (at, role, url) => {
      await at.run(['migrate']);
      const status = await at.run(['status'], { env: { DATABASE_URL: url } });
      assert.equal(status.exit, 1, status.output);
      assert.match(status.stderr, /permission denied for table schema_migration/);
      assert.match(status.said, new RegExp(`GRANT SELECT ON [^;]*schema_migrations[^;]* TO ${role}`), status.stderr);
    }));

  test(`PostgreSQL ${major}: a read-only database is refused before anything is tried`, () =>
    withCli(major, FILES, async (at) => {
      await at.database.sql(`ALTER DATABASE ${at.database.name} SET default_transaction_read_only = on`);
      for (const args of [['migrate'], ['init'], ['rollback', '--yes'], ['baseline', '--to', '1']]) {
        const refused = await at.run(args);
        assert.equal(refused.exit, 1, refused.output);
        assert.match(refused.stderr, /error\[server-read-only\]/, args.join(' '));
      }
      assert.equal((await at.run(['status'])).exit, 0);
    }));
}

test('a missing privilege is named for the role that works, and with the schema that is missing', () =>
  withRole(18, FILES, async (at, role, url) => {
    const worker = uniqueName('Worker');
    await at.database.sql(`CREATE ROLE "${worker}"; GRANT "${worker}" TO ${role}`);
    try {
      const env = { DATABASE_URL: url, TASKFLOW_ROLE: worker };
      const inPublic = await at.run(['init'], { env });
      assert.equal(inPublic.exit, 1, inPublic.output);
      assert.ok(inPublic.said.includes(`GRANT CREATE ON SCHEMA public TO "${worker}";`), inPublic.stderr);
      const inOps = await at.run(['init'], { env: { ...env, TASKFLOW_TRACKING_SCHEMA: 'ops' } });
      const grant = `GRANT CREATE ON DATABASE ${at.database.name} TO "${worker}";`;
      assert.ok(inOps.said.includes(grant), inOps.stderr);
      await at.database.sql(grant);
      const done = await at.run(['init'], { env: { ...env, TASKFLOW_TRACKING_SCHEMA: 'ops' } });
      assert.equal(done.exit, 0, done.output);
    } finally {
      await at.database.sql(`DROP SCHEMA IF EXISTS ops CASCADE; DROP OWNED BY "${worker}"; DROP ROLE "${worker}"`);
    }
  }));

test('an older tracking table of another owner is left as it is, and the owner is named', () =>
  withRole(18, FILES, async (at, role, url) => {
    const older = 'CREATE TABLE schema_migrations (version text, applied_at timestamptz)';
    await at.database.sql(
      `${older}; GRANT ALL ON schema_migrations TO ${role}; GRANT CREATE ON SCHEMA public TO ${role}`,
    );
    const refused = await at.run(['init'], { env: { DATABASE_URL: url } });
    assert.equal(refused.exit, 1, refused.output);
    assert.match(refused.said, /Run it as postgres, who owns public\.schema_migrations/);
    assert.deepEqual(
      await at.database.sql("SELECT relname FROM pg_class WHERE relname ~ '^schema_migration' ORDER BY 1"),
      [['schema_migrations']],
    );
  }));

test('the session of a migration is ended by the administrator: recorded as failed, the next run succeeds', () =>
  withCli(
    18,
    { 'm/001_sleep.sql': 'CREATE TABLE a (n int);\nSELECT pg_sleep(120);\n-- ROLLBACK:\n-- DROP TABLE a;\n' },
    async (at) => {
      const { finished } = at.start(['migrate']);
      await sleeping(at);
      await at.database.sql(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE '%pg_sleep%' AND pid <> pg_backend_pid()",
      );
      const failed = await finished;
      assert.equal(failed.exit, 1, failed.output);
      assert.match(failed.said, /terminating connection due to administrator command/);
      assert.match(failed.stderr, /now: +Rolled back/);
      assert.deepEqual(await at.database.sql('SELECT success FROM schema_migrations'), [['f']]);
      assert.deepEqual(await at.database.sql("SELECT to_regclass('a')"), [[null]]);
      at.write({ 'm/001_sleep.sql': 'CREATE TABLE a (n int);\n-- ROLLBACK:\n-- DROP TABLE a;\n' });
      assert.equal((await at.run(['migrate'])).exit, 0);
    },
  ));

test('every session of a run is ended: an error, not a claim; the next run succeeds', () =>
  withCli(
    18,
    { 'm/001_sleep.sql': 'CREATE TABLE a (n int);\nSELECT pg_sleep(120);\n-- ROLLBACK:\n-- DROP TABLE a;\n' },
    async (at) => {
      const { finished } = at.start(['migrate']);
      await sleeping(at);
      await at.database.sql(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'taskflow-db%' AND pid <> pg_backend_pid()",
      );
      const failed = await finished;
      assert.equal(failed.exit, 1, failed.output);
      assert.doesNotMatch(failed.stderr, /internal|bug| {4}at /);
      assert.deepEqual(await at.database.sql("SELECT to_regclass('a')"), [[null]]);
      at.write({ 'm/001_sleep.sql': 'CREATE TABLE a (n int);\n-- ROLLBACK:\n-- DROP TABLE a;\n' });
      assert.equal((await at.run(['migrate'])).exit, 0);
    },
  ));

async function sleeping(at: DatabaseWorkplace): Promise<void> {
  for (let i = 0; i < 2000; i++) {
    const rows = await at.database.sql(
      "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND query LIKE '%pg_sleep%' AND state = 'active' AND pid <> pg_backend_pid()",
    );
    if (rows.length > 0) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error('the migration did not begin to sleep');
}
