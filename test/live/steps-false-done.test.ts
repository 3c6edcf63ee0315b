/** What the catalog does not show to be done is not taken for done, however often the tool is run. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { withCli } from '../support/cli.ts';
import { GATE, openGate } from './gate.ts';
import { until } from './group-bed.ts';
import { BASE, backendEnded, holding, IRREVERSIBLE, killed, startedUntil, stateOf, succeeded } from './steps-bed.ts';

for (const [what, sql, message] of [
  ['an index', 'DROP INDEX CONCURRENTLY no_such;', /index "no_such" does not exist/],
  ['a database', 'DROP DATABASE no_such;', /database "no_such" does not exist/],
] as const) {
  test(`${what} that was never there cannot be dropped, the second time no more than the first`, () =>
    withCli(18, BASE, async (at) => {
      await succeeded(at);
      at.write({ 'm/002_step.sql': `${sql}\n${IRREVERSIBLE}` });
      for (let tries = 0; tries < 2; tries++) {
        const run = await at.run(['migrate']);
        assert.equal(run.exit, 1, run.output);
        assert.match(run.said, message);
      }
      assert.notEqual((await stateOf(at, '002_step')).state, 'applied');
    }));
}

/** In place of anything that stops the second build before it has done something. */
const STOP = `CREATE FUNCTION stop() RETURNS event_trigger LANGUAGE plpgsql AS $$
BEGIN
  IF to_regclass('base_name_idx') IS NOT NULL THEN RAISE 'not now'; END IF;
END $$`;

test('of two indexes without a name on one table the first does not stand for the second', () =>
  withCli(18, BASE, async (at) => {
    await succeeded(at);
    await at.database.sql(STOP);
    await at.database.sql(
      "CREATE EVENT TRIGGER stop ON ddl_command_start WHEN TAG IN ('CREATE INDEX') EXECUTE FUNCTION stop()",
    );
    at.write({
      'm/002_step.sql': `CREATE INDEX CONCURRENTLY ON base (name);\nCREATE INDEX CONCURRENTLY ON base (id, name);\n${IRREVERSIBLE}`,
    });
    const stopped = await at.run(['migrate']);
    assert.match(stopped.said, /not now/);
    await at.database.sql('DROP EVENT TRIGGER stop');
    await succeeded(at);
    const indexes = "SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass('base_id_name_idx')";
    assert.deepEqual(await at.database.sql(indexes), [['t']]);
  }));

test('an index that was built by another text of the file is not taken for the one that stands there now', () =>
  withCli(18, BASE, async (at) => {
    await succeeded(at);
    at.write({ 'm/002_step.sql': `CREATE INDEX CONCURRENTLY made ON base (name);\n${IRREVERSIBLE}` });
    const holder = await holding(at.database, 'LOCK TABLE base IN ROW EXCLUSIVE MODE');
    await killed(await startedUntil(at, 'CREATE INDEX%'));
    await holder.release();
    await backendEnded(at.database, 'CREATE INDEX%');
    at.write({ 'm/002_step.sql': `CREATE INDEX CONCURRENTLY made ON base (id);\n${IRREVERSIBLE}` });
    const refused = await at.run(['migrate']);
    assert.equal(refused.exit, 1, refused.output);
    assert.match(refused.said, /step 1 has built its index, and the file was changed since/);
    await at.database.sql('DROP INDEX made');
    await succeeded(at);
    const columns = "SELECT pg_get_indexdef('made'::regclass, 1, false)";
    assert.deepEqual(await at.database.sql(columns), [['id']]);
  }));

test('a CALL that is done goes on record though the audit trail is held for longer than the lock timeout', () =>
  withCli(18, BASE, async (at) => {
    await succeeded(at);
    at.write({
      'm/002_step.sql': `CREATE TABLE log (what text);
CREATE FUNCTION wait_at_gate() RETURNS void LANGUAGE plpgsql AS ${GATE.replace('DO ', () => '')};
CREATE PROCEDURE fill() LANGUAGE plpgsql AS $$ BEGIN INSERT INTO log VALUES ('x'); COMMIT; PERFORM wait_at_gate(); END $$;
CALL fill();
${IRREVERSIBLE}`,
    });
    const run = at.start(['migrate']);
    const called = 'SELECT 1 FROM log';
    await until('it is called', async () => (await at.database.sql(called).catch(() => [])).length > 0);
    const trail = await holding(
      at.database,
      "SELECT pg_advisory_xact_lock(1952867426, 'schema_migration_events'::regclass::oid::integer)",
    );
    await openGate(at.database);
    const wanted = `SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND classid = 1952867426
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`;
    await until('the trail is wanted', async () => (await at.database.sql(wanted)).length > 0);
    await sleep(2000);
    await trail.release();
    const { exit, output } = await run.finished;
    assert.equal(exit, 0, output);
    assert.deepEqual(await at.database.sql(called), [['1']]);
  }));
