/** What is looked at on the live server before a run: each finding warned of with a next step, refused with --strict. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type DatabaseWorkplace, withCli, withWorkplace } from '../support/cli.ts';
import { onServers } from '../support/on-servers.ts';
import { type Engine, ownServer, systemBin, uniqueName } from '../support/servers.ts';
import { until } from './group-bed.ts';
import { ALTER, BUSY, session, whileHeld } from './locks-bed.ts';

const INDEX = 'CREATE INDEX CONCURRENTLY busy_n ON busy (n);\n-- ROLLBACK:\n-- DROP INDEX CONCURRENTLY busy_n;\n';

/** With the table there and the ALTER pending. */
function withBusy<T>(major: Engine, body: (at: DatabaseWorkplace) => Promise<T>): Promise<T> {
  return withCli(major, BUSY, async (at) => {
    assert.equal((await at.run(['migrate'])).exit, 0);
    at.write(ALTER);
    return body(at);
  });
}

const columns = (at: DatabaseWorkplace) =>
  at.database.sql("SELECT count(*) FROM pg_attribute WHERE attrelid = 'busy'::regclass AND attnum > 0");
const events = (at: DatabaseWorkplace) => at.database.sql('SELECT count(*) FROM schema_migration_events');

/** Refused with --strict, and nothing was run; the answer's text. */
async function refused(at: DatabaseWorkplace, command: readonly string[] = ['migrate']): Promise<string> {
  const before = [await columns(at), await events(at)];
  const run = await at.run([...command, '--strict']);
  assert.equal(run.exit, 1, run.output);
  assert.match(run.stderr, /error\[preflight\]: the live server gives \d+ warnings?/);
  assert.match(run.stderr, /now: +Nothing was run\./);
  assert.deepEqual([await columns(at), await events(at)], before);
  return run.said;
}

describe('preflight', { concurrency: 3 }, () => {
  for (const major of onServers(import.meta.url, 14, 18)) {
    test(`PostgreSQL ${major}: nothing to say where nothing is wrong, also for --strict`, () =>
      withBusy(major, async (at) => {
        const run = await at.run(['migrate', '--strict', '--verbose']);
        assert.equal(run.exit, 0, run.output);
        assert.doesNotMatch(run.stderr, /Warning/);
      }));

    test(`PostgreSQL ${major}: a dump, an idle transaction, an invalid index, a full disk: warned of, refused with --strict`, () =>
      withBusy(major, async (at) => {
        at.write({ 'm/003_index.sql': INDEX });
        await at.database.sql('CREATE INDEX busy_m ON busy (n)');
        await at.database.sql("UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'busy_m'::regclass");
        await at.database.sql("UPDATE pg_class SET relpages = 2147483647 WHERE relname = 'busy'");
        const dump = await session(at.database, 'pg_dump');
        await whileHeld(at.database, 'UPDATE busy SET n = 2 WHERE id = 2', async (holder) => {
          await sleep(5200);
          const said = await refused(at);
          assert.match(said, new RegExp(`a dump is running: pid ${dump.pid} \\(pg_dump\\)`));
          assert.match(
            said,
            new RegExp(
              `public\\.busy: locked by pid ${holder.pid} \\(cron of postgres@127.0.0.1\\), idle in transaction for`,
            ),
          );
          assert.match(said, new RegExp(`SELECT pg_terminate_backend\\(${holder.pid}\\)`));
          assert.match(said, /the index public\.busy_m of public\.busy is INVALID/);
          assert.match(said, /REINDEX INDEX CONCURRENTLY public\.busy_m;/);
          assert.match(
            said,
            /the server's disk has [\d.]+ [GMT]B free; a rewrite of the largest table concerned needs 16 TB/,
          );
        });
        await dump.end();
        const run = await at.run(['migrate', '--quiet']);
        assert.equal(run.exit, 0, run.output);
        assert.match(run.said, /Warning: the index public\.busy_m of public\.busy is INVALID.* Rebuild it, or drop it/);
      }));

    test(`PostgreSQL ${major}: a prepared transaction on the table, for migrate and for rollback`, () =>
      withBusy(major, async (at) => {
        assert.equal((await at.run(['migrate'])).exit, 0);
        const gid = uniqueName('order');
        await at.database.sql(`BEGIN; UPDATE busy SET n = 1 WHERE id = 1; PREPARE TRANSACTION '${gid}'`);
        const said = await refused(at, ['rollback', '--yes']);
        await at.database.sql(`ROLLBACK PREPARED '${gid}'`);
        assert.match(said, new RegExp(`public\\.busy: locked by prepared transaction "${gid}"`));
        const where = `in the database ${at.database.name}`;
        const ways = `COMMIT PREPARED '${gid}'; or ROLLBACK PREPARED '${gid}';`;
        assert.ok(said.includes(`End the prepared transaction, ${where}: ${ways}`), said);
        assert.equal((await at.run(['rollback', '--yes', '--strict'])).exit, 0);
      }));

    test(`PostgreSQL ${major}: an old snapshot matters to CONCURRENTLY alone; an invalid index of the name is told`, () =>
      withBusy(major, async (at) => {
        await at.database.sql('CREATE TABLE elsewhere (a int); CREATE INDEX busy_n ON busy (n)');
        await at.database.sql("UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'busy_n'::regclass");
        assert.match(await refused(at), /busy_n of public\.busy is INVALID/);
        await at.database.sql('ALTER TABLE busy ADD COLUMN m int');
        at.write({ 'm/002_alter.sql': INDEX });
        const old = await session(at.database, 'report');
        await old.run('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT * FROM elsewhere');
        await sleep(5200);
        const said = await refused(at);
        assert.match(
          said,
          new RegExp(`CONCURRENTLY waits for the end of pid ${old.pid} \\(report of postgres\\), idle in transaction`),
        );
        assert.match(said, /busy_n of public\.busy is INVALID/);
        await at.database.sql('DROP INDEX busy_n');
        await old.run('ROLLBACK');
        await old.end();
        assert.equal((await at.run(['migrate', '--strict'])).exit, 0);
      }));

    test(`PostgreSQL ${major}: what an ordinary role may not see is left out, without a word`, () =>
      withCli(major, BUSY, async (at) => {
        const role = uniqueName('migrator');
        await at.database.sql(`CREATE ROLE ${role} LOGIN; GRANT ALL ON SCHEMA public TO ${role}`);
        const env = { DATABASE_URL: at.database.server.url(at.database.name, role) };
        assert.equal((await at.run(['migrate'], { env })).exit, 0);
        at.write(ALTER);
        const other = await session(at.database, 'report');
        await other.run('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1');
        const run = await at.run(['migrate', '--strict'], { env });
        await other.end();
        await at.database.sql(`DROP OWNED BY ${role} CASCADE; DROP ROLE ${role}`);
        assert.equal(run.exit, 0, run.output);
        assert.doesNotMatch(run.stderr, /Warning|privilege|permission/);
      }));
  }

  test('the tables are found on the search path under which the files run', () =>
    withCli(18, { 'm/001_alter.sql': 'ALTER TABLE busy ADD COLUMN m int;\n-- IRREVERSIBLE: test\n' }, async (at) => {
      assert.equal((await at.run(['init'])).exit, 0);
      await at.database.sql('CREATE SCHEMA app; CREATE TABLE app.busy (n int)');
      const env = { TASKFLOW_SEARCH_PATH: 'app, public' };
      await at.database.sql('CREATE INDEX bad ON app.busy (n)');
      await at.database.sql("UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'app.bad'::regclass");
      const run = await at.run(['migrate', '--strict'], { env });
      assert.equal(run.exit, 1, run.output);
      assert.match(run.said, /the index app\.bad of app\.busy is INVALID/);
    }));

  test('a base backup that is running', async () => {
    const on = await ownServer('system');
    const folder = mkdtempSync(join(tmpdir(), 'tfbackup-'));
    const args = ['-h', on.host, '-p', String(on.port), '-U', 'postgres', '-D', join(folder, 'copy'), '-X', 'none'];
    const backup = spawn(
      join(systemBin(), 'pg_basebackup'),
      [...args, '--max-rate=32', '--checkpoint=fast', '--no-sync'],
      {
        stdio: 'ignore',
      },
    );
    const ended = new Promise((resolve) => backup.once('close', resolve));
    try {
      const running = 'SELECT FROM pg_stat_progress_basebackup';
      await until('begun', async () => (await on.sql('postgres', running)).rows.length > 0);
      await withWorkplace(BUSY, { DATABASE_URL: on.url('postgres') }, async (at) => {
        const run = await at.run(['migrate']);
        assert.equal(run.exit, 0, run.output);
        assert.match(run.said, /Warning: a base backup is running: pid \d+/);
      });
    } finally {
      backup.kill('SIGKILL');
      await ended;
      await on.stop();
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
