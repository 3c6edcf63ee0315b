/** Nothing that another role planted along a search_path runs as the migrator, before or after the tool made its tables. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { type DatabaseWorkplace, type Files, withCli } from '../support/cli.ts';
import { onServers } from '../support/on-servers.ts';
import { REPOSITORY } from '../support/run-folder.ts';
import { uniqueName } from '../support/servers.ts';
import { planted, plantedTwins } from './audit-planted.ts';

const FILES: Files = {
  'm/001_a.sql': 'CREATE TABLE public.a (n int);\n-- VERIFY:\n-- SELECT true;\n-- ROLLBACK:\n-- DROP TABLE public.a;\n',
  'm/002_b.sql':
    'CREATE INDEX CONCURRENTLY a_n ON public.a (n);\n-- ROLLBACK:\n-- DROP INDEX CONCURRENTLY public.a_n;\n',
  'm/003_c.sql': 'CREATE TABLE public.c (n int);\n-- ROLLBACK:\n-- DROP TABLE public.c;\n',
  'm/004_bad.sql': 'SELECT 1 / 0;\n-- ROLLBACK:\n-- SELECT 1;\n',
};

const OLDER = `CREATE TABLE public.schema_migrations (version varchar(255), description text, checksum varchar(64), applied_at timestamp DEFAULT now(),
  applied_by varchar(100), execution_time_ms int, success boolean DEFAULT true, error_message text, rollback_sql text, type varchar(20));
  INSERT INTO public.schema_migrations VALUES ('000_z', 'Gone', 'error', '2024-01-01 12:00:00', 'ada', 5, true, NULL, NULL, 'migration')`;

/** Every command once; what fails fails for what the file says, and nothing planted is heard of. */
async function everything(at: DatabaseWorkplace, env: Record<string, string>, twins: boolean): Promise<void> {
  const commands: readonly [line: string, exit: number][] = [
    ['init', 0],
    ['migrate', 1],
    ['status', 0],
    ['repair --mark-applied 4 --reason because --yes', 0],
    ['repair --mark-not-applied 4 --reason because --yes', 0],
    ['rollback --steps 2 --yes', 0],
    ['migrate --single-transaction --to 1', 0],
    ['migrate', 1],
    ['history --verify', twins ? 3 : 0],
    ['history --version 1', 0],
    ['doctor', twins ? 1 : 0],
    ['baseline --to 3', twins ? 1 : 0], // it would build upon the tables, and finds what stands beside them
  ];
  for (const [line, exit] of commands) {
    const ran = await at.run(line.split(' '), { env });
    assert.doesNotMatch(ran.output, /PLANTED/, line);
    assert.equal(ran.exit, exit, `${line}\n${ran.output}`);
  }
}

interface Roles {
  readonly migrator: string;
  readonly attacker: string;
  readonly url: string;
}

/** A database of the migrator's, in whose schema public everybody may create, as before PostgreSQL 15 and after an upgrade. */
async function withAttacker(
  major: number,
  body: (at: DatabaseWorkplace, roles: Roles) => Promise<void>,
): Promise<void> {
  await withCli(major, FILES, async (at) => {
    const [migrator, attacker] = [uniqueName('migrator'), uniqueName('mallory')];
    const { name, server } = at.database;
    await at.database.sql(
      `CREATE ROLE ${migrator} LOGIN; CREATE ROLE ${attacker}; GRANT CREATE, USAGE ON SCHEMA public TO PUBLIC; GRANT CREATE ON DATABASE ${name} TO ${attacker}`,
    );
    await server.sql('postgres', `ALTER DATABASE ${name} OWNER TO ${migrator}`);
    try {
      await body(at, { migrator, attacker, url: server.url(name, migrator) });
    } finally {
      await server.sql('postgres', `ALTER DATABASE ${name} OWNER TO postgres`);
      await at.database.sql(`DROP OWNED BY ${attacker}, ${migrator} CASCADE; DROP ROLE ${attacker}, ${migrator}`);
    }
  });
}

for (const major of onServers(import.meta.url, 14, 18)) {
  for (const when of ['before', 'after', 'before an older table is upgraded']) {
    test(`PostgreSQL ${major}: operators and functions in public and in "$user", planted ${when}`, () =>
      withAttacker(major, async (at, { migrator, attacker, url }) => {
        const env = { DATABASE_URL: url, TASKFLOW_LEGACY_TIME_ZONE: 'Europe/Berlin' };
        if (when === 'after') assert.equal((await at.run(['init'], { env })).exit, 0);
        if (when.includes('older')) await at.database.sql(`SET ROLE ${migrator}; ${OLDER}`);
        const own = `CREATE SCHEMA ${migrator}; CREATE TABLE ${migrator}.schema_migrations (); CREATE TABLE ${migrator}.schema_migration_events ()`;
        await at.database.sql(`SET ROLE ${attacker}; ${own}; GRANT USAGE ON SCHEMA ${migrator} TO PUBLIC`);
        const schema = when === 'after' ? migrator : 'public';
        await at.database.sql(planted(schema, attacker));
        const twins = when === 'after';
        if (twins) await at.database.sql(`SET ROLE ${attacker}; ${plantedTwins('public')}`);
        await everything(at, env, twins);
      }));
  }
}

const TRIGGER = "RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'";
const SQUATTED: Readonly<Record<string, string>> = {
  schema_migrations:
    'CREATE TABLE schema_migrations (version varchar(255) PRIMARY KEY, checksum text, applied_at timestamptz)',
  schema_migration_events: 'CREATE TABLE schema_migration_events (seq bigint)',
  schema_migration_events_chain: `CREATE FUNCTION schema_migration_events_chain() ${TRIGGER}`,
  schema_migration_events_append_only: `CREATE FUNCTION schema_migration_events_append_only() ${TRIGGER}`,
  schema_migration_event_hash: plantedTwins('public').split(';\n')[0]!,
  record_migration: plantedTwins('public').split(';\n').at(-1)!,
  migration_status: 'CREATE VIEW migration_status AS SELECT 1 AS one',
};

for (const major of onServers(import.meta.url, 14, 18)) {
  test(`PostgreSQL ${major}: what a stranger has put in the place of the tool's own objects is not built upon`, () =>
    withAttacker(major, async (at, { attacker, url }) => {
      for (const [name, sql] of Object.entries(SQUATTED)) {
        await at.database.sql(`SET ROLE ${attacker}; ${sql}; GRANT SELECT ON ALL TABLES IN SCHEMA public TO PUBLIC`);
        for (const env of [{ DATABASE_URL: url }, {}]) {
          const refused = await at.run(['init'], { env });
          assert.equal(refused.exit, 1, `${name}\n${refused.output}`);
          assert.ok(
            refused.said.includes(`${name} in schema public belongs to ${attacker}, who is neither`),
            refused.stderr,
          );
          assert.match(refused.said, /now: Nothing was changed\. hint: Drop it|hint: +Drop it/);
        }
        await at.database.sql(`DROP OWNED BY ${attacker}; GRANT CREATE ON DATABASE ${at.database.name} TO ${attacker}`);
      }
      assert.equal((await at.run(['init'], { env: { DATABASE_URL: url } })).exit, 0);
    }));

  test(`PostgreSQL ${major}: 001 by psql runs nothing that was planted, in public or in a schema that it makes`, () =>
    withAttacker(major, async (at, { attacker, url }) => {
      await at.database.sql(planted('public', attacker));
      for (const schema of ['public', 'ops']) {
        const file = join(REPOSITORY, 'database', 'migrations', '001_create_migration_tracking.sql');
        const env = { ...process.env, PGOPTIONS: `-c taskflow.tracking_schema=${schema}` };
        execFileSync('psql', ['-X', '-q', '-v', 'ON_ERROR_STOP=1', '-f', file, url], { env, stdio: 'pipe' });
        const insert = `INSERT INTO ${schema}.schema_migration_events (event) VALUES ('started')`;
        const record = `SELECT ${schema}.record_migration('001_x'); SELECT * FROM ${schema}.migration_status`;
        execFileSync('psql', ['-X', '-q', '-v', 'ON_ERROR_STOP=1', '-c', insert, '-c', record, url], {
          env,
          stdio: 'pipe',
        });
      }
    }));

  test(`PostgreSQL ${major}: no function of the tool's is SECURITY DEFINER, and each has its own search_path or needs none`, () =>
    withCli(major, FILES, async (at) => {
      await at.run(['migrate']);
      const own = `SELECT proname, prosecdef, proconfig::text FROM pg_proc WHERE pronamespace = 'public'::regnamespace ORDER BY proname`;
      const path = '{"search_path=public, pg_temp"}';
      assert.deepEqual(await at.database.sql(own), [
        ['record_migration', 'f', path],
        ['schema_migration_event_hash', 'f', null],
        ['schema_migration_events_append_only', 'f', path],
        ['schema_migration_events_chain', 'f', path],
      ]);
    }));
}
