/** A run that is killed between destroying data and having it in a file loses none of it: the next one finds it and goes on. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { generateIdentity } from 'age-encryption';
import { type DatabaseWorkplace, type Started, withCli } from '../support/cli.ts';
import { onServers } from '../support/on-servers.ts';
import { openSession } from '../support/session.ts';
import { until } from './group-bed.ts';

const BASE = `CREATE TABLE notes (id int PRIMARY KEY, body text);
INSERT INTO notes SELECT i, 'b' || i FROM generate_series(1, 100) AS i;
-- IRREVERSIBLE: the base`;
const DROP = 'ALTER TABLE notes DROP COLUMN body;\n-- ROLLBACK:\n-- ALTER TABLE notes ADD COLUMN body text;\n';

/** Prints the key as soon as it may: until then the run stands between the commit and the file. */
const WAIT = `touch waiting; while [ ! -e go ]; do sleep 0.02; done; cat mine.key\n`;

interface Bed extends DatabaseWorkplace {
  /** A run that has dropped the column and waits before it writes the file. */
  readonly dropped: Started;
  readonly go: () => void;
  /** Names in the folder of the database's backups. */
  readonly folders: () => string[];
  readonly path: string;
}

async function withDropped(major: 14 | 18, use: (at: Bed) => Promise<void>): Promise<void> {
  const env = {
    TASKFLOW_BACKUP_TO: 'file',
    TASKFLOW_BACKUP_RESERVE: '0',
    TASKFLOW_BACKUP_KEY_COMMAND: 'sh wait.sh',
    TASKFLOW_LOCK_TIMEOUT: '60s',
  };
  const files = { 'm/001_base.sql': BASE, 'wait.sh': WAIT, 'mine.key': await generateIdentity() };
  await withCli(
    major,
    files,
    async (at) => {
      const first = await at.run(['migrate']);
      assert.equal(first.exit, 0, first.output);
      at.write({ 'm/002_drop.sql': DROP });
      const dropped = at.start(['migrate']);
      await until('it asks for the key', async () => existsSync(join(at.folder, 'waiting')));
      const path = join(at.folder, '.taskflow/backups', at.database.name);
      const folders = () => (existsSync(path) ? readdirSync(path).sort() : []);
      await use({ ...at, dropped, go: () => writeFileSync(join(at.folder, 'go'), ''), path, folders });
    },
    env,
  );
}

/** The command that it waits for has its own end of the pipes: that has to end, too. */
async function kill({ dropped, go }: Bed, run: Started = dropped): Promise<void> {
  run.child.kill('SIGKILL');
  go();
  await run.finished;
}

/** The next run moves it, says so, and a rollback has it back from there. */
async function comesBack(at: Bed, said: readonly RegExp[]): Promise<void> {
  const next = await at.run(['migrate', '--wait', '60s']);
  assert.equal(next.exit, 0, next.output);
  for (const pattern of [
    ...said,
    /What 002_drop destroyed is in the file backup .*; an earlier run had left it in the schema/,
  ])
    assert.match(next.said, pattern);
  assert.equal(at.folders().length, 1, at.folders().join());
  assert.deepEqual(await at.database.sql("SELECT count(*) FROM pg_class WHERE relname ~ '^002_drop'"), [['0']]);
  const back = await at.run(['rollback', '--yes']);
  assert.equal(back.exit, 0, back.output);
  assert.deepEqual(await at.database.sql("SELECT count(*) FROM notes WHERE body = 'b' || id"), [['100']]);
}

for (const major of onServers(import.meta.url, 14, 18))
  describe(`PostgreSQL ${major}`, { concurrency: 4 }, () => {
    test('before the file is begun', () =>
      withDropped(major, async (at) => {
        await kill(at);
        assert.deepEqual(at.folders(), []);
        await comesBack(at, []);
      }));

    test('before the file is begun, and rolled back from the schema', () =>
      withDropped(major, async (at) => {
        await kill(at);
        const back = await at.run(['rollback', '--yes', '--wait', '60s', '--backup-to', 'schema'], {
          env: { TASKFLOW_BACKUP_KEY_COMMAND: 'cat mine.key' },
        });
        assert.equal(back.exit, 0, back.output);
        assert.deepEqual(await at.database.sql("SELECT count(*) FROM notes WHERE body = 'b' || id"), [['100']]);
      }));

    test('while the file is written', () =>
      withDropped(major, async (at) => {
        const reader = await openSession(at.database);
        await reader.query('BEGIN; SELECT FROM taskflow_backup."002_drop.1"');
        at.go();
        // Without its lock it could be of a run that has just begun it.
        await until('it is begun', async () => at.folders().some((name) => existsSync(join(at.path, name, 'lock'))));
        await kill(at);
        await reader.end();
        await comesBack(at, [/Removed \S+\.partial: a run that was killed had left it unfinished/]);
      }));

    test('when the file is whole and not yet on record', () =>
      withDropped(major, async (at) => {
        const holder = await openSession(at.database);
        await holder.query('BEGIN; LOCK TABLE schema_migration_events IN SHARE MODE');
        at.go();
        await until('it is whole', async () => at.folders().some((name) => !name.endsWith('.partial')));
        await kill(at);
        await holder.end();
        await comesBack(at, [/Removed \S+-scoped-\S+: a run that was killed had not put it on record/]);
      }));

    test('a rollback that is killed when it has loaded the file has changed nothing', () =>
      withDropped(major, async (at) => {
        at.go();
        assert.equal((await at.dropped.finished).exit, 0);
        const reader = await openSession(at.database);
        await reader.query('BEGIN; SELECT FROM notes');
        const back = at.start(['rollback', '--yes', '--lock-timeout', '60ms']);
        await back.said(/public\.notes is locked; gave way/);
        await kill(at, back);
        await reader.end();
        assert.deepEqual(await at.database.sql("SELECT count(*) FROM pg_class WHERE relname ~ '^002_drop'"), [['0']]);
        const again = await at.run(['rollback', '--yes', '--wait', '60s']);
        assert.equal(again.exit, 0, again.output);
        assert.deepEqual(await at.database.sql("SELECT count(*) FROM notes WHERE body = 'b' || id"), [['100']]);
      }));
  });
