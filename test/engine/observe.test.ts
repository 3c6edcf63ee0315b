/** What a live dry run makes of the server's answers. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Observer } from '../../src/engine/dry-run/observe.ts';
import { movedSequences } from '../../src/engine/dry-run/sequences.ts';
import type { Row } from '../../src/postgres/row.ts';

const KNOWN: Row[] = [
  {
    oid: '1',
    nspname: 'public',
    relname: 'Orders',
    relkind: 'r',
    relfilenode: '10',
    reltuples: '5',
    bytes: '8192',
    indrelid: null,
    scans: '3',
    rows_read: '15',
  },
  {
    oid: '2',
    nspname: 'public',
    relname: 'orders_pkey',
    relkind: 'i',
    relfilenode: '20',
    reltuples: '5',
    bytes: '8192',
    indrelid: '1',
    scans: '0',
    rows_read: '0',
  },
  {
    oid: '3',
    nspname: 'public',
    relname: 'ids',
    relkind: 'S',
    relfilenode: '30',
    reltuples: '1',
    bytes: '8192',
    indrelid: null,
    scans: '0',
    rows_read: '0',
  },
];
const held = (oid: string, mode: string, more: Row = {}): Row => ({
  oid,
  mode,
  relfilenode: `${oid}0`,
  scans: '0',
  rows_read: '0',
  bytes: null,
  ...more,
});

test('a lock is told once, where it is taken, and of relations that were there before', () => {
  const observer = new Observer(KNOWN, [held('1', 'AccessShareLock', { scans: '3', rows_read: '15' })]);
  const first = observer.observe([
    held('1', 'AccessShareLock', { scans: '3', rows_read: '15' }),
    held('1', 'ShareLock', { scans: '3', rows_read: '15' }),
    held('99', 'AccessExclusiveLock'),
  ]);
  assert.deepEqual(
    first.locks.map((one) => [one.relation, one.mode, one.stalls]),
    [['public."Orders"', 'ShareLock', 'writes']],
  );
  assert.deepEqual([first.rewritten, first.scans], [[], []]);
  assert.deepEqual(observer.observe([held('1', 'ShareLock', { scans: '3', rows_read: '15' })]).locks, []);
});

test('another file is a rewrite, growing counters are scans, and both are told once', () => {
  const observer = new Observer(KNOWN, []);
  const rows = [
    held('1', 'AccessExclusiveLock', { relfilenode: '11', scans: '5', rows_read: '25' }),
    held('2', 'AccessExclusiveLock', { relfilenode: '21' }),
  ];
  const { rewritten, scans } = observer.observe(rows);
  assert.deepEqual(rewritten, ['1', '2']);
  const sized = observer.rewrites([
    { oid: '2', bytes: '8192' },
    { oid: '1', bytes: '16384' },
  ]);
  assert.deepEqual(
    sized.map((one) => [one.relation, one.type, one.bytes, one.table]),
    [
      ['public."Orders"', 'table', 16384, null],
      ['public.orders_pkey', 'index', 8192, 'public."Orders"'],
    ],
  );
  assert.deepEqual(
    scans.map((one) => [one.relation, one.scans, one.rowsRead]),
    [['public."Orders"', 2, 10]],
  );
  const again = observer.observe(rows);
  assert.deepEqual([again.rewritten, again.scans, again.locks], [[], [], []]);
});

test('the counters of a table that was dropped are gone: that is no scan', () => {
  const observer = new Observer(KNOWN, []);
  const gone = observer.observe([held('1', 'AccessExclusiveLock', { relfilenode: null })]);
  assert.deepEqual([gone.scans, gone.rewritten], [[], []]);
});

test('sequences that the transaction used moved by it; others by others', () => {
  const observer = new Observer(KNOWN, []);
  observer.observe([held('3', 'RowExclusiveLock')]);
  assert.deepEqual([...observer.sequences], ['3']);
  const before = new Map([
    ['3', { name: 'public.ids', value: null }],
    ['4', { name: 'public.others', value: '7' }],
  ]);
  const after = new Map([
    ['3', { name: 'public.ids', value: '2' }],
    ['4', { name: 'public.others', value: '8' }],
    ['5', { name: 'public.fresh', value: '1' }],
  ]);
  const own = { sequence: 'public.ids', before: null, after: '2' };
  assert.deepEqual(movedSequences(before, after, observer.sequences), [own]);
  const others = { sequence: 'public.others', before: '7', after: '8' };
  assert.deepEqual(movedSequences(before, after, undefined), [own, others], 'behind a failure nobody knows whose');
});
