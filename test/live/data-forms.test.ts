import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Files, withCli } from '../support/cli.ts';
import { onServers } from '../support/on-servers.ts';
import { until } from './group-bed.ts';

const made = (sql: string): Files => ({ 'm/001_made.sql': `${sql}\n-- IRREVERSIBLE: a test\n` });

for (const engine of onServers(import.meta.url, 12, 14, 18)) {
  describe(`on PostgreSQL ${engine}`, () => {
    test('rows are archived by two statements that share a batch, by a key of two columns, and brought back', () =>
      withCli(
        engine,
        {
          ...made(`CREATE TABLE measured (sensor text COLLATE "C", at timestamptz, value int, PRIMARY KEY (sensor, at));
INSERT INTO measured SELECT 's' || i % 7, '2026-01-01'::timestamptz + i * interval '1.000001 s', i FROM generate_series(1, 9000) AS i;
CREATE TABLE archive (LIKE measured INCLUDING ALL);`),
          'm/002_archive.sql': `-- Kind: data
-- Batch: measured by sensor, at
-- Batch-Back: archive
INSERT INTO archive SELECT m.* FROM measured AS m JOIN measured AS other ON (other.sensor, other.at) = (m.sensor, m.at) WHERE m.value > 3000 AND m.:batch;
DELETE FROM measured WHERE value > 3000 AND :batch;
-- VERIFY:
-- SELECT count(*) = 3000 FROM measured;
-- ROLLBACK:
-- INSERT INTO measured SELECT * FROM archive WHERE :batch;
-- DELETE FROM archive WHERE :batch;
`,
        },
        async (at) => {
          const counted = 'SELECT (SELECT count(*) FROM measured), count(*), sum(value) FROM archive';
          const done = await at.run(['migrate']);
          assert.equal(done.exit, 0, done.output);
          assert.deepEqual(await at.database.sql(counted), [['3000', '6000', '36003000']]);
          const undone = await at.run(['rollback', '--yes']);
          assert.equal(undone.exit, 0, undone.output);
          assert.deepEqual(await at.database.sql(counted), [['9000', '0', null]]);
        },
      ));

    test('a way back over a table that is empty by now still reaches all rows', () =>
      withCli(
        engine,
        {
          ...made(
            'CREATE TABLE a AS SELECT i AS id FROM generate_series(1, 3000) AS i; ALTER TABLE a ADD PRIMARY KEY (id); CREATE TABLE b (id int);',
          ),
          'm/002_move.sql': `-- Kind: data
INSERT INTO b SELECT id FROM a WHERE :batch;
DELETE FROM a WHERE :batch;
-- ROLLBACK:
-- INSERT INTO a SELECT id FROM b WHERE :batch;
-- DELETE FROM b WHERE :batch;
`,
        },
        async (at) => {
          // The table is the first that is changed by UPDATE or DELETE: it is empty when the way back begins.
          assert.equal((await at.run(['migrate'])).exit, 0);
          const undone = await at.run(['rollback', '--yes']);
          assert.equal(undone.exit, 0, undone.output);
          assert.deepEqual(await at.database.sql('SELECT (SELECT count(*) FROM a), count(*) FROM b'), [['3000', '0']]);
        },
      ));

    test('a table without a key is gone through by the place of its rows, none twice and none missed', () =>
      withCli(
        engine,
        {
          ...made('CREATE TABLE plain AS SELECT i AS n, NULL::int AS m FROM generate_series(1, 8000) AS i;'),
          'm/002_fill.sql': `-- Kind: data
-- Where: m IS NULL
UPDATE plain SET m = n, n = n + 1 WHERE :batch;
-- VERIFY:
-- SELECT count(*) = 0 FROM plain WHERE m IS NULL OR n <> m + 1;
-- IRREVERSIBLE: a test
`,
        },
        async (at) => {
          const done = await at.run(['migrate']);
          assert.equal(done.exit, 0, done.output);
          assert.deepEqual(await at.database.sql('SELECT count(*), sum(n - m) FROM plain'), [['8000', '8000']]);
        },
      ));
  });
}

test('rows that come while it runs are found by the last sweep', () =>
  withCli(
    18,
    {
      ...made(
        'CREATE TABLE t AS SELECT 10 * i AS id, NULL::int AS m FROM generate_series(1, 6000) AS i; ALTER TABLE t ADD PRIMARY KEY (id);',
      ),
      'm/002_fill.sql': `-- Kind: data
-- Batch: t by id
-- Target: 10ms
-- Pause: 2
-- Where: m IS NULL
UPDATE t SET m = 1 WHERE :batch;
-- VERIFY:
-- SELECT count(*) = 0 FROM t WHERE m IS NULL;
-- IRREVERSIBLE: a test
`,
    },
    async (at) => {
      await at.run(['migrate', '--to', '001']);
      const running = at.start(['migrate']);
      const far = 'SELECT (position ->> 0)::int FROM schema_data_ranges ORDER BY id LIMIT 1';
      await until('it is under way', async () => Number((await at.database.sql(far))[0]?.[0] ?? 0) > 20);
      // Behind its position, in its way, and behind the last key that there was.
      await at.database.sql('INSERT INTO t VALUES (1), (59995), (70001)');
      const ended = await running.finished;
      assert.equal(ended.exit, 0, ended.output);
      assert.deepEqual(await at.database.sql('SELECT count(*), sum(m) FROM t'), [['6003', '6003']]);
    },
  ));

test('stopped with Ctrl-C it is interrupted, and the next migrate goes on', () =>
  withCli(
    18,
    {
      ...made(
        'CREATE TABLE t AS SELECT i AS id, 0 AS m FROM generate_series(1, 8000) AS i; ALTER TABLE t ADD PRIMARY KEY (id);',
      ),
      'm/002_fill.sql':
        '-- Kind: data\n-- Target: 10ms\n-- Pause: 2\nUPDATE t SET m = m + 1 WHERE :batch;\n-- IRREVERSIBLE: a test\n',
    },
    async (at) => {
      await at.run(['migrate', '--to', '001']);
      const running = at.start(['migrate']);
      const batches = async () => Number((await at.database.sql('SELECT count(*) FROM schema_data_batches'))[0]?.[0]);
      await until('it is under way', async () => (await batches()) > 2);
      running.child.kill('SIGINT');
      const stopped = await running.finished;
      assert.equal(stopped.exit, 130, stopped.output);
      assert.match(stopped.said, /batches of 002_fill are committed .*the next migrate goes on behind them/);
      assert.deepEqual(await at.database.sql('SELECT state FROM schema_data_migrations'), [['interrupted']]);
      assert.match((await at.run(['status'])).stdout, /002_fill +interrupted[\s\S]*rows done/);
      assert.equal((await at.run(['migrate'])).exit, 0);
      assert.deepEqual(await at.database.sql('SELECT m, count(*) FROM t GROUP BY m'), [['1', '8000']]);
    },
  ));
