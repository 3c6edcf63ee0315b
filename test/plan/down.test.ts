/** What rollback undoes, last applied first, and where the way back is barred. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type DownOptions, planDown } from '../../src/plan/down.ts';
import type { MigrationStatus } from '../../src/plan/reconcile.ts';
import { adoptedEntry, dependent, entryOf, fileOf, problemsOf, statusesOf } from './make.ts';

const versions = (statuses: readonly MigrationStatus[], options: DownOptions = {}) =>
  planDown(statuses, options).map((one) => one.version);

function refused(statuses: readonly MigrationStatus[], options: DownOptions) {
  const [problem, ...others] = problemsOf(() => planDown(statuses, options));
  assert.deepEqual(others, []);
  assert.equal(problem!.fields.state, 'Nothing was run.');
  assert.ok(problem!.fields.next?.length);
  return [problem!.code, problem!.message];
}

const abc = ['001_a', '002_b', '003_c'];

test('the one applied last, not the highest number', () => {
  assert.deepEqual(versions(statusesOf(abc, ['001_a', '003_c', '002_b'])), ['002_b']);
});

test('so many steps, the last applied first; more than there are is all of them', () => {
  const statuses = statusesOf(abc, ['001_a', '003_c', '002_b']);
  assert.deepEqual(versions(statuses, { steps: 2 }), ['002_b', '003_c']);
  assert.deepEqual(versions(statuses, { steps: 9 }), ['002_b', '003_c', '001_a']);
});

test('what failed, was rolled back, skipped or is pending is not there to be undone', () => {
  const statuses = statusesOf(
    [...abc, '004_d', '005_e'],
    [
      '001_a',
      entryOf('002_b', { success: false, errorMessage: 'no' }),
      entryOf('003_c', { success: false, type: 'rollback' }),
      entryOf('004_d', { success: true, type: 'rollback' }),
    ],
  );
  assert.deepEqual(versions(statuses, { steps: 9 }), ['001_a']);
  assert.deepEqual(versions(statusesOf(abc)), []);
});

test('--to: all that was applied after it; it stays', () => {
  const statuses = statusesOf(abc, ['002_b', '001_a', '003_c']);
  assert.deepEqual(versions(statuses, { to: '002_b' }), ['003_c', '001_a']);
  assert.deepEqual(versions(statuses, { to: '003_c' }), []);
  assert.deepEqual(refused(statusesOf(abc, ['001_a']), { to: '002_b' }), ['rollback-refused', '002_b is not applied']);
});

test('--version: it alone, wherever it stands', () => {
  assert.deepEqual(versions(statusesOf(abc, abc), { version: '002_b' }), ['002_b']);
  assert.deepEqual(refused(statusesOf(abc, ['001_a']), { version: '002_b' }), [
    'rollback-refused',
    '002_b is not applied',
  ]);
});

test('--version is refused while something applied needs it, however its header spells it', () => {
  for (const [version, depends] of [
    ['001_a', '001_a'],
    ['001_a', '001'],
    ['001_a', '1'],
    ['001-a', '001'],
  ] as const) {
    const statuses = statusesOf([version, dependent('002_b', depends)], [version, '002_b']);
    assert.deepEqual(
      refused(statuses, { version }),
      ['rollback-refused', `${version} is needed by 002_b, which would be left standing on nothing`],
      depends,
    );
  }
});

test('--version: what is not applied needs nothing, and a file that is gone or broken cannot say', () => {
  const pending = statusesOf(['001_a', dependent('002_b', '001_a')], ['001_a']);
  assert.deepEqual(versions(pending, { version: '001_a' }), ['001_a']);
  assert.deepEqual(versions(statusesOf(['001_a'], ['001_a', '002_b']), { version: '001_a' }), ['001_a']);
  const broken = statusesOf(['001_a', fileOf('002_b', '')], ['001_a', entryOf('002_b')]);
  assert.deepEqual(versions(broken, { version: '001_a' }), ['001_a']);
});

test('steps end before a baseline row', () => {
  const statuses = statusesOf(abc, ['001_a', adoptedEntry('002_b'), '003_c']);
  assert.deepEqual(versions(statuses, { steps: 9 }), ['003_c']);
  const baselineLast = statusesOf(abc, ['001_a', adoptedEntry('002_b')]);
  assert.deepEqual(versions(baselineLast), []);
});

test('--to may end at a baseline row, but not pass it', () => {
  const statuses = statusesOf(abc, ['001_a', adoptedEntry('002_b'), '003_c']);
  assert.deepEqual(versions(statuses, { to: '002_b' }), ['003_c']);
  assert.deepEqual(refused(statuses, { to: '001_a' }), [
    'rollback-refused',
    '002_b was there before the tool came (baseline)',
  ]);
});

test('--version: neither a baseline row nor what was recorded before one', () => {
  const statuses = statusesOf(abc, ['001_a', adoptedEntry('002_b'), '003_c']);
  assert.deepEqual(refused(statuses, { version: '002_b' }), [
    'rollback-refused',
    '002_b was there before the tool came (baseline)',
  ]);
  assert.deepEqual(refused(statuses, { version: '001_a' }), [
    'rollback-refused',
    '001_a was recorded before 002_b, a baseline',
  ]);
  assert.deepEqual(versions(statuses, { version: '003_c' }), ['003_c']);
});

test('a changed body is refused: its rollback may not fit', () => {
  const statuses = statusesOf(['001_a', fileOf('002_b', 'SELECT 2;')], ['001_a', entryOf('002_b')]);
  for (const options of [{}, { version: '002_b' }, { to: '001_a' }]) {
    assert.deepEqual(refused(statuses, options), [
      'checksum-mismatch',
      '002_b was changed after it was applied: its rollback may not fit',
    ]);
  }
});
