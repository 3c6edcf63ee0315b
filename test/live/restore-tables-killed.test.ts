/**
 * A restore of single tables into a database that is in use is killed while the server still works for it: that ends by the next run,
 * which says so, and has every row once.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DatabaseWorkplace, Started } from '../support/cli.ts';
import { openSession } from '../support/session.ts';
import { takeBackup, withSource } from './restore-bed.ts';

const LOADING =
  "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'taskflow-db table restore'";
const WAITING = `${LOADING} AND wait_event_type = 'Lock'`;

/** Looks while the run lives. */
async function until(run: Started, isSo: () => Promise<boolean>): Promise<void> {
  const ended: { output?: string } = {};
  void run.finished.then(({ output }) => {
    ended.output = output;
  });
  while (!(await isSo())) {
    if (ended.output !== undefined) throw new Error(`it ended before that: ${ended.output}`);
    await sleep(20);
  }
}

const contentOf = ({ database }: DatabaseWorkplace) =>
  database.sql(`SELECT (SELECT md5(string_agg(u::text, ',' ORDER BY id)) FROM users AS u),
    (SELECT md5(string_agg(o::text, ',' ORDER BY id)) FROM "Or""ders" AS o),
    (SELECT string_agg(p::text, ',' ORDER BY p) FROM plain AS p)`);

/** `plain` has no key: nothing but the tool itself keeps its rows from coming twice. */
const TABLES = 'users,plain,"Or""ders"';

for (const [engine, method] of [
  [14, 'pg_dump'],
  [14, 'copy'],
  [18, 'copy'],
] as const)
  test(`PostgreSQL ${engine}, ${method}: the server still loads when the run is killed`, () =>
    withSource(engine, async (at) => {
      const { sql } = at.database;
      await sql('CREATE TABLE plain (n int)');
      await sql('INSERT INTO plain SELECT generate_series(1, 5)');
      await takeBackup(at, '--method', method);
      const before = await contentOf(at);
      await sql('TRUNCATE users, plain, "Or""ders" RESTART IDENTITY');
      const holder = await openSession(at.database);
      await holder.query('BEGIN; LOCK TABLE "Or""ders" IN SHARE MODE');
      const killed = at.start(['restore', '--tables', TABLES]);
      await until(killed, async () => (await sql(WAITING)).length > 0);
      const meanwhile = await at.run(['restore', '--tables', TABLES]);
      assert.equal(meanwhile.exit, 1);
      assert.match(meanwhile.said, /restore-refused.*Another restore loads tables into/);
      killed.child.kill('SIGKILL');
      assert.equal((await killed.finished).signal, 'SIGKILL');
      assert.equal((await sql(LOADING)).length, 1, 'nobody has told its server process');
      const next = at.start(['restore', '--tables', TABLES]);
      await next.said(/Ended the server process \d+, in which a restore of tables that was killed still worked/);
      await holder.query('COMMIT');
      await holder.end();
      const end = await next.finished;
      assert.equal(end.exit, 0, end.output);
      assert.deepEqual(await contentOf(at), before);
      assert.deepEqual(await sql(`INSERT INTO users ("e mail") VALUES ('x') RETURNING id`), [['501']]);
      const events = "SELECT count(*) FROM schema_migration_events WHERE event = 'restored'";
      assert.deepEqual(await sql(events), [['1']]);
    }));

test('killed behind the rows: the next run says that they are there, and no number is given out again', () =>
  withSource(14, async (at) => {
    const { sql } = at.database;
    await sql('CREATE TABLE plain (n int)');
    await sql('INSERT INTO plain SELECT generate_series(1, 5)');
    await takeBackup(at, '--method', 'pg_dump');
    const before = await contentOf(at);
    await sql('TRUNCATE users, plain, "Or""ders" RESTART IDENTITY');
    const holder = await openSession(at.database);
    // What stands behind the rows is the record in the audit trail.
    await holder.query('BEGIN; LOCK TABLE schema_migration_events IN SHARE MODE');
    const killed = at.start(['restore', '--tables', TABLES]);
    await until(killed, async () => (await sql('SELECT FROM "Or""ders" LIMIT 1')).length > 0);
    killed.child.kill('SIGKILL');
    await killed.finished;
    await holder.query('COMMIT');
    await holder.end();
    const next = await at.run(['restore', '--tables', TABLES]);
    assert.equal(next.exit, 1);
    assert.match(
      next.said.replaceAll(/\s+/g, ' '),
      /public\.plain \(as many as the backup has: an earlier restore may have loaded them\)/,
    );
    assert.deepEqual(await contentOf(at), before);
    assert.deepEqual(await sql(`INSERT INTO users ("e mail") VALUES ('x') RETURNING id`), [['501']]);
  }));
