/** What a statement will do, by the table of facts and the sizes that are known. */
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { optionsOf } from '../../src/engine/lint/judge.ts';
import { readingOf } from '../../src/engine/lint/reading.ts';
import { type Foreseen, foresee } from '../../src/engine/plan/foresee.ts';
import { holdsOf } from '../../src/forecast/holds.ts';
import { isNoticed } from '../../src/forecast/noticed.ts';
import { knownFrom } from '../../src/known/known-from.ts';
import { SchemaLearner } from '../../src/known/learner.ts';
import { parseMigration } from '../../src/migration/parse.ts';

const NONE = { largeTableRows: 0, largeTableBytes: 0, smallTableRows: 0, smallTableBytes: 0 };
let tools: Awaited<ReturnType<typeof readingOf>>;

before(async () => {
  tools = await readingOf(
    optionsOf({ ...NONE, rules: {}, failOn: 'error', serverVersion: 18, statistics: undefined }, 18),
    new Set(['002_x']),
  );
});

const BASE = `CREATE TABLE orders (id bigint PRIMARY KEY, note text);
CREATE TABLE customers (id bigint PRIMARY KEY);
CREATE TABLE parts (id int) PARTITION BY LIST (id);
CREATE TABLE parts_1 PARTITION OF parts FOR VALUES IN (1);
CREATE TYPE mood AS ENUM ('fine');
CREATE FUNCTION touch() RETURNS void LANGUAGE sql AS 'DELETE FROM orders';
CREATE FUNCTION pure() RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 1';`;

/** What is foreseen of the statements of a file behind the base. */
function of(sql: string): Foreseen[] {
  const parse = (stem: string, text: string) =>
    parseMigration({ file: `${stem}.sql`, stem, bytes: Buffer.from(`${text}\n-- IRREVERSIBLE: test\n`) });
  const foresight = { ...tools, learner: new SchemaLearner() };
  for (const _ of foresee(parse('001_base', BASE), foresight));
  return [...foresee(parse('002_x', sql), foresight)];
}

/** Of tables with these bytes in the statistics. */
function sized(sql: string, sizes: Readonly<Record<string, number>>): Foreseen[] {
  const table = { schema: 'public', kind: 'table', columns: [], constraints: [], indexes: [] } as const;
  const relations = Object.entries(sizes).map(([name, bytes]) => ({ ...table, name, rows: bytes / 100, bytes }));
  const at = '2026-11-01T00:00:00Z';
  const none = { applied: [], types: [], functions: [], statements: null };
  const server = { serverVersion: '18.1', versionNum: 180_001, database: 'shop', searchPath: ['public'] };
  const known = knownFrom({ format: 1, ...server, writtenAt: at, since: at, relations, ...none });
  const bytes = Buffer.from(`${sql}\n-- IRREVERSIBLE: test\n`);
  const migration = parseMigration({ file: '002_x.sql', stem: '002_x', bytes });
  return [...foresee(migration, { ...tools, learner: new SchemaLearner(known) })];
}

test('rows that a query makes by itself are written as well', () => {
  const sizes = { lines: 1_000_000_000, customers: 1_000_000 };
  for (const [time, sql] of [
    ['an instant', 'INSERT INTO lines SELECT g FROM generate_series(1, 1000) AS g'],
    ['seconds', 'INSERT INTO lines SELECT g FROM generate_series(1, 1000000) AS g'],
    ['minutes', 'INSERT INTO lines SELECT g FROM generate_series(1, 50000000) AS g (n)'],
    ['hours', 'INSERT INTO lines SELECT 1 FROM generate_series(-50000, 50000) a, generate_series(1, 100000) b'],
    ['minutes', 'INSERT INTO lines SELECT 1 FROM generate_series(1, 1000) a CROSS JOIN customers'],
    ['an instant', 'INSERT INTO lines SELECT g FROM generate_series(1, 1000000000) AS g LIMIT 10'],
    ['seconds', 'INSERT INTO lines WITH n AS (SELECT generate_series(1, 1e6::bigint) AS i) SELECT i FROM n'],
    ['seconds', 'INSERT INTO lines SELECT 1 UNION ALL SELECT * FROM (SELECT generate_series(1, 900000)) AS s'],
    ['seconds', "INSERT INTO lines SELECT 1 FROM generate_series('2026-01-01'::date, '2027-01-01', '1 minute') AS m"],
    ['unknown', 'INSERT INTO lines SELECT g FROM generate_series(1, (SELECT count(*) FROM customers)) AS g'],
    ['unknown', 'INSERT INTO lines WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n) SELECT i FROM n'],
    ['seconds', 'CREATE TABLE made AS SELECT generate_series(1, 1000000) AS n'],
    ['an instant', 'INSERT INTO lines VALUES (1), (2)'],
    ['an instant', 'UPDATE customers SET id = 1 WHERE id IN (SELECT generate_series(1, 1000000000))'],
  ] as const)
    assert.equal(sized(sql, sizes)[0]?.forecast.time, time, sql);
});

test('INSERT ... SELECT takes as long as what it reads, and holds on to what was locked before', () => {
  const sizes = { customers: 8192, orders: 200_000_000, lines: 8192 };
  const file = 'ALTER TABLE customers ADD COLUMN n int;\nINSERT INTO lines SELECT id FROM orders;';
  const foreseen = sized(file, sizes);
  assert.deepEqual(
    foreseen.map(({ forecast }) => [forecast.time, isNoticed(forecast)]),
    [
      ['an instant', true],
      ['seconds', true],
    ],
  );
  const placed = foreseen.map(({ forecast }, i) => ({ version: '002_x', statement: { ...forecast, line: i + 1 } }));
  assert.deepEqual(
    holdsOf([placed]).map(({ relation, time, goesOn }) => [relation, time, goesOn]),
    [['public.customers', 'seconds', true]],
  );
  assert.equal(sized('INSERT INTO orders SELECT id FROM orders;', sizes)[0]?.forecast.time, 'seconds');
  assert.equal(sized('INSERT INTO orders VALUES (1);', sizes)[0]?.forecast.time, 'an instant');
});

const one = (sql: string): Foreseen => of(sql)[0]!;
const locks = ({ forecast }: Foreseen) =>
  forecast.locks.map(({ relation, table, lock, isNew }) => `${lock} ${relation} ${table ?? '-'}${isNew ? ' new' : ''}`);

describe('locks', () => {
  test('by full names, indexes and partitions with their tables', () => {
    assert.deepEqual(locks(one('ALTER TABLE parts ADD COLUMN n int;')), [
      'ACCESS EXCLUSIVE public.parts -',
      'ACCESS EXCLUSIVE public.parts_1 public.parts',
    ]);
    assert.deepEqual(locks(one('DROP INDEX orders_pkey;')).slice(0, 1), [
      'ACCESS EXCLUSIVE public.orders_pkey public.orders',
    ]);
  });

  test('nobody waits for what the plan makes, nor for what is not there', () => {
    const [, index] = of('CREATE TABLE fresh (id int);\nCREATE INDEX ON fresh (id);');
    assert.deepEqual(locks(index!), ['SHARE public.fresh - new']);
    assert.deepEqual(locks(one('CREATE OR REPLACE VIEW v AS SELECT 1 AS a;')), ['ACCESS EXCLUSIVE public.v - new']);
    assert.deepEqual(locks(one('DROP TABLE IF EXISTS absent;')), ['ACCESS EXCLUSIVE public.absent - new']);
  });
});

describe('what nobody foresees', () => {
  const REASONS: readonly (readonly [sql: string, reason: RegExp | null])[] = [
    ['CALL work();', /what the procedure does/],
    ['SELECT touch();', /what the function touch does/],
    ['DO $$ BEGIN PERFORM touch(); END $$;', /what the function touch does/],
    ['DO $$ BEGIN EXECUTE (SELECT note FROM orders); END $$;', /known only when it runs/],
    ['DROP OWNED BY bob;', /which objects the role owns/],
    ['ALTER TABLE orders FROBNICATE;', /its syntax is not known/],
    ['SELECT pure();', null],
    ["SELECT pg_catalog.set_config('a.b', 'c', false);", null],
    ["DO $$ BEGIN EXECUTE 'ALTER TABLE orders ADD COLUMN q int'; END $$;", null],
    ['ALTER TABLE orders ADD COLUMN q int;', null],
  ];
  for (const [sql, reason] of REASONS) {
    test(sql, () => {
      const { unforeseen, time } = one(sql).forecast;
      if (reason === null) assert.deepEqual([unforeseen, time], [null, 'an instant']);
      else assert.deepEqual([reason.test(unforeseen ?? ''), time], [true, 'unknown'], unforeseen ?? 'foreseen');
    });
  }
});

describe('what is destroyed', () => {
  const LOSSES: readonly (readonly [sql: string, said: readonly string[]])[] = [
    ['DROP TABLE orders;', ['table orders with its rows']],
    ['ALTER TABLE orders DROP COLUMN note;', ['column note of orders']],
    ['TRUNCATE orders, customers;', ['every row of orders', 'every row of customers']],
    ['DELETE FROM orders WHERE id < 5;', ['rows of orders']],
    ['DROP SCHEMA public CASCADE;', ['schema public with 4 relations in it']],
    ['DROP SCHEMA empty;', []],
    ['CREATE TABLE t (id int);\nDROP TABLE t;', []],
    ['DROP INDEX orders_pkey;', []],
  ];
  for (const [sql, said] of LOSSES) {
    test(sql, () =>
      assert.deepEqual(
        of(sql).flatMap(({ destroys }) => destroys),
        said,
      ),
    );
  }
});
