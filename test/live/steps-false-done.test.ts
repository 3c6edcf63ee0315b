/** What the catalog does not show to be done is not taken for done, however often the tool is run. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withCli } from '../support/cli.ts';
import { BASE, IRREVERSIBLE, stateOf, succeeded } from './steps-bed.ts';

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
