/** However a live dry run ends, nothing of it stays: locks refused, the time over, Ctrl-C, kill, a session ended, production. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { onServers } from '../support/on-servers.ts';
import { startPooler } from '../support/pgbouncer.ts';
import { dryRun, isAsleep, SLEEP, stateOf, withOrders } from './dry-run-bed.ts';
import { until } from './group-bed.ts';
import { whileHeld } from './locks-bed.ts';

describe('how a dry run ends', { concurrency: 3 }, () => {
  for (const major of onServers(import.meta.url, 14, 18)) {
    test(`PostgreSQL ${major}: a table that somebody holds is given up in time, and nothing waits in front of it`, () =>
      withOrders(major, { 'm/002_alter.sql': 'ALTER TABLE orders ADD COLUMN m int;\n-- IRREVERSIBLE: test\n' }, (at) =>
        whileHeld(at.database, 'SELECT count(*) FROM orders', async (holder) => {
          const run = await dryRun(at, ['--lock-budget=700ms']);
          assert.equal(run.exit, 4, run.output);
          assert.match(run.said, /error\[lock-timeout\]: 002_alter: gave up waiting for a lock on public\.orders/);
          assert.match(run.said, new RegExp(`pid ${holder.pid} \\(cron`));
          assert.match(run.stdout, /002_alter not finished[\s\S]*Gave up waiting for a lock/);
          assert.equal(run.detail.outcome, 'gave-up');
        }),
      ));

    test(`PostgreSQL ${major}: Ctrl-C in mid-run leaves nothing`, () =>
      withOrders(major, SLEEP, async (at) => {
        const run = await dryRun(at, [], async () => {
          const { child, finished } = at.start(['migrate', '--dry-run=live', '--hold', '1min']);
          await until('asleep', () => isAsleep(at));
          child.kill('SIGINT');
          return finished;
        });
        assert.equal(run.exit, 130, run.output);
        assert.match(run.stderr, /now: +Rolled back: the dry run changed nothing\./);
        assert.equal(run.detail.outcome, 'cancelled');
      }));

    test(`PostgreSQL ${major}: locks are held for as long as is allowed, and no longer`, () =>
      withOrders(major, SLEEP, async (at) => {
        const run = await dryRun(at, ['--hold', '2s']);
        assert.equal(run.exit, 1, run.output);
        assert.match(run.stderr, /error\[dry-run-stopped\]: 002_sleep: the dry run has held its locks for as long as/);
        assert.match(run.stderr, /m\/002_sleep\.sql:2:1/);
        assert.match(run.stdout, /002_sleep not finished[\s\S]*ended here[\s\S]*Stopped: 1 statement went through/);
        assert.equal(run.detail.outcome, 'stopped');
      }));

    test(`PostgreSQL ${major}: kill -9 in mid-run leaves nothing but a lease that ends by itself`, () =>
      withOrders(major, SLEEP, async (at) => {
        const { child, finished } = at.start(['migrate', '--dry-run=live', '--hold', '1min']);
        await until('asleep', () => isAsleep(at));
        child.kill('SIGKILL');
        await finished;
        await until('gone on the server', async () => !(await isAsleep(at)));
        const column = "SELECT 1 FROM pg_attribute WHERE attrelid = 'orders'::regclass AND attname = 'm'";
        assert.deepEqual(await at.database.sql(column), []);
        at.write({ 'm/002_sleep.sql': SLEEP['m/002_sleep.sql'].replace('240', '0') });
        const next = await at.run(['migrate']);
        assert.equal(next.exit, 0, next.output);
      }));

    test(`PostgreSQL ${major}: on production it is refused unless said twice`, () =>
      withOrders(major, SLEEP, async (at) => {
        at.write({ 'm/002_sleep.sql': SLEEP['m/002_sleep.sql'].replace('240', '0') });
        await at.database.sql("INSERT INTO schema_migration_settings (key, value) VALUES ('production', 'true')");
        const before = await stateOf(at);
        for (const args of [[], ['--yes']]) {
          const refused = await at.run(['migrate', '--dry-run=live', ...args]);
          assert.equal(refused.exit, 2, refused.output);
          assert.match(refused.said, /error\[confirmation-needed\].*marked production.*--yes-on-production/);
        }
        assert.deepEqual(await stateOf(at), before);
        const said = await dryRun(at, ['--yes-on-production']);
        assert.equal(said.exit, 0, said.output);
      }));

    for (const session of ['migration', 'control']) {
      test(`PostgreSQL ${major}: its ${session} session is ended in mid-run`, () =>
        withOrders(major, SLEEP, async (at) => {
          // By the migration itself, hidden in a function, so that it is in time: the hold ends after three seconds.
          await at.database.sql(`CREATE FUNCTION end_session() RETURNS boolean LANGUAGE sql AS $$ SELECT pg_terminate_backend(pid)
            FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'taskflow-db ${session}' $$`);
          at.write({
            'm/002_sleep.sql': SLEEP['m/002_sleep.sql'].replace(/^SELECT/m, 'SELECT end_session();\nSELECT'),
          });
          const run = await dryRun(at, ['--hold', session === 'migration' ? '1min' : '3s']);
          assert.equal(run.exit, 1, run.output);
          assert.match(run.stderr, session === 'migration' ? /57P01/ : /error\[dry-run-stopped\]/);
          assert.equal(run.detail.outcome, 'stopped');
          assert.match(run.stderr, /now: +Rolled back: the dry run changed nothing\./);
        }));
    }
  }

  test('no other run begins while it is at work, and it waits for one that is', () =>
    withOrders(18, SLEEP, async (at) => {
      const { child, finished } = at.start(['migrate', '--dry-run=live', '--hold', '1min']);
      await until('asleep', () => isAsleep(at));
      const other = await at.run(['migrate', '--wait', '0']);
      assert.equal(other.exit, 4, other.output);
      assert.match(other.stderr, /error\[runner-busy\]/);
      child.kill('SIGINT');
      assert.equal((await finished).exit, 130);
    }));

  test('through a pooler: the same, and nothing stays in its server process', () =>
    withOrders(
      18,
      {
        'm/002_set.sql':
          'SET search_path = evil, public;\nALTER TABLE orders ADD COLUMN m int;\n-- IRREVERSIBLE: test\n',
        'm/003_as_new.sql':
          "SELECT 1 / (current_setting('search_path') NOT LIKE '%evil%')::int;\n-- IRREVERSIBLE: test\n",
      },
      async (at) => {
        const pooler = await startPooler(at.database.server);
        try {
          const run = await dryRun(at, [], () =>
            at.run(['migrate', '--dry-run=live'], { env: { DATABASE_URL: pooler.url(at.database.name) } }),
          );
          assert.equal(run.exit, 0, run.output);
          assert.match(run.stdout, /public\.orders \(about 2,000 rows, .*ACCESS EXCLUSIVE/);
        } finally {
          await pooler.kill();
        }
      },
    ));
});
