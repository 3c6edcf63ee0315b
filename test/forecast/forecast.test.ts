/** What a statement will do, by the table of facts and the sizes that are known. */
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { optionsOf } from '../../src/engine/lint/judge.ts';
import { readingOf } from '../../src/engine/lint/reading.ts';
import { type Foreseen, foresee } from '../../src/engine/plan/foresee.ts';
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
