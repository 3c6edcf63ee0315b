/** What the preflight says of replication: a slot that nobody reads, and a standby that is behind. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { withWorkplace } from '../support/cli.ts';
import { onServers } from '../support/on-servers.ts';
import { createDatabase, ownServer, type TestServer } from '../support/servers.ts';
import { startStandby } from '../support/standby.ts';
import { until } from './group-bed.ts';
import { BUSY } from './locks-bed.ts';

/** 16 MB of WAL each, of which hardly anything is written. */
async function writeSegments(on: TestServer, amount: number): Promise<void> {
  const one = "SELECT pg_logical_emit_message(false, 'test', 'x'); SELECT pg_switch_wal();";
  await on.sql('postgres', one.repeat(amount));
}

/** What migrate warns of in a new database, in one line. */
async function warnings(on: TestServer, ...more: string[]): Promise<string> {
  const database = await createDatabase(on);
  try {
    return await withWorkplace(BUSY, { DATABASE_URL: database.url }, async (at) => {
      const run = await at.run(['migrate', ...more]);
      assert.equal(run.exit, more.includes('--strict') ? 1 : 0, run.output);
      return run.said;
    });
  } finally {
    await database.drop();
  }
}

const SETTINGS = ['wal_keep_size = 4GB', 'max_wal_size = 8GB', 'checkpoint_timeout = 1h', 'wal_init_zero = off'];

describe('preflight of replication', { concurrency: 2 }, () => {
  for (const major of onServers(import.meta.url, 14, 18)) {
    test(`PostgreSQL ${major}: a slot that nobody reads, and a standby that is behind, are warned of as long as they are`, async () => {
      const { primary, standby } = await startStandby(await ownServer(major, { settings: SETTINGS }));
      try {
        const replicates = 'SELECT 1 FROM pg_stat_replication WHERE replay_lsn IS NOT NULL';
        await until('the standby follows', async () => (await primary.sql('postgres', replicates)).rows.length > 0);
        await primary.sql('postgres', "SELECT pg_create_physical_replication_slot('nobody_reads', true)");
        assert.doesNotMatch(await warnings(primary), /Warning/);

        await standby.sql('postgres', 'SELECT pg_wal_replay_pause()');
        await writeSegments(primary, 20);
        const behind = await warnings(primary);
        assert.match(behind, /Warning: the standby \S+ \(127\.0\.0\.1\) is behind: 3\d\d MB/);
        assert.doesNotMatch(behind, /replication slot/);

        await writeSegments(primary, 50);
        const both = await warnings(primary, '--strict');
        assert.match(both, /the standby \S+ \(127\.0\.0\.1\) is behind: 1\.\d GB/);
        assert.match(both, /the replication slot nobody_reads is used by nobody and keeps 1\.\d GB of WAL on the disk/);
        assert.match(both, /Nothing was run/);

        const [, drop = ''] = /(SELECT pg_drop_replication_slot\([^;]*;)/.exec(both) ?? [];
        await primary.sql('postgres', drop);
        await standby.sql('postgres', 'SELECT pg_wal_replay_resume()');
        await standby.caughtUp();
        await until('the primary has heard of it', async () => !/Warning/.test(await warnings(primary)));
      } finally {
        await standby.stop();
        await primary.stop();
      }
    });
  }
});
