/** A lock that another session holds for a while: every way of running DDL tries again instead of giving up at once. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type DatabaseWorkplace, withCli } from '../support/cli.ts';
import { onServers } from '../support/on-servers.ts';
import { holding } from './steps-bed.ts';

const FIRST =
  'CREATE TABLE busy (a int);\nCREATE TABLE other (a int);\n-- ROLLBACK:\n-- DROP TABLE other;\n-- DROP TABLE busy;\n';
const ALTER = 'ALTER TABLE busy ADD COLUMN n int;\n';
const BACK = '-- ROLLBACK:\n-- ALTER TABLE busy DROP COLUMN n;\n';

/** Runs the command while another session holds the table, until it has said that it was refused. */
async function whileHeld(at: DatabaseWorkplace, args: readonly string[]) {
  const holder = await holding(at.database, 'LOCK TABLE busy IN ACCESS SHARE MODE');
  const started = at.start(args);
  await started.said(/busy is locked; gave way, tries again for/);
  await holder.release();
  return started.finished;
}

const columns = async (at: DatabaseWorkplace) =>
  (
    await at.database.sql(
      "SELECT attname FROM pg_attribute WHERE attrelid = 'busy'::regclass AND attnum > 0 AND NOT attisdropped",
    )
  ).flat();

for (const major of onServers(import.meta.url, 14, 18)) {
  for (const [what, second, args] of [
    ['a transaction', `${ALTER}${BACK}`, ['migrate']],
    ['--single-transaction', `${ALTER}${BACK}`, ['migrate', '--single-transaction']],
    ['the transaction before a step outside one', `${ALTER}VACUUM other;\n-- IRREVERSIBLE: test\n`, ['migrate']],
    ['the transaction behind a step outside one', `VACUUM other;\n${ALTER}-- IRREVERSIBLE: test\n`, ['migrate']],
  ] as const) {
    test(`PostgreSQL ${major}: ${what}`, () =>
      withCli(major, { 'm/001_first.sql': FIRST }, async (at) => {
        assert.equal((await at.run(['migrate'])).exit, 0);
        at.write({ 'm/002_second.sql': second });
        const run = await whileHeld(at, args);
        assert.equal(run.exit, 0, run.output);
        assert.deepEqual(await columns(at), ['a', 'n']);
      }));
  }

  test(`PostgreSQL ${major}: rollback`, () =>
    withCli(major, { 'm/001_first.sql': FIRST, 'm/002_second.sql': `${ALTER}${BACK}` }, async (at) => {
      assert.equal((await at.run(['migrate'])).exit, 0);
      const run = await whileHeld(at, ['rollback', '--yes']);
      assert.equal(run.exit, 0, run.output);
      assert.deepEqual(await columns(at), ['a']);
      const status = (await at.run(['status', '--json'])).json<{ migrations: { state: string }[] }>();
      assert.deepEqual(
        status.migrations.map((one) => one.state),
        ['applied', 'rolled_back'],
      );
    }));
}
