/** A concurrent build that the server ends in favour of others: what it left is removed, and it is built again. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withCli } from '../support/cli.ts';
import { onServers } from '../support/on-servers.ts';
import { until } from './group-bed.ts';
import { session } from './locks-bed.ts';
import { IRREVERSIBLE, startedUntil, story, succeeded } from './steps-bed.ts';

const FILES = { 'm/001_t.sql': `CREATE TABLE t (n int);\n${IRREVERSIBLE}` };
const BUILD = { 'm/002_step.sql': `CREATE INDEX CONCURRENTLY t_n ON t (n);\n${IRREVERSIBLE}` };

for (const major of onServers(import.meta.url, 14, 18)) {
  test(`PostgreSQL ${major}: a build that meets a deadlock`, () =>
    withCli(major, FILES, async (at) => {
      await succeeded(at);
      await at.database.sql(`ALTER DATABASE ${at.database.name} SET deadlock_timeout = '300ms'`);
      at.write(BUILD);
      const first = await session(at.database, 'first');
      await first.run('BEGIN; INSERT INTO t VALUES (1)');
      const started = await startedUntil(at, 'CREATE INDEX CONCURRENTLY%');
      // It writes, too, and then wants what the build holds; the server sees no deadlock yet, as the build waits for `first`.
      const second = await session(at.database, 'second');
      // The build is to meet it, not this one.
      await second.run("SET deadlock_timeout = '10min'");
      await second.run('BEGIN; INSERT INTO t VALUES (2)');
      const wanted = second.run('LOCK TABLE t IN SHARE UPDATE EXCLUSIVE MODE');
      const queued = `SELECT FROM pg_stat_activity WHERE pid = ${second.pid} AND wait_event_type = 'Lock'`;
      await until('it is queued', async () => (await at.database.sql(queued)).length > 0);
      await first.run('COMMIT');
      await wanted;
      await second.run('COMMIT');
      const { exit, output } = await started.finished;
      assert.equal(exit, 0, output);
      const told = new Set(await story(at.database, '002_step'));
      assert.deepEqual([...told], ['started', 'step_started', 'lock_wait', 'step_cleaned', 'step_finished', 'applied']);
      const valid = "SELECT indisvalid FROM pg_index WHERE indexrelid = 't_n'::regclass";
      assert.deepEqual(await at.database.sql(valid), [['t']]);
      await first.end();
      await second.end();
    }));
}
