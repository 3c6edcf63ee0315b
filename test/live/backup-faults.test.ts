/** What ends a full backup, or goes on meanwhile: it is said, nothing half-written stays, and what is whole is of one moment. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { openSession } from '../../src/engine/sessions.ts';
import { machineInputs } from '../../src/postgres/target/process.ts';
import { resolveTarget } from '../../src/postgres/target/resolve.ts';
import { type DatabaseWorkplace, withCli } from '../support/cli.ts';
import { folderOf, loadByHand, manifestIn } from './backup-bed.ts';
import { atGate, dumpBy, GATED, openGate } from './backup-programs.ts';
import { until } from './group-bed.ts';

const ENV = { TASKFLOW_BACKUP_RESERVE: '0' };
const ROWS = 'CREATE TABLE t AS SELECT n FROM generate_series(1, 1000) AS n';
const CHANGE = 'INSERT INTO t SELECT 1000 + n FROM generate_series(1, 50) AS n; DELETE FROM t WHERE n <= 25';

const on = (name: string, use: (at: DatabaseWorkplace) => Promise<void>) =>
  test(name, () => withCli(14, {}, async (at) => use(at)));

/** What lies in the folder of the database's backups. */
function backupsIn({ folder, database }: DatabaseWorkplace, all = join(folder, '.taskflow', 'backups')): string[] {
  const own = join(all, database.name);
  return existsSync(own) ? readdirSync(own) : [];
}

async function checkFirstRows(at: DatabaseWorkplace, stdout: string): Promise<void> {
  const folder = folderOf(stdout);
  assert.deepEqual(
    manifestIn(folder).tables.map(({ name, rows }) => [name, rows]),
    [['t', 1000]],
  );
  const copy = await loadByHand(at.database.server, folder);
  assert.deepEqual(await copy.sql('SELECT count(*), min(n), max(n) FROM t'), [['1000', '1', '1000']]);
  await copy.drop();
}

on('by pg_dump: what is written while it runs is not in it', async (at) => {
  await at.database.sql(ROWS);
  const { finished } = at.start(['backup'], { env: { ...ENV, ...dumpBy(at, GATED) } });
  await atGate(at);
  await at.database.sql(CHANGE);
  openGate(at);
  const done = await finished;
  assert.equal(done.exit, 0, done.output);
  await checkFirstRows(at, done.stdout);
});

on('by COPY: what is written while it waits for a lock is not in it', async (at) => {
  await at.database.sql(ROWS);
  const other = await openSession(resolveTarget(machineInputs({}, { url: at.database.url }))!, {
    applicationName: 'other',
    onSecret: () => {},
  });
  try {
    await other.batch([[{ sql: 'BEGIN' }], [{ sql: 'LOCK TABLE t IN ACCESS EXCLUSIVE MODE' }]]);
    const { finished } = at.start(['backup', '--method', 'copy'], { env: ENV });
    const waits = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'taskflow-db backup'
      AND wait_event_type = 'Lock'`;
    await until('the backup waits', async () => (await at.database.sql(waits)).length > 0);
    await other.batch([[{ sql: CHANGE.split(';')[0]! }], [{ sql: CHANGE.split(';')[1]! }], [{ sql: 'COMMIT' }]]);
    const done = await finished;
    assert.equal(done.exit, 0, done.output);
    await checkFirstRows(at, done.stdout);
  } finally {
    await other.end();
  }
});

on('kill -9: the next one says what it found, ends the dump that was left alone, and removes it', async (at) => {
  await at.database.sql(ROWS);
  const { child, finished } = at.start(['backup'], { env: { ...ENV, ...dumpBy(at, GATED) } });
  await atGate(at);
  const orphan = Number(readFileSync(join(at.folder, '.home', 'at-gate'), 'utf8'));
  const [partial = ''] = backupsIn(at);
  assert.match(partial, /\.partial$/);
  await until('the lock names the dump', async () => lockOf(at, partial).includes(`"pid":${orphan}`));
  child.kill('SIGKILL');
  await finished;
  process.kill(orphan, 0);
  const next = await at.run(['backup'], { env: ENV });
  assert.equal(next.exit, 0, next.output);
  assert.match(next.said, new RegExp(`Warning: Removed ${partial}: a run that was killed had left it unfinished`));
  assert.deepEqual(backupsIn(at), [folderOf(next.stdout).split('/').at(-1)]);
  await until('the dump has ended', async () => hasEnded(orphan));
});

function lockOf(at: DatabaseWorkplace, partial: string): string {
  return readFileSync(join(at.folder, '.taskflow', 'backups', at.database.name, partial, 'lock'), 'utf8');
}

/** Nobody may be there to ask a process that has ended for its status: a zombie is at its end, too. */
function hasEnded(pid: number): boolean {
  try {
    return /^\d+ \(.*\) Z/s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return true;
  }
}

on('that of a run which lives is left alone, and both are whole', async (at) => {
  await at.database.sql(ROWS);
  const first = at.start(['backup'], { env: { ...ENV, ...dumpBy(at, GATED) } });
  await atGate(at);
  const second = await at.run(['backup'], { env: ENV });
  assert.equal(second.exit, 0, second.output);
  assert.match(second.said, /Another run is writing \S+\.partial at this moment; it is left alone/);
  openGate(at);
  assert.equal((await first.finished).exit, 0);
  assert.deepEqual(
    backupsIn(at).filter((name) => name.endsWith('.partial')),
    [],
  );
  assert.equal(backupsIn(at).length, 2);
});

on('Ctrl-C: nothing of it stays, and the status is 130', async (at) => {
  await at.database.sql(ROWS);
  const { child, finished } = at.start(['backup'], { env: { ...ENV, ...dumpBy(at, GATED) } });
  await atGate(at);
  child.kill('SIGINT');
  const done = await finished;
  assert.equal(done.exit, 130, done.output);
  assert.match(done.said, /The unfinished backup is removed; the database was only read/);
  assert.deepEqual(backupsIn(at), []);
  const left = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'taskflow-db backup'`;
  await until('its sessions are closed', async () => (await at.database.sql(left)).length === 0);
});

on('a full disk ends it, by pg_dump and by COPY', async (at) => {
  await at.database.sql(
    `CREATE TABLE t AS SELECT n, md5(random()::text) || md5(random()::text) AS x FROM generate_series(1, 40000) AS n`,
  );
  const disk = join(at.folder, 'disk');
  mkdirSync(disk);
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'none', disk]).status === 0;
  try {
    for (const method of ['pg_dump', 'copy']) {
      // Where nobody may mount: the size that a backup may have, which is watched like the disk.
      const bounds = mounted ? { TASKFLOW_BACKUP_FOLDER: disk } : { TASKFLOW_BACKUP_MAX_SIZE: '100kB' };
      const done = await at.run(['backup', '--method', method], { env: { ...ENV, ...bounds } });
      assert.equal(done.exit, 1, done.output);
      assert.match(done.said, mounted ? /error\[backup-failed\]: there is no room for a full backup/ : /backup-failed/);
      assert.deepEqual(backupsIn(at, mounted ? disk : undefined), []);
    }
  } finally {
    if (mounted) spawnSync('umount', [disk]);
  }
});

on('one that grows beyond its bound is given up while it grows', async (at) => {
  await at.database.sql(ROWS);
  const growing = 'while :; do head -c 100000 /dev/zero >> "$file" || exit; sleep 0.01; done';
  const done = await at.run(['backup'], { env: { ...ENV, ...dumpBy(at, growing), TASKFLOW_BACKUP_MAX_SIZE: '1MB' } });
  assert.equal(done.exit, 1, done.output);
  assert.match(
    done.said,
    /the full backup is larger than it may be found: .* were written, and there was more to come/,
  );
  assert.deepEqual(backupsIn(at), []);
});

on('the folder is for its owner alone, what is above it is not, and version control leaves both out', async (at) => {
  assert.equal((await at.run(['backup'], { env: ENV })).exit, 0);
  const mode = (...path: string[]) => statSync(join(at.folder, ...path)).mode & 0o777;
  assert.deepEqual([mode('.taskflow'), mode('.taskflow', 'backups')], [0o755, 0o700]);
  assert.equal(readFileSync(join(at.folder, '.taskflow', '.gitignore'), 'utf8'), '*\n');
});

on('what cannot fit is refused before a file is made', async (at) => {
  await at.database.sql(ROWS);
  const done = await at.run(['backup'], { env: { TASKFLOW_BACKUP_RESERVE: '900TB' } });
  assert.equal(done.exit, 1, done.output);
  assert.match(done.said, /no room for a full backup .* now: Nothing was written/);
  assert.ok(!existsSync(join(at.folder, '.taskflow')));
});

on('pg_dump that fails is quoted, and nothing of it stays', async (at) => {
  const failing = `echo x > "$file"; echo 'pg_dump: error: query failed: ERROR:  out of luck' >&2; exit 1`;
  const done = await at.run(['backup'], { env: { ...ENV, ...dumpBy(at, failing) } });
  assert.equal(done.exit, 1, done.output);
  assert.match(done.said, /error\[backup-failed\]: pg_dump \S+ did not finish .* out of luck/);
  assert.deepEqual(backupsIn(at), []);
});
