import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { type Files, withCli } from '../support/cli.ts';
import { COUNTED, counting, requests } from './data-bed.ts';
import { until } from './group-bed.ts';

/** What the header says, what stands before it, and how the refusal reads. */
const KEYS: readonly [string, string, RegExp][] = [
  ['-- Batch: request by id', '', /there is no table request .*002_count\.sql:3:11/],
  ['-- Batch: requests by idd', '', /requests has no column idd .*:3:23.*Did you mean id\?/],
  ['-- Batch: requests by priority', '', /priority of requests may be null/],
  ['-- Batch: requests by n', '', /no index of requests begins with n/],
  ['-- Batch: requests by n', 'CREATE INDEX ON requests (n);', /n is not unique in requests/],
  [
    '-- Batch: requests by j',
    "ALTER TABLE requests ADD COLUMN j json NOT NULL DEFAULT '{}';",
    /j of requests has no order/,
  ],
  ['-- Batch: requests', 'ALTER TABLE requests DROP CONSTRAINT requests_pkey;', /no primary key, and nothing tells/],
  ['-- Batch: v by id', 'CREATE VIEW v AS SELECT * FROM requests;', /v is no table .*a view/],
];

test('a key that will not do is refused at its place, and nothing is run', () =>
  withCli(18, { ...requests(10) }, async (at) => {
    await at.run(['migrate']);
    for (const [header, before, message] of KEYS) {
      at.write(counting(header));
      await at.database.sql(`BEGIN; ${before} COMMIT`);
      const refused = await at.run(['migrate']);
      assert.equal(refused.exit, 1, refused.output);
      assert.match(refused.said, message);
      if (before.startsWith('CREATE INDEX')) await at.database.sql('DROP INDEX requests_n_idx');
    }
    assert.deepEqual(await at.database.sql(COUNTED), [['0', '10']]);
  }));

const GUARDED: Files = {
  'm/001_requests.sql': `CREATE TABLE requests (id bigint PRIMARY KEY, n integer NOT NULL DEFAULT 0 CHECK (id NOT IN (777, 3001) OR n = 0));
INSERT INTO requests (id) SELECT i FROM generate_series(1, 5000) AS i;
-- ROLLBACK:
-- DROP TABLE requests;
`,
  'm/002_count.sql': `-- Kind: data
-- Batch: requests by id
UPDATE requests SET n = n + 1 WHERE :batch;
-- ROLLBACK:
-- UPDATE requests SET n = 0 WHERE :batch;
`,
};

test('the one row that a batch fails for is named, and passed over on request, on record', () =>
  withCli(14, GUARDED, async (at) => {
    const failed = await at.run(['migrate']);
    assert.equal(failed.exit, 1, failed.output);
    assert.match(failed.said, /in the row with id = 777 .*data retry 002_count --skip-failed/);
    assert.match(failed.said, /UPDATE requests SET n = n \+ 1 WHERE :batch/);
    const done = 'SELECT count(*) FROM requests WHERE n = 1 AND id < 777';
    assert.deepEqual(await at.database.sql(done), [['776']]);
    assert.match((await at.run(['status'])).stdout, /002_count +failed/);

    assert.equal((await at.run(['data', 'retry', '002', '--skip-failed'])).exit, 0);
    const ended = await at.run(['migrate']);
    assert.equal(ended.exit, 0, ended.output);
    assert.deepEqual(await at.database.sql(COUNTED), [
      ['0', '2'],
      ['1', '4998'],
    ]);
    const shown = await at.run(['data', 'status', '002']);
    assert.match(shown.stdout, /passed over row 777: .*\n[\s\S]*passed over row 3001: /);
    const events = "SELECT detail ->> 'row' FROM schema_migration_events WHERE event = 'row_skipped' ORDER BY seq";
    assert.deepEqual((await at.database.sql(events)).flat(), ['["777"]', '["3001"]']);
  }));

test('a batch that is refused a lock is tried again, in smaller pieces, and nothing is lost', () =>
  withCli(18, { ...requests(3000), ...counting('-- Batch: requests by id\n-- Lock-Timeout: 50ms') }, async (at) => {
    assert.equal((await at.run(['migrate', '--to', '001'])).exit, 0);
    await at.database.sql('CREATE TABLE hold (id int)');
    const holding = at.database.sql(`BEGIN; UPDATE requests SET priority = 'x' WHERE id = 2500;
      DO $$ BEGIN FOR i IN 1..3000 LOOP PERFORM pg_sleep(0.02); EXIT WHEN EXISTS (SELECT FROM pg_class WHERE relname = 'release'); END LOOP; END $$; COMMIT`);
    await until(
      'it is held',
      async () =>
        (
          await at.database.sql(
            "SELECT FROM pg_stat_activity WHERE query LIKE '%pg_sleep%' AND state = 'active' AND query NOT LIKE '%pg_stat%' AND datname = current_database()",
          )
        ).length > 0,
    );
    const running = at.start(['migrate']);
    const done = 'SELECT count(*) FROM schema_data_batches WHERE keys < 1000';
    await until('batches before it are done', async () => Number((await at.database.sql(done))[0]?.[0]) > 0);
    await at.database.sql('CREATE TABLE release ()');
    await holding;
    const ended = await running.finished;
    assert.equal(ended.exit, 0, ended.output);
    assert.deepEqual(await at.database.sql(COUNTED), [['1', '3000']]);
    assert.deepEqual(
      await at.database.sql(
        'SELECT max(attempts) > 1, count(*) FILTER (WHERE error IS NOT NULL) > 0 FROM schema_data_batches',
      ),
      [['t', 't']],
    );
  }));

test('what was changed underneath is told: the table, its key, the file', () =>
  withCli(18, { ...GUARDED }, async (at) => {
    await at.run(['migrate']);
    const other = GUARDED['m/002_count.sql']!.toString().replace('n + 1', 'n + 2');
    at.write({ 'm/002_count.sql': other });
    const changed = await at.run(['migrate']);
    assert.equal(changed.exit, 1, changed.output);
    assert.match(changed.said, /002_count was changed after its first batches .*--changed .*--from-start/);
    at.write(GUARDED);
    await at.database.sql('DROP TABLE requests; CREATE TABLE requests (id bigint PRIMARY KEY, n integer)');
    const anew = await at.run(['migrate']);
    assert.equal(anew.exit, 1, anew.output);
    assert.match(anew.said, /it was dropped and made anew/);
    await at.database.sql('DROP TABLE requests');
    const gone = await at.run(['migrate']);
    assert.equal(gone.exit, 1, gone.output);
    assert.match(gone.said, /there is no table requests/);
  }));

const UNDERNEATH: Readonly<Record<string, RegExp>> = {
  'DROP TABLE requests; CREATE TABLE requests (id bigint PRIMARY KEY, n integer)':
    /data-moved[\s\S]*not the table that was begun with[\s\S]*002_count.sql:3:11[\s\S]*--from-start/,
  'ALTER TABLE requests ALTER id TYPE text':
    /changed or dropped underneath[\s\S]*002_count.sql:3:11[\s\S]*stay\s+committed|002_count.sql:6:\d+[\s\S]*stay\s+committed/,
};

test('what is changed in the middle of a run ends it, with its place and the way on', async () => {
  const slow = '-- Batch: requests by id\n-- Target: 10ms\n-- Pause: 5';
  for (const [sql, says] of Object.entries(UNDERNEATH))
    await withCli(18, { ...requests(20_000), ...counting(slow) }, async (at) => {
      await at.run(['migrate', '--to', '001']);
      const run = at.start(['migrate']);
      const batches = 'SELECT count(*) FROM schema_data_batches';
      while (Number((await at.database.sql(batches))[0]?.[0]) < 2) await setTimeout(3);
      await at.database.sql(sql);
      const { exit, output } = await run.finished;
      assert.equal(exit, 1, output);
      assert.match(output, says);
    });
});
