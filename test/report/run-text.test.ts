import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Blocker, blockerCure, blockerText } from '../../src/report/blocker.ts';
import type { LockWaitEvent } from '../../src/report/events.ts';
import { createProgressText } from '../../src/report/progress-text.ts';
import { runLines } from '../../src/report/run-text.ts';
import { createStyle } from '../../src/report/style.ts';

const IDLE: Blocker = {
  pid: 4711,
  gid: null,
  transaction: '3/7',
  user: 'alice',
  application: 'cron',
  client: '10.0.0.7',
  state: 'idle in transaction',
  backendType: 'client backend',
  transactionAgeMs: 500_000,
  stateAgeMs: 412_000,
  queryAgeMs: 412_000,
  modes: ['AccessShareLock'],
  query: 'SELECT * FROM orders',
  isAutovacuum: false,
  preventsWraparound: false,
  endedBy: 'this role',
};
const ACTIVE: Blocker = { ...IDLE, state: 'active', application: '', client: '', queryAgeMs: 2500 };
const PREPARED: Blocker = {
  ...IDLE,
  pid: null,
  gid: "it's",
  database: 'shop',
  application: null,
  client: null,
  state: null,
  query: null,
};
const HIDDEN: Blocker = { ...IDLE, state: null, client: null, stateAgeMs: null, transactionAgeMs: null, query: null };
const VACUUM: Blocker = { ...HIDDEN, isAutovacuum: true, user: null, application: '' };
const FOREVER: Blocker = { ...VACUUM, preventsWraparound: true };

test('a blocker in words: who, since when, doing what', () => {
  assert.deepEqual(
    [IDLE, ACTIVE, PREPARED, HIDDEN, VACUUM, FOREVER].map((one) => blockerText(one)),
    [
      'pid 4711 (cron of alice@10.0.0.7), idle in transaction for 6 min 52 s: SELECT * FROM orders',
      'pid 4711 (unnamed of alice), active for 2.5 s in a transaction of 8 min 20 s: SELECT * FROM orders',
      'prepared transaction "it\'s" of alice, prepared 8 min 20 s ago',
      'pid 4711 (cron of alice), what it does is hidden from this role',
      'autovacuum (pid 4711), at work',
      'autovacuum (pid 4711), against wraparound: it does not give way',
    ],
  );
  assert.match(blockerText(IDLE, 10), /: SELECT \* …$/);
});

test('what ends the wait for it', () => {
  assert.deepEqual([IDLE, ACTIVE, PREPARED, VACUUM, FOREVER].map(blockerCure), [
    'End the session of pid 4711: SELECT pg_terminate_backend(4711);',
    'Wait for pid 4711, or stop its statement: SELECT pg_cancel_backend(4711);',
    "End the prepared transaction, in the database shop: COMMIT PREPARED 'it''s'; or ROLLBACK PREPARED 'it''s';",
    'Run it again when the autovacuum of pid 4711 is over, or with --cancel-blockers=autovacuum.',
    'Let the autovacuum of pid 4711 finish: it protects the database from wraparound.',
  ]);
});

test('what ends the wait where this role may not do it: who may', () => {
  const others = [IDLE, ACTIVE, HIDDEN].map((one): Blocker => ({ ...one, endedBy: 'its role' }));
  const superusers = [IDLE, ACTIVE, HIDDEN, VACUUM].map((one): Blocker => ({ ...one, endedBy: 'superuser' }));
  const byAlice = 'which its user alice, a member of pg_signal_backend or a superuser may do';
  assert.deepEqual([...others, ...superusers].map(blockerCure), [
    `End the session of pid 4711, ${byAlice}: SELECT pg_terminate_backend(4711);`,
    `Wait for pid 4711, or stop its statement, ${byAlice}: SELECT pg_cancel_backend(4711);`,
    `Wait for pid 4711, or end its session, ${byAlice}: SELECT pg_terminate_backend(4711);`,
    'End the session of pid 4711, which only a superuser may do: SELECT pg_terminate_backend(4711);',
    'Wait for pid 4711, or stop its statement, which only a superuser may do: SELECT pg_cancel_backend(4711);',
    'Wait for pid 4711, or end its session, which only a superuser may do: SELECT pg_terminate_backend(4711);',
    'Run it again when the autovacuum of pid 4711 is over.',
  ]);
});

test('text of a blocker cannot write over the terminal', () => {
  assert.doesNotMatch(blockerText({ ...IDLE, application: '\u001b[2J', query: 'a\u202eb' }), /[\u001b\u202e]/);
});

const EVENT: LockWaitEvent = {
  kind: 'lock_wait',
  phase: 'refused',
  version: '002_alter',
  relation: 'public.busy',
  blockers: [IDLE],
  refusals: 1,
  waitedMs: 250,
  budgetMs: 600_000,
  reason: 'canceling statement due to lock timeout',
  news: true,
};
const lines = (event: LockWaitEvent) => runLines(event, { style: createStyle(false), width: 80 }).join('\n');

test('a refusal on a terminal of 80 columns: what, then who', () => {
  assert.equal(
    lines(EVENT),
    `  002_alter: public.busy is locked; gave way, tries again for at most 10 min
    pid 4711 (cron of alice@10.0.0.7), idle in transaction for 6 min 52 s:
      SELECT * FROM orders`,
  );
  assert.match(lines({ ...EVENT, refusals: 4 }), /gave way 4 times, tries again/);
  assert.match(lines({ ...EVENT, budgetMs: 0 }), /is locked; gave way$/m);
  assert.match(lines({ ...EVENT, relation: undefined }), /canceling statement due to lock timeout; gave way/);
  assert.match(lines({ ...EVENT, phase: 'waiting', budgetMs: undefined, refusals: 0 }), /is locked; waits for it$/m);
  assert.match(lines({ ...EVENT, phase: 'waiting', relation: undefined }), /waits for another transaction to end$/m);
});

test('many blockers and long queries stay short; what is no news moves only the progress line', () => {
  const many = Array.from({ length: 9 }, (_, i): Blocker => ({ ...IDLE, pid: i, query: 'x '.repeat(100) }));
  assert.ok(lines({ ...EVENT, blockers: many }).split('\n').length <= 11);
  assert.match(lines({ ...EVENT, blockers: many }), /and 5 more$/);
  assert.equal(lines({ ...EVENT, news: false }), '');
  assert.equal(
    createProgressText()({ ...EVENT, blockers: many, waitedMs: 12_300 }),
    '  002_alter: waits 12.3 s of 10 min for pid 0 (cron of alice@10.0.0.7) and 8 more: public.busy',
  );
});
