/** DROP INDEX CONCURRENTLY and REINDEX CONCURRENTLY that were cut off: nothing invalid stays behind the next migrate. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withCli } from '../support/cli.ts';
import { onServers } from '../support/on-servers.ts';
import { until } from './group-bed.ts';
import { BASE, cutOff, holding, indexes, invalid, story, succeeded } from './steps-bed.ts';

/** The table in a schema where nothing else is. */
const moved = BASE['m/001_base.sql'].replace('-- IRR', 'CREATE SCHEMA s; ALTER TABLE base SET SCHEMA s;\n-- IRR');

for (const major of onServers(import.meta.url, 14, 18)) {
  test(`PostgreSQL ${major}: DROP INDEX CONCURRENTLY that was cut off is dropped again`, () =>
    withCli(major, BASE, async (at) => {
      await cutOff(at, `DROP INDEX CONCURRENTLY base_old;`, 'DROP INDEX%');
      assert.deepEqual(await indexes(at.database, 'base'), [['base_old', 'false']]);
      await succeeded(at);
      assert.deepEqual(await indexes(at.database, 'base'), []);
      assert.ok((await story(at.database, '002_step')).includes('step_checked: half done'));
    }));

  for (const sql of [
    'REINDEX INDEX CONCURRENTLY s.base_old',
    'REINDEX TABLE CONCURRENTLY s.base',
    'REINDEX (VERBOSE) SCHEMA CONCURRENTLY s',
  ]) {
    test(`PostgreSQL ${major}: ${sql}: what it left is dropped, and it is run again`, () =>
      withCli(major, { 'm/001_base.sql': moved }, async (at) => {
        await cutOff(at, `${sql};`, 'REINDEX%');
        assert.ok((await invalid(at.database)).some(([index]) => index?.includes('base_old_ccnew')));
        await succeeded(at);
        assert.deepEqual(await invalid(at.database), []);
        assert.ok((await story(at.database, '002_step')).includes('step_checked: half done'));
      }));
  }
}

/** Makes an index that looks as if somebody's REINDEX CONCURRENTLY had left it. */
function leftover(index: string): string {
  const [name, schema = 'public'] = index.split('.').reverse();
  const table = name?.startsWith('base') ? 'base' : 'other';
  return `CREATE INDEX ${name} ON ${schema}.${table} (id);
    UPDATE pg_index SET indisvalid = false WHERE indexrelid = '${schema}.${name}'::regclass`;
}

for (const [sql, others] of [
  ['REINDEX INDEX CONCURRENTLY base_old', ['base_ccnew', 'base_name_ccnew', 'base_old_ccnew1', 'other_ccold']],
  ['REINDEX TABLE CONCURRENTLY base', ['base_old_ccnew1', 'other_ccold']],
  ['REINDEX SCHEMA CONCURRENTLY s', ['s.base_old_ccnew1', 'other_ccold']],
] as const) {
  for (const major of onServers(import.meta.url, 14, 18)) {
    test(`PostgreSQL ${major}: ${sql}: what others have left, before it or of something else, stays`, () =>
      withCli(major, { 'm/001_base.sql': sql.endsWith(' s') ? moved : BASE['m/001_base.sql'] }, async (at) => {
        await succeeded(at);
        const { sql: ask } = at.database;
        await ask('CREATE TABLE other (id int)');
        const before = others.find((one) => one.endsWith('base_old_ccnew1'));
        const after = others.filter((one) => one !== before);
        await ask(leftover(before ?? ''));
        await cutOff(at, `${sql};`, 'REINDEX%');
        assert.ok((await invalid(at.database)).some(([index]) => index?.endsWith('base_old_ccnew')));
        for (const name of after) await ask(leftover(name));
        await succeeded(at);
        assert.deepEqual((await invalid(at.database)).flat().sort(), [...others].sort());
      }));
  }
}

test('one that is being built at this moment stays', () =>
  withCli(18, BASE, async (at) => {
    await succeeded(at);
    await cutOff(at, 'REINDEX INDEX CONCURRENTLY base_old;', 'REINDEX%');
    await at.database.sql('DROP INDEX base_old_ccnew');
    const lock = await holding(at.database, 'LOCK TABLE base IN ROW EXCLUSIVE MODE');
    const other = at.database.sql('REINDEX INDEX CONCURRENTLY base_old');
    await until('it waits', async () => (await invalid(at.database)).length > 0);
    const run = at.run(['migrate']);
    await until('it was looked at', async () =>
      (await story(at.database, '002_step')).includes('step_checked: not done'),
    );
    await lock.release();
    await other.catch(() => {});
    // Two of them on one table may meet in a deadlock, which the server ends by refusing one.
    const { output } = await run;
    assert.doesNotMatch(output, /DROP INDEX/);
    await succeeded(at);
    assert.deepEqual(await invalid(at.database), []);
  }));
