import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseMigration } from '../../src/migration/parse.ts';
import { writtenMigrationText } from '../../src/migration/template.ts';

const HEADER = { version: '031_by_hand', author: 'Ada', date: '2026-11-23' };

function parsed(there: string, back: string) {
  const bytes = Buffer.from(writtenMigrationText(HEADER, there, back));
  return parseMigration({ file: '031_by_hand.sql', stem: '031_by_hand', bytes });
}

test('SQL that is given is read again as it was', () => {
  const there = "BEGIN;\n\n-- loses data: its rows\nDROP TABLE t;\n\nSELECT '\n\n-- ROLLBACK:\n  x';\n\nCOMMIT;\n";
  const back = "CREATE TABLE t (a text);\n\nCOMMENT ON TABLE t IS '\n  -- two\n\n lines\n';\n";
  const { statements, rollback, description, headers } = parsed(there, back);
  assert.deepEqual([description, headers.author, headers.date], ['By hand', 'Ada', '2026-11-23']);
  assert.deepEqual(
    statements.map(({ sql }) => sql),
    ['DROP TABLE t', "SELECT '\n\n-- ROLLBACK:\n  x'"],
  );
  assert.ok(rollback.kind === 'sql');
  assert.equal(rollback.sql, back.trimEnd());
});

test('a way back that has a marker of its own is a fault, never half a way', () => {
  assert.throws(() => parsed('SELECT 1;', "SELECT '\nVERIFY:\n';"));
});
