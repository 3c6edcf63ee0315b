/** `migrate --jobs`: indexes on different tables are built at the same time, and recorded in their order. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type DatabaseWorkplace, type Files, withCli } from '../support/cli.ts';
import { onServers } from '../support/on-servers.ts';
import { openSession } from './catalog-bed.ts';
import { until } from './group-bed.ts';
import { backendEnded, IRREVERSIBLE, invalid, killed, running, succeeded } from './steps-bed.ts';

const TABLES = ['a', 'b', 'c', 'd'];
const BASE: Files = {
  'm/001_base.sql': `${TABLES.map((name) => `CREATE TABLE ${name} (id int, x int);\nINSERT INTO ${name} SELECT g, g FROM generate_series(1, 100) AS g;`).join('\n')}\n${IRREVERSIBLE}`,
};

const build = (table: string, more = '') =>
  `${more}CREATE INDEX CONCURRENTLY ${table}_x ON ${table} (x);\n${IRREVERSIBLE}`;

const BUILDS: Files = {
  'm/002_a.sql': build('a'),
  'm/003_b.sql': build('b'),
  'm/004_c.sql': build('c'),
};

/** Somebody who has written into `a` and is gone for coffee: without a snapshot, so that builds on other tables do not wait. */
async function holdingA({ database }: DatabaseWorkplace): Promise<{ release(): Promise<void> }> {
  const session = await openSession(database);
  for (const sql of ['BEGIN', 'LOCK TABLE a IN ROW EXCLUSIVE MODE']) await session.query(sql);
  return { release: () => session.end() };
}

/** The indexes that are valid. */
const built = async ({ database }: DatabaseWorkplace) =>
  (
    await database.sql(
      `SELECT relname FROM pg_index JOIN pg_class ON oid = indexrelid WHERE indisvalid AND relname LIKE '__x%' ORDER BY 1`,
    )
  ).map(([name]) => name);

/** Versions in the order of their records, and as the audit trail has them. */
async function recordedOrder({ database }: DatabaseWorkplace): Promise<[string[], string[]]> {
  const rows = await database.sql('SELECT version FROM schema_migrations WHERE success ORDER BY applied_order');
  const events = await database.sql("SELECT version FROM schema_migration_events WHERE event = 'applied' ORDER BY seq");
  return [rows.map(([version]) => version!), events.map(([version]) => version!)];
}

const ORDER = ['001_base', '002_a', '003_b', '004_c'];

for (const major of onServers(import.meta.url, 12, 14, 18))
  describe(`PostgreSQL ${major}`, { concurrency: 3 }, () => {
    test('the others go on while the first waits; the records stand in order', () =>
      withCli(major, BASE, async (at) => {
        await succeeded(at);
        at.write(BUILDS);
        const holder = await holdingA(at);
        const started = at.start(['migrate', '--jobs', '3']);
        await until('b and c are built', async () => (await built(at)).length === 2);
        assert.deepEqual(await built(at), ['b_x', 'c_x']);
        assert.deepEqual((await recordedOrder(at))[0], ['001_base']);
        await holder.release();
        const finished = await started.finished;
        assert.equal(finished.exit, 0, finished.output);
        assert.deepEqual(await recordedOrder(at), [ORDER, ORDER]);
        assert.deepEqual(await built(at), ['a_x', 'b_x', 'c_x']);
      }));

    test('killed in the middle: the next run finds out what is built, and goes on', () =>
      withCli(major, BASE, async (at) => {
        await succeeded(at);
        at.write(BUILDS);
        const holder = await holdingA(at);
        const started = at.start(['migrate', '--jobs', '3']);
        await until('b and c are built', async () => (await built(at)).length === 2);
        await killed(started);
        await backendEnded(at.database, 'CREATE INDEX%');
        await holder.release();
        await succeeded(at, ['migrate', '--jobs', '3']);
        assert.deepEqual(await built(at), ['a_x', 'b_x', 'c_x']);
        assert.deepEqual(await invalid(at.database), []);
        assert.deepEqual((await recordedOrder(at))[0].sort(), ORDER);
      }));

    test('one that fails does not take the others along; nothing behind them is begun', () =>
      withCli(major, BASE, async (at) => {
        await succeeded(at);
        const unique = `CREATE UNIQUE INDEX CONCURRENTLY a_x ON a ((x % 2));\n${IRREVERSIBLE}`;
        at.write({ ...BUILDS, 'm/002_a.sql': unique, 'm/005_d.sql': `CREATE TABLE later ();\n${IRREVERSIBLE}` });
        const holder = await holdingA(at);
        const started = at.start(['migrate', '--jobs', '3', '--json']);
        await until('b and c are built', async () => (await built(at)).length === 2);
        await holder.release();
        const finished = await started.finished;
        assert.equal(finished.exit, 1, finished.output);
        const { failed, migrations } = finished.json<{
          failed: { version: string };
          migrations: { version: string; state: string }[];
        }>();
        assert.equal(failed.version, '002_a');
        assert.deepEqual(
          migrations.map(({ state }) => state),
          ['failed', 'applied', 'applied', 'pending'],
        );
        assert.equal((await at.database.sql("SELECT to_regclass('later') IS NULL"))[0]?.[0], 't');
      }));
  });

test('two on one table, however it is written, and one that needs another, follow each other', () =>
  withCli(18, BASE, async (at) => {
    await succeeded(at);
    at.write({
      'm/002_a.sql': build('a'),
      'm/003_a.sql': `CREATE INDEX CONCURRENTLY a_x2 ON public.a (id);\n${IRREVERSIBLE}`,
      'm/004_c.sql': build('c', '-- Depends: 003_a\n'),
    });
    const holder = await holdingA(at);
    const started = at.start(['migrate', '--jobs', '4']);
    await until(
      'the first waits',
      async () => (await running(at.database, 'CREATE INDEX CONCURRENTLY a_x %')).length > 0,
    );
    const others = await at.database.sql(
      "SELECT query FROM pg_stat_activity WHERE datname = current_database() AND query ~ '(a_x2|c_x)' AND pid <> pg_backend_pid()",
    );
    assert.deepEqual(others, []);
    await holder.release();
    const finished = await started.finished;
    assert.equal(finished.exit, 0, finished.output);
    assert.deepEqual((await recordedOrder(at))[0], ['001_base', '002_a', '003_a', '004_c']);
  }));
