/** Through PgBouncer in transaction mode: the same outcome as on a direct connection, and nothing left in the pool. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { type Files, withCli } from '../support/cli.ts';
import { systemBin } from '../support/engines.ts';
import { onServers } from '../support/on-servers.ts';
import { startPooler } from '../support/pgbouncer.ts';
import { server } from '../support/servers.ts';

const run = promisify(execFile);
const FILES: Files = {
  'm/001_log.sql':
    'CREATE TABLE log (what text);\nINSERT INTO log VALUES ($$001$$);\n-- VERIFY:\n-- SELECT count(*) = 1 FROM log;\n-- ROLLBACK:\n-- DROP TABLE log;\n',
  'm/002_settings.sql':
    "SET search_path = pg_catalog;\nSET statement_timeout = '7s';\nSELECT pg_advisory_lock(42);\nCREATE TEMP TABLE left_over (n int);\nPREPARE left_over AS SELECT 1;\nINSERT INTO public.log VALUES ('002');\n-- ROLLBACK:\n-- SELECT 1;\n",
  'm/003_index.sql':
    'CREATE INDEX CONCURRENTLY log_what ON log (what);\n-- ROLLBACK:\n-- DROP INDEX CONCURRENTLY log_what;\n',
  'm/004_last.sql': "INSERT INTO log VALUES ('004');\n-- ROLLBACK:\n-- DELETE FROM log WHERE what = '004';\n",
};

const APPLIED =
  "SELECT version, count(*) FROM schema_migration_events WHERE event = 'applied' GROUP BY version ORDER BY version";

/** What a session of the application meets in a server process of the pool. */
const MET = `SELECT current_setting('search_path') || current_setting('statement_timeout') || current_setting('lock_timeout')
  || current_setting('role') || current_setting('idle_in_transaction_session_timeout') || current_setting('check_function_bodies')
  || coalesce(nullif(current_setting('taskflow.run_id', true), ''), '-') || coalesce(to_regclass('pg_temp.left_over')::text, '-')
  || (SELECT count(*) FROM pg_prepared_statements) || (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))`;

/** Two at once, so that both server processes of the pool are asked. */
async function metThrough(url: string): Promise<string[]> {
  const ask = () =>
    run(join(systemBin(), 'psql'), [
      '-XAtq',
      '-d',
      url,
      '-c',
      'BEGIN',
      '-c',
      MET,
      '-c',
      'SELECT pg_sleep(0.2)',
      '-c',
      'COMMIT',
    ]);
  return (await Promise.all([ask(), ask()])).map(({ stdout }) => stdout.trim());
}

test('a statement outside a transaction that fails leaves no setting in the pool', async () => {
  const pooler = await startPooler(await server(18), { poolSize: 2 });
  const files = {
    'm/001_t.sql': 'CREATE TABLE t AS SELECT 1 AS n FROM generate_series(1, 2);\n-- IRREVERSIBLE: test\n',
    'm/002_vacuum.sql':
      "SET search_path = pg_catalog;\nSET statement_timeout = '7s';\nVACUUM nowhere;\n-- IRREVERSIBLE: test\n",
  };
  await withCli(18, files, async (at) => {
    const env = { DATABASE_URL: pooler.url(at.database.name) };
    const failed = await at.run(['migrate'], { env });
    assert.equal(failed.exit, 1, failed.output);
    assert.match(failed.said, /"nowhere" does not exist/);
    const [fresh] = await at.database.sql(MET);
    assert.deepEqual(await metThrough(env.DATABASE_URL), [fresh![0], fresh![0]]);
  });
  await pooler.kill();
});

for (const major of onServers(import.meta.url, 14, 18)) {
  for (const mode of ['transaction', 'session'] as const) {
    test(`PostgreSQL ${major}, pool_mode ${mode}: migrate, rollback, migrate; nothing stays in the pool`, async () => {
      const pooler = await startPooler(await server(major), { mode, poolSize: mode === 'session' ? 4 : 2 });
      await withCli(major, FILES, async (at) => {
        const env = { DATABASE_URL: pooler.url(at.database.name) };
        for (const command of [
          ['migrate'],
          ['rollback', '--steps', '4', '--yes'],
          ['migrate'],
          ['status', '--check'],
        ]) {
          const ran = await at.run(command, { env });
          assert.equal(ran.exit, 0, ran.output);
        }
        assert.deepEqual(await at.database.sql('SELECT what FROM log ORDER BY 1'), [['001'], ['002'], ['004']]);
        assert.deepEqual(
          await at.database.sql("SELECT indisvalid FROM pg_index WHERE indexrelid = 'log_what'::regclass"),
          [['t']],
        );
        assert.deepEqual(
          (await at.database.sql(APPLIED)).map(([, count]) => count),
          ['2', '2', '2', '2'],
        );
        const [fresh] = await at.database.sql(MET);
        assert.deepEqual(await metThrough(env.DATABASE_URL), [fresh![0], fresh![0]]);
      });
      await pooler.kill();
    });
  }
}

for (const [what, sql] of [
  ['a transaction', 'CREATE TABLE made (n int);\nSELECT pg_sleep(60);\n'],
  ['a statement outside one', '-- Transaction: none\nCALL slow();\n'],
] as const) {
  test(`a run that is killed in ${what} leaves its answers to no other client of the pool`, async () => {
    const pooler = await startPooler(await server(18), { poolSize: 2 });
    await withCli(18, { 'm/001_slow.sql': `${sql}-- ROLLBACK:\n-- SELECT 1;\n` }, async (at) => {
      await at.database.sql(
        'CREATE PROCEDURE slow() LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(60); COMMIT; END $$',
      );
      const env = { DATABASE_URL: pooler.url(at.database.name) };
      assert.equal((await at.run(['init'], { env })).exit, 0);
      const killed = at.start(['migrate'], { env });
      const asleep = "SELECT 1 FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = current_database()";
      while ((await at.database.sql(asleep)).length === 0) await sleep(50);
      killed.child.kill('SIGKILL');
      await killed.finished;
      const ask = (n: number) =>
        run(join(systemBin(), 'psql'), ['-XAtq', '-d', env.DATABASE_URL, '-c', `SELECT 'answer ${n}'`]);
      const answers = await Promise.all([1, 2, 3, 4].map(ask));
      assert.deepEqual(
        answers.map(({ stdout, stderr }) => stdout.trim() + stderr),
        ['answer 1', 'answer 2', 'answer 3', 'answer 4'],
      );
    });
    await pooler.kill();
  });
}

test('a file that runs step by step, and is the last, leaves nothing in the pool', async () => {
  const pooler = await startPooler(await server(18), { mode: 'transaction', poolSize: 1 });
  const verified = '-- VERIFY:\n-- SELECT count(*) = 1 FROM log;\n-- ROLLBACK:\n-- DROP INDEX CONCURRENTLY log_what;\n';
  const files = {
    'm/001_log.sql': FILES['m/001_log.sql']!,
    'm/003_index.sql': `SET statement_timeout = '7s';\nCREATE INDEX CONCURRENTLY log_what ON log (what);\n${verified}`,
  };
  await withCli(18, files, async (at) => {
    const env = { DATABASE_URL: pooler.url(at.database.name) };
    const ran = await at.run(['migrate'], { env });
    assert.equal(ran.exit, 0, ran.output);
    const [fresh] = await at.database.sql(MET);
    assert.deepEqual(await metThrough(env.DATABASE_URL), [fresh![0], fresh![0]]);
  });
  await pooler.kill();
});

test('the migration session keeps its name behind a pooler, by which a silent one is found', async () => {
  const pooler = await startPooler(await server(18), { mode: 'transaction', poolSize: 2 });
  const named = 'CREATE TABLE names AS SELECT $$none$$::text AS name';
  const note = "SELECT current_setting('application_name')";
  const files = {
    'm/001_names.sql': `${named};\nCREATE INDEX CONCURRENTLY ON names (name);\nINSERT INTO names ${note};\nVACUUM names;\nINSERT INTO names ${note};\n-- IRREVERSIBLE: test\n`,
    'm/002_more.sql': `INSERT INTO names ${note};\n-- IRREVERSIBLE: test\n`,
  };
  await withCli(18, files, async (at) => {
    const ran = await at.run(['migrate'], { env: { DATABASE_URL: pooler.url(at.database.name) } });
    assert.equal(ran.exit, 0, ran.output);
    const names = await at.database.sql('SELECT name, count(*) FROM names GROUP BY 1 ORDER BY 1');
    assert.deepEqual(names, [
      ['none', '1'],
      ['taskflow-db migration', '3'],
    ]);
  });
  await pooler.kill();
});
