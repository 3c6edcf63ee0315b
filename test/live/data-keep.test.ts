/** What the batches of a data migration change is kept, and comes back in batches. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Files, withCli } from '../support/cli.ts';
import { onServers } from '../support/on-servers.ts';
import { ALL_HIGH, digest, done, HEADERS, keeping, killUntilDone, REQUESTS, ROWS, stores } from './data-keep-bed.ts';

const ALL = ROWS.toLocaleString('en');
/** So many batches that kills meet some of them. */
const SLOW = `${HEADERS}\n-- Pause: 3`;

for (const engine of onServers(import.meta.url, 14, 18)) {
  describe(`on PostgreSQL ${engine}`, () => {
    test('a data migration without a ROLLBACK section is undone by the rows that its batches have kept', () =>
      withCli(engine, { ...REQUESTS, ...ALL_HIGH }, async (at) => {
        await done(at, 'migrate', '--to', '001');
        const before = await digest(at);
        assert.match(await done(at, 'migrate'), new RegExp(`kept ${ALL} values of public.requests.priority`));
        assert.match(await done(at, 'status', '--check'), /2 applied/);
        assert.match(
          await done(at, 'rollback', '--dry-run'),
          new RegExp(`puts back ${ALL} values of public.requests.priority,\\s+public.requests.updated`),
        );
        assert.match(await done(at, 'rollback', '--yes'), new RegExp(`put back ${ALL} values of public.requests.prio`));
        assert.deepEqual(await digest(at), before);
        assert.deepEqual(await stores(at), []);
        const [[batches] = []] = await at.database.sql(
          "SELECT count(*) FROM schema_data_batches WHERE direction = 'down' AND pass = 2",
        );
        assert.ok(Number(batches) > 1, `${batches} batches`);
        await done(at, 'migrate');
        await done(at, 'rollback', '--yes');
        assert.deepEqual(await digest(at), before);
      }));

    test('killed again and again in both directions, all rows come back as they were', () =>
      withCli(
        engine,
        {
          ...REQUESTS,
          ...keeping("UPDATE requests SET priority = 'HIGH', updated = updated + 1 WHERE :batch;", '', SLOW),
        },
        async (at) => {
          await done(at, 'migrate', '--to', '001');
          const before = await digest(at);
          assert.ok((await killUntilDone(at, ['migrate'])) >= 1);
          assert.deepEqual(await at.database.sql('SELECT priority, updated, count(*) FROM requests GROUP BY 1, 2'), [
            ['HIGH', '1', String(ROWS)],
          ]);
          assert.ok((await killUntilDone(at, ['rollback', '--yes'])) >= 1);
          assert.deepEqual(await digest(at), before);
          assert.deepEqual(await stores(at), []);
        },
      ));

    test('what is written meanwhile is left as it is, and listed, whenever it comes', () =>
      withCli(
        engine,
        {
          ...REQUESTS,
          ...keeping(
            "UPDATE requests SET priority = 'HIGH' WHERE priority IS DISTINCT FROM 'HIGH' AND :batch;",
            "-- ROLLBACK:\n-- UPDATE requests SET priority = NULL WHERE priority = 'HIGH' AND :batch;\n",
            SLOW,
          ),
        },
        async (at) => {
          await done(at, 'migrate', '--to', '001');
          let key = 0;
          const written: number[] = [];
          const write = () => {
            key += 700;
            written.push(key, key + 1);
            return at.database.sql(
              `UPDATE requests SET priority = 'ours' WHERE id = ${key}; DELETE FROM requests WHERE id = ${key + 1}`,
            );
          };
          await killUntilDone(at, ['migrate'], () => (key < 2000 ? write() : Promise.resolve()));
          await write();
          await killUntilDone(at, ['rollback', '--yes'], () => (key < 5000 ? write() : Promise.resolve()));
          // A kept value that nobody has touched since is back; what somebody has written is there.
          const [[wrong] = []] = await at.database.sql(
            `SELECT count(*) FROM requests WHERE NOT id = ANY ('{${written.join(',')}}')
  AND priority IS DISTINCT FROM CASE id % 3 WHEN 0 THEN 'low ' || id END`,
          );
          assert.equal(wrong, '0');
          const ours = await at.database.sql("SELECT count(*) FROM requests WHERE priority = 'ours'");
          const [store] = await stores(at);
          const left = await at.database.sql(
            `SELECT "@state", count(*) FROM taskflow_backup."${store}" GROUP BY 1 ORDER BY 1`,
          );
          assert.ok(Number(ours[0]?.[0]) >= 1, 'nothing was left of what was written');
          assert.ok(
            left.every(([state]) => state === 'changed' || state === 'gone'),
            JSON.stringify(left),
          );
        },
      ));

    test('rows that are deleted come back, with those that go along and those that only lose their value', () =>
      withCli(
        engine,
        {
          'm/001_requests.sql': `-- Requests
CREATE TABLE requests (id bigint PRIMARY KEY, note text NOT NULL);
CREATE TABLE notes (request bigint NOT NULL REFERENCES requests ON DELETE CASCADE, line integer, PRIMARY KEY (request, line));
CREATE TABLE links (id bigint PRIMARY KEY, request bigint REFERENCES requests ON DELETE SET NULL);
INSERT INTO requests SELECT i, 'Note ' || i FROM generate_series(1, 3000) AS i;
INSERT INTO notes SELECT i, l FROM generate_series(1, 3000) AS i, generate_series(1, 2) AS l;
INSERT INTO links SELECT i, i FROM generate_series(1, 3000) AS i;
-- ROLLBACK:
-- DROP TABLE notes, links, requests;
`,
          ...keeping('DELETE FROM requests WHERE id % 2 = 0 AND :batch;'),
        },
        async (at) => {
          await done(at, 'migrate', '--to', '001');
          const all = () => Promise.all(['requests', 'notes', 'links'].map((table) => digest(at, table)));
          const before = await all();
          const output = await done(at, 'migrate');
          assert.match(output, /kept 1,500 rows of public.requests/);
          assert.match(output, /kept 3,000 rows of public.notes/);
          assert.match(output, /kept 1,500 values of public.links.request/);
          await done(at, 'rollback', '--yes');
          assert.deepEqual(await all(), before);
          assert.deepEqual(await stores(at), []);
        },
      ));

    test('rows that were moved elsewhere come back behind the batches of the way back', () =>
      withCli(
        engine,
        {
          'm/001_requests.sql': `${REQUESTS['m/001_requests.sql']!.toString().replace(
            '-- ROLLBACK:',
            'CREATE TABLE archive (LIKE requests INCLUDING ALL);\n-- ROLLBACK:\n-- DROP TABLE archive;',
          )}`,
          ...keeping(
            'WITH gone AS (DELETE FROM requests WHERE id % 2 = 0 AND :batch RETURNING *) INSERT INTO archive SELECT * FROM gone;',
            '-- ROLLBACK:\n-- DELETE FROM archive WHERE :batch;\n',
            `${HEADERS}\n-- Batch-Back: archive by id`,
          ),
        },
        async (at) => {
          await done(at, 'migrate', '--to', '001');
          const before = await digest(at);
          await done(at, 'migrate');
          assert.deepEqual(await at.database.sql('SELECT count(*) FROM archive'), [[String(ROWS / 2)]]);
          await done(at, 'rollback', '--yes');
          assert.deepEqual(await digest(at), before);
          assert.deepEqual(await at.database.sql('SELECT count(*) FROM archive'), [['0']]);
        },
      ));

    test('triggers change nothing of what comes back; a sweep keeps what was there at first; several statements share a store', () =>
      withCli(
        engine,
        {
          'm/001_requests.sql': `-- Requests
CREATE TABLE requests (id bigint PRIMARY KEY, note text NOT NULL, priority text, at timestamptz NOT NULL);
INSERT INTO requests SELECT i, 'Note ' || i, CASE i % 3 WHEN 0 THEN 'low ' || i END, '2020-01-01' FROM generate_series(1, ${ROWS}) AS i;
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.at := clock_timestamp(); RETURN NEW; END $$;
CREATE TRIGGER touch BEFORE UPDATE ON requests FOR EACH ROW EXECUTE FUNCTION touch();
-- ROLLBACK:
-- DROP TABLE requests; DROP FUNCTION touch;
`,
          ...keeping(
            `UPDATE requests SET note = upper(note) WHERE priority IS DISTINCT FROM 'HIGH' AND :batch;
UPDATE requests SET priority = 'HIGH' WHERE priority IS DISTINCT FROM 'HIGH' AND :batch;`,
            '',
            `${HEADERS}\n-- Where: priority IS DISTINCT FROM 'HIGH'`,
          ),
        },
        async (at) => {
          await done(at, 'migrate', '--to', '001');
          const before = await digest(at);
          await done(at, 'migrate');
          assert.equal((await stores(at)).length, 1);
          await done(at, 'rollback', '--yes');
          assert.deepEqual(await digest(at), before);
          const [[enabled] = []] = await at.database.sql("SELECT tgenabled FROM pg_trigger WHERE tgname = 'touch'");
          assert.equal(enabled, 'O');
        },
      ));

    test('several workers keep in one store, and bring back from it', () =>
      withCli(
        engine,
        {
          ...REQUESTS,
          ...keeping("UPDATE requests SET priority = 'HIGH' WHERE :batch;", '', `${SLOW}\n-- Background: yes`),
        },
        async (at) => {
          await done(at, 'migrate', '--to', '001');
          const before = await digest(at);
          await done(at, 'migrate');
          const two = await Promise.all([at.run(['data', 'run', '--workers', '2']), at.run(['data', 'run'])]);
          for (const one of two) assert.equal(one.exit, 0, one.output);
          assert.equal((await stores(at)).length, 1);
          await done(at, 'rollback', '--yes');
          assert.deepEqual(await digest(at), before);
        },
      ));
  });
}

test('whether rows are kept: by the header, by the policy, and never with --backup=never', async () => {
  const plain = (keep: string): Files =>
    keeping(
      "UPDATE requests SET priority = 'HIGH' WHERE :batch;",
      '-- ROLLBACK:\n-- UPDATE requests SET priority = NULL WHERE :batch;\n',
      `-- Kind: data\n-- Batch: requests by id${keep}`,
    );
  await withCli(18, { ...REQUESTS, ...plain('') }, async (at) => {
    await done(at, 'migrate');
    assert.deepEqual(await stores(at), []);
  });
  await withCli(18, { ...REQUESTS, ...plain('\n-- Keep: yes') }, async (at) => {
    await done(at, 'migrate', '--backup=never');
    assert.deepEqual(await stores(at), []);
    await done(at, 'rollback', '--yes');
    await done(at, 'migrate');
    assert.equal((await stores(at)).length, 1);
    const undone = await done(at, 'rollback', '--yes', '--no-data');
    assert.doesNotMatch(undone, /put back/);
    assert.deepEqual(await at.database.sql('SELECT count(*) FROM requests WHERE priority IS NULL'), [[String(ROWS)]]);
    assert.equal((await stores(at)).length, 1);
  });
  await withCli(
    18,
    { ...REQUESTS, ...keeping("UPDATE requests SET priority = 'HIGH' WHERE :batch;", '', '-- Kind: data') },
    async (at) => {
      await done(at, 'migrate');
      const refused = await at.run(['rollback', '--yes']);
      assert.equal(refused.exit, 1);
      assert.match(refused.output, /cannot be undone: it has no ROLLBACK section/);
    },
  );
});

test('rows that it puts in itself, and rows that no key tells apart, cannot be undone by what is kept alone', async () => {
  const inserting = keeping(
    "UPDATE requests SET priority = 'HIGH' WHERE :batch;\nINSERT INTO requests (id, note) SELECT -id, note FROM requests WHERE id > 0 AND :batch ON CONFLICT DO NOTHING;",
  );
  await withCli(18, { ...REQUESTS, ...inserting }, async (at) => {
    await done(at, 'migrate');
    const refused = await at.run(['rollback', '--yes']);
    assert.equal(refused.exit, 1);
    assert.match(refused.output, /cannot be undone/);
    assert.equal((await stores(at)).length, 1);
  });
  const keyless: Files = {
    'm/001_log.sql': `-- Log
CREATE TABLE log (what text, n integer);
INSERT INTO log SELECT 'x' || i % 7, NULL FROM generate_series(1, 2000) AS i;
-- ROLLBACK:
-- DROP TABLE log;
`,
    'm/002_high.sql':
      '-- High\n-- Kind: data\n-- Batch: log\n-- Where: n IS NULL\n-- Keep: yes\nUPDATE log SET n = 1 WHERE n IS NULL AND :batch;\n',
    'm/003_gone.sql':
      "-- Gone\n-- Kind: data\n-- Batch: log\n-- Where: what = 'x3'\n-- Keep: yes\nDELETE FROM log WHERE what = 'x3' AND :batch;\n",
  };
  await withCli(18, keyless, async (at) => {
    const output = await done(at, 'migrate', '--to', '003');
    const before = 'SELECT what, n, count(*) FROM log GROUP BY 1, 2 ORDER BY 1';
    assert.match(output, /002_high, line 6: it leaves no key[\s\S]*what it changes is not kept/);
    await done(at, 'rollback', '--yes');
    assert.deepEqual(
      (await at.database.sql(before)).map(([what, n]) => [what, n]),
      [0, 1, 2, 3, 4, 5, 6].map((i) => [`x${i}`, '1']),
    );
    assert.equal((await at.run(['rollback', '--yes'])).exit, 1);
  });
});
