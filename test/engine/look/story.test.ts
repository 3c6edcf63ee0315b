import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HistoryEvent } from '../../../src/engine/audit/history.ts';
import { Heard } from '../../../src/engine/look/run/heard.ts';
import { byOf, focusOf, outcomeOf } from '../../../src/engine/look/run/run-look.ts';
import { indexOfLine, indexOfLocking, indexOfQuery, statementsOf } from '../../../src/engine/look/run/statements.ts';
import { storyOf } from '../../../src/engine/look/run/story.ts';
import type { Statement } from '../../../src/migration/migration.ts';

type Told = readonly [event: string, version: string | null, detail?: Record<string, unknown>];

/** A second apart, from 10:00:00 on. */
function events(...told: Told[]): HistoryEvent[] {
  return told.map(([event, version, detail = {}], i) => ({
    seq: i + 1,
    at: `2026-11-23T10:00:${String(i).padStart(2, '0')}Z`,
    event,
    version,
    runId: 'r',
    actor: 'postgres',
    host: 'here',
    toolVersion: '1',
    gitCommit: null,
    detail,
    hash: '',
  }));
}

const states = (...told: Told[]) =>
  storyOf(events(...told)).versions.map(({ version, state }) => `${version} ${state}`);

test('a run that applies is told by its events', () => {
  const story = storyOf(
    events(
      ['started', '1'],
      ['applied', '1', { executionTimeMs: 7 }],
      ['started', '2'],
      ['failed', '2', { message: 'no', line: 4 }],
    ),
  );
  assert.equal(story.kind, 'apply');
  assert.deepEqual(
    story.versions.map(({ version, state, ms }) => [version, state, ms]),
    [
      ['1', 'done', 7],
      ['2', 'failed', 1000],
    ],
  );
  assert.equal(outcomeOf(story), 'failed');
  assert.deepEqual([focusOf(story)?.version, focusOf(story)?.failure?.line], ['2', 4]);
});

test('what a run of another process is going to do is known from its first event', () => {
  const story = storyOf(events(['started', '1', { planned: ['1', '2', 3, '4'] }], ['applied', '1'], ['started', '2']));
  assert.deepEqual(story.planned, ['1', '2', '4']);
  assert.deepEqual(storyOf(events(['started', '1', { planned: 'all' }])).planned, []);
});

test('rollbacks, dry runs, what was cancelled and what was cut off', () => {
  const back = storyOf(events(['rollback_started', '2'], ['rolled_back', '2']));
  assert.deepEqual([back.kind, outcomeOf(back)], ['roll back', 'done']);
  const tried = storyOf(events(['dry_run', null, { outcome: 'gave-up' }]));
  assert.deepEqual([tried.kind, outcomeOf(tried)], ['dry run', 'failed']);
  assert.equal(outcomeOf(storyOf(events(['started', '1'], ['cancelled', '1']))), 'cancelled');
  assert.equal(outcomeOf(storyOf(events(['started', '1'], ['connection_lost', '1']))), 'interrupted');
  assert.equal(outcomeOf(storyOf(events(['started', '1'], ['connection_lost', '1'], ['applied', '1']))), 'done');
  assert.deepEqual(states(['backed_up', '3'], ['started', '1'], ['skipped', '2', { reason: 'x' }]), [
    '1 running',
    '2 skipped',
  ]);
});

test('steps: how many are done, and which process has the one outside a transaction', () => {
  const begun: Told[] = [
    ['started', '1', {}],
    ['step_started', '1', { step: 1, steps: 3, backend: { pid: '77', start: null } }],
  ];
  const [first] = storyOf(events(...begun)).versions;
  assert.deepEqual(
    [first?.steps, first?.outside],
    [
      { done: 0, of: 3 },
      { step: 1, pid: '77' },
    ],
  );
  const [then] = storyOf(
    events(...begun, ['step_finished', '1', { step: 1, steps: 3, done: { statements: 2 } }]),
  ).versions;
  assert.deepEqual([then?.steps, then?.outside, then?.statementsDone], [{ done: 1, of: 3 }, null, 2]);
});

test('a wait is one as long as nothing has come since', () => {
  const wait: Told = ['lock_wait', '1', { relation: 'public.a', refusals: 2, blockers: [{ pid: 5 }, { gid: 'x' }] }];
  const story = storyOf(events(['started', '1'], wait));
  assert.deepEqual(story.wait, { at: '2026-11-23T10:00:01Z', relation: 'public.a', refusals: 2, pids: [5] });
  assert.equal(story.versions[0]?.refusals, 2);
  assert.deepEqual(storyOf(events(['started', '1'], wait, ['cancel_requested', null])).wait?.pids, [5]);
  assert.equal(storyOf(events(['started', '1'], wait, ['applied', '1'])).wait, null);
});

test('who has begun it is the person at the console, else the user of the database', () => {
  const [one] = events(['started', '1', { console: { user: 'otto', address: '::1' } }]);
  assert.deepEqual(byOf(one), { actor: 'postgres', console: 'otto', host: 'here', toolVersion: '1' });
  assert.equal(byOf(events(['started', '1'])[0]).console, null);
});

const list = [
  'CREATE TABLE a ()',
  'INSERT INTO a VALUES (1)',
  'INSERT INTO a VALUES (1)',
  `SELECT '${'x'.repeat(200)}'`,
].map((sql, i) => ({ sql, line: i * 2 + 1 }) as Statement);

test('a statement is found by the text that the server shows, cut or twice', () => {
  assert.equal(indexOfQuery(list, 'INSERT INTO a VALUES (1)', 0), 1);
  assert.equal(indexOfQuery(list, 'INSERT INTO a VALUES (1)', 2), 2);
  assert.equal(indexOfQuery(list, 'CREATE TABLE a ()', 2), 0, 'it was begun anew');
  assert.equal(indexOfQuery(list, list[3]!.sql.slice(0, 120), 0), 3, 'the server keeps no more of it');
  assert.equal(indexOfQuery(list, 'INSERT', 0), undefined, 'a short text is a whole one');
  assert.equal(indexOfQuery(list, '', 0), undefined);
  assert.equal(indexOfLine(list, 4), 1);
  assert.equal(indexOfLine(list, 0), undefined);
});

test('who holds off has no statement in the server: the one that locks what is waited for is meant', () => {
  const some = ['CREATE TABLE b ()', 'ALTER TABLE public.a ADD COLUMN x int', 'ALTER TABLE "A b" ADD COLUMN x int'].map(
    (sql, i) => ({ sql, line: i + 1 }) as Statement,
  );
  assert.equal(indexOfLocking(some, 'public.a', 0), 1);
  assert.equal(indexOfLocking(some, 'public."A b"', 0), 2);
  assert.equal(indexOfLocking(some, 'public.a', 2), undefined);
});

test('what is before a failure is undone with it, unless its step stands', () => {
  const failed = storyOf(events(['started', '1'], ['failed', '1', { line: 5 }])).versions[0]!;
  const shown = (story: typeof failed, at: number | undefined, heard?: Heard) =>
    statementsOf(list, story, heard, at).shown.map(({ state }) => state);
  assert.deepEqual(shown(failed, 2), ['undone', 'undone', 'failed', 'open']);
  assert.deepEqual(shown({ ...failed, statementsDone: 2 }, 2), ['done', 'done', 'failed', 'open']);
  assert.deepEqual(shown({ ...failed, state: 'running' }, 1), ['done', 'running', 'open', 'open']);
  assert.deepEqual(shown({ ...failed, state: 'done' }, undefined), ['done', 'done', 'done', 'done']);
  const heard = new Heard();
  const one = { kind: 'statement', version: '1', total: 4, tag: 'CREATE TABLE', ms: 3.4 } as const;
  for (const index of [1, 2, 1]) heard.hear({ ...one, index });
  assert.deepEqual(shown({ ...failed, state: 'running' }, undefined, heard), ['done', 'running', 'open', 'open']);
  assert.deepEqual(heard.statementsOf('1'), [{ tag: 'CREATE TABLE', ms: 3 }], 'a try that begins anew');
});

test('of thousands of statements those around the one at work are shown', () => {
  const many = Array.from({ length: 5000 }, (_, i) => ({ sql: `SELECT ${i}`, line: i + 1 }) as Statement);
  const story = { ...storyOf(events(['started', '1'])).versions[0]! };
  const { total, done, shown } = statementsOf(many, story, undefined, 4000);
  assert.deepEqual([total, done], [5000, 4000]);
  assert.ok(shown.length <= 60 && shown.some(({ number, state }) => number === 4001 && state === 'running'));
  assert.equal(statementsOf(many, story, undefined, 4999).shown.at(-1)?.number, 5000);
});
