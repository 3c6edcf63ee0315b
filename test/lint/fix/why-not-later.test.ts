/** What stops a fix of several steps: whatever would run between the first and the others. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { usesBy, whyNotLater } from '../../../src/lint/fix/why-not-later.ts';
import { loadParser } from '../../../src/parser/parser.ts';
import { lintCase, migration } from '../bed.ts';

const parse = await loadParser();
const FIRST = 'ALTER TABLE orders ADD CONSTRAINT orders_total_ok CHECK (total >= 0);';
const [any] = lintCase({ sql: 'CREATE INDEX orders_status_idx ON orders (status);' });

function why(behind: string, others: readonly string[] = []): string | undefined {
  const judged = migration('002_case', `${FIRST}\n${behind}\n-- IRREVERSIBLE: a case\n`);
  const later = others.map((sql, i) => migration(`00${i + 3}_later`, `${sql}\n-- IRREVERSIBLE: a case\n`));
  return whyNotLater(usesBy(parse), judged, later)({ ...any!, span: { start: 0, end: FIRST.length - 1 } });
}

const SAME = 'line 2 uses the same table and would run before its later steps';
const CODE = 'line 2 runs code that may use the same table, and would run before its later steps';

test('DDL, DML, queries and comments that name the table', () => {
  for (const sql of [
    'ALTER TABLE shop.orders ADD COLUMN a integer;',
    'UPDATE orders SET total = 0;',
    'INSERT INTO notes SELECT 1 FROM orders;',
    'WITH gone AS (DELETE FROM orders RETURNING 1) SELECT 1;',
    "COMMENT ON CONSTRAINT orders_total_ok ON orders IS 'x';",
  ])
    assert.equal(why(sql), SAME, sql);
});

test('code of which no text tells what it does', () => {
  for (const sql of ['DO $$ BEGIN PERFORM 1; END $$;', 'CALL tidy_up();', 'SELECT tidy_up();'])
    assert.equal(why(sql), CODE, sql);
});

test('another table stops nothing', () => {
  assert.equal(why("UPDATE customers SET name = 'x';\nCREATE TABLE news (id bigint);"), undefined);
});

test('the files behind it count, too', () => {
  const found = why('SELECT 1;', ['SELECT 1;', 'DELETE FROM orders;']);
  assert.equal(found, '004_later.sql, line 1, uses the same table and would run before its later steps');
});
