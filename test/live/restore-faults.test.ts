import assert from 'node:assert/strict';
import { appendFileSync, cpSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import type { DatabaseWorkplace } from '../support/cli.ts';
import { contentOf, halfLoaded, ok, restoredOf, takeBackup, withSource } from './restore-bed.ts';

/** Points of a restore at which it is killed: something that another session sees, and that lets it go no further. */
const POINTS = ['the database is made', 'rows are loaded', 'the names are to be changed'] as const;

for (const point of POINTS) {
  for (const [engine, method] of [
    [14, 'pg_dump'],
    [18, 'copy'],
  ] as const) {
    test(`killed when ${point} (${method}): nothing is lost, and the next run says what it found`, () =>
      withSource(engine, async (at) => {
        const { server, name } = at.database;
        // Long enough to be seen at work.
        await at.database.sql(
          `INSERT INTO users ("e mail") SELECT repeat(md5(n::text), 8) FROM generate_series(1, 60000) AS n`,
        );
        await takeBackup(at);
        await at.database.sql('DELETE FROM "Or""ders"');
        const now = await contentOf(server, name);
        const args = ['restore', '--into', name, '--yes', '--i-know', name];
        const killed = at.start(args);
        const release = await reached(at, point);
        killed.child.kill('SIGKILL');
        assert.equal((await killed.finished).signal, 'SIGKILL');
        await release();
        assert.equal(await contentOf(server, name), now, 'the database is as it was');
        assert.equal((await halfLoaded(server)).length, 1);
        const next = await ok(at.run(args));
        assert.match(
          next.said,
          /Dropped the database taskflow_restoring_\w+, which a restore that was killed had left/,
        );
        assert.deepEqual(await halfLoaded(server), []);
        assert.equal((await restoredOf(at)).length, 1);
        assert.notEqual(await contentOf(server, name), now);
      }));
  }
}

/** Waits until the restore is there; returns what lets go of it. */
async function reached(
  { database: { server, name, url } }: DatabaseWorkplace,
  point: string,
): Promise<() => Promise<void>> {
  if (point === 'the names are to be changed') {
    while ((await halfLoaded(server)).length === 0) await sleep(5);
    const client = new Client({ connectionString: url });
    client.on('error', () => {});
    await client.connect();
    const renaming = `SELECT 1 FROM pg_stat_activity WHERE query LIKE 'ALTER DATABASE "${name}" RENAME%' AND state = 'active'`;
    while ((await server.sql('postgres', renaming)).rows.length === 0) await sleep(20);
    return () => client.end();
  }
  while ((await halfLoaded(server)).length === 0) await sleep(5);
  const [half = ''] = await halfLoaded(server);
  if (point === 'rows are loaded') {
    const there = "SELECT 1 FROM pg_class WHERE relname = 'users' AND pg_relation_size(oid) > 0";
    while ((await server.sql(half, there).catch(() => ({ rows: [] }))).rows.length === 0) await sleep(5);
  }
  return () => Promise.resolve();
}

test('stopped by Ctrl-C it drops what it had loaded, and says so', () =>
  withSource(14, async (at) => {
    const { server, name } = at.database;
    await at.database.sql(
      `INSERT INTO users ("e mail") SELECT repeat(md5(n::text), 8) FROM generate_series(1, 60000) AS n`,
    );
    await takeBackup(at);
    const run = at.start(['restore', '--into', `${name}_new`]);
    while ((await halfLoaded(server)).length === 0) await sleep(5);
    run.child.kill('SIGINT');
    const end = await run.finished;
    assert.equal(end.exit, 130);
    assert.match(end.said, /No database was made; what was loaded is dropped/);
    assert.deepEqual(await halfLoaded(server), []);
    assert.deepEqual(await restoredOf(at), []);
  }));

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
