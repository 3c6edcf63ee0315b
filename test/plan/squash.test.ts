/** What a squash among the files makes of the rows that a database has. */
import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import { findNeeded, findVersion } from '../../src/migration/find-version.ts';
import { planDown } from '../../src/plan/down.ts';
import type { MigrationFile } from '../../src/plan/migration-file.ts';
import { resolveVersion } from '../../src/plan/resolve-version.ts';
import { standIns } from '../../src/plan/squash.ts';
import { planUp, type UpOptions } from '../../src/plan/up.ts';
import { Problem } from '../../src/problem/problem.ts';
import { BODY, dependent, entryOf, fileOf, problemsOf, statusesOf } from './make.ts';

const squash = (version: string, ...replaces: string[]): MigrationFile =>
  fileOf(version, `-- Folded\n${replaces.map((one) => `-- Replaces: ${one}\n`).join('')}${BODY}`);
const OPTIONS: UpOptions = { allowLate: false, serverVersionNum: 180_000, extensions: new Map() };
const up = (...made: Parameters<typeof statusesOf>) => planUp(statusesOf(...made), OPTIONS);
const statesOf = (...made: Parameters<typeof statusesOf>) =>
  statusesOf(...made).map(({ version, state }) => `${version} ${state}`);

const S = squash('003_squash', '001_a, 002_b', '003_c');
const LATER = dependent('004_d', '002_b');

describe('a squash', () => {
  test('is pending where nothing of it is known, and what depends on a part of it comes behind it', () => {
    assert.deepEqual(statesOf([S, LATER]), ['003_squash pending', '004_d pending']);
    assert.deepEqual(
      up([LATER, S]).migrations.map(({ version, depends }) => [version, ...depends]),
      [['003_squash'], ['004_d', '003_squash']],
    );
  });

  test('counts as a baseline where all of it is in force, before that is on record', () => {
    const rows = ['001_a', '002_b', '003_c'];
    assert.deepEqual(statesOf([S, LATER], rows), [
      '001_a applied',
      '002_b applied',
      '003_c applied',
      '003_squash baseline',
      '004_d pending',
    ]);
    const plan = up([S, LATER], rows);
    assert.deepEqual(
      plan.standIns.map(({ version, entry }) => [version, entry?.type, entry?.appliedOrder]),
      [['003_squash', 'baseline', 3]],
    );
    assert.deepEqual(
      plan.migrations.map(({ version }) => version),
      ['004_d'],
    );
    assert.deepEqual(plan.warnings, []);
    assert.deepEqual(plan.notes, []);
  });

  test('that is on record is not recorded again', () => {
    const own = entryOf('003_squash', { type: 'baseline' }, S.load().text);
    assert.deepEqual(up([S], ['001_a', '002_b', '003_c', own]).standIns, []);
  });

  test('of which a part is in force is refused, with what is missing and the way to it', () => {
    const [problem] = problemsOf(() => up([S, LATER], ['001_a', '003_c']));
    assert.equal(problem?.code, 'squash-incomplete');
    assert.equal(problem?.fields.found, 'not applied: 002_b');
    assert.match(problem?.fields.next?.[0] ?? '', /migrate --dir m\/squashed\/003_squash --to 002_b$/);
    assert.deepEqual(statesOf([S], ['001_a', '003_c']), ['001_a applied', '003_c applied', '003_squash pending']);
  });

  test('a part that was rolled back, or is half rolled back, is missing', () => {
    for (const more of [{ type: 'rollback', success: false }, { success: false }]) {
      const rows = ['001_a', entryOf('002_b', more), '003_c'];
      assert.equal(problemsOf(() => up([S], rows))[0]?.fields.found, 'not applied: 002_b');
    }
  });

  test('a part whose file is still there is refused, pending or rolled back, but not applied', () => {
    const [problem] = problemsOf(() => up([S, '002_b']));
    assert.match(problem?.message ?? '', /002_b is still there, and 003_squash stands for it/);
    assert.doesNotThrow(() => up([S, '002_b'], ['001_a', '002_b', '003_c']));
  });

  test('a part that was applied with other SQL is refused; without a checksum it is taken at its word', () => {
    const body = fileOf('1_x').load().bodyChecksum.slice(0, 12);
    const checked = squash('002_squash', `001_a@${body}, 002_b@${body}`);
    assert.doesNotThrow(() => up([checked], ['001_a', '002_b']));
    const other = entryOf('002_b', {}, 'SELECT 2;\n');
    const [problem] = problemsOf(() => up([checked], ['001_a', other]));
    assert.equal(problem?.code, 'checksum-mismatch');
    assert.equal(problem?.fields.found, 'applied with other SQL: 002_b');
    assert.doesNotThrow(() => up([checked], ['001_a', { ...other, bodyChecksum: null }]));
  });

  test('is what a rollback stops at, however the parts are named', () => {
    const rows = ['001_a', '002_b', '003_c', '004_d'];
    const statuses = statusesOf([S, LATER], rows);
    assert.deepEqual(
      planDown(statuses, { steps: 9 }).map(({ version }) => version),
      ['004_d'],
    );
    for (const options of [{ to: '002_b' }, { version: '002_b' }, { version: '003_squash' }])
      assert.equal(problemsOf(() => planDown(statuses, options))[0]?.code, 'rollback-refused');
  });

  test('a file numbered below it is late, wherever the squash came from', () => {
    const late = '002_late';
    for (const rows of [['001_a', '002_b', '003_c'], ['003_squash']]) {
      const [problem] = problemsOf(() => up([S, late], rows));
      assert.equal(problem?.code, 'late-migration');
    }
  });
});

describe('a squash of a squash', () => {
  const second = squash('005_squash', '003_squash, 004_d', '003_squash = 001_a, 002_b, 003_c');
  const old = ['001_a', '002_b', '003_c'];

  test('is there where all of the first one or what that stood for is there', () => {
    for (const rows of [
      [...old, '004_d'],
      ['003_squash', '004_d'],
      [...old, '003_squash', '004_d'],
    ])
      assert.deepEqual(
        up([second], rows).standIns.map(({ version }) => version),
        ['005_squash'],
      );
  });

  test('what is missing is named as what can be applied', () => {
    const found = (rows: string[]) => problemsOf(() => up([second], rows))[0]?.fields.found;
    assert.equal(found(['004_d']), 'not applied: 003_squash');
    assert.equal(found(['001_a', '004_d']), 'not applied: 002_b, 003_c');
    assert.equal(found(old), 'not applied: 004_d');
  });

  test('what is lacking of the first one is in that one’s archive', () => {
    const [problem] = problemsOf(() => up([second], ['001_a']));
    assert.match(problem?.fields.next?.[0] ?? '', /--dir m\/squashed\/003_squash --to 003_c$/);
  });

  test('rows that only say so are told from those that ran', () => {
    const rows = [...old.map((one) => entryOf(one)), entryOf('003_squash', { type: 'baseline' })];
    assert.deepEqual([...standIns([second], rows)], ['003_squash']);
    assert.deepEqual([...standIns([second], [entryOf('003_squash', { type: 'baseline' })])], []);
  });
});

describe('the name of a part', () => {
  const files = [S, LATER];

  test('means the squash in Depends, by number as well', () => {
    for (const text of ['002_b', '2', '003_c', '3'])
      assert.equal((findNeeded(files, text) as MigrationFile).version, '003_squash');
    assert.ok(findNeeded(files, '9') instanceof Problem);
  });

  test('means its row where there is one, and else nothing: the squash is named', () => {
    const statuses = statusesOf(files, ['001_a', '002_b', '003_c']);
    assert.equal(resolveVersion(statuses, '2'), '002_b');
    assert.equal(resolveVersion(statuses, '3'), '003_squash');
    assert.ok(findVersion(statusesOf(files), '2') instanceof Problem);
    assert.match(problemsOf(() => resolveVersion(statusesOf(files), '2'))[0]?.fields.next?.[0] ?? '', /003_squash/);
  });
});
