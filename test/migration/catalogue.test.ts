import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { buildCatalogue } from '../../src/migration/catalogue.ts';
import { checksumOf, crlfChecksumOf } from '../../src/migration/checksum.ts';
import { parseFileName } from '../../src/migration/filename.ts';
import { findVersion } from '../../src/migration/find-version.ts';
import { parseDuration } from '../../src/problem/duration.ts';
import { Problem } from '../../src/problem/problem.ts';

function entry(stem: string, folder = 'a') {
  const name = parseFileName(`${stem}.sql`);
  assert.ok(!(name instanceof Problem));
  return { ...name, file: `${folder}/${stem}.sql` };
}

test('entries come in the order of their numbers, then names', () => {
  const { entries, sameNumber, byVersion } = buildCatalogue(['10_a', '9_b', '009_a', '2_z'].map((stem) => entry(stem)));
  assert.deepEqual(
    entries.map((one) => one.version),
    ['2_z', '009_a', '9_b', '10_a'],
  );
  assert.deepEqual(
    sameNumber.map((group) => group.map((one) => one.version)),
    [['009_a', '9_b']],
  );
  assert.equal(byVersion.get('10_a')?.number, 10n);
});

test('every version that is there twice is named at once, twins in letter case too', () => {
  const entries = [entry('1_a'), entry('1_a', 'b'), entry('2_x'), entry('2_X'), entry('3_c')];
  assert.throws(
    () => buildCatalogue(entries),
    (problem: Problem) => {
      assert.equal(problem.code, 'catalogue');
      assert.deepEqual(
        problem.fields.also?.map((one) => one.fields.found),
        ['a/1_a.sql, b/1_a.sql', 'a/2_X.sql, a/2_x.sql'],
      );
      return true;
    },
  );
});

const VERSIONS = ['001_users', '002_workflows', '003_add_new_feature', '003_other', '010_users_email'].map((stem) =>
  entry(stem),
);

function find(text: string): string {
  const found = findVersion(VERSIONS, text);
  return found instanceof Problem
    ? `${found.code}: ${found.fields.found} ${found.fields.next?.join(' ')}`
    : found.version;
}

test('a version is found by its name, its file or its number', () => {
  assert.deepEqual(['002_workflows', '002_workflows.sql', ' 2 ', '002', '10', '0010'].map(find), [
    '002_workflows',
    '002_workflows',
    '002_workflows',
    '002_workflows',
    '010_users_email',
    '010_users_email',
  ]);
});

test('a number of two versions is ambiguous, and both are named', () => {
  assert.match(find('3'), /^version-ambiguous: 003_add_new_feature, 003_other/);
});

test('an unknown version is answered with what was probably meant', () => {
  assert.match(find('002_workflow'), /^version-unknown.*mean 002_workflows\?/);
  assert.match(find('add_new_feture'), /mean 003_add_new_feature\?/);
  assert.match(find('users'), /mean 001_users or 010_users_email\?/);
  assert.match(find('00x'), /^version-unknown.*taskflow-db status/);
  assert.match(find('99'), /^version-unknown.*The highest there is: 010_users_email\./);
  assert.match(find('7'), /Its neighbours are 003_\w+ and 010_users_email\./);
});

test('checksums of both line breaks', () => {
  const bytes = (text: string) => Buffer.from(text);
  const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
  assert.equal(checksumOf(bytes('a\r\nb\r\r\n')), sha256('a\nb\r\n'));
  assert.equal(crlfChecksumOf(bytes('\ufeffa\nb\r\n')), sha256('a\r\nb\r\n'));
  assert.equal(checksumOf(bytes('\ufeffa\r\n')), checksumOf(bytes('a\n')));
  assert.notEqual(checksumOf(bytes('a\rb')), checksumOf(bytes('a\nb')));
  assert.equal(checksumOf(bytes('')), 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
});

test('durations are read as PostgreSQL reads them', () => {
  assert.deepEqual(
    ['0', '250', '250ms', '2s', '1.5 min', '1h', '2d', '1us', '24.9d', '-1', '1 week', ''].map(parseDuration),
    [0, 250, 250, 2000, 90_000, 3_600_000, 172_800_000, 1, undefined, undefined, undefined, undefined],
  );
});
