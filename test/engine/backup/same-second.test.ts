/** Two backups that were begun in one second: their names do not say which is the newer, their manifests do. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { after, test } from 'node:test';
import { findBackup } from '../../../src/engine/backup/find-backups.ts';
import { listBackups } from '../../../src/engine/backup/list-backups.ts';

const folder = mkdtempSync(join(tmpdir(), 'same-second-'));
after(() => rmSync(folder, { recursive: true }));

const BEGUN: Readonly<Record<string, string>> = {
  '20261123T112232Z-full-ffffffff': '2026-11-23T11:22:32.999Z',
  '20261123T112233Z-full-aaaaaaaa': '2026-11-23T11:22:33.800Z',
  '20261123T112233Z-full-bbbbbbbb': '2026-11-23T11:22:33.100Z',
  '20261123T112233Z-full-cccccccc': '2026-11-23T11:22:33.500Z',
};

for (const [id, startedAt] of Object.entries(BEGUN)) {
  const path = join(folder, 'd', id);
  mkdirSync(path, { recursive: true });
  const source = {
    ...{ database: 'd', serverVersion: '18.1', serverVersionNum: 180001 },
    ...{ systemIdentifier: null, encoding: 'UTF8', databaseBytes: 1 },
  };
  const manifest = {
    ...{ format: 1, id, kind: 'full', method: 'copy', writtenBy: ['taskflow-db 1.0.0'], startedAt, source },
    ...{ finishedAt: '2026-11-23T11:22:34.000Z', runId: 'r', version: null, applied: null, compression: 'gzip:1' },
    ...{ encryption: null, files: [], tables: [], sequences: [], leftOut: [] },
  };
  writeFileSync(join(path, 'manifest.json'), JSON.stringify(manifest));
}

test('latest is the one that was begun last', () => {
  const wanted = { named: 'latest', backupFolder: folder, cwd: folder };
  assert.equal(basename(findBackup({ ...wanted, database: 'd' })), '20261123T112233Z-full-aaaaaaaa');
  assert.equal(basename(findBackup({ ...wanted, database: undefined })), '20261123T112233Z-full-aaaaaaaa');
  assert.throws(
    () => findBackup({ ...wanted, database: 'other' }),
    (error: { fields?: { found?: string } }) => /of d: 20261123T112233Z-full-aaaaaaaa/.test(error.fields?.found ?? ''),
  );
});

test('the list has the newest first; one whose manifest cannot be read is in its second', () => {
  const ends = () => listBackups({ backup: { folder } } as never, 'd').map(({ id }) => id.slice(-8));
  assert.deepEqual(ends(), ['aaaaaaaa', 'cccccccc', 'bbbbbbbb', 'ffffffff']);
  writeFileSync(join(folder, 'd', '20261123T112233Z-full-bbbbbbbb', 'manifest.json'), '{');
  assert.deepEqual(ends().slice(2), ['bbbbbbbb', 'ffffffff']);
});
