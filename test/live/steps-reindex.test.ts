/** DROP INDEX CONCURRENTLY and REINDEX CONCURRENTLY that were cut off: nothing invalid stays behind the next migrate. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withCli } from '../support/cli.ts';
import { BASE, cutOff, indexes, invalid, story, succeeded } from './steps-bed.ts';

/** The table in a schema where nothing else is. */
const moved = BASE['m/001_base.sql'].replace('-- IRR', 'CREATE SCHEMA s; ALTER TABLE base SET SCHEMA s;\n-- IRR');

for (const major of [14, 18]) {
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
