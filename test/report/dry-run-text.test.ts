import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LiveDryRun, TakenLock, TriedMigration, TriedStatement } from '../../src/report/dry-run.ts';
import { dryRunLines } from '../../src/report/dry-run-text.ts';
import { createMask } from '../../src/report/mask.ts';
import { createStyle } from '../../src/report/style.ts';

const TABLE = {
  relation: 'public.orders',
  type: 'table',
  table: null,
  estimatedRows: 12_000_000,
  estimatedBytes: 5e9,
} as const;
const LOCK: TakenLock = {
  ...TABLE,
  mode: 'AccessExclusiveLock',
  blocks: 'reads and writes',
  stalls: 'reads and writes',
};
const STATEMENT: TriedStatement = {
  line: 3,
  column: 1,
  sql: 'ALTER TABLE orders\n  ADD COLUMN x int',
  state: 'passed',
  reason: null,
  tag: 'ALTER TABLE',
  rows: null,
  executionTimeMs: 4,
  walBytes: 2048,
  locks: [LOCK],
  rewrites: [],
  scans: [],
};
const MIGRATION: TriedMigration = {
  version: '002_x',
  file: 'm/002_x.sql',
  state: 'passed',
  executionTimeMs: 4,
  verify: null,
  held: [],
  statements: [STATEMENT],
};
const REPORT: LiveDryRun = {
  ok: true,
  level: 'live',
  direction: 'apply',
  database: 'shop',
  runId: 'r',
  outcome: 'passed',
  heldMs: 9,
  walBytes: 2048,
  migrations: [MIGRATION],
  skipped: [],
  sequences: [],
  stays: [],
  cannotShow: [],
  failed: null,
};
const mask = createMask().apply;
const text = (report: LiveDryRun) => dryRunLines(report, { width: 80, style: createStyle(false), mask }).join('\n');

test('a lock is told with what it holds up, and once', () => {
  const index: TakenLock = { ...LOCK, relation: 'public.orders_pkey', type: 'index', table: 'public.orders' };
  const share: TakenLock = { ...LOCK, mode: 'ShareLock', blocks: 'writes', stalls: 'writes' };
  const later = { ...STATEMENT, line: 9, locks: [share, index] };
  const shown = text({
    ...REPORT,
    migrations: [{ ...MIGRATION, statements: [{ ...STATEMENT, locks: [share, LOCK] }, later] }],
  });
  assert.match(
    shown,
    /locks {5}public\.orders \(about 12,000,000 rows, 4\.7 GB\): ACCESS\n +EXCLUSIVE, holds up reads and writes/,
  );
  assert.equal(shown.match(/locks /g)?.length, 1, shown);
  assert.match(shown, /^ {5}3 {2}ALTER TABLE orders ADD COLUMN x int/m);
});

test('nothing is wider than the terminal, and nothing from outside writes over it', () => {
  const evil = `${'x'.repeat(200)}\u001b[2J`;
  const locks = [{ ...LOCK, relation: `public."${'y'.repeat(40)} z\u001b[2J"` }];
  const statement = { ...STATEMENT, sql: evil, locks, reason: evil };
  const shown = text({
    ...REPORT,
    migrations: [{ ...MIGRATION, statements: [statement] }],
    cannotShow: ['a '.repeat(90)],
  });
  assert.ok(!shown.includes('\u001b'));
  for (const line of shown.split('\n')) assert.ok(line.length <= 80, line);
});

test('of many statements those that hold up nobody are folded', () => {
  const quiet = { ...STATEMENT, locks: [] };
  const statements = [...Array.from({ length: 100 }, () => quiet), STATEMENT];
  const shown = text({ ...REPORT, migrations: [{ ...MIGRATION, statements }] });
  assert.match(shown, /and 100 statements that held up nobody/);
  assert.ok(shown.split('\n').length < 20);
});

test('each way to end has its word', () => {
  const words = (['passed', 'failed', 'gave-up', 'stopped', 'cancelled'] as const).map(
    (outcome) => /^(.*): 1 statement went through\.$/m.exec(text({ ...REPORT, outcome }))?.[1],
  );
  assert.deepEqual(words, ['Would go through', 'Would fail', 'Gave up waiting for a lock', 'Stopped', 'Cancelled']);
  const partly = { ...MIGRATION, state: 'partly' } as const;
  assert.match(text({ ...REPORT, migrations: [partly] }), /Would go through, as far as it was tried/);
});

test('a password is hidden before a long statement is cut', () => {
  const sql = `ALTER ROLE ${'r'.repeat(20)} PASSWORD 'geheim-${'x'.repeat(60)}'`;
  assert.doesNotMatch(text({ ...REPORT, migrations: [{ ...MIGRATION, statements: [{ ...STATEMENT, sql }] }] }), /geh/);
});
