import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Kept } from '../../src/backup/kept.ts';
import { decideStores, type KeptEvent, storesOf } from '../../src/backup/stored.ts';

const kept = (store: string, kind: Kept['kind'] = 'table'): Kept => ({
  ...{ kind, schema: 'public', table: 'Orders', key: [], rest: [], rows: 3, store, sequences: [] },
  columns: [{ name: 'note', type: 'text', asText: false }],
});
const event = (store: string, more: Partial<KeptEvent> = {}): KeptEvent => ({
  ...{ version: '007_a', runId: 'r', at: '2026-11-01T00:00:00.000Z', direction: 'apply', to: 'schema', isLast: true },
  ...{ kept: [kept(store)], ...more },
});
const tables = (...names: string[]) => names.map((name) => ({ name, bytes: 100 }));

test('the audit trail tells which a rollback needs, and what the others are', () => {
  const stores = storesOf(tables('a.1', 'a.2', 'b.1', 'c.1', 'c.1 written', 'x'), [
    event('a.1'),
    event('a.2', { isLast: false, kept: [kept('a.2', 'column')] }),
    event('b.1', { direction: 'rollback' }),
  ]);
  assert.deepEqual(
    stores.map(({ name, state, of }) => [name, state, of]),
    [
      ['a.1', 'needed', 'public."Orders"'],
      ['a.2', 'left', 'public."Orders" (note)'],
      ['b.1', 'lost by rollback', 'public."Orders"'],
      ['c.1', 'copying', null],
      ['c.1 written', 'copying', null],
      ['x', 'unknown', null],
    ],
  );
});

test('a name that was given again belongs to the last event', () => {
  const [store] = storesOf(tables('a.1'), [event('a.1', { isLast: false }), event('a.1')]);
  assert.equal(store?.state, 'needed');
});

test('rules take what no rollback needs; with all of it also that; never what nobody knows the age of', () => {
  const stores = storesOf(tables('a.1', 'a.2', 'a.3', 'c.1 written', 'x'), [
    event('a.1'),
    event('a.2', { isLast: false }),
    event('a.3', { isLast: false, at: '2026-11-20T00:00:00.000Z' }),
  ]);
  const rules = { last: undefined, days: 10, bytes: undefined };
  const now = new Date('2026-11-21T00:00:00Z');
  const some = decideStores(stores, rules, now, false);
  assert.deepEqual(
    some.remove.map(({ store, why }) => [store.name, why]),
    [['a.2', 'older than 10 days']],
  );
  assert.deepEqual(
    some.spared.map(({ store, why }) => [store.name, why]),
    [['a.1', 'a rollback of 007_a puts it back']],
  );
  const all = decideStores(stores, rules, now, true).remove.map(({ store }) => store.name);
  assert.deepEqual(all.sort(), ['a.1', 'a.2']);
});

test('what was to be in a file and is a table yet waits to be moved; not what a rollback could not put back', () => {
  const stores = storesOf(tables('a.1', 'a.2', 'b.1', 'c.1'), [
    event('a.1', { to: 'file' }),
    event('a.2', { to: 'file', isLast: false }),
    event('b.1', { to: 'file', direction: 'rollback' }),
    event('c.1'),
  ]);
  assert.deepEqual(
    stores.filter(({ toFile }) => toFile).map(({ name }) => name),
    ['a.1', 'b.1'],
  );
});
