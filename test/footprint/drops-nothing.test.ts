/** DROP ... IF EXISTS: what comes behind it stands on it where something was there to be dropped. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { edgesOf } from './edges-of.ts';

const CASES: readonly (readonly [what: string, files: readonly string[], edges: readonly string[]])[] = [
  ['nothing was there', ['DROP TABLE IF EXISTS t;', 'CREATE TABLE t (id int);'], ['(2 creates table t again < 1)']],
  [
    'it was there',
    ['CREATE TABLE t (id int);', 'DROP TABLE IF EXISTS t;', 'CREATE TABLE t (id int);'],
    ['2 drops table t < 1', '3 creates table t again < 2'],
  ],
  ['it must have been there', ['DROP TABLE t;', 'CREATE TABLE t (id int);'], ['2 creates table t again < 1']],
  [
    'somebody has used it',
    ['CREATE INDEX ON t (a);', 'DROP TABLE IF EXISTS t;', 'CREATE TABLE t (id int);'],
    ['2 drops index t_a_idx of t < 1', '3 creates table t again < 2'],
  ],
  [
    'it was dropped before: who makes it again stands on that',
    ['CREATE TABLE t (id int);', 'DROP TABLE t;', 'DROP TABLE IF EXISTS t;', 'CREATE TABLE t (id int);'],
    ['2 drops table t < 1', '(3 drops table t < 2)', '4 creates table t again < 2', '(4 creates table t again < 3)'],
  ],
  [
    'two that find nothing',
    ['DROP VIEW IF EXISTS v;', 'DROP VIEW IF EXISTS v;', 'CREATE VIEW v AS SELECT 1 AS a;'],
    ['(3 creates view v again < 1)', '(3 creates view v again < 2)'],
  ],
  [
    'a function',
    ['DROP FUNCTION IF EXISTS f(int);', 'CREATE FUNCTION f(a int) RETURNS int LANGUAGE sql AS $$SELECT a$$;'],
    ['(2 creates function f again < 1)'],
  ],
  [
    'a column that may have been made with its table',
    ['CREATE TABLE t (LIKE u);', 'ALTER TABLE t DROP COLUMN IF EXISTS a;', 'ALTER TABLE t ADD COLUMN a int;'],
    ['2 uses table t < 1', '3 uses table t < 1', '3 creates column a of t again < 2'],
  ],
];

describe('DROP IF EXISTS', () => {
  for (const [what, files, edges] of CASES)
    test(what, async () => {
      const found = await edgesOf(...files);
      assert.deepEqual(
        found.filter((line) => !line.includes('schema')),
        edges,
      );
    });
});
