/** A plan on a terminal: what decides first, 80 columns, names that cannot forge lines. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ForecastLock } from '../../src/forecast/forecast.ts';
import { holdsOf } from '../../src/forecast/holds.ts';
import type { PlannedStatementView, PlannedView, PlanReport } from '../../src/forecast/plan-report.ts';
import { planLines } from '../../src/report/plan-text.ts';
import { createStyle } from '../../src/report/style.ts';
import { widthOf } from '../../src/report/width.ts';

const LOCK: ForecastLock = {
  name: { schema: 'public', name: 'orders' },
  relation: 'public.orders',
  table: null,
  mode: 'AccessExclusiveLock',
  lock: 'ACCESS EXCLUSIVE',
  stalls: 'reads and writes',
  blocks: 'reads and writes',
  rows: 4_100_000,
  bytes: 5e9,
  isNew: false,
};

function statement(more: Partial<PlannedStatementView> = {}): PlannedStatementView {
  const nothing = { forms: [], locks: [], rewrites: false, scans: false, unforeseen: null } as const;
  return { line: 1, column: 1, sql: 'CREATE TABLE t (id bigint)', time: 'an instant', ...nothing, ...more };
}

const ADD = statement({ sql: 'ALTER TABLE orders ADD COLUMN state text', locks: [LOCK] });
const WRITE = statement({ line: 2, sql: 'UPDATE orders SET state = 0', forms: ['UPDATE'], time: 'minutes' });

function migration(place: number, statements: PlannedStatementView[], more: Partial<PlannedView> = {}): PlannedView {
  const version = `${String(place).padStart(3, '0')}_add_something`;
  return {
    version,
    description: 'add something',
    file: `database/migrations/${version}.sql`,
    why: 'by number',
    depends: [],
    needs: [],
    mode: 'transaction',
    steps: [{ transactional: true, reason: null, done: false, statementCount: statements.length, statements }],
    rollback: { kind: 'sql', reason: null, loses: [] },
    destroys: [],
    ...more,
  };
}

function report(migrations: PlannedView[], more: Partial<PlanReport> = {}): PlanReport {
  const transactions = migrations.map(({ version, steps }) =>
    steps.flatMap(({ statements }) => statements.map((one) => ({ version, statement: one }))),
  );
  return {
    format: 1,
    tool: '0.1.0',
    madeAt: '2026-11-22T10:00:00Z',
    digest: '',
    backup: 'auto',
    backupTo: 'schema',
    bound: {
      database: 'shop',
      databaseOid: '16384',
      systemIdentifier: null,
      serverVersion: '18.4',
      role: 'deployer',
      searchPath: 'public',
      trackingSchema: 'public',
      choice: { to: null, only: null, allowLate: false, singleTransaction: false },
      migrations: [],
      skipped: [],
      applied: [],
      schema: null,
    },
    holds: holdsOf(transactions),
    migrations,
    skipped: [],
    held: [],
    preflight: [],
    blockers: [],
    findings: [],
    notes: [],
    ...more,
  };
}

function linesOf(plan: PlanReport, more: { verbose?: boolean; color?: boolean; width?: number } = {}): string[] {
  const { verbose = false, color = false, width = 80 } = more;
  return planLines(plan, { width, style: createStyle(color), verbose })
    .join('\n')
    .split('\n');
}

describe('a plan on a terminal', () => {
  test('one harmless migration is said to be so, in a few lines', () => {
    assert.deepEqual(linesOf(report([migration(2, [statement()])])), [
      'Plan for shop (PostgreSQL 18.4): 1 migration, 1 statement',
      'Nothing here holds up the application for more than an instant.',
      '',
      '1. 002_add_something (database/migrations/002_add_something.sql): 1 statement',
      '   that nobody notices',
      '',
      'Nothing was run.',
    ]);
  });

  test('what is held up stands first, to the end of its transaction', () => {
    assert.deepEqual(linesOf(report([migration(2, [ADD, WRITE])])), [
      'Plan for shop (PostgreSQL 18.4): 1 migration, 2 statements',
      'Look at this first: the application waits for 1 table.',
      '',
      'The application waits:',
      '  - orders (4,100,000 rows, 4.7 GB): reads and writes wait for minutes, from',
      '    line 1 of 002_add_something to the end of its transaction',
      '',
      '1. 002_add_something (database/migrations/002_add_something.sql)',
      '   runs      2 statements in one transaction',
      '   line 1    ALTER TABLE orders ADD COLUMN state text',
      '             ACCESS EXCLUSIVE on orders (4,100,000 rows, 4.7 GB): reads and',
      '             writes wait',
      '   line 2    UPDATE orders SET state = 0',
      '             changes rows: takes minutes at most, while writes to them wait',
      '',
      'Nothing was run.',
    ]);
  });

  test('steps for the sake of small tables: what stands outside a transaction is shown, and that it need not', () => {
    const build = statement({
      ...{ line: 2, sql: 'CREATE INDEX CONCURRENTLY i ON small (a)', forms: ['CREATE INDEX CONCURRENTLY'] },
      locks: [{ ...LOCK, mode: 'ShareUpdateExclusiveLock', lock: 'SHARE UPDATE EXCLUSIVE', stalls: null }],
    });
    const step = (transactional: boolean, statements: PlannedStatementView[]) => {
      const reason = transactional ? null : 'CREATE INDEX CONCURRENTLY cannot run in a transaction';
      return { transactional, reason, done: false, statementCount: statements.length, statements };
    };
    const inSteps = (...all: ReturnType<typeof step>[]) =>
      linesOf(report([migration(2, [], { mode: 'steps', steps: all })])).join('\n');
    const small = inSteps(step(true, [ADD]), step(false, [build]));
    assert.match(small, /line 2 {4}CREATE INDEX CONCURRENTLY i ON small \(a\)\n +SHARE UPDATE EXCLUSIVE on orders/);
    assert.match(small, /^ {3}advice {4}without CONCURRENTLY this would be one transaction/m);
    const advised = /^ {3}advice/m;
    assert.doesNotMatch(inSteps(step(true, [ADD]), step(false, [{ ...build, time: 'minutes' }])), advised);
    assert.doesNotMatch(inSteps(step(false, [build])), advised, 'a step by itself is whole');
    assert.doesNotMatch(inSteps(step(false, [build]), step(false, [statement({ forms: ['VACUUM'] })])), advised);
    assert.doesNotMatch(inSteps({ ...step(true, [ADD]), done: true }, step(false, [build])), advised);
  });

  test('forty migrations: a line for each that is over in an instant, all of the others', () => {
    const forty = Array.from({ length: 40 }, (_, i) => migration(i + 1, i === 20 ? [ADD, WRITE] : [ADD]));
    const lines = linesOf(report(forty));
    assert.ok(lines.length < 100, `${lines.length} lines`);
    assert.ok(lines.includes('21. 021_add_something (database/migrations/021_add_something.sql)'));
    assert.equal(lines.filter((line) => /UPDATE orders/.test(line)).length, 1);
    assert.equal(lines.filter((line) => /orders for an instant/.test(line)).length, 39);
    assert.equal(linesOf(report(forty), { verbose: true }).filter((line) => /ADD COLUMN/.test(line)).length, 40);
  });

  test('what is destroyed, that no backup is taken, who is in the way, what is not foreseen', () => {
    const text = linesOf(
      report(
        [
          migration(2, [statement({ unforeseen: 'what the procedure does is not known', time: 'unknown' })], {
            destroys: ['column old of orders'],
          }),
        ],
        {
          blockers: [
            {
              relation: 'public.orders',
              lock: 'ACCESS EXCLUSIVE',
              pid: 7,
              holder: 'pid 7 (cron)',
              next: 'Wait for it.',
            },
          ],
        },
      ),
    ).join('\n');
    assert.match(
      text,
      /^Look at this first: 1 lock not to be had now; data is destroyed; 1 statement\n {2}not foreseen\.$/m,
    );
    assert.match(
      text,
      /^In the way now:\n {2}- orders \(ACCESS EXCLUSIVE is needed\): pid 7 \(cron\)\. Wait for it\.$/m,
    );
    assert.match(
      text,
      /^Destroyed:\n {2}- 002_add_something: column old of orders\n {2}It is kept first, in the schema taskflow_backup, /m,
    );
    assert.match(text, /^Not foreseen:\n {2}- 002_add_something, line 1: what the procedure does is not known$/m);
  });

  test('long lists are cut, and say so', () => {
    const blocker = { relation: 'public.orders', lock: 'SHARE', pid: 7, holder: 'pid 7 (cron)', next: 'Wait.' };
    const lines = linesOf(report([migration(2, [ADD])], { blockers: Array.from({ length: 60 }, () => blocker) }));
    assert.equal(lines.filter((line) => line.includes('pid 7')).length, 10);
    assert.ok(lines.includes('  - and 50 more (see --json)'));
  });

  test('every line fits, with and without colour, at 80 columns and fewer', () => {
    const wide = { ...LOCK, relation: `public."${'表'.repeat(20)}"` };
    const plan = report([migration(2, [{ ...ADD, sql: '表'.repeat(60), locks: [wide] }, WRITE])], {
      skipped: [
        {
          version: '009_vector',
          reason: 'the server does not offer the extension vector, an administrator has to install it',
        },
      ],
      notes: ['003_x: its comments were changed since it was applied, which changes nothing about what it has done'],
    });
    for (const width of [80, 60]) {
      for (const color of [false, true]) {
        for (const line of linesOf(plan, { width, color }))
          assert.ok(widthOf(line) <= width, `${widthOf(line)}: ${line}`);
      }
    }
    assert.ok(linesOf(plan, { color: true }).join('').includes('\u001b[33m'));
  });

  test('no name can begin a line, colour the terminal or turn the text around', () => {
    const evil = 'x\n\u001b[31mNothing was run.\u202e';
    const hostile = { ...LOCK, relation: `public."${evil}"` };
    const one = migration(2, [{ ...ADD, sql: evil, locks: [hostile], unforeseen: evil, time: 'unknown' }], {
      file: evil,
      version: evil,
      destroys: [evil],
      depends: [evil],
      why: evil,
      rollback: { kind: 'irreversible', reason: evil, loses: [] },
    });
    const plan = report([one, migration(3, [ADD])], {
      skipped: [{ version: evil, reason: evil }],
      notes: [evil],
      preflight: [{ check: 'x', found: evil, next: evil }],
      blockers: [{ relation: evil, lock: 'SHARE', pid: 1, holder: evil, next: evil }],
    });
    for (const verbose of [false, true]) {
      const lines = linesOf({ ...plan, bound: { ...plan.bound, database: evil } }, { verbose });
      assert.equal(lines.filter((line) => line.startsWith('Nothing was run')).length, 1);
      assert.doesNotMatch(lines.join('\n'), /\u001b|\u202e/);
    }
  });
});
