/** Full backups of a standby, which takes no writes, and of the project's own embedded server, for which no pg_dump comes along. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { withWorkplace } from '../support/cli.ts';
import { ownServer } from '../support/servers.ts';
import { startStandby } from '../support/standby.ts';
import { folderOf, manifestIn } from './backup-bed.ts';

const ENV = { TASKFLOW_BACKUP_RESERVE: '0' };

test('of a standby, by pg_dump and by COPY; nothing is put on record there', async () => {
  const { primary, standby } = await startStandby(await ownServer(14));
  try {
    await primary.sql('postgres', 'CREATE TABLE t AS SELECT n FROM generate_series(1, 10) AS n');
    await standby.caughtUp();
    await withWorkplace({}, { ...ENV, DATABASE_URL: standby.url('postgres') }, async (at) => {
      for (const method of ['pg_dump', 'copy']) {
        const done = await at.run(['backup', '--method', method]);
        assert.equal(done.exit, 0, done.output);
        assert.doesNotMatch(done.said, /Warning/);
        assert.deepEqual(
          manifestIn(folderOf(done.stdout)).tables.map(({ rows }) => rows),
          [10],
        );
      }
    });
  } finally {
    await standby.stop();
    await primary.stop();
  }
});

test('of the embedded server', () =>
  withWorkplace(
    { 'taskflow-db.config.json': '{ "embedded": true }', 'm/001_a.sql': 'CREATE TABLE a AS SELECT 1 AS n;\n' },
    ENV,
    async (at) => {
      try {
        const first = await at.run(['backup']);
        assert.match(first.said, /error\[target-missing\]: no database is named, and the embedded one is not made yet/);
        assert.equal((await at.run(['migrate', '--backup'])).exit, 0);
        const done = await at.run(['backup']);
        assert.equal(done.exit, 0, done.output);
        const folder = folderOf(done.stdout);
        assert.ok(folder.startsWith(join(at.folder, '.taskflow', 'backups')));
        const { method, tables } = manifestIn(folder);
        assert.deepEqual([method, tables.find(({ name }) => name === 'a')?.rows], ['copy', 1]);
      } finally {
        await at.run(['db', 'stop']);
      }
    },
  ));
