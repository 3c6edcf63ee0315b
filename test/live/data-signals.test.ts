/** What holds a data migration back on a live server, by name and in numbers; and what a role cannot see of it. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { onServers } from '../support/on-servers.ts';
import { engines, type TestDatabase, uniqueName, withDatabase } from '../support/servers.ts';
import { makeTable, watching } from './data-signals-bed.ts';
import { until } from './group-bed.ts';
import { session } from './locks-bed.ts';

const MAJORS = [12, 15, 18] as const;

/** A role that may read the table and nothing else, besides what it is granted. */
async function withRole<T>(database: TestDatabase, granted: string, body: (role: string) => Promise<T>): Promise<T> {
  const role = uniqueName('looker');
  await database.sql(`CREATE ROLE ${role} LOGIN ${granted}; GRANT SELECT ON requests TO ${role}`);
  try {
    return await body(role);
  } finally {
    await database.sql(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
  }
}

describe('signals of a data migration', { concurrency: 4 }, () => {
  for (const engine of engines) {
    test(`PostgreSQL ${engine}: a quiet server holds nothing back, whoever looks; what a role cannot see is named`, () =>
      withDatabase(engine, async (database) => {
        await makeTable(database);
        // Of another role, so that there is something to be hidden.
        const other = await session(database, 'other');
        await other.run('BEGIN; SELECT txid_current()');
        const found = (user?: string) =>
          watching(database, user === undefined ? {} : { user }, async (watch) => {
            for (let look = 0; look < 3; look++) assert.deepEqual(await watch.look(), []);
            return watch.unseen;
          });
        assert.deepEqual(await found(), []);
        await withRole(database, 'IN ROLE pg_monitor', async (role) => assert.deepEqual(await found(role), []));
        await withRole(database, '', async (role) => {
          const unseen = await found(role);
          assert.equal(unseen.length, 2, unseen.join('\n'));
          assert.match(
            unseen[0]!,
            /^active-sessions: cannot see whether \d+ sessions? of other roles are at work: the role/,
          );
          assert.match(
            unseen[1]!,
            /^oldest-snapshot: cannot see the transactions of \d+ sessions? of other roles: the role/,
          );
        });
        await other.end();
      }));
  }

  for (const major of MAJORS) {
    test(`PostgreSQL ${major}: a VACUUM of the table slows the run or holds it; a role without privileges sees it too`, () =>
      withDatabase(major, async (database) => {
        await makeTable(database);
        await database.sql('CREATE TABLE other AS SELECT * FROM requests');
        const vacuuming = await session(database, 'by hand');
        // A cost that is never reached within a test.
        await vacuuming.run(
          "SET vacuum_cost_delay = '100ms'; SET vacuum_cost_limit = 1; UPDATE requests SET note = note",
        );
        const running = vacuuming.run('VACUUM (VERBOSE false) requests').catch(() => {});
        const phase = `SELECT phase FROM pg_stat_progress_vacuum WHERE pid = ${vacuuming.pid}`;
        await until('it scans', async () => (await database.sql(phase))[0]?.[0] === 'scanning heap');
        const told = new RegExp(
          `^slowed by vacuum: VACUUM \\(pid ${vacuuming.pid}, scanning heap, \\d+ %\\) is under way on the same table$`,
        );
        await watching(database, {}, async (watch) => assert.match((await watch.look()).join(), told));
        await watching(database, { limits: { vacuum: 'hold' } }, async (watch) =>
          assert.match((await watch.look()).join(), /^held by vacuum: /),
        );
        await watching(database, { table: 'public.other' }, async (watch) => assert.deepEqual(await watch.look(), []));
        await withRole(database, '', (user) =>
          watching(database, { user }, async (watch) =>
            assert.match((await watch.look()).join(), /^slowed by vacuum: /),
          ),
        );
        await watching(database, {}, async (watch) => {
          assert.equal((await watch.look()).length, 1);
          await database.sql(`SELECT pg_cancel_backend(${vacuuming.pid})`);
          await running;
          const after = [await watch.look(), await watch.look()];
          assert.deepEqual(after[1], []);
        });
        await vacuuming.end();
      }));

    test(`PostgreSQL ${major}: an old snapshot, a prepared transaction and a slot's xmin are named as what they are`, () =>
      withDatabase(major, async (database) => {
        await makeTable(database);
        const limits = { snapshotMs: 1 };
        const report = await session(database, 'report');
        await report.run('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM requests');
        const session1 = new RegExp(
          `^held by oldest-snapshot: pid ${report.pid} \\(report, idle in transaction\\) has kept VACUUM from removing rows for .* \\(limit 1 ms\\)$`,
        );
        await watching(database, { limits }, async (watch) => assert.match((await watch.look()).join(), session1));
        await withRole(database, 'IN ROLE pg_monitor', (user) =>
          watching(database, { limits, user }, async (watch) => assert.match((await watch.look()).join(), session1)),
        );
        await watching(database, { limits }, async (watch) => {
          assert.equal((await watch.look()).length, 1);
          await report.run('ROLLBACK');
          await watch.look();
          assert.deepEqual(await watch.look(), []);
        });
        const gid = uniqueName('gid');
        await report.run(`BEGIN; UPDATE requests SET note = 'y' WHERE id = 1; PREPARE TRANSACTION '${gid}'`);
        await withRole(database, '', (user) =>
          watching(database, { limits, user }, async (watch) =>
            assert.match(
              (await watch.look()).join(),
              new RegExp(`^held by oldest-snapshot: the prepared transaction '${gid}' of postgres has kept VACUUM`),
            ),
          ),
        );
        await report.run(`ROLLBACK PREPARED '${gid}'`);
        await report.end();
      }));

    test(`PostgreSQL ${major}: more sessions at work than the limit hold the run when they are that many three times`, () =>
      withDatabase(major, async (database) => {
        await makeTable(database);
        const sleepers = await Promise.all(['a', 'b'].map((name) => session(database, name)));
        const sleeping = sleepers.map((one) => one.run('SELECT pg_sleep(600)').catch(() => {}));
        const atWork = `SELECT 1 FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep%' AND state = 'active' AND datname = '${database.name}'`;
        await until('they sleep', async () => (await database.sql(atWork)).length === 2);
        await watching(database, { limits: { activeSessions: 1 } }, async (watch) => {
          assert.deepEqual([await watch.look(), await watch.look()], [[], []]);
          // Others have sessions on the same server.
          assert.match((await watch.look()).join(), /^held by active-sessions: \d+ sessions are at work \(limit 1\)$/);
        });
        for (const { pid } of sleepers) await database.sql(`SELECT pg_cancel_backend(${pid})`);
        await Promise.all(sleeping);
        await Promise.all(sleepers.map((one) => one.end()));
      }));

    test(`PostgreSQL ${major}: what the server refuses to tell is named, and takes nothing else along`, () =>
      withDatabase(major, async (database) => {
        await makeTable(database);
        await database.sql('REVOKE EXECUTE ON FUNCTION pg_catalog.pg_current_wal_lsn() FROM PUBLIC');
        const report = await session(database, 'report');
        await withRole(database, 'IN ROLE pg_monitor', async (user) => {
          await report.run('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM requests');
          await watching(database, { user, limits: { snapshotMs: 1 } }, async (watch) => {
            for (let look = 0; look < 2; look++) {
              assert.match((await watch.look()).join(), /^held by oldest-snapshot: /);
              const refused = ['replica-lag', 'replication-slot', 'wal-rate', 'archive-backlog'].map(
                (name) => `${name}: the server refuses to tell: permission denied for function pg_current_wal_lsn`,
              );
              assert.deepEqual(watch.unseen, refused);
            }
          });
          await report.end();
        });
      }));
  }

  for (const major of onServers(import.meta.url, 14, 18)) {
    test(`PostgreSQL ${major}: reads of the table that wait hold the run, and it goes on when they are fast again`, () =>
      withDatabase(major, async (database) => {
        await makeTable(database);
        const holder = await session(database, 'holder');
        await watching(database, { limits: { probeFactor: 10 } }, async (watch) => {
          assert.deepEqual(await watch.look(), []);
          await holder.run('BEGIN; LOCK TABLE requests');
          await watch.look();
          assert.match(
            (await watch.look()).join(),
            /^held by foreground-probe: reading a row of public\.requests by its key takes 1\.\d s, \d+ times what it was before the run \(limit 10\)$/,
          );
          await holder.run('ROLLBACK');
          await until('it goes on', async () => (await watch.look()).length === 0);
        });
        await holder.end();
      }));

    test(`PostgreSQL ${major}: dead rows, counted over partitions, and the rate of WAL`, () =>
      withDatabase(major, async (database) => {
        await database.sql(`CREATE TABLE requests (id bigint PRIMARY KEY, note text) PARTITION BY RANGE (id);
          CREATE TABLE r1 PARTITION OF requests FOR VALUES FROM (1) TO (100) WITH (autovacuum_enabled = off);
          CREATE TABLE r2 PARTITION OF requests FOR VALUES FROM (100) TO (300) WITH (autovacuum_enabled = off);
          INSERT INTO requests SELECT i, 'x' FROM generate_series(1, 299) AS i; UPDATE requests SET note = 'y'`);
        const dead = "SELECT sum(n_dead_tup) FROM pg_stat_user_tables WHERE relname IN ('r1', 'r2')";
        await until('the dead rows are counted', async () => (await database.sql(dead))[0]?.[0] === '299');
        await watching(database, { limits: { deadShare: 0.3, walBytesPerSecond: 10 } }, async (watch) => {
          const held = await until('both are told', async () => {
            await database.sql("SELECT pg_logical_emit_message(true, 'test', repeat('x', 1000000))");
            const found = await watch.look();
            return found.length === 2 && found.toSorted();
          });
          assert.match(held[0]!, /^held by dead-rows: 50 % of the rows of public\.requests are dead \(limit 30 %\)$/);
          assert.match(held[1]!, /^held by wal-rate: the server writes .* of WAL a second \(limit 10 B\)$/);
          assert.deepEqual(watch.unseen, []);
        });
      }));
  }

  test('outside of its times a run is held, and says when it goes on', () =>
    withDatabase(18, async (database) => {
      await makeTable(database);
      const how = { window: [{ from: 22 * 60, to: 6 * 60 }] };
      await watching(database, { ...how, now: '2026-03-01T21:30:00Z' }, async (watch) =>
        assert.deepEqual(await watch.look(), [
          'held by window: outside of its times (22:00-06:00 UTC); goes on in 30 min',
        ]),
      );
      await watching(database, { ...how, now: '2026-03-01T22:30:00Z' }, async (watch) =>
        assert.deepEqual(await watch.look(), []),
      );
    }));

  test('a table without rows, or that the role may not read, has no probe, and that is said', () =>
    withDatabase(18, async (database) => {
      await database.sql('CREATE TABLE requests (id bigint PRIMARY KEY, note text)');
      const unseen = (user?: string) =>
        watching(database, user === undefined ? {} : { user }, async (watch) => {
          assert.deepEqual(await watch.look(), []);
          return watch.unseen.filter((one) => one.startsWith('foreground-probe'));
        });
      assert.deepEqual(await unseen(), ['foreground-probe: the table has no key to read a row by, or no rows']);
      await withRole(database, '', async (user) => {
        await database.sql(`REVOKE ALL ON requests FROM ${user}`);
        assert.deepEqual(await unseen(user), [
          'foreground-probe: the server refuses to read the table: permission denied for table requests',
        ]);
      });
    }));
});
