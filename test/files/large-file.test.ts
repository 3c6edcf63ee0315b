/** A file read in pieces is the migration that it would be if it were read as a whole, or is refused for the same reason. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { loadLarge } from '../../src/files/large-file.ts';
import { checksumOf } from '../../src/migration/checksum.ts';
import type { Migration, Statement } from '../../src/migration/migration.ts';
import { parseMigration } from '../../src/migration/parse.ts';
import { Problem } from '../../src/problem/problem.ts';

const folder = mkdtempSync(join(tmpdir(), 'tflarge-'));
after(() => rmSync(folder, { recursive: true }));

const FILE = 'm/001_a.sql';

function inPieces(bytes: Uint8Array): Migration {
  const path = join(folder, '001_a.sql');
  writeFileSync(path, bytes);
  return loadLarge({ path, shown: FILE, stem: '001_a', checksum: checksumOf(bytes) });
}

const asWhole = (bytes: Uint8Array) => parseMigration({ file: FILE, stem: '001_a', bytes });

const shown = ({ sql, words, line, column, copyData }: Statement) => {
  const data = copyData === undefined || typeof copyData === 'string' ? copyData : [...copyData].join('');
  return { sql, words, line, column, copyData: data };
};

/** All that a run, the ledger and a message take from a migration. */
function facts(migration: Migration) {
  const { version, description, headers, checksum, wrappedInTransaction, verify, rollback, large } = migration;
  // Each is looked at before the next is read: a large file's COPY data come between the two.
  const statements = Array.from(large?.statements() ?? migration.statements, shown);
  const undo = rollback.kind === 'sql' ? { sql: rollback.sql, statements: rollback.statements.map(shown) } : rollback;
  const count = large?.statementCount ?? migration.statements.length;
  return {
    version,
    description,
    headers,
    checksum,
    wrappedInTransaction,
    statements,
    count,
    verify: verify.map(shown),
    undo,
  };
}

/** Code, message and place of every complaint. */
function complaints(read: () => Migration) {
  try {
    facts(read());
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const all = error.fields.also ?? [error];
    return all.map(({ code, fields: { where } }) => [code, where?.file, where?.line, where?.column]);
  }
  return [];
}

const SECTIONS =
  '\n-- VERIFY:\n-- SELECT true;\n--   SELECT 1 = 1;\n\n-- ROLLBACK:\n-- DROP TABLE a;\n--   -- why\n-- SELECT 2;\n';

for (const [what, text] of Object.entries({
  'one statement': 'SELECT 1;',
  'without a last semicolon': 'SELECT 1;\nSELECT 2',
  'headers and description':
    '-- What it does\n-- Author: Ada\n-- Depends: 000_x, 2\n-- Lock-Timeout: 2s\n\nSELECT 1;\n',
  'a block comment as description': '/*\n * What it does\n */\nSELECT 1;\n',
  sections: `SELECT 1;\n${SECTIONS}`,
  'sections behind a statement without its semicolon': `SELECT 1${SECTIONS}`,
  'a reason why there is no way back': 'SELECT 1;\n-- IRREVERSIBLE: it is gone\n',
  'BEGIN and COMMIT around it': `-- A\nBEGIN;\nSELECT 1;\nSELECT 2;\nCOMMIT;\n${SECTIONS}`,
  'START TRANSACTION and END': 'START TRANSACTION;\nSELECT 1;\nEND;\n',
  'COPY with data': `CREATE TABLE a (n text);\nCOPY a FROM stdin;\n1\n\\\\.\n-- ROLLBACK:\n;\n\\.\nSELECT 3;\n${SECTIONS}`,
  'COPY without rows, and at the end': 'COPY a FROM stdin;\n\\.\nCOPY b FROM stdin;\nx\n\\.\n',
  'emoji and places behind them': "SELECT '🎉ä'; SELECT '🎉', 2;\n/* 🎉 */ SELECT 3;\n",
  'markers in strings and comments': "SELECT '\n-- ROLLBACK:\n', $$\n-- VERIFY:\n$$;\n/*\n-- ROLLBACK:\n*/ SELECT 2;\n",
  'comments between and inside statements': 'SELECT 1; -- one\n-- two\nSELECT /* three */ 2 -- four\n;\n',
  "psql's harmless commands": '\\echo hello\nSELECT 1;\n\\restrict abc\n',
})) {
  for (const [ending, bytes] of [
    ['LF', Buffer.from(text)],
    ['CRLF and a byte order mark', Buffer.from(`\ufeff${text.replaceAll('\n', '\r\n')}`)],
  ] as const) {
    test(`the same migration: ${what}, ${ending}`, () => {
      assert.deepEqual(facts(inPieces(bytes)), facts(asWhole(bytes)));
    });
  }
}

for (const [what, text] of Object.entries({
  'nothing in it': '',
  'only comments': '-- nothing\n/* at all */\n',
  'only sections': SECTIONS,
  'COMMIT in the middle': 'SELECT 1;\nCOMMIT;\nSELECT 2;\n',
  'COMMIT in the middle of a wrapper': 'BEGIN;\nSELECT 1;\nCOMMIT;\nSELECT 2;\nCOMMIT;\n',
  'BEGIN alone': 'BEGIN;\nSELECT 1;\n',
  'COMMIT alone': 'SELECT 1;\n  COMMIT;\n',
  'a wrapper with options': 'BEGIN ISOLATION LEVEL SERIALIZABLE;\nSELECT 1;\nCOMMIT;\n',
  'SQL behind a section': `SELECT 1;\n${SECTIONS}SELECT 3;\n`,
  'a section twice': 'SELECT 1;\n-- ROLLBACK:\n-- SELECT 1;\n-- ROLLBACK:\n-- SELECT 2;\n',
  'almost a section': 'SELECT 1;\n-- ROLLBACK SQL:\n-- SELECT 1;\n',
  'the marker of another tool': 'SELECT 1;\n-- +goose Down\n-- SELECT 1;\n',
  'a section inside a statement': 'SELECT 1\n-- ROLLBACK:\n-- SELECT 2;\n+ 1;\n',
  'a section at the end of a line': 'SELECT 1; -- ROLLBACK:\n-- SELECT 2;\n',
  'a section with text': 'SELECT 1;\n-- ROLLBACK: SELECT 2;\n',
  'IRREVERSIBLE without a reason': 'SELECT 1;\n-- IRREVERSIBLE:\n',
  'a block comment in a section': 'SELECT 1;\n-- ROLLBACK:\n/* SELECT 2; */\n',
  'almost a header': '-- Depend: 001_x\nSELECT 1;\n',
  'a header behind a statement': 'SELECT 1;\n-- Depends: 001_x\nSELECT 2;\n',
  'a header that is wrong': '-- Lock-Timeout: soon\nSELECT 1;\n',
  'VERIFY that is no query': 'SELECT 1;\n-- VERIFY:\n-- DROP TABLE a;\n',
  'an open string': "SELECT 1;\n  SELECT 'open;\n",
  'an open comment': 'SELECT 1;\n/* open\n',
  'a command of psql': 'SELECT 1;\n\\connect other\n',
  'a NUL': 'SELECT 1;\nSELECT 2\0;\n',
})) {
  test(`refused alike: ${what}`, () => {
    const bytes = Buffer.from(text);
    const expected = complaints(() => asWhole(bytes));
    assert.ok(expected.length > 0);
    assert.deepEqual(complaints(() => inPieces(bytes))[0], expected[0]);
  });
}

test('refused alike: bytes that are no UTF-8', () => {
  const bytes = Buffer.from([...Buffer.from('SELECT 1;\n-- '), 0xff, 0x0a]);
  for (const read of [asWhole, inPieces]) {
    const [found] = complaints(() => read(bytes));
    assert.deepEqual(found?.slice(0, 2), ['file-encoding', FILE]);
  }
});

for (const [what, text, place] of [
  ['CONCURRENTLY', 'SELECT 1;\n  CREATE INDEX CONCURRENTLY i ON a (n);\n', [2, 3]],
  ['VACUUM', 'VACUUM;\n', [1, 1]],
] as const) {
  test(`what only a small file can do is refused with its place: ${what}`, () => {
    assert.deepEqual(complaints(() => inPieces(Buffer.from(text)))[0]?.slice(1), [FILE, ...place]);
  });
}

test('Transaction: none, which only a small file can have, is refused', () => {
  const [found] = complaints(() => inPieces(Buffer.from('-- A\n-- Transaction: none\nSELECT 1;\n')));
  assert.equal(found?.[1], FILE);
});

test('the statements are read anew each time, and a file that has changed since is refused at its end', () => {
  const text = 'CREATE TABLE a (n int);\nINSERT INTO a VALUES (1);\n';
  const { large } = inPieces(Buffer.from(text));
  assert.equal([...large!.statements()].length, 2);
  assert.equal([...large!.statements()].length, 2);
  writeFileSync(join(folder, '001_a.sql'), text.replace('(1)', '(2)'));
  assert.throws(() => [...large!.statements()], {
    code: 'file-unreadable',
    message: `${FILE} was changed while it was read`,
  });
});

test('a file that is gone or no regular file any more when it is read is a problem of that file', () => {
  const { large } = inPieces(Buffer.from('SELECT 1;\n'));
  rmSync(join(folder, '001_a.sql'));
  assert.throws(() => [...large!.statements()], { name: 'Problem', code: 'file-unreadable' });
});
