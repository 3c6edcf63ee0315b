/** Where the safe SQL goes in a file's text. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Finding, FixStep } from '../../../src/lint/finding.ts';
import { type FixContext, type FixedFile, writeFixes } from '../../../src/lint/fix/write-fixes.ts';
import { lintCase, migration } from '../bed.ts';

const CONTEXT: FixContext = { versions: [], whyNotLater: () => undefined, undoFirstSteps: false };

/** The file with these steps in the place of its statement of that number. */
function fixed(sql: string, index: number, steps: readonly FixStep[], context: Partial<FixContext> = {}): FixedFile {
  const judged = migration('002_case', sql);
  const { offset, sql: statement } = judged.statements[index]!;
  const [any] = lintCase({ sql: 'CREATE INDEX orders_status_idx ON orders (status);' });
  const finding: Finding = {
    ...any!,
    fix: { title: 'a fix', automatic: true, steps },
    span: { start: offset, end: offset + statement.length },
  };
  return writeFixes(judged, [finding], { ...CONTEXT, ...context });
}

const step = (sql: readonly string[], rollback: readonly string[] = []): FixStep => ({ name: 'one', sql, rollback });

test('statements are indented as the one before, and no line break inside a string is touched', () => {
  const file = '  SELECT 1;\n-- IRREVERSIBLE: a case\n';
  const one = { ...step(["SELECT 'a\nb'", 'SELECT $$c\nd$$']), comment: ['why'] };
  assert.equal(fixed(file, 0, [one]).text, "  -- why\n  SELECT 'a\nb';\n  SELECT $$c\nd$$;\n-- IRREVERSIBLE: a case\n");
});

const TWO = [step(['SELECT 2'], ['SELECT 3']), step(['SELECT 4'], ['SELECT 5'])];
const undoing = { undoFirstSteps: true };

test('the ROLLBACK section is the one that is read, not one in a comment or a body', () => {
  const body = '/*\n-- ROLLBACK:\n*/\nSELECT $$\n-- ROLLBACK:\n$$;\nSELECT 1;\n';
  const { text } = fixed(`${body}-- ROLLBACK:\n-- SELECT 9;\n`, 1, TWO, undoing);
  assert.equal(text, `${body.replace('SELECT 1', 'SELECT 2')}-- ROLLBACK:\n-- SELECT 3;\n-- SELECT 9;\n`);
});

test('a first statement that goes elsewhere leaves its place to what is undone first', () => {
  const { text } = fixed('SELECT 1;\n-- ROLLBACK:\n-- SELECT 5;\n-- SELECT 9;\n', 0, TWO, undoing);
  assert.equal(text, 'SELECT 2;\n-- ROLLBACK:\n-- SELECT 3;\n-- SELECT 9;\n');
});

test('behind a comment that ends on the line of the first statement', () => {
  const { text } = fixed('SELECT 1;\n-- ROLLBACK:\n-- /* a\n-- b */ SELECT 9;\n', 0, TWO, undoing);
  assert.equal(text, 'SELECT 2;\n-- ROLLBACK:\n-- /* a\n-- b */ SELECT 3;\n-- SELECT 9;\n');
});

const INDEX = 'CREATE INDEX orders_status_idx ON orders (status);\n';
const END = '-- IRREVERSIBLE: a case\n';

function fixedAll(sql: string): FixedFile {
  const findings = lintCase({ sql, whole: true }).filter(({ rule }) => rule === 'require-concurrent-index-creation');
  return writeFixes(migration('002_case', sql), findings, CONTEXT);
}

test('what is applied all or none stays so: CONCURRENTLY beside other statements is left to a person', () => {
  const sql = `${INDEX}UPDATE customers SET name = 'x';\n${END}`;
  const { text, left } = fixedAll(sql);
  assert.equal(text, sql);
  assert.match(left[0]?.why ?? '', /needs a file of its own/);
});

test('alone, beside others of its kind, or where the file asks for no transaction it is written', () => {
  const other = INDEX.replace('(status)', '(total)').replace('status_idx', 'total_idx');
  const built = (sql: string) => sql.replaceAll('INDEX', 'INDEX CONCURRENTLY');
  for (const sql of [INDEX, INDEX + other, built(other) + INDEX])
    assert.equal(fixedAll(sql + END).text, built(sql.replaceAll(' CONCURRENTLY', '')) + END);
  const none = `-- Transaction: none\n\n${INDEX}UPDATE customers SET name = 'x';\n${END}`;
  assert.equal(fixedAll(none).text, built(none));
});

test('on a table that nobody knows, or a partitioned one, it is not written', () => {
  const unknown = `CREATE INDEX any_idx ON nobody_knows (status);\n${END}`;
  assert.equal(fixedAll(unknown).text, unknown);
  const given = 'CREATE TABLE parts (id bigint) PARTITION BY RANGE (id);';
  const found = lintCase({ given, sql: 'CREATE INDEX parts_idx ON ONLY parts (id);' });
  assert.ok(found.every(({ rule, fix }) => rule !== 'require-concurrent-index-creation' || fix === null));
});
