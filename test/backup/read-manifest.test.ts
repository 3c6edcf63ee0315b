import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileFaults } from '../../src/backup/file-faults.ts';
import { readBackupId } from '../../src/backup/manifest.ts';
import { readManifest } from '../../src/backup/read-manifest.ts';
import { Problem } from '../../src/problem/problem.ts';

const WHOLE = {
  format: 1,
  id: '20261123T112233Z-full-1a2b3c4d',
  kind: 'full',
  method: 'copy',
  writtenBy: ['taskflow-db 1.0.0'],
  startedAt: '2026-11-23T11:22:33.000Z',
  finishedAt: '2026-11-23T11:22:34.000Z',
  source: {
    database: 'd',
    serverVersion: '18.1',
    serverVersionNum: 180001,
    systemIdentifier: null,
    encoding: 'UTF8',
    databaseBytes: 1,
  },
  runId: 'r',
  version: null,
  applied: null,
  compression: 'gzip:1',
  encryption: null,
  files: [{ path: 'data/1.copy.gz', bytes: 10, sha256: 'a' }],
  tables: [{ schema: 'public', name: 't', rows: 1, file: 'data/1.copy.gz', columns: ['a'] }],
  sequences: [],
  leftOut: [],
};

function codeOf(text: string): string | undefined {
  try {
    readManifest(text, 'manifest.json');
    return undefined;
  } catch (error) {
    assert.ok(error instanceof Problem, String(error));
    return error.code;
  }
}

test('a whole manifest is read, also with members that a later version may add', () => {
  assert.deepEqual(readManifest(JSON.stringify(WHOLE), 'f'), WHOLE);
  assert.equal(codeOf(JSON.stringify({ ...WHOLE, more: 1 })), undefined);
});

test('every cut of a manifest is found', () => {
  const text = JSON.stringify(WHOLE, null, 2);
  for (let length = 1; length < text.length; length++)
    assert.equal(codeOf(text.slice(0, length)), 'backup-damaged', String(length));
  assert.equal(codeOf(''), 'backup-unknown');
});

test('every member that is missing, or is something else, is found', () => {
  for (const name of Object.keys(WHOLE)) {
    const { [name as 'id']: _, ...rest } = WHOLE;
    const code = codeOf(JSON.stringify(rest));
    assert.ok(code === 'backup-damaged' || ['format', 'id'].includes(name), name);
    assert.notEqual(code, undefined, name);
    assert.notEqual(codeOf(JSON.stringify({ ...WHOLE, [name]: { odd: true } })), undefined, name);
  }
});

test('a path that leads out of the folder is refused', () => {
  for (const path of ['../x', '/etc/passwd', 'a/../b', 'a//b', './a', 'a\\b', '', 'a\0b']) {
    assert.equal(codeOf(JSON.stringify({ ...WHOLE, files: [{ path, bytes: 1, sha256: '' }] })), 'backup-damaged', path);
  }
});

test('foreign and newer ones are told apart from damaged ones', () => {
  for (const text of [
    'null',
    '[]',
    '"x"',
    '{"name":"pkg"}',
    'PGDMP',
    '<xml/>',
    JSON.stringify({ ...WHOLE, format: 0 }),
    JSON.stringify({ ...WHOLE, format: 2 }),
  ])
    assert.equal(codeOf(text), 'backup-unknown', text.slice(0, 20));
});

test('the files that lie there are compared with those that should', () => {
  const manifest = readManifest(JSON.stringify(WHOLE), 'f');
  const said = (files: { path: string; bytes: number | null }[]) =>
    fileFaults(manifest, files).map(({ message }) => message);
  const own = { path: 'manifest.json', bytes: 5 };
  assert.deepEqual(said([own, { path: 'data/1.copy.gz', bytes: 10 }, { path: 'verified.json', bytes: 1 }]), []);
  assert.deepEqual(said([own]), ['data/1.copy.gz of the backup is missing.']);
  assert.deepEqual(said([{ path: 'data/1.copy.gz', bytes: 9 }]), ['data/1.copy.gz of the backup is cut.']);
  assert.deepEqual(said([{ path: 'data/1.copy.gz', bytes: null }]), ['data/1.copy.gz of the backup is changed.']);
  assert.deepEqual(
    said([
      { path: 'data/1.copy.gz', bytes: 10 },
      { path: 'x', bytes: 1 },
    ]),
    ['x of the backup is not of this backup.'],
  );
});

test('a name tells when and what', () => {
  assert.deepEqual(readBackupId(WHOLE.id), { at: new Date('2026-11-23T11:22:33Z'), kind: 'full' });
  for (const name of ['x', '20261323T112233Z-full-1a2b3c4d', '20261123T112233Z-full-1a2b3c4d.partial'])
    assert.equal(readBackupId(name), undefined);
});
