import assert from 'node:assert/strict';
import test from 'node:test';
import { insertStatement, type RowSources, type Style } from '../../../src/verify/sample/insert.ts';
import { parentsFirst, withDependents } from '../../../src/verify/sample/order.ts';
import type { SampleColumn, SampleForeignKey, SampleTable, SampleType } from '../../../src/verify/sample/table.ts';

const type = (name: string): SampleType => ({
  kind: 'base',
  name,
  sql: name,
  modifier: -1,
  labels: [],
  parts: [],
  conditions: [],
  notNull: false,
});
const column = (name: string, of: string, more: Partial<SampleColumn> = {}): SampleColumn => ({
  name,
  number: 1,
  type: type(of),
  nullable: false,
  hasDefault: false,
  generated: false,
  always: false,
  counted: false,
  ...more,
});
const table = (...columns: SampleColumn[]): SampleTable => ({
  oid: '1',
  schema: 'public',
  name: 't',
  columns,
  conditions: [],
  conflicts: true,
});
const key = (child: string, parent: string, required: boolean, onDelete = 'a'): SampleForeignKey => ({
  child,
  parent,
  columns: ['up'],
  parentColumns: ['id'],
  required,
  onDelete,
});
const sources = (...foreignKeys: SampleForeignKey[]): RowSources => ({
  foreignKeys,
  tables: new Map([
    ['1', { schema: 'public', name: 't' }],
    ['2', { schema: 'public', name: 'p' }],
  ]),
  found: () => new Map(),
});
const sqlOf = (of: SampleTable, style: Style, from: RowSources = sources()) => {
  const statement = insertStatement(of, 1, style, from);
  return typeof statement === 'string' ? statement : statement.sql;
};

test('fills every column but the generated ones, without asking a sequence', () => {
  const of = table(
    column('id', 'int8', { always: true, counted: true }),
    column('name', 'text', { hasDefault: true }),
    column('twice', 'int4', { generated: true }),
  );
  assert.equal(
    sqlOf(of, 'plain'),
    `INSERT INTO "public"."t" ("id", "name") OVERRIDING SYSTEM VALUE VALUES ('9000000000000001'::int8, '1 Sample'::text) ON CONFLICT DO NOTHING`,
  );
});

test('with the least, NULL and defaults stand where they may', () => {
  const of = table(
    column('a', 'text', { nullable: true }),
    column('b', 'text', { hasDefault: true }),
    column('c', 'text'),
  );
  assert.equal(
    sqlOf({ ...of, conflicts: false }, 'least'),
    `INSERT INTO "public"."t" ("a", "c") VALUES (NULL, '1 Sample'::text)`,
  );
});

test('refers to a row of the parent, or to itself where it must', () => {
  const of = table(column('id', 'int4'), column('up', 'int4'));
  assert.match(
    sqlOf(of, 'plain', sources(key('1', '2', true))),
    /\(SELECT "id" FROM "public"\."p" .* ORDER BY "id" DESC LIMIT 1/,
  );
  assert.match(sqlOf(of, 'plain', sources(key('1', '1', true))), /VALUES \('1001'::int4, '1001'::int4\)/);
});

test('says why there is no row', () => {
  assert.equal(sqlOf(table(column('odd', 'mystery')), 'plain'), 'no value is known for column odd of type mystery');
});

test('parents stand before their children: those that must be there, and those that are wanted anyway', () => {
  const keys = [key('child', 'parent', true), key('child', 'maybe', false), key('parent', 'root', true)];
  assert.deepEqual(parentsFirst(['child'], keys), ['root', 'parent', 'child']);
  assert.deepEqual(parentsFirst(['child', 'maybe'], keys), ['root', 'parent', 'maybe', 'child']);
});

test('a circle of tables ends', () => {
  assert.deepEqual(parentsFirst(['a'], [key('a', 'b', true), key('b', 'a', true)]), ['b', 'a']);
});

test('what goes with rows of another table is found through all of them', () => {
  const keys = [key('b', 'a', true, 'c'), key('c', 'b', true, 'n'), key('d', 'a', true, 'a')];
  assert.deepEqual([...withDependents(new Set(['a']), keys)], ['a', 'b', 'c']);
});
