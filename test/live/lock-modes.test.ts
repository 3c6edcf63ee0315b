/** The table of lock modes against the server: each pair of modes on one table, in two sessions. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lockModesConflict } from '../../src/sql/lock-modes.ts';
import { withDatabase } from '../support/servers.ts';
import { session } from './locks-bed.ts';

const MODES = [
  ['AccessShareLock', 'ACCESS SHARE'],
  ['RowShareLock', 'ROW SHARE'],
  ['RowExclusiveLock', 'ROW EXCLUSIVE'],
  ['ShareUpdateExclusiveLock', 'SHARE UPDATE EXCLUSIVE'],
  ['ShareLock', 'SHARE'],
  ['ShareRowExclusiveLock', 'SHARE ROW EXCLUSIVE'],
  ['ExclusiveLock', 'EXCLUSIVE'],
  ['AccessExclusiveLock', 'ACCESS EXCLUSIVE'],
] as const;

test('which table locks exclude each other', () =>
  withDatabase(18, async (database) => {
    await database.sql('CREATE TABLE t (a int)');
    const [one, other] = [await session(database, 'one'), await session(database, 'other')];
    for (const [held, heldWords] of MODES) {
      await one.run(`BEGIN; LOCK TABLE t IN ${heldWords} MODE`);
      for (const [wanted, words] of MODES) {
        const had = await other.run(`BEGIN; LOCK TABLE t IN ${words} MODE NOWAIT`).then(
          () => true,
          () => false,
        );
        await other.run('ROLLBACK');
        assert.equal(lockModesConflict(held, wanted), !had, `${held} and ${wanted}`);
      }
      await one.run('ROLLBACK');
    }
    assert.equal(
      lockModesConflict('NewLock', 'AccessShareLock'),
      true,
      'a mode that is not known counts as the strongest',
    );
    await one.end();
    await other.end();
  }));
