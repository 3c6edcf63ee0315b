import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Blocker } from '../../src/report/blocker.ts';
import type { LockWaitEvent, RunEvent } from '../../src/report/events.ts';
import { createProgressText } from '../../src/report/progress-text.ts';
import { cut } from '../../src/report/width.ts';

const BLOCKER: Blocker = {
  pid: 4122,
  gid: null,
  transaction: '3/7',
  user: 'postgres',
  application: 'nightly report',
  client: '10.0.0.7',
  state: 'active',
  backendType: 'client backend',
  transactionAgeMs: 5000,
  stateAgeMs: 5000,
  queryAgeMs: 5000,
  modes: [],
  query: 'SELECT 1',
  isAutovacuum: false,
  preventsWraparound: false,
  endedBy: 'this role',
};
const LONG = '040_add_workflow_template_versions_search_index';
const WAIT: LockWaitEvent = {
  kind: 'lock_wait',
  phase: 'waiting',
  version: LONG,
  relation: undefined,
  blockers: [BLOCKER],
  refusals: 0,
  waitedMs: 5200,
  budgetMs: undefined,
  reason: undefined,
  news: false,
};
const STEP: Extract<RunEvent, { kind: 'progress' }> = {
  kind: 'progress',
  version: LONG,
  step: 1,
  steps: 3,
  phase: 'waiting for writers before build',
  done: 0,
  total: 1,
  unit: 'transactions',
  waitsFor: 'pid 4122 (nightly report of postgres, active since 12:00:00)',
};
const onTerminal = (text: string | undefined) => cut(text ?? '', 79);

test('at 80 columns, with a long version and a long table, whom it waits for and how long are to be seen', () => {
  const of = {
    ...WAIT,
    phase: 'holding_off' as const,
    relation: 'public.workflow_template_versions',
    budgetMs: 600_000,
  };
  assert.equal(
    onTerminal(createProgressText()(of)),
    '  040_add_workflow_templa…: waits 5.2 s of 10 min for pid 4122 (nightly report…',
  );
  const building = { ...STEP, phase: 'building index: scanning table', done: 120, total: 1000, waitsFor: null };
  assert.equal(
    onTerminal(createProgressText()({ ...building, unit: 'blocks' })),
    '  040_add_workflow_templa…: step 1/3, 12 %, building index: scanning table (12…',
  );
});

test('a step that is held up is one line, whichever side is heard last', () => {
  const text = createProgressText();
  assert.match(text(WAIT) ?? '', /: waits 5\.2 s for pid 4122 \(/);
  const both =
    '  040_add_workflow_templa…: step 1/3, waits 5.2 s for pid 4122 (nightly report of postgres@10.0.0.7): writers before build';
  assert.equal(text(STEP), both);
  assert.equal(text(WAIT), both);
  assert.equal(text(STEP), both);
  const gone = { ...STEP, phase: 'building index: scanning table', done: 5, total: 10, waitsFor: null };
  assert.match(text(gone) ?? '', /step 1\/3, 50 %, building index: scanning table \(5 of 10/);
  assert.match(
    text(STEP) ?? '',
    /waits for pid 4122 \(nightly report of postgres, active since 12:00:00\): writers before/,
  );
});

test('the next migration begins without what was told of the one before', () => {
  const text = createProgressText();
  text(STEP);
  assert.equal(
    text({ kind: 'started', version: '041_more', index: 2, total: 2, statements: 1 }),
    '  [2/2] 041_more: 1 statement ...',
  );
  assert.equal(
    text({ ...WAIT, version: '041_more' }),
    '  041_more: waits 5.2 s for pid 4122 (nightly report of postgres@10.0.0.7)',
  );
});
