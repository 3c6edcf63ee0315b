import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Check, Work } from '../../src/engine/preflight/check.ts';
import { replicas, slots } from '../../src/engine/preflight/server.ts';
import { holders } from '../../src/engine/preflight/sessions.ts';

const WORK = {
  engine: { mask: (text: string) => text },
  control: { session: { backendPid: 1 } },
  concurrent: false,
  indexes: new Set<string>(),
} as unknown as Work;

const found = (check: Check, row: Record<string, string | null>) => check.findings([row], WORK).map((one) => one.found);
const GB = 1024 ** 3;

test('a standby that is behind by time or by size', () => {
  const row = { application_name: 'east', client: '10.0.0.2' };
  assert.deepEqual(found(replicas, { ...row, lag_ms: '9000', lag_bytes: '1000' }), []);
  assert.deepEqual(found(replicas, { ...row, lag_ms: null, lag_bytes: null }), []);
  assert.deepEqual(found(replicas, { ...row, lag_ms: '12000', lag_bytes: '1024' }), [
    'the standby east (10.0.0.2) is behind: 1 kB, 12.0 s',
  ]);
  assert.match(found(replicas, { ...row, lag_ms: null, lag_bytes: String(GB) })[0]!, /is behind: 1 GB$/);
});

test('a replication slot that nobody reads and that keeps much WAL', () => {
  assert.deepEqual(found(slots, { slot_name: 'east', retained: String(GB / 2) }), []);
  const [finding] = slots.findings([{ slot_name: "it's", retained: String(3 * GB) }], WORK);
  assert.match(finding!.found, /slot it's is used by nobody and keeps 3 GB/);
  assert.match(finding!.next, /pg_drop_replication_slot\('it''s'\)/);
});

const HOLDER = {
  relation: '16384',
  relation_name: 'public.busy',
  pid: '7',
  virtualtransaction: '3/4',
  modes: 'AccessShareLock',
  username: 'app',
  application_name: 'report',
  client: '',
  state: 'active',
  query: 'SELECT 1',
  autovacuum: 'f',
};

test('who holds a table: long transactions and vacuums against wraparound, not short ones', () => {
  assert.deepEqual(found(holders, { ...HOLDER, transaction_age: '59000', query_age: '59000' }), []);
  assert.deepEqual(found(holders, { ...HOLDER, transaction_age: '61000', query_age: '5000' }), [
    'public.busy: locked by pid 7 (report of app), active for 5.0 s in a transaction of 1 min 1 s: SELECT 1',
  ]);
  assert.deepEqual(found(holders, { ...HOLDER, pid: '1', transaction_age: '61000' }), [], 'our own');
  const vacuum = { ...HOLDER, autovacuum: 't', username: null, query: null, overdue: 't' };
  assert.deepEqual(found(holders, vacuum), [
    'public.busy: locked by autovacuum (pid 7), against wraparound: it does not give way',
  ]);
  assert.deepEqual(found(holders, { ...vacuum, overdue: 'f' }), []);
});
