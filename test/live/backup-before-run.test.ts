/** The policy `always`: a full backup before a run, on record, and no run without it. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { type DatabaseWorkplace, withCli } from '../support/cli.ts';
import { manifestIn } from './backup-bed.ts';
import { atGate, dumpBy, GATED } from './backup-programs.ts';

const FILES = {
  'm/001_a.sql': 'CREATE TABLE a (n int);\n-- ROLLBACK:\n-- DROP TABLE a;\n',
  'm/002_b.sql': 'ALTER TABLE a ADD b int;\n-- ROLLBACK:\n-- ALTER TABLE a DROP b;\n',
};
const ENV = { TASKFLOW_BACKUP_RESERVE: '0' };

interface Row {
  readonly event: string;
  readonly version: string | null;
  readonly detail: Record<string, unknown>;
}

async function eventsOf(at: DatabaseWorkplace): Promise<Row[]> {
  const { events } = (await at.run(['history', '--json'])).json<{ events: Row[] }>();
  return events;
}

function backupsIn({ folder, database }: DatabaseWorkplace): string[] {
  const own = join(folder, '.taskflow', 'backups', database.name);
  return existsSync(own) ? readdirSync(own).sort() : [];
}

const on = (name: string, use: (at: DatabaseWorkplace) => Promise<void>) => test(name, () => withCli(14, FILES, use));

on(
  '--backup of migrate and rollback: before the first statement, with an event; not where nothing is to be run',
  async (at) => {
    const first = await at.run(['migrate', '--to', '001', '--backup'], { env: ENV });
    assert.equal(first.exit, 0, first.output);
    const [id = ''] = backupsIn(at);
    assert.match(first.said, new RegExp(`Full backup ${id}: .* 1/1 001_a applied`));
    assert.deepEqual(manifestIn(join(at.folder, '.taskflow', 'backups', at.database.name, id)).applied, null);
    const second = await at.run(['migrate'], { env: { ...ENV, TASKFLOW_BACKUP: 'always' } });
    assert.equal(second.exit, 0, second.output);
    const again = await at.run(['migrate', '--backup=always'], { env: ENV });
    assert.equal(again.exit, 0, again.output);
    const never = await at.run(['rollback', '--yes', '--backup=never'], { env: { ...ENV, TASKFLOW_BACKUP: 'always' } });
    assert.equal(never.exit, 0, never.output);
    const back = await at.run(['rollback', '--yes', '--backup'], { env: ENV });
    assert.equal(back.exit, 0, back.output);
    const ids = backupsIn(at);
    assert.equal(ids.length, 3);
    const manifests = ids
      .map((one) => manifestIn(join(at.folder, '.taskflow', 'backups', at.database.name, one)))
      .sort((a, b) => a.startedAt.localeCompare(b.startedAt));
    assert.deepEqual(
      manifests.map(({ version, applied }) => [version, applied]),
      [
        ['001_a', null],
        ['002_b', ['001_a']],
        ['001_a', ['001_a']],
      ],
    );
    const told = (await eventsOf(at)).filter(({ event, detail }) => event === 'backed_up' && detail.scope === 'full');
    assert.deepEqual(
      told.map(({ version, detail }) => [version, detail.id, detail.method]),
      manifests.map(({ version, id }) => [version, id, 'pg_dump']),
    );
    assert.match(String(told[0]?.detail.manifestSha256), /^[0-9a-f]{64}$/);
  },
);

on('a backup that fails stops the run before anything is changed', async (at) => {
  assert.equal((await at.run(['migrate', '--to', '001'])).exit, 0);
  const failing = dumpBy(at, 'echo "pg_dump: error: no luck" >&2; exit 1');
  for (const args of [['migrate'], ['rollback', '--yes']]) {
    const before = (await eventsOf(at)).length;
    const done = await at.run([...args, '--backup'], { env: { ...ENV, ...failing } });
    assert.equal(done.exit, 1, done.output);
    assert.match(done.said, /error\[backup-failed\]: pg_dump \S+ did not finish/);
    assert.equal((await eventsOf(at)).length, before);
  }
  assert.deepEqual(backupsIn(at), []);
  assert.deepEqual(
    await at.database.sql("SELECT attname FROM pg_attribute WHERE attrelid = 'a'::regclass AND attnum > 0"),
    [['n']],
  );
});

on('Ctrl-C during the backup: nothing is run', async (at) => {
  const { child, finished } = at.start(['migrate', '--backup'], { env: { ...ENV, ...dumpBy(at, GATED) } });
  await atGate(at);
  child.kill('SIGINT');
  const done = await finished;
  assert.equal(done.exit, 130, done.output);
  assert.deepEqual(await at.database.sql("SELECT to_regclass('a'), to_regclass('schema_migrations')"), [[null, null]]);
});

on('when the first statement runs, no session of the backup is there any more', async (at) => {
  at.write({
    'm/003_c.sql': `DO $$ BEGIN IF EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database()
      AND application_name = 'taskflow-db backup') THEN RAISE 'still there'; END IF; END $$;\n-- ROLLBACK:\n-- SELECT 1;\n`,
  });
  for (const method of [{}, { TASKFLOW_BACKUP_PROGRAMS: at.folder }]) {
    const done = await at.run(['migrate', '--backup'], { env: { ...ENV, ...method } });
    assert.equal(done.exit, 0, done.output);
    assert.equal((await at.run(['rollback', '--yes'], { env: ENV })).exit, 0);
  }
});
