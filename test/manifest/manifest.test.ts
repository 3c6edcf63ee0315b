import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { manifestFaults } from '../../src/manifest/faults.ts';
import { type ManifestEntry, manifestText } from '../../src/manifest/manifest.ts';
import { readManifest } from '../../src/manifest/read-manifest.ts';
import { Problem } from '../../src/problem/problem.ts';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const entry = (name: string, content = name): ManifestEntry => ({ name: `${name}.sql`, checksum: sha256(content) });
const BASE = [entry('001_a'), entry('002_b')];
const body = (text: string) => text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
const faultsOf = (text: string, files: readonly ManifestEntry[]) =>
  manifestFaults(readManifest(text, 'm/migrations.lock'), files).map(({ kind, version }) => [kind, version]);

/** As Git writes them where both sides changed the same place. */
function conflict(ours: readonly ManifestEntry[], theirs: readonly ManifestEntry[], base?: string): string {
  const own = (entries: readonly ManifestEntry[]) => body(manifestText(entries)).slice(BASE.length).join('\n');
  const middle = base === undefined ? '' : `||||||| 1234567\n${base}\n`;
  return `${manifestText(BASE)}<<<<<<< HEAD\n${own(ours)}\n${middle}=======\n${own(theirs)}\n>>>>>>> feature\n`;
}

test('a line for each file in the order of numbers, each with the hash of the line before', () => {
  const lines = body(manifestText([entry('010_c'), entry('2_b'), entry('001_a')]));
  assert.deepEqual(
    lines.map((line) => line.split(' ')[0]),
    ['001_a.sql', '2_b.sql', '010_c.sql'],
  );
  const links = lines.map((line) => line.split(' ')[2]);
  assert.deepEqual(links, ['0'.repeat(64), sha256(`${lines[0]}\n`), sha256(`${lines[1]}\n`)]);
  assert.equal(lines[0]!.split(' ')[1], sha256('001_a'));
});

test('what is written is read as it is, in any order of the entries, and fits a terminal above its lines', () => {
  const files = [entry('001_a'), entry('002_b'), entry('0100_c')];
  assert.equal(manifestText([...files].reverse()), manifestText(files));
  assert.deepEqual(faultsOf(manifestText(files), files), []);
  assert.deepEqual(faultsOf(manifestText([]), []), []);
  for (const line of manifestText([]).split('\n')) assert(line.length <= 80, line);
});

test('an empty file, one without its last line break, and remarks are manifests', () => {
  assert.deepEqual(faultsOf('', []), []);
  assert.deepEqual(faultsOf(manifestText(BASE).trimEnd(), BASE), []);
  assert.deepEqual(faultsOf(`# ours\n\n${manifestText(BASE)}# end`, BASE), []);
});

test('files and lines that do not agree are named', () => {
  const text = manifestText(BASE);
  assert.deepEqual(faultsOf(text, [BASE[0]!, entry('002_b', 'edited')]), [['changed', '002_b']]);
  assert.deepEqual(faultsOf(text, [...BASE, entry('003_c')]), [['unrecorded', '003_c']]);
  assert.deepEqual(faultsOf(text, [BASE[0]!]), [['gone', '002_b']]);
});

test('a line that was changed, removed, doubled or put elsewhere breaks the chain', () => {
  const files = [...BASE, entry('003_c'), entry('004_d')];
  const [a, b, c, d] = body(manifestText(files)) as [string, string, string, string];
  const write = (...lines: string[]) => `${lines.join('\n')}\n`;
  assert.deepEqual(faultsOf(write(a, c, d), files), [
    ['chain', '003_c'],
    ['unrecorded', '002_b'],
  ]);
  assert.deepEqual(faultsOf(write(b, c, d), files.slice(1)), [['chain', '002_b']]);
  assert.deepEqual(faultsOf(write(a, c, b, d), files), [
    ['chain', '003_c'],
    ['order', '002_b'],
    ['chain', '002_b'],
    ['chain', '004_d'],
  ]);
  assert.deepEqual(faultsOf(write(a, b, b, c, d), files), [
    ['chain', '002_b'],
    ['twice', '002_b'],
  ]);
  const other = b.replace(BASE[1]!.checksum, sha256('other'));
  assert.deepEqual(faultsOf(write(a, other, c, d), files), [
    ['changed', '002_b'],
    ['chain', '003_c'],
  ]);
});

test('two branches that both add a file begin from the same line: a merge that keeps both is seen', () => {
  const [ours, theirs] = [
    [...BASE, entry('003_ours')],
    [...BASE, entry('003_theirs')],
  ];
  const [, , own] = body(manifestText(ours));
  const text = `${manifestText(theirs)}${own}\n`;
  assert.deepEqual(faultsOf(text, [...theirs, entry('003_ours')]), [
    ['order', '003_ours'],
    ['chain', '003_ours'],
  ]);
});

test("Git's conflict markers are seen before all else, with what both sides came from or without", () => {
  const [ours, theirs] = [
    [...BASE, entry('003_ours')],
    [...BASE, entry('003_theirs')],
  ];
  for (const base of [undefined, `003_gone.sql ${'1'.repeat(64)} ${'2'.repeat(64)}`]) {
    const text = conflict(ours, theirs, base);
    const { lines, conflict: line } = readManifest(text, 'm/migrations.lock');
    assert.equal(text.split('\n')[line! - 1], '<<<<<<< HEAD');
    assert.deepEqual(
      lines.map(({ name }) => name),
      ['001_a.sql', '002_b.sql', '003_ours.sql', '003_theirs.sql'],
    );
    assert.deepEqual(faultsOf(text, theirs), [['conflict', null]]);
  }
});

test('a line that is none of a manifest is named with its place', () => {
  const [first, second] = body(manifestText(BASE)) as [string, string];
  const wrong = [
    first.replace('.sql', ''),
    first.toUpperCase(),
    `${first} `,
    first.replace(' ', '  '),
    first.slice(0, -1),
    'x'.repeat(10_000),
    '<<<<<< HEAD',
    '{"lock": 1}',
    '../001_a.sql a b',
  ];
  for (const line of wrong) {
    assert.throws(
      () => readManifest(`${first}\n${line}\n${second}\n`, 'm/migrations.lock'),
      (problem) => {
        assert(problem instanceof Problem);
        assert.equal(problem.code, 'manifest');
        assert.deepEqual([problem.fields.where?.file, problem.fields.where?.line], ['m/migrations.lock', 2]);
        assert(problem.fields.where!.lineText!.length < 200);
        assert.match(problem.fields.next!.join(), /renumber --lock/);
        return true;
      },
    );
  }
});
