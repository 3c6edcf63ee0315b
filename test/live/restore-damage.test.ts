import assert from 'node:assert/strict';
import { appendFileSync, cpSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ok, restoredOf, takeBackup, withSource } from './restore-bed.ts';

interface Harm {
  readonly what: string;
  readonly code: string;
  readonly says: RegExp;
  readonly harm: (folder: string) => void;
}

const manifest = (folder: string, change: (value: Record<string, unknown>) => void) => {
  const file = join(folder, 'manifest.json');
  const value = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
  change(value);
  writeFileSync(file, JSON.stringify(value));
};

const HARM: readonly Harm[] = [
  {
    what: 'a changed byte',
    code: 'backup-damaged',
    says: /dump\.pgc of the backup is changed\..*SHA-256/,
    harm: (folder) => {
      const file = join(folder, 'dump.pgc');
      const bytes = readFileSync(file);
      bytes[bytes.length >> 1] = bytes[bytes.length >> 1]! ^ 1;
      writeFileSync(file, bytes);
    },
  },
  {
    what: 'a cut file',
    code: 'backup-damaged',
    says: /dump\.pgc of the backup is cut\..*expected:.*bytes/,
    harm: (f) => truncateSync(join(f, 'dump.pgc'), 1000),
  },
  {
    what: 'a longer file',
    code: 'backup-damaged',
    says: /dump\.pgc of the backup is changed/,
    harm: (f) => appendFileSync(join(f, 'dump.pgc'), 'x'),
  },
  {
    what: 'a missing file',
    code: 'backup-damaged',
    says: /dump\.pgc of the backup is missing/,
    harm: (f) => rmSync(join(f, 'dump.pgc')),
  },
  {
    what: 'a strange file',
    code: 'backup-damaged',
    says: /data\.sql of the backup is not of this backup/,
    harm: (f) => writeFileSync(join(f, 'data.sql'), ''),
  },
  {
    what: 'a cut manifest',
    code: 'backup-damaged',
    says: /manifest of the backup was cut/,
    harm: (f) => truncateSync(join(f, 'manifest.json'), 400),
  },
  {
    what: 'no manifest',
    code: 'backup-unknown',
    says: /no backup of ours/,
    harm: (f) => rmSync(join(f, 'manifest.json')),
  },
  {
    what: 'a manifest of something else',
    code: 'backup-unknown',
    says: /not the manifest of a backup of ours/,
    harm: (f) => writeFileSync(join(f, 'manifest.json'), '{"name": "x"}'),
  },
  {
    what: 'a newer format',
    code: 'backup-unknown',
    says: /newer version of taskflow-db/,
    harm: (f) =>
      manifest(f, (m) => {
        m.format = 2;
      }),
  },
  {
    what: 'a manifest that lacks something',
    code: 'backup-damaged',
    says: /source\.database is missing/,
    harm: (f) =>
      manifest(f, (m) => {
        m.source = {};
      }),
  },
  {
    what: 'a manifest that names files elsewhere',
    code: 'backup-damaged',
    says: /outside of the backup/,
    harm: (f) =>
      manifest(f, (m) => {
        m.files = [{ path: '../../x', bytes: 1, sha256: '' }];
      }),
  },
];

test('whatever is damaged, cut, missing or foreign is refused before anything is touched', () =>
  withSource(14, async (at) => {
    const { path } = await takeBackup(at);
    const sound = join(at.folder, 'sound');
    cpSync(path, sound, { recursive: true });
    for (const { what, code, says, harm } of HARM) {
      rmSync(path, { recursive: true });
      cpSync(sound, path, { recursive: true });
      harm(path);
      for (const args of [['restore'], ['backup', 'verify', '--digests-only']]) {
        const end = await at.run(args);
        assert.equal(end.exit, 1, `${what}: ${end.output}`);
        assert.match(end.said, new RegExp(`error\\[${code}\\]`), what);
        assert.match(end.said, says, what);
      }
      assert.deepEqual(await restoredOf(at), [], what);
      const list = (await ok(at.run(['backup', 'list', '--json']))).json<{ backups: { state: string }[] }>();
      const quick = what === 'a changed byte' ? 'ok' : code === 'backup-unknown' ? 'unknown' : 'damaged';
      assert.equal(list.backups[0]?.state, quick, what);
    }
    rmSync(path, { recursive: true });
    // Anywhere on the disk, and by any name.
    renameSync(sound, join(at.folder, 'a copy'));
    await ok(at.run(['restore', './a copy']));
  }));
