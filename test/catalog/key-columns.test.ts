import assert from 'node:assert/strict';
import { test } from 'node:test';
import { foreignKeyIn, primaryKeyIn } from '../../src/catalog/key-columns.ts';

test('a foreign key: its columns, the table, and the columns there', () => {
  assert.deepEqual(foreignKeyIn('FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE'), {
    columns: ['user_id'],
    table: ['public', 'users'],
    referred: ['id'],
  });
  assert.deepEqual(
    foreignKeyIn('FOREIGN KEY ("a ""b, c)", period, PERIOD at) REFERENCES "My ""s"."T (1)"(x, "y)", PERIOD at)'),
    { columns: ['a "b, c)', 'period', 'at'], table: ['My "s', 'T (1)'], referred: ['x', 'y)', 'at'] },
  );
  assert.equal(foreignKeyIn('CHECK (x > 1)'), undefined);
});

test('a primary key: its columns, and of no other constraint', () => {
  assert.deepEqual(primaryKeyIn('PRIMARY KEY (a, b WITHOUT OVERLAPS) INCLUDE (c)'), ['a', 'b']);
  assert.deepEqual(primaryKeyIn('UNIQUE (a)'), []);
});
