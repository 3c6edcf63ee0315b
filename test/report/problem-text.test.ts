import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gather, Problem } from '../../src/problem/problem.ts';
import { problemJson } from '../../src/report/problem-json.ts';
import { renderProblem } from '../../src/report/problem-text.ts';
import { widthOf } from '../../src/report/width.ts';

const plain = { width: 80, color: false };

test('a failed statement says what, where, what PostgreSQL said, the state, and the next step', () => {
  const problem = new Problem('statement-failed', 'Migration 012_add_owner failed: relation "taskz" does not exist', {
    where: {
      file: 'database/migrations/012_add_owner.sql',
      line: 7,
      column: 13,
      lineText: 'ALTER TABLE taskz ADD COLUMN owner_id bigint;',
    },
    server: {
      sqlstate: '42P01',
      message: 'relation "taskz" does not exist',
      detail: 'A detail that is long enough to need a second line on a terminal of eighty columns, as some are.',
      hint: 'Perhaps you meant "tasks".',
      context: 'SQL statement "SELECT 1"\nPL/pgSQL function f() line 3 at EXECUTE',
    },
    state: 'Nothing of 012_add_owner was applied; 3 migrations before it were.',
    next: [
      'Mend the file, then run:',
      'taskflow-db migrate --dir a/very/long/path/to/a/folder/of/migrations --env production --yes',
    ],
  });
  assert.equal(
    renderProblem(problem, plain),
    `error[statement-failed]: Migration 012_add_owner failed: relation "taskz" does
not exist
 --> database/migrations/012_add_owner.sql:7:13
  |
7 | ALTER TABLE taskz ADD COLUMN owner_id bigint;
  |             ^
PostgreSQL: ERROR 42P01
detail:     A detail that is long enough to need a second line on a terminal of
            eighty columns, as some are.
hint:       Perhaps you meant "tasks".
context:    SQL statement "SELECT 1"
            PL/pgSQL function f() line 3 at EXECUTE
now:        Nothing of 012_add_owner was applied; 3 migrations before it were.
next:       Mend the file, then run:
            taskflow-db migrate --dir a/very/long/path/to/a/folder/of/migrations --env production --yes
`,
  );
});

/** The caret line's column, and what stands above it in the line shown. */
function pointedAt(lineText: string, column: number, width = 80): { line: string; under: string } {
  const where = { file: 'f.sql', line: 12, column, lineText };
  const text = renderProblem(new Problem('sql-lexical', 'x', { where }), { width, color: false });
  const [, , , line, caret] = text.split('\n');
  const at = widthOf(caret!.slice(0, caret!.indexOf('^')));
  let under = '';
  for (const { segment } of new Intl.Segmenter().segment(line!)) {
    if (widthOf(under + segment) > at) return { line: line!, under: segment };
    under += segment;
  }
  return { line: line!, under: '' };
}

test('the caret stands under its character behind tabs, wide characters and emoji', () => {
  assert.equal(pointedAt('\tSELECT\t@;', 9).under, '@');
  assert.equal(pointedAt('\u6F22\u5B57 @', 4).under, '@');
  assert.equal(pointedAt('\u{1F600}\u{1F600}@', 3).under, '@');
  assert.equal(pointedAt('e\u0301e\u0301@', 5).under, '@');
  assert.equal(pointedAt('\u{1F468}\u200D\u{1F469}\u200D\u{1F467} @', 7).under, '@');
  assert.equal(pointedAt('abc@', 4).under, '@');
});

test('a position at the end of the line points behind its last character', () => {
  assert.match(pointedAt('abc', 4).under, /^$/);
});

test('a long line is shown in a window around the caret', () => {
  for (const column of [1, 50, 400, 700, 999, 1000]) {
    const text = 'x'.repeat(column - 1) + '@'.repeat(1) + 'y'.repeat(1000 - column);
    const { line, under } = pointedAt(text, column);
    assert.equal(under, '@', `column ${column}`);
    assert(widthOf(line) <= 80, line);
    assert.equal(line.includes('\u2026'), true);
  }
});

test('a line of megabytes costs no more than a short one', () => {
  const text = `${'x'.repeat(3_000_000)}@${'y'.repeat(3_000_000)}`;
  const before = performance.now();
  assert.equal(pointedAt(text, 3_000_001).under, '@');
  assert(performance.now() - before < 500);
});

test('nothing in quoted text can command the terminal or turn the text around', () => {
  const evil = 'a\u001b[31mred\u0007\u202Eevil\u0000\u2066b';
  const problem = new Problem('usage', evil, {
    where: { file: `${evil}.sql`, line: 1, column: 1, lineText: evil },
    found: evil,
    server: { sqlstate: '42601', message: evil, detail: evil },
    statement: evil,
    state: evil,
    next: [evil],
  });
  const text = renderProblem(problem, plain);
  assert.doesNotMatch(text, /[\u0000-\u0009\u000B-\u001F\u202E\u2066]/);
  assert.match(text, /<U\+001B>\[31mred<U\+0007><U\+202E>evil<U\+0000><U\+2066>b/);
});

test('a list of complaints is a heading and one block each', () => {
  const complaint = (file: string) => new Problem('file-name', `Bad name ${file}.`, { where: { file } });
  const text = renderProblem(gather('catalogue', 'Two files are not right.', [complaint('a'), complaint('b')]), plain);
  assert.equal(
    text,
    `error[catalogue]: Two files are not right.

error[file-name]: Bad name a.
 --> a

error[file-name]: Bad name b.
 --> b
`,
  );
});

test('a statement is shown, shortened, where the place does not show it', () => {
  const statement = Array.from({ length: 10 }, (_, index) => `line ${index + 1}`).join('\n');
  const text = renderProblem(new Problem('statement-failed', 'x', { statement }), plain);
  assert.match(text, /statement: {2}line 1\n {12}line 2\n/);
  assert.match(text, /\(4 more lines\)/);
});

test('as JSON a problem keeps its fields, without the cause', () => {
  const problem = new Problem('usage', 'm', {
    found: 'f',
    next: ['n'],
    cause: new Error('secret'),
    also: [new Problem('order', 'o')],
  });
  assert.deepEqual(JSON.parse(JSON.stringify(problemJson(problem))), {
    code: 'usage',
    exitStatus: 2,
    message: 'm',
    found: 'f',
    next: ['n'],
    also: [{ code: 'order', exitStatus: 1, message: 'o' }],
  });
});

test('colour changes the look and not the text', () => {
  const problem = new Problem('usage', 'm', {
    where: { file: 'f', line: 1, column: 2, lineText: 'abc' },
    found: 'x',
    next: ['y'],
  });
  const coloured = renderProblem(problem, { width: 80, color: true });
  assert.notEqual(coloured, renderProblem(problem, plain));
  assert.equal(coloured.replace(/\u001b\[\d+m/g, ''), renderProblem(problem, plain));
});
