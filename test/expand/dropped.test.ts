import assert from 'node:assert/strict';
import { test } from 'node:test';
import { droppedColumns, filledColumn, namesObject } from '../../src/expand/dropped.ts';

const of = (...statements: string[]) =>
  droppedColumns(statements.map((sql) => ({ sql }))).map(({ table, column, nameStays }) => [
    table.name,
    column,
    nameStays,
  ]);

test('columns that ALTER TABLE drops, however it is written', () => {
  assert.deepEqual(of('ALTER TABLE a.b DROP COLUMN c'), [['b', 'c', false]]);
  assert.deepEqual(of('alter table if exists only "B" drop if exists "C d" cascade'), [['B', 'C d', false]]);
  assert.deepEqual(
    of('ALTER TABLE b ADD COLUMN x int DEFAULT (1 + f(2, 3)), DROP c, DROP CONSTRAINT d, DROP COLUMN e'),
    [
      ['b', 'c', false],
      ['b', 'e', false],
    ],
  );
  assert.deepEqual(of('ALTER TABLE b RENAME TO c', 'DROP TABLE b', 'ALTER TABLE b ALTER COLUMN c DROP NOT NULL'), []);
});

test('a name that another column takes over stays', () => {
  assert.deepEqual(of('ALTER TABLE b DROP COLUMN c', 'ALTER TABLE b RENAME COLUMN c_new TO c'), [['b', 'c', true]]);
  assert.deepEqual(of('ALTER TABLE b DROP COLUMN c', 'ALTER TABLE d RENAME COLUMN c_new TO c'), [['b', 'c', false]]);
});

test('the column that an UPDATE fills', () => {
  assert.equal(filledColumn('UPDATE public.b SET c = d WHERE true'), 'c');
  assert.equal(filledColumn('UPDATE ONLY b AS x SET (c, d) = (1, 2)'), 'c');
  assert.equal(filledColumn('DELETE FROM b'), undefined);
});

test('a statement names an object by a word of its own', () => {
  const statements = [{ sql: `DROP VIEW "Open ones"; -- closed` }];
  assert.equal(namesObject(statements, 'Open ones'), true);
  assert.equal(namesObject(statements, 'Open'), false);
  assert.equal(namesObject(statements, 'closed'), false);
});
