/** What rollback undoes, last applied first, and where the way back is barred. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MigrationGraph } from '../../src/graph/graph.ts';
import { type DownOptions, planDown } from '../../src/plan/down.ts';
import { inForce } from '../../src/plan/ledger-entry.ts';
import type { MigrationStatus } from '../../src/plan/reconcile.ts';
import { dependentsOf } from '../../src/plan/standing.ts';
import { adoptedEntry, BODY, dependent, entryOf, fileOf, problemsOf, statusesOf } from './make.ts';

const versions = (statuses: readonly MigrationStatus[], options: DownOptions = {}) =>
  planDown(statuses, { ...options, ...standingOf(statuses, options.version) }).map((one) => one.version);

/** By the headers alone, as the graph of the applied ones tells. */
function standingOf(statuses: readonly MigrationStatus[], version: string | undefined): Pick<DownOptions, 'standing'> {
  if (version === undefined) return {};
  const applied = statuses
    .filter(({ entry }) => entry && inForce(entry))
    .sort((a, b) => a.entry!.appliedOrder - b.entry!.appliedOrder);
  const nodes = applied.map(({ version: own, file }) => ({
    version: own,
    file: file?.file,
    description: '',
    depends: file?.load().headers.depends ?? [],
    footprint: undefined,
  }));
  return { standing: dependentsOf(new MigrationGraph(nodes), version) };
}

function refused(statuses: readonly MigrationStatus[], options: DownOptions) {
  const [problem, ...others] = problemsOf(() =>
    planDown(statuses, { ...options, ...standingOf(statuses, options.version) }),
  );
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

test('--version is refused while something applied stands on it; with cascade that goes first', () => {
  const statuses = statusesOf(['001_a', dependent('002_b', '001_a'), '003_c'], abc);
  const [code, message] = refused(statuses, { version: '001_a' });
  assert.deepEqual([code, message], ['rollback-refused', '002_b, which is applied, stands on 001_a']);
  assert.deepEqual(versions(statuses, { version: '001_a', cascade: true }), ['002_b', '001_a']);
});

test('--version: what is not applied stands on nothing', () => {
  const pending = statusesOf(['001_a', dependent('002_b', '001_a')], ['001_a']);
  assert.deepEqual(versions(pending, { version: '001_a' }), ['001_a']);
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

test('--version: of a baseline row that others stand on, no cascade is offered, which would be refused', () => {
  const squash = fileOf('002_all', `-- All\n-- Replaces: 001_a@${'0'.repeat(12)}\n${BODY}`);
  for (const [first, why] of [
    [fileOf('002_all'), 'was there before the tool came'],
    [squash, 'is a squash, recorded and not run here'],
  ] as const) {
    const statuses = statusesOf([first, dependent('003_c', '002_all')], [adoptedEntry('002_all'), '003_c']);
    for (const cascade of [false, true])
      assert.deepEqual(refused(statuses, { version: '002_all', cascade }), [
        'rollback-refused',
        `002_all ${why} (baseline)`,
      ]);
  }
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
