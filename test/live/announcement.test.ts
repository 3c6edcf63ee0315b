/** The audit trail is held for a moment just when a migration is announced as started: it runs once all the same. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type DatabaseWorkplace, type Finished, withCli } from '../support/cli.ts';
import { onServers } from '../support/on-servers.ts';
import { until } from './group-bed.ts';

const BASE = { 'm/001_log.sql': 'CREATE TABLE log (what text);\n-- IRREVERSIBLE: test\n' };

/** Longer than the lock timeout of the announcement, shorter than that of a statement on rows. */
const HOLD = `DO $$ BEGIN
  PERFORM pg_advisory_xact_lock(1952867426, 'schema_migration_events'::regclass::oid::integer);
  FOR i IN 1..6000 LOOP
    EXIT WHEN EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND classid = 1952867426
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database()));
    PERFORM pg_sleep(0.01);
  END LOOP;
  PERFORM pg_sleep(0.6);
END $$`;

const HELD = `SELECT FROM pg_locks WHERE locktype = 'advisory' AND granted AND classid = 1952867426
  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`;

async function whileHeld(at: DatabaseWorkplace, args: readonly string[]): Promise<Finished> {
  const hold = at.database.sql(HOLD);
  await until('the trail is held', async () => (await at.database.sql(HELD)).length > 0);
  const ran = await at.run(args);
  await hold;
  return ran;
}

const log = async (at: DatabaseWorkplace) => (await at.database.sql('SELECT what FROM log ORDER BY what')).flat();

for (const major of onServers(import.meta.url, 14, 18)) {
  test(`PostgreSQL ${major}: an announcement that was refused is no reason to run a migration again`, () =>
    withCli(major, BASE, async (at) => {
      assert.equal((await at.run(['migrate'])).exit, 0);
      at.write({
        'm/002_row.sql': "INSERT INTO log VALUES ('002');\n-- ROLLBACK:\n-- INSERT INTO log VALUES ('back');\n",
      });
      const applied = await whileHeld(at, ['migrate']);
      assert.equal(applied.exit, 0, applied.output);
      assert.deepEqual(await log(at), ['002']);
      const back = await whileHeld(at, ['rollback', '--yes']);
      assert.equal(back.exit, 0, back.output);
      assert.deepEqual(await log(at), ['002', 'back']);
    }));
}

test('the same for several that are written together', () =>
  withCli(18, BASE, async (at) => {
    assert.equal((await at.run(['migrate'])).exit, 0);
    const file = (what: string) => `INSERT INTO log VALUES ('${what}');\n-- IRREVERSIBLE: test\n`;
    at.write({ 'm/002_a.sql': file('002'), 'm/003_b.sql': file('003'), 'm/004_c.sql': file('004') });
    const applied = await whileHeld(at, ['migrate']);
    assert.equal(applied.exit, 0, applied.output);
    assert.deepEqual(await log(at), ['002', '003', '004']);
  }));
