/** COPY in both directions through a session: what arrives, what a failure leaves, and that batches go on behind it. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { connect } from '../../src/postgres/connect.ts';
import { type DriverClient, Session } from '../../src/postgres/session.ts';
import { machineInputs } from '../../src/postgres/target/process.ts';
import { resolveTarget } from '../../src/postgres/target/resolve.ts';
import { onServers } from '../support/on-servers.ts';
import { type TestDatabase, withDatabase } from '../support/servers.ts';

async function open(database: TestDatabase): Promise<Session> {
  const target = resolveTarget(machineInputs({}, { url: database.url }));
  const client = await connect(target!, { applicationName: 'copy test' });
  return new Session(client as unknown as DriverClient);
}

const lines = (...all: string[]) => Readable.from(all.map((line) => Buffer.from(`${line}\n`)));

for (const major of onServers(import.meta.url, 14, 18)) {
  const on = (name: string, use: (session: Session) => Promise<void>) =>
    test(`PostgreSQL ${major}: ${name}`, () =>
      withDatabase(major, async (database) => {
        const session = await open(database);
        try {
          await use(session);
        } finally {
          await session.end();
        }
      }));

  on('rows go out and in inside a transaction, and the session goes on', async (session) => {
    await session.batch([[{ sql: 'CREATE TABLE t (n int PRIMARY KEY, name text)' }]]);
    await session.batch([[{ sql: 'BEGIN' }]]);
    assert.equal(await session.copyIn('COPY t FROM STDIN', lines('1\tä 🎉', '2\t\\N')), 2);
    let out = '';
    const rows = await session.copyOut('COPY (SELECT * FROM t ORDER BY n) TO STDOUT', async (data) => {
      out = await text(data);
    });
    assert.deepEqual([rows, out], [2, '1\tä 🎉\n2\t\\N\n']);
    assert.equal(session.transactionStatus, 'T');
    await session.batch([[{ sql: 'COMMIT' }]]);
    assert.deepEqual(await session.query('SELECT count(*) AS n FROM t'), [{ n: '2' }]);
  });

  on(
    'what the server refuses, at once or after many rows, is its own error, and the session goes on',
    async (session) => {
      const drain = async (data: AsyncIterable<Uint8Array>) => {
        for await (const _ of data);
      };
      await assert.rejects(session.copyOut('COPY nowhere TO STDOUT', drain), { code: '42P01' });
      const late = 'COPY (SELECT 1 / (50000 - n) FROM generate_series(1, 100000) AS n) TO STDOUT';
      await assert.rejects(session.copyOut(late, drain), { code: '22012' });
      await session.batch([[{ sql: 'CREATE TABLE t (n int)' }]]);
      await assert.rejects(session.copyIn('COPY t FROM STDIN', lines('1', 'no number')), { code: '22P02' });
      assert.deepEqual(await session.query('SELECT count(*) AS n FROM t'), [{ n: '0' }]);
    },
  );

  on('who cannot take the data ends the session: the rest of it still waits there', async (session) => {
    const full = session.copyOut('COPY (SELECT n FROM generate_series(1, 1000000) AS n) TO STDOUT', () =>
      Promise.reject(new Error('no space left')),
    );
    await assert.rejects(full, { message: 'no space left' });
    await assert.rejects(session.query('SELECT 1'));
  });

  on(
    'rows of every size, with what the server says in between, come out as they are; slowly taken, too',
    async (session) => {
      await session.batch([
        [
          {
            sql: "CREATE FUNCTION said(n int) RETURNS text LANGUAGE plpgsql AS 'BEGIN RAISE NOTICE ''%'', n; RETURN n; END'",
          },
        ],
      ]);
      const rows = `SELECT n, repeat(chr(97 + n % 26), CASE WHEN n % 4000 = 0 THEN 700000 ELSE n * 7919 % 300 END) AS v,
      CASE WHEN n % 500 = 0 THEN said(n) END AS s FROM generate_series(1, 20000) AS n`;
      const digest = createHash('md5');
      const pause = () => new Promise((resolve) => setImmediate(resolve));
      const count = await session.copyOut(`COPY (${rows}) TO STDOUT`, async (data) => {
        for await (const piece of data) {
          digest.update(piece);
          await pause();
        }
      });
      assert.equal(count, 20000);
      const [row] = await session.query(
        `SELECT md5(string_agg(concat_ws(E'\\t', n, v, coalesce(s, E'\\\\N')) || E'\\n', '' ORDER BY n)) AS digest FROM (${rows}) AS r`,
      );
      assert.equal(digest.digest('hex'), row?.digest);
    },
  );

  on('data that cannot be read leaves no row', async (session) => {
    await session.batch([[{ sql: 'CREATE TABLE t (n int)' }]]);
    async function* broken() {
      yield Buffer.from('1\n');
      throw new Error('the file is damaged');
    }
    await assert.rejects(session.copyIn('COPY t FROM STDIN', broken()), { message: 'the file is damaged' });
  });
}
