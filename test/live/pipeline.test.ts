/** Batches on the wire: what is answered, what is skipped behind a failure, and what the server is told. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connect } from '../../src/postgres/connect.ts';
import type { Batch, BatchItem } from '../../src/postgres/pipeline.ts';
import { type DriverClient, type Notice, Session } from '../../src/postgres/session.ts';
import { machineInputs } from '../../src/postgres/target/process.ts';
import { resolveTarget } from '../../src/postgres/target/resolve.ts';
import { onServers } from '../support/on-servers.ts';
import { type Engine, majors, type TestDatabase, withDatabase } from '../support/servers.ts';
import { GATE, openGate } from './gate.ts';
import { until } from './group-bed.ts';

async function open(database: TestDatabase): Promise<Session> {
  const target = resolveTarget(machineInputs({}, { url: database.url }));
  const client = await connect(target!, { applicationName: 'pipeline test' });
  return new Session(client as unknown as DriverClient);
}

async function withSession<T>(
  engine: Engine,
  use: (session: Session, database: TestDatabase) => Promise<T>,
): Promise<T> {
  return withDatabase(engine, async (database) => {
    const session = await open(database);
    try {
      return await use(session, database);
    } finally {
      await session.end();
    }
  });
}

const items = (...sql: string[]): BatchItem[] => sql.map((one) => ({ sql: one }));
const rowsOf = (batch: Batch, segment: number, item: number) => batch.results[segment]?.[item]?.rows;
const tagsOf = (batch: Batch) => batch.results.map((segment) => segment.map((one) => one.tag));

/** Every test below on both ends of what is supported; the last one, a bit of each, on the others. */
for (const major of onServers(import.meta.url, 14, 18)) {
  const on = (name: string, use: (session: Session, database: TestDatabase) => Promise<void>) =>
    test(`PostgreSQL ${major}: ${name}`, () => withSession(major, use));

  on('several segments in one write, each with its answers; rows only where they are asked for', async (session) => {
    const batch = await session.batch([
      [{ sql: 'SELECT 1 AS a, NULL AS b, $1 AS c', params: ['ä 🎉'], rows: true }],
      [{ sql: 'SELECT 2 AS dropped' }, { sql: 'SELECT generate_series(1, 3) AS n', rows: true }],
      items('CREATE TABLE t (n int)', 'INSERT INTO t VALUES (1), (2)'),
    ]);
    assert.deepEqual(rowsOf(batch, 0, 0), [{ a: '1', b: null, c: 'ä 🎉' }]);
    assert.deepEqual(rowsOf(batch, 1, 0), []);
    assert.deepEqual(rowsOf(batch, 1, 1), [{ n: '1' }, { n: '2' }, { n: '3' }]);
    assert.deepEqual(tagsOf(batch), [['SELECT 1'], ['SELECT 1', 'SELECT 3'], ['CREATE TABLE', 'INSERT 0 2']]);
  });

  on('a failure in the first of three segments skips the rest of its own only', async (session, database) => {
    const batch = await session.runBatch([
      items('CREATE TABLE gone (n int)', 'SELECT 1 / 0', 'CREATE TABLE never (n int)'),
      items('CREATE TABLE second (n int)'),
      items('CREATE TABLE third (n int)'),
    ]);
    assert.deepEqual([batch.failure?.segment, batch.failure?.item, batch.failure?.error.code], [0, 1, '22012']);
    assert.deepEqual(tagsOf(batch), [['CREATE TABLE'], ['CREATE TABLE'], ['CREATE TABLE']]);
    const tables = "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace ORDER BY 1";
    assert.deepEqual(await database.sql(tables), [['second'], ['third']]);
  });

  on('of several failures the first is told, with its place', async (session) => {
    const { failure } = await session.runBatch([
      items('SELECT 1'),
      items('SELECT 1', 'SELECT broken'),
      items('SELECT 1 / 0'),
    ]);
    assert.deepEqual([failure?.segment, failure?.item, failure?.error.code], [1, 1, '42703']);
    assert.deepEqual(await session.query('SELECT 1 AS n'), [{ n: '1' }]);
  });

  on('batch() and query() throw what the server said', async (session) => {
    await assert.rejects(session.batch([items('SELECT 1 / 0')]), { code: '22012', message: 'division by zero' });
    await assert.rejects(session.query('SELECT $1::int', ['x']), { code: '22P02' });
  });

  on('a transaction over several batches: its state is known after each', async (session) => {
    assert.equal(session.transactionStatus, 'I');
    await session.batch([items('BEGIN'), items('SELECT 1')]);
    assert.equal(session.transactionStatus, 'T');
    await session.runBatch([items('SELECT 1 / 0')]);
    assert.equal(session.transactionStatus, 'E');
    assert.equal((await session.batch([items('COMMIT')])).results[0]?.[0]?.tag, 'ROLLBACK');
    assert.equal(session.transactionStatus, 'I');
  });

  on('an empty batch and an empty segment are answered; so is an empty statement', async (session) => {
    assert.deepEqual(await session.runBatch([]), { results: [] });
    assert.deepEqual(await session.runBatch([[]]), { results: [[]] });
    assert.deepEqual(tagsOf(await session.runBatch([[], items('', '-- only a comment'), []])), [[], ['', ''], []]);
  });

  on('one message cannot smuggle two statements', async (session, database) => {
    const { failure } = await session.runBatch([items('CREATE TABLE a (n int); CREATE TABLE b (n int)')]);
    assert.equal(failure?.error.code, '42601');
    assert.match(failure?.error.message ?? '', /multiple commands/);
    assert.deepEqual(await database.sql("SELECT to_regclass('a'), to_regclass('b')"), [[null, null]]);
  });

  on('notices come between the answers of the items around them', async (session) => {
    const heard: (string | Notice)[] = [];
    const say = (text: string) => `DO $$ BEGIN RAISE NOTICE '${text}' USING HINT = 'why'; END $$`;
    const batch = [items(say('one'), 'SELECT 1', say('two')), items(say('three'))];
    await session.runBatch(batch, {
      onItem: (segment, item, { tag }) => heard.push(`${segment}.${item} ${tag}`),
      onNotice: (notice) => heard.push(`${notice.severity} ${notice.message} ${notice.hint}`),
    });
    assert.deepEqual(heard, [
      'NOTICE one why',
      '0.0 DO',
      '0.1 SELECT 1',
      'NOTICE two why',
      '0.2 DO',
      'NOTICE three why',
      '1.0 DO',
    ]);
    await session.query("DO $$ BEGIN RAISE WARNING 'unheard'; END $$");
    assert.equal(heard.length, 7);
  });

  on('an item that asks for it is answered at once, not when the batch ends', async (session, database) => {
    let opened: Promise<void> | undefined;
    const batch = await session.runBatch([[{ sql: 'SELECT 1', flush: true }, { sql: GATE }]], {
      onItem: (_, item) => {
        if (item === 0) opened = openGate(database);
      },
    });
    await opened;
    assert.equal(batch.failure, undefined);
  });

  const named = (value: string): BatchItem => ({ sql: 'SELECT $1 AS v', name: 'mine', params: [value], rows: true });
  const value = async (session: Session, text: string) => (await session.batch([[named(text)]])).results[0]?.[0]?.rows;
  const known = async (session: Session) => (await session.query('SELECT name FROM pg_prepared_statements')).length;

  on('a named statement is parsed once and only bound from then on', async (session) => {
    const batch = await session.batch([[named('1'), named('2')], [named('3')]]);
    assert.deepEqual(
      batch.results.flat().map((one) => one.rows),
      [[{ v: '1' }], [{ v: '2' }], [{ v: '3' }]],
    );
    const [first] = await session.query("SELECT prepare_time FROM pg_prepared_statements WHERE name = 'mine'");
    await value(session, '4');
    const [again] = await session.query("SELECT prepare_time FROM pg_prepared_statements WHERE name = 'mine'");
    assert.ok(first);
    assert.deepEqual(again, first);
  });

  for (const forget of ['DEALLOCATE ALL', 'DISCARD ALL']) {
    on(`after ${forget} a name is parsed again`, async (session) => {
      await value(session, '1');
      await session.query(forget);
      assert.equal(await known(session), 0);
      assert.deepEqual(await value(session, '2'), [{ v: '2' }]);
      const together = await session.batch([
        [named('3'), ...(forget === 'DEALLOCATE ALL' ? items(forget) : []), named('4')],
      ]);
      assert.deepEqual(together.results[0]?.at(-1)?.rows, [{ v: '4' }]);
    });
  }

  on('after a failure a name is made anew, whether or not the server had come to it', async (session) => {
    await session.runBatch([[...items('SELECT 1 / 0'), named('never reached')]]);
    assert.deepEqual(await value(session, '1'), [{ v: '1' }]);
    await session.runBatch([[named('reached'), ...items('SELECT 1 / 0')]]);
    assert.deepEqual(await value(session, '2'), [{ v: '2' }]);
    await session.batch([items('BEGIN')]);
    await session.runBatch([[named('3'), ...items('SELECT 1 / 0')]]);
    await session.batch([items('ROLLBACK')]);
    assert.deepEqual(await value(session, '4'), [{ v: '4' }]);
    assert.equal(await known(session), 1);
  });

  const COPY = 'COPY lines FROM STDIN';
  const lines = (database: TestDatabase) => database.sql('SELECT line FROM lines ORDER BY n');
  const LINES = 'CREATE TABLE lines (n int GENERATED ALWAYS AS IDENTITY, line text)';
  const copy = (copyData: string | Iterable<string>): BatchItem => ({ sql: 'COPY lines (line) FROM STDIN', copyData });

  on('COPY: data as one text, in pieces cut anywhere, and none', async (session, database) => {
    await session.batch([items(LINES)]);
    const tags = [];
    for (const data of ['ä\n🎉\n\\N\n', ['a', 'b\nc\\', 'td\n', '', 'e\n'], '', []]) {
      tags.push(...tagsOf(await session.batch([[copy(data)]])).flat());
    }
    assert.deepEqual(tags, ['COPY 3', 'COPY 3', 'COPY 0', 'COPY 0']);
    assert.deepEqual((await lines(database)).flat(), ['ä', '🎉', null, 'ab', 'c\td', 'e']);
  });

  on('COPY behind other items and other segments; the session goes on', async (session, database) => {
    const batch = await session.batch([items(LINES), [...items('SELECT 1', 'SELECT 2'), copy('x\n')]]);
    assert.deepEqual(tagsOf(batch), [['CREATE TABLE'], ['SELECT 1', 'SELECT 1', 'COPY 1']]);
    assert.deepEqual(await session.query('SELECT 1 AS n'), [{ n: '1' }]);
    assert.deepEqual(await lines(database), [['x']]);
  });

  on('COPY of more data than any buffer holds', async (session) => {
    await session.batch([items(LINES)]);
    const pieces = function* () {
      for (let i = 0; i < 200; i++) yield `${'x'.repeat(99)}\n`.repeat(500);
    };
    assert.deepEqual(tagsOf(await session.batch([[copy(pieces())]])), [['COPY 100000']]);
  });

  on(
    'COPY that the server refuses in the middle: nothing of it stays, the session goes on',
    async (session, database) => {
      await session.batch([items(LINES)]);
      const pieces = function* () {
        yield 'good\n';
        yield 'too\tmany\n';
        for (let i = 0; i < 50; i++) yield 'more\n'.repeat(20_000);
      };
      const { failure } = await session.runBatch([[copy(pieces())]]);
      assert.equal(failure?.error.code, '22P04');
      assert.match(failure?.error.where ?? '', /line 2/);
      assert.deepEqual(await session.query('SELECT 1 AS n'), [{ n: '1' }]);
      assert.deepEqual(await lines(database), []);
    },
  );

  on(
    'COPY whose data cannot be read to the end: refused with the reason, nothing of it stays',
    async (session, database) => {
      await session.batch([items(LINES)]);
      const pieces = function* () {
        yield 'good\n';
        throw new Error('the file was changed');
      };
      const { failure } = await session.runBatch([[copy(pieces())]]);
      assert.match(failure?.error.message ?? '', /the file was changed/);
      assert.deepEqual(await session.query('SELECT 1 AS n'), [{ n: '1' }]);
      assert.deepEqual(await lines(database), []);
    },
  );

  on('COPY behind a failure in an earlier segment has all of its rows', async (session, database) => {
    await session.batch([items(LINES)]);
    const batch = await session.runBatch([items('SELECT 1 / 0'), [copy(['a\n', 'b\n'])]]);
    assert.equal(batch.failure?.segment, 0);
    assert.deepEqual(await lines(database), [['a'], ['b']]);
  });

  on(`${COPY} without data ends, and leaves the session usable`, async (session) => {
    await session.batch([items(LINES)]);
    assert.deepEqual(tagsOf(await session.batch([[{ sql: 'COPY lines (line) FROM STDIN' }]])), [['COPY 0']]);
    assert.deepEqual(await session.query('SELECT 1 AS n'), [{ n: '1' }]);
  });

  on('a session that is ended in the middle of a batch says what the server said', async (session, database) => {
    const running = session.runBatch([items('SELECT 1', 'SELECT pg_sleep(30)'), items('SELECT 2')]);
    const rejected = assert.rejects(running, { code: '57P01', message: /terminating connection/ });
    await until('so far', async () => (await terminate(database, session.backendPid)) === 1);
    await rejected;
    await until('so far', async () => session.lost !== undefined);
    await assert.rejects(session.query('SELECT 1'));
  });

  on(
    'a session that is ended while it is idle does not end the process, and is known to be lost',
    async (session, database) => {
      assert.equal(session.lost, undefined);
      assert.equal(await terminate(database, session.backendPid), 1);
      await until('so far', async () => session.lost !== undefined);
      await assert.rejects(session.query('SELECT 1'));
    },
  );
}

test('every other version: segments, a failure, names, COPY', async () => {
  for (const major of majors.filter((one) => one !== 14 && one !== 18)) {
    await withSession(major, async (session) => {
      const name = { name: 'mine', sql: 'SELECT $1 AS v', params: ['x'], rows: true };
      const batch = await session.runBatch([
        [...items('CREATE TABLE t (n int)'), name],
        [name, ...items('SELECT 1 / 0', 'DROP TABLE t')],
        [...items('SELECT 1'), { sql: 'COPY t FROM STDIN', copyData: ['1', '\n2\n'] }],
      ]);
      assert.deepEqual([batch.failure?.segment, batch.failure?.item], [1, 1], String(major));
      assert.deepEqual(rowsOf(await session.batch([[name]]), 0, 0), [{ v: 'x' }]);
    });
  }
});

/** How many sessions were ended: one while it is asleep or idle, none before. */
async function terminate(database: TestDatabase, pid: number): Promise<number> {
  const sql = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid = ${pid} AND (state = 'idle' OR wait_event = 'PgSleep')`;
  return (await database.sql(sql)).length;
}
