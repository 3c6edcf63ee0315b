/** The lease of a run: what is left by one that was killed, suspended, cut off, or copied with its database. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Files, withCli } from '../support/cli.ts';
import { startPooler } from '../support/pgbouncer.ts';
import { server } from '../support/servers.ts';
import { atGate, GATE, openGate } from './gate.ts';
import { holding, startedUntil } from './steps-bed.ts';

const FILES: Files = {
  'm/001_log.sql': 'CREATE TABLE log (what text);\n-- ROLLBACK:\n-- DROP TABLE log;\n',
  'm/002_slow.sql': `INSERT INTO log VALUES ('002');\n${GATE};\n-- VERIFY:\n-- SELECT count(*) = 1 FROM log;\n-- ROLLBACK:\n-- SELECT 1;\n`,
};

const LOG = 'SELECT what FROM log';

test('a run that is suspended in a transaction is taken over, and cannot commit afterwards', () =>
  withCli(18, FILES, async (at) => {
    const first = at.start(['migrate']);
    await atGate(at.database);
    first.child.kill('SIGSTOP');
    await openGate(at.database);
    const second = await at.run(['migrate']);
    assert.equal(second.exit, 0, second.output);
    assert.match(second.stderr, /Waiting for the run of postgres on /);
    assert.match(
      second.said,
      /ended the session \(server process \d+\) that the run of postgres on \S+ left idle in a transaction/,
    );
    assert.match(second.said, /has not been heard of since \S+ \S+ UTC; this one goes on in its place/);
    first.child.kill('SIGCONT');
    const ended = await first.finished;
    assert.equal(ended.exit, 1, ended.output);
    assert.match(ended.stderr, /error\[taken-over\]/);
    assert.equal(ended.said.split('taken over').length, 2, `said once:\n${ended.stderr}`);
    assert.deepEqual(await at.database.sql(LOG), [['002']]);
    assert.deepEqual(
      await at.database.sql(
        "SELECT success, run_id = (SELECT run_id FROM schema_migration_events WHERE event = 'taken_over') FROM schema_migrations WHERE version = '002_slow'",
      ),
      [['t', 't']],
    );
  }));

for (const pooled of [false, true]) {
  test(`a run that is killed blocks nobody for long ${pooled ? 'through a pooler' : 'on a direct connection'}`, async () => {
    const pooler = pooled ? await startPooler(await server(18)) : undefined;
    await withCli(18, FILES, async (at) => {
      const env = pooler ? { DATABASE_URL: pooler.url(at.database.name) } : {};
      const first = at.start(['migrate'], { env });
      await atGate(at.database);
      first.child.kill('SIGKILL');
      await first.finished;
      await openGate(at.database);
      const second = await at.run(['migrate'], { env: { ...env, TASKFLOW_WAIT: '2min' } });
      assert.equal(second.exit, 0, second.output);
      const left = pooled ? /has not been heard of since/ : /was cut off: its session has ended/;
      assert.match(second.said, left);
      assert.deepEqual(await at.database.sql(LOG), [['002']]);
      const events = await at.database.sql(
        "SELECT event FROM schema_migration_events WHERE version = '002_slow' OR event = 'taken_over' ORDER BY seq",
      );
      assert.deepEqual(events.flat(), ['started', 'taken_over', 'started', 'applied']);
    });
    await pooler?.kill();
  });
}

test('a lease that came along in a copy of the database means nothing there', () =>
  withCli(18, FILES, async (at) => {
    assert.equal((await at.run(['migrate', '--to', '001'])).exit, 0);
    await at.database.sql(
      "UPDATE schema_migration_runner SET run_id = gen_random_uuid(), database_id = 1, held_by = 'x', host = 'y', expires_at = now() + interval '1 day'",
    );
    await openGate(at.database);
    const ran = await at.run(['migrate'], { env: { TASKFLOW_WAIT: '1s' } });
    assert.equal(ran.exit, 0, ran.output);
  }));

/** Its second statement runs outside any transaction, so that nothing of this run is in the way of whoever takes the lease. */
const OUTSIDE: Files = {
  'm/002_slow.sql':
    "INSERT INTO log VALUES ('002');\nCREATE INDEX CONCURRENTLY log_what ON log (what);\n-- IRREVERSIBLE: test\n",
  'm/003_last.sql': "INSERT INTO log VALUES ('003');\n-- ROLLBACK:\n-- SELECT 1;\n",
};

test('a newer version of the tool takes the tables over: the older one, in the middle of its run, stops before it does harm', () =>
  withCli(18, { ...FILES, ...OUTSIDE }, async (at) => {
    assert.equal((await at.run(['migrate', '--to', '001'])).exit, 0);
    const holder = await holding(at.database, 'LOCK TABLE log IN ROW EXCLUSIVE MODE');
    const older = await startedUntil(at, 'CREATE INDEX%');
    // What a newer version does when it upgrades the tables: it waits for an open transaction, and takes the lease.
    await at.database.sql(`BEGIN; SELECT fence FROM schema_migration_runner FOR UPDATE;
      UPDATE schema_migration_runner SET fence = fence + 1, run_id = gen_random_uuid(), session_lock = false;
      UPDATE schema_migration_settings SET value = '99' WHERE key = 'layout_version'; COMMIT`);
    await holder.release();
    const ended = await older.finished;
    assert.equal(ended.exit, 1, ended.output);
    assert.match(ended.stderr, /error\[taken-over\]/);
    assert.deepEqual(await at.database.sql(LOG), [['002']], '003 was not begun');
    const again = await at.run(['migrate']);
    assert.equal(again.exit, 1, again.output);
    assert.match(again.said, /layout 99, made by a newer taskflow-db/);
  }));
