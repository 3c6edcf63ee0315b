/** What replicas, slots and the archive say to a data migration, with real ones. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { onServers } from '../support/on-servers.ts';
import { createDatabase, type OwnServer, ownServer, type TestDatabase } from '../support/servers.ts';
import { startStandby } from '../support/standby.ts';
import { makeTable, watching } from './data-signals-bed.ts';
import { until } from './group-bed.ts';

const MB = 1024 * 1024;
const SETTINGS = [
  'wal_keep_size = 1GB',
  'checkpoint_timeout = 1h',
  'wal_receiver_status_interval = 1',
  'hot_standby_feedback = on',
];

/** WAL that is written, flushed and sent. */
async function writeWal(database: TestDatabase, megabytes: number): Promise<void> {
  await database.sql(
    `SELECT pg_logical_emit_message(true, 'test', repeat('x', ${MB})) FROM generate_series(1, ${megabytes})`,
  );
}

async function switchWal(on: OwnServer, files: number): Promise<void> {
  await on.sql('postgres', "SELECT pg_logical_emit_message(false, 'test', 'x'); SELECT pg_switch_wal();".repeat(files));
}

describe('signals of replication', { concurrency: 2 }, () => {
  for (const major of onServers(import.meta.url, 14, 18)) {
    test(`PostgreSQL ${major}: a replica that stops replaying holds the run, by WAL and by time, until it has caught up`, async () => {
      const { primary, standby } = await startStandby(await ownServer(major, { settings: SETTINGS }));
      try {
        const database = await createDatabase(primary);
        await makeTable(database);
        await standby.caughtUp();
        const bySize = { limits: { replicaLagBytes: 4 * MB } };
        await watching(database, bySize, async (watch) => {
          assert.deepEqual(await watch.look(), []);
          await standby.sql('postgres', 'SELECT pg_wal_replay_pause()');
          await writeWal(database, 8);
          const says =
            /^held by replica-lag: the replica \S+ \(127\.0\.0\.1\) is \d(\.\d)? MB of WAL behind \(limit 4 MB\)$/;
          assert.match((await watch.look()).join(), says);
        });
        const byTime = { limits: { replicaLagMs: 2000 } };
        await watching(database, byTime, async (watch) => {
          const held = await until('it tells of the time', async () => (await watch.look())[0]);
          assert.match(
            held,
            /^held by replica-lag: the replica \S+ \(127\.0\.0\.1\) is [\d.]+ s behind \(limit 2\.0 s\)$/,
          );
          await standby.sql('postgres', 'SELECT pg_wal_replay_resume()');
          await until('it has caught up', async () => (await watch.look()).length === 0);
        });
      } finally {
        await standby.stop();
        await primary.stop();
      }
    });
  }

  test('a replica that is delayed on purpose can be left out; a role without privileges sees that there is one, not more', async () => {
    const { primary, standby } = await startStandby(await ownServer(17, { settings: SETTINGS }));
    try {
      const database = await createDatabase(primary);
      await makeTable(database);
      await standby.caughtUp();
      await standby.sql('postgres', "ALTER SYSTEM SET recovery_min_apply_delay = '1h'");
      await standby.sql('postgres', 'SELECT pg_reload_conf()');
      // From then on, what is committed is replayed an hour later.
      const delay = "SELECT 1 FROM pg_settings WHERE name = 'recovery_min_apply_delay' AND setting <> '0'";
      await until('it is delayed', async () => (await standby.sql('postgres', delay)).rows.length > 0);
      await database.sql('CREATE TABLE late (id int)');
      await writeWal(database, 2);
      const limits = { replicaLagBytes: MB };
      await watching(database, { limits }, async (watch) => {
        const held = await until('it is behind', async () => (await watch.look())[0]);
        assert.match(held, /^held by replica-lag: the replica walreceiver /);
      });
      await watching(database, { limits: { ...limits, ignoredReplicas: ['walreceiver'] } }, async (watch) =>
        assert.deepEqual(await watch.look(), []),
      );
      await database.sql('CREATE ROLE looker LOGIN; GRANT SELECT ON requests TO looker');
      await watching(database, { limits, user: 'looker' }, async (watch) => {
        assert.deepEqual(await watch.look(), []);
        assert.match(
          watch.unseen.join('\n'),
          /^replica-lag: sees 1 replica, but not how far behind: the role needs pg_monitor$/m,
        );
      });
    } finally {
      await standby.stop();
      await primary.stop();
    }
  });

  for (const major of onServers(import.meta.url, 12, 18)) {
    test(`PostgreSQL ${major}: an archive that fails, and a slot that nobody reads, hold the run until they are mended`, async () => {
      const own = await ownServer(major, {
        settings: ['archive_mode = on', "archive_command = 'false'", 'checkpoint_timeout = 1h', 'wal_init_zero = off'],
      });
      try {
        const database = await createDatabase(own);
        await makeTable(database);
        await watching(database, { limits: { archiveFiles: 2, slotBytes: 100 * MB } }, async (watch) => {
          await watch.look();
          assert.deepEqual(watch.unseen, [
            'archive-backlog: archive_mode is on, but the server has not told of any file yet',
          ]);
          await own.sql('postgres', "SELECT pg_create_physical_replication_slot('nobody_reads', true)");
          await switchWal(own, 8);
          const held = await until('both are told', async () => {
            const found = await watch.look();
            return found.length === 2 && found.toSorted();
          });
          assert.match(
            held[0]!,
            /^held by archive-backlog: \d WAL files wait to be archived \(limit 2\); the archiver fails at [0-9A-F]{24}$/,
          );
          assert.match(
            held[1]!,
            /^held by replication-slot: the replication slot nobody_reads, which nobody reads, keeps 1\d\d MB of WAL on the disk \(limit 100 MB\)$/,
          );
          await own.sql('postgres', "ALTER SYSTEM SET archive_command = 'true'");
          await own.sql('postgres', "SELECT pg_reload_conf(), pg_drop_replication_slot('nobody_reads')");
          await until('both are mended', async () => (await watch.look()).length === 0);
          assert.deepEqual(watch.unseen, []);
        });
      } finally {
        await own.stop();
      }
    });
  }
});
