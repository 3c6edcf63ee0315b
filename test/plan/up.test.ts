/** What migrate takes up, in which order, and what it refuses before anything runs. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ExtensionState } from '../../src/plan/extensions.ts';
import type { MigrationStatus } from '../../src/plan/reconcile.ts';
import { planUp, type UpOptions, type UpPlan } from '../../src/plan/up.ts';
import { adoptedEntry, BODY, dependent, entryOf, fileOf, problemsOf, statusesOf } from './make.ts';

function up(statuses: readonly MigrationStatus[], options: Partial<UpOptions> = {}): UpPlan {
  return planUp(statuses, { allowLate: false, serverVersionNum: 180000, extensions: new Map(), ...options });
}

function versions(statuses: readonly MigrationStatus[], options: Partial<UpOptions> = {}): string[] {
  return up(statuses, options).migrations.map((one) => one.version);
}

function refused(statuses: readonly MigrationStatus[], options: Partial<UpOptions> = {}) {
  return problemsOf(() => up(statuses, options)).map((one) => [one.code, one.message] as const);
}

const onlyOf = (only: string): Partial<UpOptions> => ({ only });

const late = (version: string, applied: string) =>
  ['late-migration', `${version} is late: ${applied}, which has a higher number, is applied`] as const;

const extension = (installed: boolean, available: boolean, creatable: boolean): Map<string, ExtensionState> =>
  new Map([['vector', { name: 'vector', installed, available, creatable }]]);

const needsVector = fileOf('002_v', `-- V\n-- Requires: extension vector\n${BODY}`);

test('what is pending, failed, rolled back, interrupted or skipped is taken up; what is applied is not', () => {
  const statuses = statusesOf(
    ['001_a', '002_b', '003_c', '004_d', '005_e', '006_f', '007_g'],
    [
      '001_a',
      adoptedEntry('002_b'),
      entryOf('003_c', { success: false, errorMessage: 'no' }),
      entryOf('004_d', { success: false, type: 'rollback' }),
      entryOf('005_e', { success: false, stepsDone: 1, stepsTotal: 2 }),
      entryOf('006_f', { success: false, type: 'skipped' }),
    ],
  );
  assert.deepEqual(versions(statuses), ['003_c', '004_d', '005_e', '006_f', '007_g']);
});

test('dependencies come first, by version or by number in any spelling', () => {
  for (const depends of ['003_c', '003', '3']) {
    const statuses = statusesOf(['001_a', dependent('002_b', depends), '003_c']);
    assert.deepEqual(versions(statuses), ['001_a', '003_c', '002_b'], depends);
  }
});

test('a dependency on what is applied is met, its file there or not', () => {
  assert.deepEqual(versions(statusesOf(['001_a', dependent('002_b', '001_a')], ['001_a'])), ['002_b']);
  assert.deepEqual(versions(statusesOf([dependent('002_b', '001_a')], ['001_a'])), ['002_b']);
});

test('a dependency that was rolled back or failed and has no file any more is not met', () => {
  for (const more of [{ type: 'rollback' }, { errorMessage: 'no' }, { type: 'skipped' }]) {
    const statuses = statusesOf([dependent('002_b', '001_a')], [entryOf('001_a', { success: false, ...more })]);
    assert.deepEqual(refused(statuses), [['order', '002_b depends on 001_a, which is not applied and has no file']]);
  }
});

test('everything against the order is said at once', () => {
  const statuses = statusesOf(
    [
      '001_late',
      '002_also-late',
      '003_x',
      dependent('004_y', '9'),
      dependent('005_z', '006_w'),
      dependent('006_w', '005_z'),
      '007_t',
      '007_u',
    ],
    ['003_x'],
  );
  assert.deepEqual(refused(statuses), [
    ['order', '004_y depends on 9, which is not applied and has no file'],
    ['order', 'migrations depend on each other in a circle: 005_z -> 006_w -> 005_z'],
    ['order', 'these migrations have one number: m/007_t.sql, m/007_u.sql'],
    late('001_late', '003_x'),
    late('002_also-late', '003_x'),
  ]);
});

test('every file that cannot be read is named at once, the applied ones are not read', () => {
  const statuses = statusesOf(
    [fileOf('001_a', ''), fileOf('002_b', "SELECT 'open"), fileOf('003_c')],
    [entryOf('003_c')],
  );
  const problems = problemsOf(() => up(statuses));
  assert.deepEqual(
    problems.map((one) => one.fields.where?.file),
    ['m/001_a.sql', 'm/002_b.sql'],
  );
});

test('a changed body is refused before anything else, every one by name', () => {
  const statuses = statusesOf(
    [fileOf('001_a', 'SELECT 2;'), fileOf('002_b', 'SELECT 2;'), fileOf('003_c', '')],
    [entryOf('001_a'), entryOf('002_b')],
  );
  assert.deepEqual(refused(statuses), [
    ['checksum-mismatch', '001_a was changed after it was applied'],
    ['checksum-mismatch', '002_b was changed after it was applied'],
  ]);
});

test('a lower number than an applied one is late, unless allowed or its header says what it needs', () => {
  const statuses = statusesOf(['001_a', '002_b'], ['002_b']);
  assert.deepEqual(refused(statuses), [late('001_a', '002_b')]);
  assert.deepEqual(versions(statuses, { allowLate: true }), ['001_a']);
  assert.deepEqual(versions(statusesOf(['000_z', dependent('001_a', '000_z'), '002_b'], ['000_z', '002_b'])), [
    '001_a',
  ]);
});

test('late is said of what would run now only', () => {
  const statuses = statusesOf(['001_a', '002_b', '003_c'], ['002_b']);
  assert.deepEqual(versions(statuses, onlyOf('003_c')), ['003_c']);
});

test('the highest applied one counts for what is late, whichever was applied last', () => {
  const statuses = statusesOf(['001_a', '002_b', '003_c', '004_d'], [entryOf('004_d'), entryOf('001_a')]);
  assert.deepEqual(refused(statuses), [late('002_b', '004_d'), late('003_c', '004_d')]);
});

test('what failed, was rolled back, interrupted or skipped is never late', () => {
  for (const more of [
    { type: 'rollback' },
    { type: 'skipped' },
    { errorMessage: 'no' },
    { stepsDone: 0, stepsTotal: 2 },
  ]) {
    const statuses = statusesOf(['001_a', '002_b'], [entryOf('001_a', { success: false, ...more }), '002_b']);
    assert.deepEqual(versions(statuses), ['001_a']);
  }
});

test('what was rolled back makes nothing late', () => {
  const statuses = statusesOf(['001_a', '002_b'], [entryOf('002_b', { success: false, type: 'rollback' })]);
  assert.deepEqual(versions(statuses), ['001_a', '002_b']);
});

test('adopted rows make nothing late; up to the version of baseline --to all is late', () => {
  const adopted = statusesOf(['001_a', '002_b', '003_c'], [adoptedEntry('001_a'), adoptedEntry('003_c')]);
  assert.deepEqual(versions(adopted), ['002_b']);
  assert.deepEqual(refused(adopted, { baselineVersion: '003_c' }), [late('002_b', '003_c')]);
  assert.deepEqual(versions(adopted, { baselineVersion: '001_a' }), ['002_b']);
});

test('rows of an older tool make nothing late either', () => {
  const statuses = statusesOf(['001_a', '002_b'], [entryOf('002_b', { bodyChecksum: null })]);
  assert.deepEqual(versions(statuses), ['001_a']);
});

test('two pending files with one number are refused, unless a header puts them in order', () => {
  const twins = ['order', 'these migrations have one number: m/001_a.sql, m/001_b.sql'] as const;
  assert.deepEqual(refused(statusesOf(['001_a', '001_b'])), [twins]);
  assert.deepEqual(refused(statusesOf(['001_a', '001_b'], ['001_a'])), [twins]);
  assert.deepEqual(refused(statusesOf(['001_a', '001_b'], ['001_b'])), [twins]);
  assert.deepEqual(refused(statusesOf(['001_a', '1_b'])), [
    ['order', 'these migrations have one number: m/001_a.sql, m/1_b.sql'],
  ]);
  assert.deepEqual(versions(statusesOf(['001_a', dependent('001_b', '001_a')])), ['001_a', '001_b']);
  assert.deepEqual(versions(statusesOf([dependent('001_a', '001_b'), '001_b'])), ['001_b', '001_a']);
});

test('twins that are both applied, or one of which has no file, are left in peace', () => {
  assert.deepEqual(versions(statusesOf(['001_a', '001_b', '002_c'], ['001_a', '001_b'])), ['002_c']);
  assert.deepEqual(versions(statusesOf(['001_a', '002_c'], ['001_b'])), ['001_a', '002_c']);
});

test('of three files with one number each must have its place', () => {
  const statuses = statusesOf(['001_a', dependent('001_b', '001_a'), '001_c']);
  assert.deepEqual(refused(statuses), [
    ['order', 'these migrations have one number: m/001_a.sql, m/001_b.sql, m/001_c.sql'],
  ]);
  const chain = statusesOf(['001_a', dependent('001_b', '001_a'), dependent('001_c', '001_b')]);
  assert.deepEqual(versions(chain), ['001_a', '001_b', '001_c']);
});

test('--to: everything up to it in the order in which it would run', () => {
  const statuses = statusesOf(['001_a', '002_b', '003_c', '004_d'], ['001_a']);
  assert.deepEqual(versions(statuses, { to: '003_c' }), ['002_b', '003_c']);
  const turned = statusesOf(['001_a', dependent('002_b', '004_d'), '003_c', '004_d', '005_e']);
  assert.deepEqual(versions(turned, { to: '002_b' }), ['001_a', '004_d', '002_b']);
});

test('--to a version that is applied already: what stands before it, and what that needs', () => {
  const statuses = statusesOf(['001_a', '002_b', '003_c', '004_d'], ['003_c']);
  assert.deepEqual(versions(statuses, { to: '003_c', allowLate: true }), ['001_a', '002_b']);
  const needs = statusesOf([dependent('001_a', '004_d'), '003_c', '004_d'], ['003_c']);
  assert.deepEqual(versions(needs, { to: '003_c' }), ['004_d', '001_a']);
});

test('--only: it and all that it needs, in order', () => {
  const statuses = statusesOf([
    '001_a',
    dependent('002_b', '001_a'),
    '003_c',
    dependent('004_d', '002_b, 005_e'),
    '005_e',
    '006_f',
  ]);
  assert.deepEqual(versions(statuses, onlyOf('004_d')), ['001_a', '002_b', '005_e', '004_d']);
  assert.deepEqual(versions(statusesOf(['001_a', '002_b'], ['001_a']), onlyOf('001_a')), []);
});

test('Requires: holds where the extension is installed, or available and creatable', () => {
  for (const [state, holds] of [
    [extension(true, true, false), true],
    [extension(false, true, true), true],
    [extension(false, true, false), false],
    [extension(false, false, true), false],
    [new Map(), false],
  ] as const) {
    const { migrations, skipped } = up(statusesOf([needsVector]), { extensions: state });
    assert.deepEqual([migrations.length, skipped.length], holds ? [1, 0] : [0, 1]);
  }
});

test('what is skipped is skipped with what needs it, each with its reason; the rest runs', () => {
  const files = ['001_a', needsVector, dependent('003_c', '002_v'), dependent('004_d', '3'), '005_e'];
  const { migrations, skipped } = up(statusesOf(files), { extensions: extension(false, true, false) });
  assert.deepEqual(
    migrations.map((one) => one.version),
    ['001_a', '005_e'],
  );
  assert.deepEqual(
    skipped.map((one) => [one.version, one.reason]),
    [
      [
        '002_v',
        'extension vector is available, but this role may not create it; an administrator runs: CREATE EXTENSION vector;',
      ],
      ['003_c', 'it depends on 002_v, which is skipped'],
      ['004_d', 'it depends on 003_c, which is skipped'],
    ],
  );
});

test('applied files that are gone are a warning, many of them one line; a changed comment is a note', () => {
  const warnings = (gone: readonly string[]) => up(statusesOf(['900_z'], gone)).warnings;
  assert.deepEqual(warnings(['001_a', '002_b']), [
    '001_a is applied, but its file is gone',
    '002_b is applied, but its file is gone',
  ]);
  assert.deepEqual(warnings(['001_a', '002_b', '003_c', '004_d']), [
    '4 applied versions have no file any more: 001_a ... 004_d (see status)',
  ]);
  const { warnings: none, notes } = up(statusesOf([fileOf('001_a', `-- Ada\n${BODY}`)], [entryOf('001_a')]));
  assert.deepEqual(none, []);
  assert.deepEqual(notes, ['001_a: a header, comment or section was changed since; the body was not']);
});

test('what was applied under another number is not run again; a common body alone, or a file that is there, is none of that', () => {
  const renamed = [['order', '004_tags is applied already, as 003_tags']];
  assert.deepEqual(refused(statusesOf([dependent('004_tags', '1'), '001_a'], ['001_a', '003_tags'])), renamed);
  const files = ['001_a', '003_tags', '004_other', '005_tags'];
  assert.deepEqual(versions(statusesOf(files, ['001_a', '003_tags'])), ['004_other', '005_tags']);
  assert.deepEqual(versions(statusesOf(['004_other'], ['003_tags'])), ['004_other']);
  assert.deepEqual(versions(statusesOf([fileOf('004_tags', 'SELECT 2;')], ['003_tags'])), ['004_tags']);
  assert.deepEqual(versions(statusesOf(['004_tags', '005_b'], ['003_tags']), { only: '005_b' }), ['005_b']);
  const undone = entryOf('003_tags', { success: false, type: 'rollback' });
  assert.deepEqual(versions(statusesOf(['004_tags'], [undone])), ['004_tags']);
});
