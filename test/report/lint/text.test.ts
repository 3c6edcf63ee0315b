import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LintBasis, LintReport } from '../../../src/lint/report.ts';
import { wrapSql } from '../../../src/report/lint/sql-wrap.ts';
import { basisText } from '../../../src/report/lint/summary.ts';
import { hintTexts, lintLines } from '../../../src/report/lint/text.ts';
import { createStyle } from '../../../src/report/style.ts';
import { widthOf } from '../../../src/report/width.ts';
import { EMPTY, FOREIGN_KEY, HOSTILE, NOTE, REPORT, TYPE_CHANGE } from './sample.ts';

const linesOf = (report: LintReport, { width = 80, verbose = false } = {}) =>
  lintLines(report, { width, style: createStyle(false), verbose });
const HINTS = { verbose: false, fixed: false };
const textOf = (...given: Parameters<typeof linesOf>) => linesOf(...given).join('\n');

test('a report as people read it', () => {
  assert.equal(
    textOf(REPORT),
    `database/migrations/042_orders.sql: 1 error, 1 warning

error[adding-foreign-key-constraint]: Adding this foreign key stops writes to
  orders and customers while every row of orders is checked.
  --> database/migrations/042_orders.sql:12:1
   |
12 | ALTER TABLE orders ADD CONSTRAINT orders_customer_fk FOREIGN KEY (custome…
   | ^
lock:       SHARE ROW EXCLUSIVE on orders (about 12 million rows, 3.9 GB):
            blocks writes; reads every row
why:        ALTER TABLE ... ADD FOREIGN KEY takes its lock before it looks at
            the first row and keeps it to the end of the transaction.
instead:    add it without checking the rows, then check them in a transaction
            of its own
            -- 1 of 2, in this file:
            ALTER TABLE orders ADD CONSTRAINT orders_customer_fk FOREIGN KEY
                (customer_id) REFERENCES customers (id) NOT VALID;
            -- 2 of 2, in a file of its own, validate_orders_customer_fk:
            -- SHARE UPDATE EXCLUSIVE: reads and writes go on
            ALTER TABLE orders VALIDATE CONSTRAINT orders_customer_fk;
accept:     -- Allow: adding-foreign-key-constraint REASON

warning[changing-column-type]: Changing the type of orders.total writes the
  whole table anew, and nobody can read it meanwhile.
  --> database/migrations/042_orders.sql:15:3
   |
15 |   ALTER COLUMN total TYPE bigint;
   |   ^
lock:       ACCESS EXCLUSIVE on orders (about 12 million rows, 3.9 GB): blocks
            reads and writes; rewrites the table
accept:     -- Allow: changing-column-type REASON

database/migrations/043_names.sql: 1 note

note[prefer-text-field] database/migrations/043_names.sql:3:8
  The length of names.name can only be raised later.

1 error, 1 warning, 1 note in 2 of 3 files.
1 finding allowed on record: --verbose lists it.`,
  );
});

test('nothing found is one calm line', () => {
  assert.equal(textOf(EMPTY), 'Nothing found: 3 files, 9 statements, 4 rules.');
  assert.deepEqual(hintTexts(EMPTY, HINTS), []);
});

test('no line is wider than the terminal, save for the path of a file', () => {
  const report = { ...REPORT, findings: [...REPORT.findings, HOSTILE] };
  for (const width of [60, 80, 100, 132]) {
    for (const verbose of [false, true]) {
      for (const line of linesOf(report, { width, verbose })) {
        assert.ok(widthOf(line) <= width || line.includes('044_a'), `${width}: ${line}`);
      }
    }
  }
});

test('what would move the cursor or look like other text is written out', () => {
  const text = textOf({ ...REPORT, findings: [HOSTILE] }, { verbose: true });
  assert.doesNotMatch(text, /[\u0000-\u0009\u000b-\u001f\u202e]/);
  assert.match(text, /<U\+001B>\[31m/);
  assert.doesNotMatch(text, /^::error/m);
});

test('why and how to accept are said once a rule; with --verbose each time, and what is allowed', () => {
  const report = { ...REPORT, findings: [FOREIGN_KEY, { ...FOREIGN_KEY, line: 30 }, ...REPORT.findings.slice(1)] };
  const times = (text: string, what: RegExp) => [...text.matchAll(what)].length;
  assert.equal(times(textOf(report), /^why:/gm), 1);
  assert.equal(times(textOf(report), /^instead:/gm), 2);
  const verbose = textOf(report, { verbose: true });
  assert.equal(times(verbose, /^why:/gm), 3);
  assert.match(verbose, /^ {2}allowed: no reader since release 41$/m);
  assert.match(verbose, /^1 finding allowed on record\.$/m);
  assert.match(verbose, /-- ROLLBACK:\n +-- ALTER TABLE orders DROP CONSTRAINT orders_customer_fk;/);
  assert.match(verbose, /^note\[prefer-text-field\]: The length/m);
});

test('a long list stays readable: two of each rule in full, the others in two lines', () => {
  const many = (count: number, finding: typeof NOTE) =>
    Array.from({ length: count }, (_, index) => ({ ...finding, line: index + 1 }));
  const report = { ...REPORT, findings: [...many(40, TYPE_CHANGE), ...many(20, FOREIGN_KEY)] };
  const lines = linesOf(report);
  const times = (what: RegExp) => lines.filter((line) => what.test(line)).length;
  assert.deepEqual([times(/^error\[.*\]: /), times(/^error\[.*\]/)], [2, 20]);
  assert.deepEqual([times(/^warning\[.*\]: /), times(/^warning\[.*\]/)], [2, 40]);
  assert.ok(lines.includes('20 errors, 40 warnings in 1 of 3 files.'));
  assert.equal(hintTexts(report, HINTS)[0], '56 findings shown in short: --verbose shows all in full.');
  assert.deepEqual(hintTexts(report, { ...HINTS, verbose: true }), [
    'taskflow-db lint --fix may write 20 fixes.',
    'More of a rule: taskflow-db lint --explain adding-foreign-key-constraint',
  ]);
  assert.equal(hintTexts(report, { verbose: true, fixed: true }).length, 1, '--fix was just given');
});

test('a statement that was not understood is counted', () => {
  const notUnderstood = [{ file: NOTE.file, line: 2, column: 3, reason: 'syntax error' }];
  assert.match(textOf({ ...EMPTY, notUnderstood }), /^1 statement not understood, and judged by the leading words\.$/m);
});

test('colours say how bad it is', () => {
  const text = lintLines(REPORT, { width: 80, style: createStyle(true), verbose: false }).join('\n');
  assert.ok(text.includes('\u001b[31merror[adding-foreign-key-constraint]\u001b[39m'));
  assert.ok(text.includes('\u001b[33mwarning[changing-column-type]\u001b[39m'));
});

test('the first line says what was known', () => {
  const basis = (more: Partial<LintBasis>): LintBasis => ({ ...REPORT.basis, ...more });
  const none = { source: 'files', database: null, statisticsFile: null, takenAt: null } as const;
  assert.equal(
    basisText(basis({ ...none, set: 'all', serverMajor: 18, serverMajorFrom: 'default' }), 3),
    'No database: every file is judged as if those before it were applied, sizes unknown. For PostgreSQL 18 (--server-version names another).',
  );
  assert.equal(
    basisText(basis({ ...none, set: 'all', unasked: 'the server does not answer.' }), 3),
    'The database was not asked (the server does not answer): every file is judged as if those before it were applied, sizes unknown. For PostgreSQL 16.',
  );
  assert.equal(
    basisText(basis({ ...none, set: 'named', serverMajorFrom: 'settings' }), 1),
    'No database: 1 file, sizes unknown. For PostgreSQL 16.',
  );
  assert.equal(
    basisText(basis({}), 3),
    'Statistics of shop in prod.stats.json, taken 2026-11-22: 3 pending files. For PostgreSQL 16.',
  );
  assert.equal(
    basisText(basis({ source: 'database', statisticsFile: null }), 1),
    'Database shop: 1 pending file, judged by its sizes and traffic. For PostgreSQL 16.',
  );
});

test('sizes are told as far as they are known', () => {
  const sized = (rows: number | null, bytes: number | null) =>
    /^lock: +(.*)$/m.exec(textOf({ ...REPORT, findings: [{ ...TYPE_CHANGE, rows, bytes }] }, { width: 132 }))?.[1];
  assert.match(sized(null, null) ?? '', /^ACCESS EXCLUSIVE on orders: blocks/);
  assert.match(sized(null, 8192) ?? '', /^ACCESS EXCLUSIVE on orders: blocks/, 'pages that nobody has counted');
  assert.match(sized(1, 8192) ?? '', /\(about 1 row, 8 kB\)/);
  assert.match(sized(4200, null) ?? '', /\(about 4,200 rows\)/);
  assert.match(sized(999_999, null) ?? '', /\(about 1 million rows\)/);
  assert.match(sized(2.34e9, null) ?? '', /\(about 2\.3 billion rows\)/);
});

test('of a long statement only what the fix changes is shown, and all of it with --verbose', () => {
  const column = (name: string) => `  ${name} bigint,`;
  const table = (...lines: string[]) => ['CREATE TABLE t (', ...lines, '  z text', ')'].join('\n');
  const statement = table(...['a', 'b', 'c', 'd'].map(column), '  e int,', ...['f', 'g'].map(column));
  const fixed = statement.replace('e int', 'e bigint');
  const fix = {
    title: 'bigint',
    automatic: true,
    steps: [{ name: 'n', sql: [fixed, 'CREATE INDEX i ON t (e)'], rollback: [] }],
  };
  const report = { ...REPORT, findings: [{ ...TYPE_CHANGE, statement, fix }] };
  const shown = (text: string) => /^instead: +bigint\n((?:.*\n)*?)accept/m.exec(text)?.[1]?.replace(/^ {12}/gm, '');
  assert.equal(
    shown(textOf(report)),
    'CREATE TABLE t (\n  -- … 4 lines as before\n  e bigint,\n  -- … 3 lines as before\n);\nCREATE INDEX i ON t (e);\n',
  );
  assert.equal(shown(textOf(report, { verbose: true })), `${fixed};\nCREATE INDEX i ON t (e);\n`);
  const same = { ...fix, steps: [{ name: 'n', sql: [statement, 'CREATE INDEX i ON t (e)'], rollback: [] }] };
  assert.equal(
    shown(textOf({ ...REPORT, findings: [{ ...TYPE_CHANGE, statement, fix: same }] })),
    'CREATE TABLE t (\n  -- … 8 lines as before\n);\nCREATE INDEX i ON t (e);\n',
  );
});

test('a recipe of many lines is cut where that saves something', () => {
  const fixOf = (lines: number) => {
    const sql = Array.from({ length: lines }, (_, index) => `SELECT ${index}`);
    return { title: 'a recipe', automatic: false, steps: [{ name: 'n', sql, rollback: [] }] };
  };
  const shown = (lines: number) => textOf({ ...REPORT, findings: [{ ...TYPE_CHANGE, fix: fixOf(lines) }] });
  assert.match(shown(32), /SELECT 31;/);
  assert.match(shown(33), /SELECT 23;\n +… \(9 more lines: --verbose\)/);
});

test('SQL is broken at spaces outside of quotes only', () => {
  const sql = `ALTER TABLE t ADD CONSTRAINT c CHECK (a <> 'one two  three four five six seven eight') NOT VALID;`;
  const lines = wrapSql(sql, 50);
  assert.equal(lines.map((line) => line.trim()).join(' '), sql);
  assert.ok(lines.some((line) => line.includes("'one two  three four five six seven eight')")));
  assert.deepEqual(wrapSql('-- one two three four five', 16), ['-- one two three', '-- four five']);
});

test('--fix is not offered where it would be refused', () => {
  const offer = (basis: Partial<LintReport['basis']>) =>
    hintTexts({ ...REPORT, basis: { ...REPORT.basis, ...basis } }, HINTS).filter((hint) => hint.includes('--fix'));
  assert.deepEqual(offer({ source: 'files', set: 'all' }), ['taskflow-db lint --fix FILE may write 1 fix.']);
  assert.deepEqual(offer({ source: 'files', unasked: 'cannot connect' }), []);
});
