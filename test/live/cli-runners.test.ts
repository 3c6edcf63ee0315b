/** Many runners at once: each migration exactly once, all of them succeed. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Files, withCli } from '../support/cli.ts';
import { atGate, GATE, openGate } from './gate.ts';
import { holding } from './steps-bed.ts';

const FILES: Files = {
  'm/001_log.sql':
    'CREATE TABLE log (what text);\nINSERT INTO log VALUES ($$001$$);\n-- ROLLBACK:\n-- DROP TABLE log;\n',
  'm/002_more.sql': `INSERT INTO log VALUES ($$002$$);\n${GATE};\n-- ROLLBACK:\n-- SELECT 1;\n`,
  'm/003_index.sql':
    'CREATE INDEX CONCURRENTLY log_what ON log (what);\n-- ROLLBACK:\n-- DROP INDEX CONCURRENTLY log_what;\n',
  'm/004_last.sql': 'INSERT INTO log VALUES ($$004$$);\n-- ROLLBACK:\n-- SELECT 1;\n',
};

for (const [major, runners] of [
  [14, 8],
  [18, 20],
] as const) {
  test(`PostgreSQL ${major}: ${runners} runners on an empty database`, () =>
    withCli(major, FILES, async (at) => {
      const runner = () => at.start(['migrate', '--json']);
      const first = Array.from({ length: runners - 1 }, runner);
      await atGate(at.database);
      const last = runner();
      await last.said(/Waiting for the run of postgres on \S+ \(server process \d+, since /);
      await openGate(at.database);
      const ran = await Promise.all([...first, last].map((one) => one.finished));
      for (const one of ran) assert.equal(one.exit, 0, one.output);
      const applied = ran.flatMap((one) => one.json<{ migrations: { version: string }[] }>().migrations);
      assert.deepEqual(
        applied.map((one) => one.version),
        ['001_log', '002_more', '003_index', '004_last'],
      );
      assert.deepEqual(await at.database.sql('SELECT what FROM log ORDER BY 1'), [['001'], ['002'], ['004']]);
      const events =
        "SELECT version, count(*) FROM schema_migration_events WHERE event = 'applied' GROUP BY 1 ORDER BY 1";
      assert.deepEqual(await at.database.sql(events), [
        ['001_log', '1'],
        ['002_more', '1'],
        ['003_index', '1'],
        ['004_last', '1'],
      ]);
      assert.deepEqual(
        await at.database.sql("SELECT count(*) FROM schema_migration_events WHERE event = 'initialized'"),
        [['1']],
      );
    }));
}

test('a runner that finds another at work waits within its bound, then gives up with exit 4, naming it', () =>
  withCli(18, { 'm/001_slow.sql': `${GATE};\n-- ROLLBACK:\n-- SELECT 1;\n` }, async (at) => {
    const first = at.run(['migrate']);
    await atGate(at.database);
    const second = await at.run(['migrate', '--wait', '500ms']);
    assert.equal(second.exit, 4, second.output);
    assert.match(second.stderr, /error\[runner-busy\]/);
    assert.match(second.said, /postgres on \S+, since \S+ \S+ UTC; server process \d+, active for \d+ s/);
    assert.match(second.stderr, /now: +Nothing was run\./);
    const status = await at.run(['status']);
    assert.equal(status.exit, 0, status.output);
    await openGate(at.database);
    assert.equal((await first).exit, 0);
  }));

test('a lock on a table: tried again within the budget, then exit 4 and what to look at', () =>
  withCli(18, { 'm/001_a.sql': 'CREATE TABLE a (n int);\n-- ROLLBACK:\n-- DROP TABLE a;\n' }, async (at) => {
    await at.run(['migrate']);
    at.write({ 'm/002_alter.sql': 'ALTER TABLE a ADD COLUMN m int;\n-- ROLLBACK:\n-- ALTER TABLE a DROP COLUMN m;\n' });
    const holder = await holding(at.database, 'LOCK TABLE a');
    const gaveUp = await at.run(['migrate'], { env: { TASKFLOW_LOCK_BUDGET: '400ms', TASKFLOW_LOCK_TIMEOUT: '50ms' } });
    assert.equal(gaveUp.exit, 4, gaveUp.output);
    assert.match(gaveUp.stderr, /error\[lock-timeout\]/);
    assert.match(gaveUp.said, /held by pid \d+ \(holder \d+ of postgres/);
    assert.match(gaveUp.said, /pg_cancel_backend\(\d+\)/);
    const patient = at.start(['migrate']);
    await patient.said(/gave way, tries again/);
    await holder.release();
    const { exit, output } = await patient.finished;
    assert.equal(exit, 0, output);
  }));
