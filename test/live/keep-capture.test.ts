/**
 * A table that is too large to be copied under its lock is copied while it is written: no write is lost, nobody waits longer
 * than the lock timeout, and nothing of the copying stays, whatever ends the run.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { withApplied, withCli } from '../support/cli.ts';
import { onServers } from '../support/on-servers.ts';
import { openSession } from '../support/session.ts';
import { BIG, DROP_A, dropWhileWritten, leftOf } from './big-bed.ts';

const FILES = { 'm/001_base.sql': BIG };

for (const major of onServers(import.meta.url, 14, 18))
  describe(`PostgreSQL ${major}`, () => {
    test('every value that was there when the column went comes back, those written meanwhile too', () =>
      withApplied(major, FILES, async (at) => {
        const said = await dropWhileWritten(at);
        assert.match(said, /kept [\d,]+ values of public\.big\.a in/);
        assert.deepEqual(await leftOf(at, false), []);
        const back = await at.run(['rollback', '--yes', '--lock-timeout', '5s']);
        assert.equal(back.exit, 0, back.output);
        assert.deepEqual(await at.database.sql('SELECT count(*) FROM big WHERE a IS DISTINCT FROM b'), [['0']]);
        assert.doesNotMatch(back.said, /not put back/);
      }));

    test('a run that fails behind the copy takes it away again', () =>
      withApplied(major, FILES, async (at) => {
        at.write({
          'm/002_drop.sql': `-- Drop\n-- Lock-Timeout: 60ms\nALTER TABLE big DROP COLUMN a;\nSELECT 1/0;\n-- IRREVERSIBLE: test\n`,
        });
        const failed = await at.run(['migrate']);
        assert.equal(failed.exit, 1, failed.output);
        assert.match(failed.said, /division by zero/);
        assert.deepEqual(await leftOf(at, false), []);
        const stores =
          "SELECT count(*) FROM pg_class WHERE relnamespace = to_regnamespace('taskflow_backup') AND relkind = 'r'";
        assert.deepEqual(await at.database.sql(stores), [['0']]);
      }));

    test('what a killed run has left of a copy the next one removes, and goes on', () =>
      withApplied(major, FILES, async (at) => {
        at.write(DROP_A);
        // Holds up the lock of the statement itself, when the copy is made.
        const reader = await openSession(at.database);
        await reader.query('BEGIN; SELECT FROM big LIMIT 1');
        const killed = at.start(['migrate']);
        await killed.said(/public\.big is locked; gave way/);
        killed.child.kill('SIGKILL');
        await killed.finished;
        await reader.end();
        assert.notDeepEqual(await leftOf(at, false), []);
        await at.database.sql(`UPDATE big SET a = 'late', b = 'late' WHERE id = 5`);
        const next = await at.run(['migrate']);
        assert.equal(next.exit, 0, next.output);
        assert.match(next.said, /A copy of public\.big that an earlier run had begun and not finished is removed/);
        assert.deepEqual(await leftOf(at, false), []);
        const back = await at.run(['rollback', '--yes', '--lock-timeout', '5s']);
        assert.equal(back.exit, 0, back.output);
        assert.deepEqual(await at.database.sql('SELECT count(*) FROM big WHERE a IS DISTINCT FROM b'), [['0']]);
      }));

    test('in steps, the copy for a later step outlives the ones before', () =>
      withApplied(major, FILES, async (at) => {
        at.write({
          'm/002_steps.sql': `-- Steps\n-- Lock-Timeout: 60ms\nCREATE TABLE early (id int);
CREATE INDEX CONCURRENTLY big_b ON big (b);\nALTER TABLE big DROP COLUMN a;\n-- ROLLBACK:
-- ALTER TABLE big ADD COLUMN a text;\n-- DROP INDEX CONCURRENTLY big_b;\n-- DROP TABLE early;\n`,
        });
        const dropped = await at.run(['migrate']);
        assert.equal(dropped.exit, 0, dropped.output);
        assert.match(dropped.said, /kept 50,000 values of public\.big\.a in/);
        assert.deepEqual(await leftOf(at, false), []);
        const back = await at.run(['rollback', '--yes', '--lock-timeout', '5s']);
        assert.equal(back.exit, 0, back.output);
        assert.deepEqual(await at.database.sql('SELECT count(*) FROM big WHERE a IS DISTINCT FROM b'), [['0']]);
      }));

    test('a way back keeps a large table, too; one that it cannot keep it says, and goes on', () =>
      withCli(
        major,
        { 'm/001_base.sql': BIG.replace('-- IRREVERSIBLE: the base', '-- ROLLBACK:\n-- DROP TABLE big;') },
        async (at) => {
          for (const hasKey of [true, false]) {
            assert.equal((await at.run(['migrate'])).exit, 0);
            if (!hasKey)
              await at.database.sql('ALTER TABLE big DROP CONSTRAINT big_pkey; ALTER TABLE big ALTER id DROP NOT NULL');
            const back = await at.run(['rollback', '--yes', '--lock-timeout', '60ms']);
            assert.equal(back.exit, 0, back.output);
            if (hasKey) assert.match(back.said, /kept 50,000 rows of public\.big/);
            else assert.match(back.said, /what is lost is not kept: public\.big is too large to be copied/);
            assert.deepEqual(await leftOf(at, false), []);
          }
        },
      ));

    test('tables that are small one by one are copied beforehand, or refused, where all of them together would take too long', () =>
      withApplied(major, FILES, async (at) => {
        const make = (name: string, key: string) =>
          `CREATE TABLE ${name} (id int ${key}, v text); INSERT INTO ${name} SELECT i, repeat('v', 300) FROM generate_series(1, 10000) AS i`;
        const keyed = [1, 2, 3, 4].map((n) => make(`few.t${n}`, 'PRIMARY KEY'));
        await at.database.sql(`CREATE SCHEMA few; ${keyed.join('; ')}`);
        const back = [
          'CREATE SCHEMA few',
          ...[1, 2, 3, 4].map((n) => `CREATE TABLE few.t${n} (id int PRIMARY KEY, v text)`),
        ];
        at.write({
          'm/002_few.sql': `-- Lock-Timeout: 60ms\nDROP SCHEMA few CASCADE;\n-- ROLLBACK:\n${back.map((sql) => `-- ${sql};\n`).join('')}`,
        });
        const seen = watchTriggers(at);
        const dropped = await at.run(['migrate']);
        assert.equal(dropped.exit, 0, dropped.output);
        assert(await seen(), 'some of them were copied while they were in use');
        assert.deepEqual(await leftOf(at, false), []);
        const returned = await at.run(['rollback', '--yes', '--lock-timeout', '5s']);
        assert.doesNotMatch(returned.said, /not put back/);
        const rows = [1, 2, 3, 4].map((n) => `(SELECT count(*) FROM few.t${n} WHERE length(v) = 300)`);
        assert.deepEqual(await at.database.sql(`SELECT ${rows.join(' + ')}`), [['40000']]);
        await at.database.sql([1, 2, 3].map((n) => make(`few.k${n}`, '')).join('; '));
        const refused = await at.run(['migrate']);
        assert.match(
          refused.said,
          /few\.k\d is too large to be copied while it is locked.*found: 3\.\d MB, and [\d.]+ MB of others/s,
        );
        assert.deepEqual(await at.database.sql('SELECT count(*) FROM few.k3'), [['10000']]);
      }));

    test('a table without a key is refused, and says what to do', () =>
      withApplied(major, FILES, async (at) => {
        await at.database.sql('ALTER TABLE big DROP CONSTRAINT big_pkey; ALTER TABLE big ALTER id DROP NOT NULL');
        at.write(DROP_A);
        const refused = await at.run(['migrate']);
        assert.equal(refused.exit, 1, refused.output);
        assert.match(refused.said, /error\[backup-refused\].*public\.big is too large to be copied while it is locked/);
        assert.deepEqual(await at.database.sql('SELECT count(a) FROM big'), [['50000']]);
      }));
  });

/** Looks again and again until it has seen the trigger by which a table is copied while it is in use, or is asked. */
function watchTriggers({ database }: Parameters<typeof leftOf>[0]): () => Promise<boolean> {
  let asked = false;
  const looking = (async () => {
    while (!asked) {
      const [found] = await database.sql(
        "SELECT EXISTS (SELECT FROM pg_trigger WHERE tgname LIKE 'taskflow_capture%')",
      );
      if (found?.[0] === 't') return true;
    }
    return false;
  })();
  return () => {
    asked = true;
    return looking;
  };
}
