/**
 * A large table goes into a file while it is written: no write is lost, what was counted is what is there, and nothing of the
 * copying stays, whatever ends the run.
 */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { generateIdentity } from 'age-encryption';
import type { BackupManifest } from '../../src/backup/manifest.ts';
import { type DatabaseWorkplace, withCli } from '../support/cli.ts';
import { onServers } from '../support/on-servers.ts';
import { openSession } from '../support/session.ts';
import { BIG, DROP_A, dropWhileWritten, leftOf } from './big-bed.ts';
import { until } from './group-bed.ts';

const ENV = { TASKFLOW_BACKUP_TO: 'file', TASKFLOW_BACKUP_RESERVE: '0' };

/** Asked a second time, behind the commit, it waits. */
const KEY =
  'if [ -e first ]; then touch asked; while [ -e hold ]; do sleep 0.02; done; fi; touch first; cat mine.key\n';

const withBig = (major: 14 | 18, use: (at: DatabaseWorkplace) => Promise<void>) =>
  withCli(
    major,
    { 'm/001_base.sql': BIG },
    async (at) => {
      const base = await at.run(['migrate']);
      assert.equal(base.exit, 0, base.output);
      await use(at);
    },
    ENV,
  );

function foldersOf({ folder, database }: DatabaseWorkplace): string[] {
  const path = join(folder, '.taskflow/backups', database.name);
  return existsSync(path) ? readdirSync(path).sort() : [];
}

function manifestOf({ folder, database }: DatabaseWorkplace, id: string): BackupManifest {
  return JSON.parse(readFileSync(join(folder, '.taskflow/backups', database.name, id, 'manifest.json'), 'utf8'));
}

async function comesBack(at: DatabaseWorkplace, env: Record<string, string> = {}): Promise<void> {
  const back = await at.run(['rollback', '--yes', '--lock-timeout', '30s', '--wait', '60s'], { env });
  assert.equal(back.exit, 0, back.output);
  assert.doesNotMatch(back.said, /not put back/);
  assert.deepEqual(await at.database.sql('SELECT count(*) FROM big WHERE a IS DISTINCT FROM b'), [['0']]);
  assert.deepEqual(await leftOf(at, true), []);
}

for (const major of onServers(import.meta.url, 14, 18))
  describe(`PostgreSQL ${major}`, { concurrency: 2 }, () => {
    test('written meanwhile: what was counted is what there is, and all of it comes back', () =>
      withBig(major, async (at) => {
        const said = await dropWhileWritten(at);
        const kept = Number(/kept ([\d,]+) values of public\.big\.a in/.exec(said)?.[1]?.replaceAll(',', ''));
        assert.deepEqual(await at.database.sql('SELECT count(*) FROM big'), [[String(kept)]]);
        assert.deepEqual(await leftOf(at, true), []);
        const sizes = foldersOf(at).map((id) => manifestOf(at, id).files.length);
        assert.equal(Math.max(...sizes), 2, 'two sessions have read it');
        for (const id of foldersOf(at)) {
          const verified = await at.run(['backup', 'verify', id, '--scratch', at.database.server.url('postgres')]);
          assert.equal(verified.exit, 0, verified.output);
        }
        await comesBack(at);
      }));

    test('not written meanwhile: one file is all of it', () =>
      withBig(major, async (at) => {
        at.write(DROP_A);
        const dropped = await at.run(['migrate']);
        assert.match(dropped.said, /kept 50,000 values of public\.big\.a in .*is in the file backup/);
        assert.deepEqual(await leftOf(at, true), []);
        assert.equal(foldersOf(at).length, 1);
        const { returns } = (await at.run(['rollback', '--dry-run', '--json'])).json<{ returns: { file: string }[] }>();
        assert.deepEqual(
          returns.map(({ file }) => file),
          foldersOf(at),
        );
        await comesBack(at);
      }));

    test('a run that fails behind the copy takes the file away again', () =>
      withBig(major, async (at) => {
        at.write({
          'm/002_drop.sql':
            '-- Drop\n-- Lock-Timeout: 60ms\nALTER TABLE big DROP COLUMN a;\nSELECT 1/0;\n-- IRREVERSIBLE: test\n',
        });
        const failed = await at.run(['migrate']);
        assert.match(failed.said, /division by zero/);
        assert.deepEqual(await leftOf(at, true), []);
        assert.deepEqual(foldersOf(at), []);
      }));

    test('killed behind the copy: the next run removes it, and goes on', () =>
      withBig(major, async (at) => {
        at.write(DROP_A);
        const reader = await openSession(at.database);
        await reader.query('BEGIN; SELECT FROM big LIMIT 1');
        const killed = at.start(['migrate']);
        await killed.said(/public\.big is locked; gave way/);
        killed.child.kill('SIGKILL');
        await killed.finished;
        await reader.end();
        const [orphan] = foldersOf(at);
        await at.database.sql(`UPDATE big SET a = 'late', b = 'late' WHERE id = 5; DELETE FROM big WHERE id = 6`);
        const next = await at.run(['migrate', '--wait', '60s']);
        assert.equal(next.exit, 0, next.output);
        assert.match(next.said, new RegExp(`Removed ${orphan}: a run that was killed had not put it on record`));
        assert.match(next.said, /kept 49,999 values/);
        assert.equal(foldersOf(at).length, 1);
        await comesBack(at);
      }));

    test('killed when it is destroyed, and what was written since the copy is not in a file yet: it comes back from both', () =>
      withBig(major, async (at) => {
        at.write({ ...DROP_A, hold: '', 'key.sh': KEY, 'mine.key': await generateIdentity() });
        const env = { TASKFLOW_BACKUP_KEY_COMMAND: 'sh key.sh' };
        const reader = await openSession(at.database);
        await reader.query('BEGIN; SELECT FROM big LIMIT 1');
        const run = at.start(['migrate'], { env });
        await run.said(/public\.big is locked; gave way/);
        await at.database.sql(`UPDATE big SET a = 'late', b = 'late' WHERE id = 5`);
        await at.database.sql('DELETE FROM big WHERE id IN (6, 7)');
        await at.database.sql(`INSERT INTO big VALUES (7, 'again', 'again')`);
        await reader.end();
        await until('it is dropped', async () => existsSync(join(at.folder, 'asked')));
        run.child.kill('SIGKILL');
        at.remove('hold');
        await run.finished;
        assert.deepEqual(await at.database.sql('SELECT count(*) FROM taskflow_backup."002_drop.1"'), [['3']]);
        await comesBack(at, env);
      }));
  });
