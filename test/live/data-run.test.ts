/** `data run` over connections that are none of its own: a pooler, and one that is cut. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { withCli } from '../support/cli.ts';
import { onServers } from '../support/on-servers.ts';
import { startPooler } from '../support/pgbouncer.ts';
import { type Message, startProxy } from '../support/proxy.ts';
import { server } from '../support/servers.ts';
import { COUNTED, counting, requests } from './data-bed.ts';
import { digest, done, HEADERS, keeping, REQUESTS, stores } from './data-keep-bed.ts';

const ROWS = 8_000;
const SMALL = '-- Batch: requests by id\n-- Target: 10ms\n-- Background: yes';

for (const major of onServers(import.meta.url, 14, 18)) {
  describe(`PostgreSQL ${major}`, () => {
    test('through PgBouncer in transaction mode two workers share it, each row once; what is kept comes back', async () => {
      const pooler = await startPooler(await server(major), { poolSize: 6 });
      await withCli(major, { ...requests(ROWS), ...counting(SMALL) }, async (at) => {
        const env = { DATABASE_URL: pooler.url(at.database.name) };
        const queued = await at.run(['migrate'], { env });
        assert.equal(queued.exit, 0, queued.output);
        const ran = await at.run(['data', 'run', '--workers', '2'], { env });
        assert.equal(ran.exit, 0, ran.output);
        assert.deepEqual(await at.database.sql(COUNTED), [['1', String(ROWS)]]);
        const status = await at.run(['data', 'status', '--json'], { env });
        assert.equal(status.json<{ runs: { state: string }[] }>().runs[0]?.state, 'succeeded');
        const back = await at.run(['rollback', '--yes'], { env });
        assert.equal(back.exit, 0, back.output);
        assert.deepEqual(await at.database.sql(COUNTED), [['0', String(ROWS)]]);
      });
      const kept = keeping("UPDATE requests SET priority = 'HIGH' WHERE :batch;", '', `${HEADERS}\n-- Background: yes`);
      await withCli(major, { ...REQUESTS, ...kept }, async (at) => {
        const env = { DATABASE_URL: pooler.url(at.database.name) };
        assert.equal((await at.run(['migrate', '--to', '001'], { env })).exit, 0);
        const before = await digest(at);
        assert.equal((await at.run(['migrate'], { env })).exit, 0);
        const ran = await at.run(['data', 'run', '--workers', '2'], { env });
        assert.equal(ran.exit, 0, ran.output);
        const back = await at.run(['rollback', '--yes'], { env });
        assert.equal(back.exit, 0, back.output);
        assert.deepEqual(await digest(at), before);
        assert.deepEqual(await stores(at), []);
      });
      await pooler.kill();
    });

    test('cut at any message, it has changed each row once when it is run again', async () => {
      const { tcpPort } = await server(major);
      const proxy = await startProxy({ host: '127.0.0.1', port: tcpPort });
      try {
        await withCli(major, { ...requests(ROWS), ...counting(SMALL) }, async (at) => {
          await done(at, 'migrate');
          const env = { DATABASE_URL: `postgresql://postgres@127.0.0.1:${proxy.port}/${at.database.name}` };
          let cuts = 0;
          for (let number = 60; ; number += 37) {
            proxy.rearm((message: Message) => {
              if (message.connection.purpose !== 'migration' || message.number < number) return 'pass';
              proxy.rearm();
              cuts++;
              return cuts % 2 === 0 ? 'cut' : 'cut-after';
            });
            const ran = await at.run(['data', 'run'], { env });
            if (ran.exit === 0) break;
            assert.match(ran.output, /connection|session/i);
          }
          proxy.rearm();
          assert.ok(cuts >= 2, `${cuts} cuts`);
          await done(at, 'data', 'run');
          assert.deepEqual(await at.database.sql(COUNTED), [['1', String(ROWS)]]);
          assert.match((await at.run(['status'])).stdout, /002_count +applied/);
        });
      } finally {
        await proxy.close();
      }
    });

    test('the row that fails in a table without a key is found, named, and passed over on request', () =>
      withCli(
        major,
        {
          'm/001_log.sql': `-- Log
CREATE TABLE log (what text NOT NULL, n integer);
INSERT INTO log SELECT 'x' || i, NULL FROM generate_series(1, 3000) AS i;
INSERT INTO log VALUES ('bad', NULL), ('worse', NULL);
INSERT INTO log SELECT 'y' || i, NULL FROM generate_series(1, 3000) AS i;
-- ROLLBACK:
-- DROP TABLE log;
`,
          'm/002_numbers.sql': `-- Numbers
-- Kind: data
-- Batch: log
-- Where: n IS NULL
UPDATE log SET n = substr(what, 2)::integer WHERE n IS NULL AND :batch;
-- ROLLBACK:
-- UPDATE log SET n = NULL WHERE :batch;
`,
        },
        async (at) => {
          await done(at, 'migrate', '--to', '001');
          const [[place = ''] = []] = await at.database.sql("SELECT ctid FROM log WHERE what = 'bad'");
          const failed = await at.run(['migrate']);
          assert.equal(failed.exit, 1, failed.output);
          assert.ok(failed.output.includes(`in the row at ctid ${place}`), failed.output);
          await done(at, 'data', 'retry', '002', '--skip-failed');
          await done(at, 'migrate');
          assert.deepEqual(await at.database.sql('SELECT what FROM log WHERE n IS NULL ORDER BY 1'), [
            ['bad'],
            ['worse'],
          ]);
          assert.deepEqual(
            await at.database.sql("SELECT count(*) FROM log WHERE n = substr(what, 2)::integer AND what ~ '[0-9]'"),
            [['6000']],
          );
        },
      ));
  });
}

test('data run says how long it took, from the first batch on', () =>
  withCli(18, { ...requests(ROWS), ...counting(SMALL) }, async (at) => {
    await done(at, 'migrate');
    const output = await done(at, 'data', 'run');
    const [[ms] = []] = await at.database.sql(
      "SELECT execution_time_ms FROM schema_migrations WHERE version = '002_count'",
    );
    const [, shown = '', unit] = /002_count applied \(([\d.]+) (ms|s)\)/.exec(output) ?? [];
    const said = Number(shown) * (unit === 's' ? 1000 : 1);
    assert.ok(said > 10 && Math.abs(said - Number(ms)) <= (unit === 's' ? 50 : 0), `${ms} on record: ${output}`);
  }));

test('a dry run on the server leaves data migrations out, and says so', () =>
  withCli(18, { ...requests(ROWS), ...counting('-- Batch: requests by id') }, async (at) => {
    await done(at, 'migrate', '--to', '001');
    const tried = await at.run(['migrate', '--dry-run=live']);
    assert.match(tried.output, /a data migration: in one transaction it would lock all rows/);
    assert.deepEqual(await at.database.sql(COUNTED), [['0', String(ROWS)]]);
    assert.deepEqual(await at.database.sql('SELECT count(*) FROM schema_data_migrations'), [['0']]);
  }));
