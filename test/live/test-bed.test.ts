/** The test bed itself: every engine answers, and databases are separate, clonable and gone afterwards. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { REPOSITORY } from '../support/run-folder.ts';
import {
  createDatabase,
  engines,
  majors,
  missing,
  ownServer,
  server,
  templateDatabase,
  withDatabase,
} from '../support/servers.ts';

test('every major from 12 to 18 is there', () => {
  assert.deepEqual(missing, []);
  assert.deepEqual(majors, [12, 13, 14, 15, 16, 17, 18]);
});

for (const engine of engines) {
  test(`PostgreSQL ${engine}: a database in UTF-8 that is gone afterwards`, async () => {
    const on = await server(engine);
    const name = await withDatabase(engine, async (database) => {
      assert.deepEqual(await database.sql('SHOW server_encoding'), [['UTF8']]);
      const [[version] = []] = await database.sql('SHOW server_version_num');
      assert.equal(Math.trunc(Number(version) / 10_000), on.major);
      return database.name;
    });
    const { rows } = await on.sql('postgres', `SELECT 1 FROM pg_database WHERE datname = '${name}'`);
    assert.deepEqual(rows, []);
  });
}

test('a template is built once and cloned', async () => {
  const on = await server(18);
  let built = 0;
  const build = () =>
    templateDatabase(on, 'test bed: one table', async (database) => {
      built += 1;
      await database.sql('CREATE TABLE marker AS SELECT 42 AS answer');
    });
  const [template] = await Promise.all([build(), build()]);
  const clone = await createDatabase(on, { template });
  assert.deepEqual(await clone.sql('SELECT answer FROM marker'), [['42']]);
  await clone.drop();
  assert.equal(built, 1);
});

test('an own server has its own access rules, and survives being killed', async () => {
  const hba = 'local all postgres trust\nhost all all 127.0.0.1/32 scram-sha-256\n';
  const own = await ownServer(18, { hba, settings: ['wal_level = logical'] });
  await own.sql('postgres', 'CREATE TABLE kept AS SELECT 1 AS one');
  await own.kill();
  await assert.rejects(own.sql('postgres', 'SELECT 1'));
  const again = await own.restart();
  assert.deepEqual((await again.sql('postgres', 'SELECT one FROM kept')).rows, [['1']]);
  assert.deepEqual((await again.sql('postgres', 'SHOW wal_level')).rows, [['logical']]);
  await again.stop();
  assert.equal(existsSync(again.dataDirectory), false);
});

test('servers of a run go away when its test processes were killed', async () => {
  const folder = mkdtempSync('/tmp/taskflow-bed-');
  const code = `import('${join(REPOSITORY, 'test/support/servers.ts')}').then(async ({ server }) => {
    process.stdout.write(String((await server(18)).pid));
    setInterval(() => {}, 1000);
  });`;
  const child = spawn(
    process.execPath,
    ['--import', join(REPOSITORY, 'test/node_modules/tsx/dist/loader.mjs'), '-e', code],
    {
      env: { ...process.env, TASKFLOW_TEST_RUN: folder, TASKFLOW_TEST_LINGER: '1' },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const [pid] = (await child.stdout.take(1).toArray()) as Buffer[];
  assert.ok(existsSync(`/proc/${pid}/cwd/.`));
  child.kill('SIGKILL');
  for (const end = Date.now() + 90_000; existsSync(folder) && Date.now() < end; ) await sleep(50);
  const left = [existsSync(folder), existsSync(`/proc/${pid}/cwd/.`)];
  rmSync(folder, { recursive: true, force: true });
  assert.deepEqual(left, [false, false]);
});
