import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventText } from '../../src/report/event-text.ts';
import { type HistoryLine, historyLines } from '../../src/report/history-text.ts';
import { createStyle } from '../../src/report/style.ts';

const IDLE = {
  pid: 4711,
  user: 'alice',
  application: 'cron',
  client: '10.0.0.7',
  state: 'idle in transaction',
  stateAgeMs: 412_000,
  modes: ['AccessShareLock'],
  query: 'SELECT * FROM orders',
};
const who = 'pid 4711 (cron of alice@10.0.0.7), idle in transaction for 6 min 52 s: SELECT * FROM orders';

test('every kind of event says what happened', () => {
  const texts: [string, Record<string, unknown>, string][] = [
    ['applied', { executionTimeMs: 12 }, '12 ms'],
    ['started', {}, ''],
    ['started', { steps: 3, resumedAtStep: 2 }, 'goes on at step 2 of 3'],
    ['step_started', { step: 1, steps: 3, statement: 'VACUUM base' }, 'step 1 of 3: VACUUM base'],
    ['step_finished', { step: 1, steps: 3 }, 'step 1 of 3'],
    ['step_finished', { step: 1, steps: 3, rollback: true, found: 'it is gone' }, 'back, step 1 of 3: it is gone'],
    [
      'step_checked',
      { step: 1, steps: 3, outcome: 'half done', because: 'INVALID' },
      'step 1 of 3: half done: INVALID',
    ],
    ['step_cleaned', { step: 1, steps: 3, statement: 'DROP INDEX x' }, 'step 1 of 3: DROP INDEX x'],
    [
      'lock_wait',
      { refusals: 2, relation: 'public.busy', waitedMs: 1500, message: 'no', blockers: [IDLE] },
      `public.busy is locked; try 2 gave way after 1.5 s; held by ${who}`,
    ],
    ['lock_wait', { waitedMs: 1500, blockers: [IDLE] }, `waits for ${who}`],
    ['lock_wait', { refusals: 1, message: 'deadlock detected', blockers: [] }, 'deadlock detected; try 1 gave way'],
    ['lock_wait', { blockers: [IDLE, IDLE, IDLE, IDLE] }, `waits for ${who}; ${who}; ${who}; 1 more`],
    ['blocker_cancelled', { how: 'terminated', blocker: IDLE }, `terminated ${who}`],
    [
      'blocker_cancelled',
      { how: 'cancelled', blocker: { pid: 7, isAutovacuum: true } },
      'cancelled autovacuum (pid 7), at work',
    ],
    [
      'taken_over',
      { run: 'x', by: 'ada', host: 'ci', since: '10:00', lastSeen: '10:01', after: 'step_started' },
      'the run of ada on ci, begun 10:00, last heard of 10:01; its last event: step_started',
    ],
    ['taken_over', { run: 'x', by: 'ada', host: 'ci', since: '10:00' }, 'the run of ada on ci, begun 10:00'],
    [
      'session_ended',
      { by: 'ada', host: 'ci', pid: 7, idleSeconds: 13 },
      'server process 7, which the run of ada on ci left idle for 13 s',
    ],
    ['failed', { message: 'no such table' }, 'no such table'],
    ['cancelled', { message: 'stopped on request', done: 0, total: 1 }, 'stopped on request; 0 of 1 step done'],
    ['planned_again', { message: 'not in a transaction', steps: 3 }, 'not in a transaction; run again in 3 steps'],
    ['repaired', { action: 'accept', reason: 'a comment' }, 'accept: a comment'],
    [
      'dry_run',
      { level: 'live', direction: 'apply', outcome: 'passed', heldMs: 1500, versions: ['007_a', '008_b', '009_c'] },
      'passed: 007_a to 009_c (3); open for 1.5 s',
    ],
    [
      'dry_run',
      { direction: 'roll back', outcome: 'failed', heldMs: 3, versions: ['007_a'], message: 'no such table' },
      'failed rollback: 007_a; open for 3 ms; no such table',
    ],
    ['rehearsed', { outcome: 'passed', versions: ['007_a'] }, 'passed: 007_a'],
    [
      'refused',
      { action: 'applyMigrations', asked: 'apply what is pending', code: 'approval-needed', message: 'nobody agreed' },
      'apply what is pending: approval-needed: nobody agreed',
    ],
    ['refused', { action: 'acceptDrift', code: 'role-refused', message: 'no' }, 'acceptDrift: role-refused: no'],
    [
      'backed_up',
      { scope: 'scoped', kept: [{ schema: 'public', table: 'orders', rows: 2, store: '007_a.1' }, null] },
      '2 rows of public.orders kept in taskflow_backup."007_a.1"',
    ],
    [
      'pruned',
      {
        stores: [
          { store: '007_a.1', of: 'public.orders', rows: 2 },
          { store: 'x', of: null, rows: null },
        ],
      },
      'taskflow_backup."007_a.1" (2 rows of public.orders) removed; taskflow_backup."x" removed',
    ],
    [
      'put_back',
      {
        put: [
          { relation: 'public.orders', rows: 1, left: { gone: 1 } },
          { relation: 'b', rows: 0 },
        ],
      },
      '1 row of public.orders put back, 1 left; 0 rows of b put back',
    ],
    ['put_back', { put: 'x' }, ''],
    ['drift_accepted', { reason: 'for March', changes: [{}, {}] }, '2 differences may stay; for March'],
    ['drift_accepted', { file: '004_a.sql', differences: 1, changes: [] }, '1 difference made 004_a.sql'],
    ['drift_accepted', { changes: 'x' }, '0 differences may stay'],
    ['drift_revoked', { reason: 'done' }, 'done'],
    ['setting_changed', { key: 'production', value: 'true' }, 'production = true'],
    ['initialized', { layout: 2, schema: 'public' }, ''],
    ['layout_upgraded', { from: 1, layout: 2 }, 'from layout 1 to 2'],
    ['baselined', { to: '003_a', reason: 'by hand', executionTimeMs: 0 }, 'up to 003_a; by hand'],
    ['adopted', { versions: ['001_a'], rowsBefore: 0 }, '1 version'],
    ['adopted', { found: ['table a', 'index b'], lacking: ['view c'] }, 'found table a, index b; lacking view c'],
    ['skipped', { reason: 'no extension' }, 'no extension'],
    ['of_a_later_version', { message: 'x' }, 'x'],
    ['of_a_later_version', {}, ''],
    [
      'lock_wait',
      { refusals: {}, relation: 7, blockers: [null, 5, { pid: 'x', state: 5 }] },
      '7 is locked; try ? gave way',
    ],
    ['adopted', { versions: 'x', found: 5, executionTimeMs: 0 }, '0 ms'],
    ['constructor', {}, ''],
    [
      'verified',
      { ok: false, tried: 3, only: '002_b', failures: [{ check: 'rollback', version: '002_b', detail: 'x' }] },
      'not proven, 3 migrations tried; 002_b alone; rollback 002_b',
    ],
    ['verified', { ok: true, tried: 1, failures: [] }, 'proven, 1 migration tried'],
  ];
  for (const [event, detail, text] of texts) assert.equal(eventText(event, detail), text, event);
  assert.equal(eventText('lock_wait', null as never), '', 'whatever somebody has written there');
});

const at = '2026-11-22T22:06:35.123456Z';
const EVENTS: HistoryLine[] = [
  { at, event: 'applied', version: '002_alter', actor: 'postgres', detail: { executionTimeMs: 12 } },
  { at, event: 'lock_wait', version: '002_alter', actor: 'postgres', detail: { waitedMs: 1500, blockers: [IDLE] } },
];
const lines = (width: number) => historyLines(EVENTS, { width, style: createStyle(false) }).join('\n');

test('at 80 columns sentences stand below their row, whole words each', () => {
  assert.equal(
    lines(80),
    `TIME (UTC)           EVENT      VERSION    WHO       WHAT
2026-11-22 22:06:35  applied    002_alter  postgres  12 ms
2026-11-22 22:06:35  lock wait  002_alter  postgres
    waits for pid 4711 (cron of alice@10.0.0.7), idle in transaction for 6 min
    52 s: SELECT * FROM orders`,
  );
});

test('on a wide terminal they stay in their column', () => {
  assert.equal(
    lines(120).split('\n').slice(2).join('\n'),
    `2026-11-22 22:06:35  lock wait  002_alter  postgres  waits for pid 4711 (cron of alice@10.0.0.7), idle in transaction
                                                     for 6 min 52 s: SELECT * FROM orders`,
  );
  assert.ok(lines(200).split('\n').length === 3);
});
