import assert from 'node:assert/strict';
import test from 'node:test';
import { knownFrom } from '../../src/known/known-from.ts';
import { readStatistics } from '../../src/known/read-statistics.ts';
import { statementsOf } from '../../src/known/statements.ts';
import type { RelationStatistics, Statistics } from '../../src/known/statistics.ts';
import { Problem } from '../../src/problem/problem.ts';
import { learned } from './bed.ts';

function relation(name: string, more: Partial<RelationStatistics> = {}): RelationStatistics {
  return { schema: 'public', name, kind: 'table', columns: [], constraints: [], indexes: [], ...more };
}

function statistics(relations: readonly RelationStatistics[], more: Partial<Statistics> = {}): Statistics {
  return {
    format: 1,
    serverVersion: '18.1',
    versionNum: 180_001,
    database: 'shop',
    writtenAt: '2026-11-23T05:00:10Z',
    since: '2026-11-23T05:00:00Z',
    searchPath: ['public'],
    applied: [],
    relations,
    types: [],
    functions: [],
    statements: null,
    ...more,
  };
}

const ORDERS = relation('orders', {
  columns: [
    { name: 'id', type: 'int8', notNull: true },
    { name: 'note', type: 'varchar(50)', nullFraction: 0.25 },
    { name: 'tags', type: 'public.tag[]' },
  ],
  indexes: [{ name: 'orders_note', columns: ['note'], method: 'btree', valid: true, bytes: 8192, scans: 1234 }],
  rows: 10,
  bytes: 8192,
  sequentialScans: 20,
  indexScans: 1234,
  rowsUpdated: 5,
  lastScan: '2026-11-20T01:02:03Z',
  functions: [['app', 'totals']],
});

test('what a file says is known: columns, types, sizes, traffic by the second', () => {
  const known = knownFrom(readStatistics(JSON.stringify(statistics([ORDERS])), 'statistics.json'));
  const table = known.table({ name: 'orders' })!;
  assert.deepEqual(table.size, { rows: 10, bytes: 8192 });
  assert.deepEqual(table.traffic, { readsPerSecond: 125.4, writesPerSecond: 0.5 });
  assert.equal(table.made, undefined);
  assert.deepEqual(
    [...table.columns.values()].map(({ type }) => type),
    [
      { name: 'int8', modifiers: [], array: false },
      { name: 'varchar', modifiers: [50], array: false },
      { name: 'public.tag', modifiers: [], array: true },
    ],
  );
  assert.equal(known.index({ name: 'orders_note' })?.index.scans, 1234);
});

test('files go on from what a server has told', () => {
  const before = knownFrom(statistics([ORDERS], { searchPath: ['app', 'public'] }));
  const known = learned('ALTER TABLE orders ADD COLUMN total int; ALTER TABLE orders RENAME TO sales', before);
  const table = known.table({ name: 'sales' })!;
  assert.deepEqual(table.name, { schema: 'public', name: 'sales' });
  assert.deepEqual(table.size, { rows: 10, bytes: 8192 });
  assert.equal(table.columns.get('total')?.type?.name, 'int4');
  assert.equal(known.index({ schema: 'public', name: 'orders_note' })?.table, table);
  assert.deepEqual(known.resolve({ name: 'new' }), { schema: 'app', name: 'new' });
});

test('a partitioned table is as large and as busy as its partitions together', () => {
  const part = (name: string, rows: number | undefined, more: Partial<RelationStatistics> = {}) =>
    relation(name, {
      partitionOf: ['public', 'all'],
      ...(rows === undefined ? {} : { rows }),
      bytes: 100,
      sequentialScans: 10,
      rowsInserted: 20,
      ...more,
    });
  const of = (...parts: RelationStatistics[]) =>
    knownFrom(statistics([relation('all', { kind: 'partitioned table' }), ...parts])).table({ name: 'all' })!;
  const table = of(part('p1', 5), part('p2', 7, { isDefault: true }));
  assert.deepEqual(table.size, { rows: 12, bytes: 200 });
  assert.deepEqual(table.traffic, { readsPerSecond: 2, writesPerSecond: 4 });
  assert.deepEqual(
    table.partitions.map(({ name }) => name),
    ['p1', 'p2'],
  );
  assert.deepEqual(of(part('p1', 5), part('p2', undefined)).size, { rows: undefined, bytes: 200 });
});

test('statements keep the tables and columns that they name, and none of their values', () => {
  const found = statementsOf(
    [
      { query: "SELECT note FROM orders -- of Bob\nWHERE id = $1 AND note = 'Bob' AND 4711 < id", calls: 3 },
      { query: "SELECT note FROM orders WHERE id = $1 AND note = E'Ann\\'s' AND 12 < id", calls: 2 },
      { query: 'SELECT * FROM "orders" AS o', calls: 7 },
      { query: 'SELECT count(*), id * 2 FROM public.ORDERS', calls: 1 },
      { query: 'SELECT note FROM elsewhere', calls: 9 },
      { query: "UPDATE orders SET note = 'cut in the mid", calls: 1 },
    ],
    [ORDERS],
  );
  assert.deepEqual(
    found.map(({ text, calls, columns }) => [text, calls, columns.join()]),
    [
      ['SELECT * FROM "orders" AS o', 7, '*'],
      ["SELECT note FROM orders WHERE id = $1 AND note = '…' AND … < id", 5, 'id,note'],
      ['SELECT count(*), id * … FROM public.ORDERS', 1, 'id'],
      ['UPDATE orders SET note =', 1, 'note'],
    ],
  );
  const long = statementsOf(
    [{ query: `SELECT id FROM orders WHERE id IN (${'$1,'.repeat(500)}$1)`, calls: 1 }],
    [ORDERS],
  );
  assert.equal([...long[0]!.text].length, 301);
});

const TOTALS: Statistics['functions'][number] = {
  schema: 'app',
  name: 'totals',
  kind: 'function',
  arguments: [],
  volatility: 'stable',
  language: 'sql',
};

test('who still uses a table or a column, in words', () => {
  const view = relation('notes', { kind: 'view', reads: [['public', 'orders']], mentions: ['note'] });
  const list = statementsOf(
    [
      { query: 'SELECT note FROM orders', calls: 1204 },
      { query: 'SELECT * FROM orders', calls: 3 },
    ],
    [ORDERS],
  );
  const known = knownFrom(
    statistics([ORDERS, view], {
      functions: [TOTALS],
      statements: { since: '2026-11-01T00:00:00Z', hidden: 0, evicted: 0, list },
    }),
  );
  const words = (column?: string) =>
    known.usage({ schema: 'public', name: 'orders' }, column)?.map((one) => `${one.by}: ${one.words}`);
  assert.deepEqual(words(), [
    'statements: 1,207 calls since 2026-11-01 of statements that name it, e.g. SELECT note FROM orders',
    'scans: 1,254 scans and 5 changed rows since 2026-11-23, read last on 2026-11-20',
    'view: the view notes reads it',
    'function: the function app.totals depends on it',
  ]);
  assert.deepEqual(words('note'), [
    'statements: 1,204 calls since 2026-11-01 of statements that name it, e.g. SELECT note FROM orders',
    'scans: 1,234 scans of the index orders_note on it since 2026-11-23',
    'view: the view notes reads it',
  ]);
  assert.deepEqual(words('tags'), [
    'statements: 3 calls since 2026-11-01 of statements that read all columns, e.g. SELECT * FROM orders',
  ]);
  assert.equal(known.usage({ schema: 'public', name: 'nobody' }), undefined);
  assert.equal(learned('CREATE TABLE t (a int)').usage({ schema: 'public', name: 't' }), undefined);
  const later = learned(
    'DROP VIEW notes; ALTER TABLE orders RENAME TO sales; ALTER TABLE sales RENAME note TO remark; CREATE TABLE own (a int)',
    known,
  );
  assert.deepEqual(
    later.usage({ schema: 'public', name: 'sales' }, 'remark')?.map(({ by }) => by),
    ['statements', 'scans'],
  );
  assert.deepEqual(later.usage({ schema: 'public', name: 'own' }), []);
});

test('that nobody uses a column is said only where all statements were watched for a day', () => {
  const list = statementsOf([{ query: 'SELECT id FROM orders', calls: 1 }], [ORDERS]);
  const usage = (statements: Statistics['statements']) =>
    knownFrom(statistics([ORDERS], { statements })).usage({ schema: 'public', name: 'orders' }, 'tags');
  const watched = { since: '2026-11-22T05:00:00Z', track: 'all', hidden: 0, evicted: 0, list };
  assert.deepEqual(usage(watched), []);
  assert.equal(usage({ ...watched, since: '2026-11-22T06:00:00Z' }), undefined);
  assert.equal(usage({ ...watched, hidden: 1 }), undefined);
  assert.equal(usage({ ...watched, evicted: 3 }), undefined);
  assert.equal(usage({ ...watched, evicted: null }), undefined);
  assert.equal(usage({ ...watched, track: 'top' }), undefined);
  assert.equal(usage(null), undefined);
  const idle = relation('idle', { sequentialScans: 0 });
  const ofTable = (since: string) => knownFrom(statistics([idle], { since })).usage({ schema: 'public', name: 'idle' });
  assert.deepEqual(ofTable('2026-11-20T00:00:00Z'), []);
  assert.equal(ofTable('2026-11-23T00:00:00Z'), undefined);
});

test('what has no counters of its own: partitions are counted for it, of a view or a foreign table nobody can tell', () => {
  const ofParent = (scans: number, kind: RelationStatistics['kind'] = 'table') => {
    const parent = relation('sales', { kind: 'partitioned table' });
    const middle = relation('sales_26', { kind: 'partitioned table', partitionOf: ['public', 'sales'] });
    const leaf = relation('sales_26_1', { kind, partitionOf: ['public', 'sales_26'], sequentialScans: scans });
    const all = statistics([parent, middle, leaf], { since: '2026-11-01T00:00:00Z' });
    return knownFrom(all).usage({ schema: 'public', name: 'sales' });
  };
  assert.match(ofParent(7)?.[0]?.words ?? '', /^7 scans and 0 changed rows/);
  assert.deepEqual(ofParent(0), []);
  assert.equal(ofParent(0, 'foreign table'), undefined);
  for (const kind of ['view', 'foreign table'] as const) {
    const usage = (statements: Statistics['statements']) =>
      knownFrom(statistics([relation('seen', { kind })], { since: '2026-11-01T00:00:00Z', statements })).usage({
        schema: 'public',
        name: 'seen',
      });
    assert.equal(usage(null), undefined);
    const all = { since: '2026-11-01T00:00:00Z', track: 'all', hidden: 0, evicted: 0, list: [] };
    assert.deepEqual(usage(all), []);
    assert.equal(usage({ ...all, track: 'top' }), undefined);
  }
});

test('CREATE TABLE AS uses what its query reads, not what it makes', () => {
  const query = 'CREATE TEMP TABLE notes AS SELECT note FROM orders';
  const [one] = statementsOf([{ query, calls: 1 }], [ORDERS, relation('notes')]);
  assert.deepEqual(one?.tables, [['public', 'orders']]);
});

for (const [what, text, found] of [
  ['text', 'not JSON', /it is not JSON/],
  ['a list', '[]', /the file is not an object/],
  ['a saved schema', '{"format": 1, "major": 18, "objects": []}', /"serverVersion" is not a text/],
  ['no format', JSON.stringify({ ...statistics([]), format: undefined }), /"format" is not 1/],
  [
    'a wrong field',
    JSON.stringify(statistics([{ ...ORDERS, rows: '10' as never }])),
    /"relations"\[0\]\.rows is not a number/,
  ],
  [
    'a wrong name',
    JSON.stringify(statistics([{ ...ORDERS, partitionOf: ['a'] as never }])),
    /"relations"\[0\]\.partitionOf is not a list of 2/,
  ],
  [
    'a wrong word',
    JSON.stringify(statistics([{ ...ORDERS, kind: 'thing' as never }])),
    /"relations"\[0\]\.kind is not "table" or "partitioned table" or/,
  ],
  ['a wrong time', JSON.stringify({ ...statistics([]), since: 'yesterday' }), /"since" is not a time/],
] as const)
  test(`${what} is no file of statistics, and it is said why`, () => {
    assert.throws(
      () => readStatistics(text, 's.json'),
      (error) =>
        error instanceof Problem && error.code === 'statistics-invalid' && found.test(error.fields.found ?? ''),
    );
  });

test('a file of a newer version says so', () => {
  assert.throws(
    () => readStatistics(JSON.stringify({ ...statistics([]), format: 2 }), 's.json'),
    /written by a newer taskflow-db \(format 2\)/,
  );
});
