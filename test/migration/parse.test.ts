import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { fileOffset, locate, statementAt } from '../../src/migration/locate.ts';
import type { Migration } from '../../src/migration/migration.ts';
import { parseMigration } from '../../src/migration/parse.ts';
import { Problem } from '../../src/problem/problem.ts';

function parse(text: string | Uint8Array, stem = '003_add_new_feature'): Migration {
  return parseMigration({ file: `m/${stem}.sql`, stem, bytes: typeof text === 'string' ? Buffer.from(text) : text });
}

/** Every complaint about a text. */
function complaints(text: string | Uint8Array): Problem[] {
  try {
    parse(text);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return [...(error.fields.also ?? [error])];
  }
  return [];
}

/** Every complaint as `code line:column`. */
function faults(text: string | Uint8Array): string[] {
  return complaints(text).map((one) => `${one.code} ${one.fields.where?.line}:${one.fields.where?.column}`);
}

const FULL = `-- Add new feature table
-- Author: Ada
-- Date: 2026-11-22
-- Depends: 001_users, 002_workflows
-- Depends: 7
-- Requires: extension vector, extension "uuid-ossp"
-- Replaces: 001_old@0123456789ab, 002_older
-- Replaces: 002_older = 1_oldest
-- Replaces: the old trigger, which is prose
-- Lock-Timeout: 2s
-- Statement-Timeout: 10min
-- Allow: drop-column nobody reads it
-- Allow: squawk:ban-drop-table empty
-- Note: this is prose.

CREATE TABLE new_feature (id bigint);
CREATE INDEX i ON new_feature (id); -- why

-- VERIFY:
-- SELECT count(*) = 0
--   FROM new_feature;
-- SELECT true;

-- ROLLBACK:
-- DROP TABLE IF EXISTS new_feature;
`;

test('a migration with everything in it', () => {
  const found = parse(FULL);
  assert.equal(found.version, '003_add_new_feature');
  assert.equal(found.number, 3n);
  assert.equal(found.name, 'add_new_feature');
  assert.equal(found.description, 'Add new feature table');
  assert.deepEqual(found.headers, {
    author: 'Ada',
    date: '2026-11-22',
    depends: ['001_users', '002_workflows', '7'],
    requires: [{ extension: 'vector' }, { extension: 'uuid-ossp' }],
    replaces: [
      { version: '001_old', body: '0123456789ab', within: null },
      { version: '002_older', body: null, within: null },
      { version: '1_oldest', body: null, within: '002_older' },
    ],
    lockTimeoutMs: 2000,
    statementTimeoutMs: 600_000,
    allow: [
      { rule: 'drop-column', reason: 'nobody reads it' },
      { rule: 'squawk:ban-drop-table', reason: 'empty' },
    ],
    contracts: [],
    data: {},
  });
  assert.deepEqual(
    found.statements.map((one) => one.sql),
    ['CREATE TABLE new_feature (id bigint)', 'CREATE INDEX i ON new_feature (id)'],
  );
  assert.deepEqual(
    found.verify.map((one) => one.sql),
    ['SELECT count(*) = 0\n  FROM new_feature', 'SELECT true'],
  );
  assert.ok(found.rollback.kind === 'sql');
  assert.equal(found.rollback.sql, 'DROP TABLE IF EXISTS new_feature;');
});

test('the checksum is that of sha256sum, whatever the line breaks and the byte order mark', () => {
  const expected = createHash('sha256').update(FULL).digest('hex');
  const windows = `\ufeff${FULL.replaceAll('\n', '\r\n')}`;
  assert.equal(parse(FULL).checksum, expected);
  assert.equal(parse(windows).checksum, expected);
  assert.deepEqual({ ...parse(windows) }, { ...parse(FULL) });
});

test("the body's checksum changes with the body, not with headers, sections and comments around it", () => {
  const { bodyChecksum } = parse(FULL);
  const same = [
    FULL.replace('Ada', 'Bob'),
    FULL.replace('DROP TABLE', 'DROP TABLE ONLY'),
    FULL.replace('= 0', '= 1'),
    FULL.replace('-- why', '-- because'),
    FULL.slice(0, FULL.indexOf('-- VERIFY')),
    FULL.replace('CREATE TABLE', 'BEGIN;\nCREATE TABLE').replace('-- why', 'COMMIT;'),
  ];
  for (const text of same) assert.equal(parse(text).bodyChecksum, bodyChecksum);
  const other = [FULL.replace('id bigint', 'id  bigint'), FULL.replace('CREATE INDEX', '-- x\nCREATE INDEX')];
  for (const text of other) assert.notEqual(parse(text).bodyChecksum, bodyChecksum);
});

test('rows of COPY belong to the body', () => {
  const text = 'COPY t FROM STDIN;\n1\t2\n\\.\n';
  const [copy] = parse(text).statements;
  assert.equal(copy?.copyData, '1\t2\n');
  assert.notEqual(parse(text).bodyChecksum, parse(text.replace('1', '3')).bodyChecksum);
});

test('the description is the first comment line, else the header, else the name', () => {
  assert.equal(parse('-- =======\n--\n-- Author: x\n-- == Adds things ==\nSELECT 1').description, 'Adds things');
  assert.equal(parse('/*\n * Adds things\n * and more\n */\nSELECT 1').description, 'Adds things');
  assert.equal(parse('-- description: From the header\nSELECT 1').description, 'From the header');
  assert.equal(parse('SELECT 1; -- not this').description, 'add new feature');
  assert.equal(parse('SELECT 1', '1_a-b__c').description, 'a b c');
});

test('places in a section are those in the file', () => {
  const text = `SELECT 1;\n\n-- ROLLBACK:\n--   DROP TABLE "😀",\n--\n\n\t--      other\n--  ;\n--SELECT 2;\n`;
  const found = parse(text);
  assert.ok(found.rollback.kind === 'sql');
  const [drop, select] = found.rollback.statements;
  assert.ok(drop && select);
  assert.equal(drop.sql, 'DROP TABLE "😀",\n\n\n     other');
  assert.deepEqual([drop.line, drop.column, select.line, select.column], [4, 6, 9, 3]);
  const at = (offset: number) => {
    const { line, column } = locate(found, drop, offset);
    return [line, column];
  };
  assert.deepEqual(at(0), [4, 6]);
  assert.deepEqual(at(drop.sql.indexOf(',')), [4, 20]);
  assert.deepEqual(at(drop.sql.indexOf('other')), [7, 10]);
  assert.deepEqual(locate(found, drop, drop.sql.length - 1).lineText, '\t--      other');
});

test('from a place in the file the statement is found again, in the body and in a section', () => {
  const text = 'SELECT 1; SELECT 2;\n-- ROLLBACK:\n-- SELECT 3,\n--   4;\n-- SELECT 5;\n';
  const found = parse(text);
  assert.ok(found.rollback.kind === 'sql');
  const all = [...found.statements, ...found.rollback.statements];
  for (const statement of all) {
    for (let offset = 0; offset < statement.sql.length; offset++) {
      assert.deepEqual(statementAt(all, fileOffset(statement, offset)), { statement, offset });
    }
  }
  assert.equal(statementAt(all, text.indexOf('ROLLBACK')), undefined);
  assert.equal(statementAt(all, text.indexOf('--   4') + 1), undefined);
});

test('the indentation of a rollback is kept, one "-- " or "--" is taken off', () => {
  const found = parse('SELECT 1;\n-- ROLLBACK:\n-- DO $$\n--   BEGIN\n--\n--\tx;\n--y;\n-- END $$;\n');
  assert.ok(found.rollback.kind === 'sql');
  assert.equal(found.rollback.sql, 'DO $$\n  BEGIN\n\n\tx;\ny;\nEND $$;');
});

test('markers inside strings, bodies and block comments are none', () => {
  const found = parse(
    "SELECT '\n-- ROLLBACK:\n';\n/*\n-- ROLLBACK:\n*/\nDO $$\n-- VERIFY:\n$$;\n-- IRREVERSIBLE: gone\n-- for ever\n",
  );
  assert.equal(found.statements.length, 2);
  assert.deepEqual(found.verify, []);
  assert.deepEqual(found.rollback, { kind: 'irreversible', reason: 'gone for ever' });
});

test('a last statement without ; does not swallow the sections', () => {
  const found = parse('CREATE TABLE t ()\n-- ROLLBACK:\n-- DROP TABLE t;\n');
  assert.equal(found.statements[0]?.sql, 'CREATE TABLE t ()');
  assert.equal(found.rollback.kind, 'sql');
});

test('BEGIN and COMMIT around all of the file mean what the tool does anyway', () => {
  for (const [begin, end] of [
    ['BEGIN', 'COMMIT'],
    ['begin transaction', 'END'],
    ['START TRANSACTION', 'commit work'],
  ] as const) {
    const found = parse(
      `-- d\n${begin};\nSELECT 1;\nSELECT 2;\n${end};\n-- ROLLBACK:\n-- BEGIN;\n-- SELECT 3;\n-- COMMIT;\n`,
    );
    assert.ok(found.wrappedInTransaction);
    assert.deepEqual(
      found.statements.map((one) => one.sql),
      ['SELECT 1', 'SELECT 2'],
    );
    assert.ok(found.rollback.kind === 'sql');
    assert.deepEqual(
      found.rollback.statements.map((one) => one.sql),
      ['SELECT 3'],
    );
  }
});

const FAULTS: [string, string, string[]][] = [
  ['an empty file', '', ['file-empty 1:1']],
  ['blanks only', ' \n\n', ['file-empty 1:1']],
  ['comments only', '-- a\n', ['file-empty 1:1']],
  ['sections without a body', '-- a\n-- ROLLBACK:\n-- SELECT 1;', ['file-empty 1:1']],
  ['only BEGIN and COMMIT', 'BEGIN;\nCOMMIT;', ['file-empty 1:1']],
  ['COMMIT in the middle', 'SELECT 1;\nCOMMIT;\nSELECT 2;', ['transaction-control 2:1']],
  ['BEGIN without an end', 'BEGIN;\nSELECT 1;', ['transaction-control 1:1']],
  [
    'BEGIN with options',
    'BEGIN ISOLATION LEVEL SERIALIZABLE;\nSELECT 1;\nCOMMIT;',
    ['transaction-control 1:1', 'transaction-control 3:1'],
  ],
  [
    'two transactions',
    'BEGIN;SELECT 1;COMMIT;BEGIN;SELECT 2;COMMIT;',
    ['transaction-control 1:16', 'transaction-control 1:23'],
  ],
  [
    'COMMIT AND CHAIN at the end',
    'BEGIN;\nSELECT 1;\nCOMMIT AND CHAIN;',
    ['transaction-control 1:1', 'transaction-control 3:1'],
  ],
  ['savepoints', 'SAVEPOINT a;\nSELECT 1;\nRELEASE a;', ['transaction-control 1:1', 'transaction-control 3:1']],
  [
    'COMMIT in the rollback',
    'SELECT 1;\n-- ROLLBACK:\n-- SELECT 1;\n--   COMMIT;\n-- SELECT 2',
    ['transaction-control 4:6'],
  ],
  [
    'Transaction: none around a transaction',
    '-- Transaction: none\nBEGIN;\nVACUUM;\nCOMMIT;',
    ['transaction-control 2:1'],
  ],
  [
    'SQL after a marker',
    'SELECT 1;\n-- ROLLBACK:\n-- DROP TABLE a;\n  DROP TABLE b;\nDROP TABLE c;',
    ['section-invalid 4:3'],
  ],
  [
    'a block comment in a section',
    'SELECT 1;\n-- ROLLBACK:\n-- SELECT 1;\n/* DROP TABLE b; */',
    ['section-invalid 4:1'],
  ],
  ['a marker before the missing ;', 'SELECT 1\n-- ROLLBACK:\n-- SELECT 2;\nSELECT 3;', ['section-invalid 2:1']],
  ['a marker that is not alone', 'SELECT 1; -- ROLLBACK:', ['section-invalid 1:11']],
  ['SQL on the marker line', 'SELECT 1;\n-- ROLLBACK: DROP TABLE t;', ['section-invalid 2:1', 'section-invalid 2:1']],
  [
    'a section without SQL',
    'SELECT 1;\n-- VERIFY:\n-- ROLLBACK:\n-- -- later\n',
    ['section-invalid 2:1', 'section-invalid 3:1'],
  ],
  ['a section twice', 'SELECT 1;\n-- VERIFY:\n-- SELECT true;\n-- VERIFY:\n-- SELECT true;', ['section-invalid 4:1']],
  ['both ways', 'SELECT 1;\n-- ROLLBACK:\n-- SELECT 1;\n-- IRREVERSIBLE: x', ['section-invalid 4:1']],
  ['no reason', 'SELECT 1;\n-- IRREVERSIBLE:', ['section-invalid 2:1']],
  [
    'a rollback that cannot be read',
    "SELECT 1;\n-- ROLLBACK:\n-- SELECT 1;\n--  SELECT 'it;\n-- x",
    ['sql-lexical 4:12'],
  ],
  ['a psql command in a section', 'SELECT 1;\n-- ROLLBACK:\n-- \\i down.sql\n-- SELECT 1;', ['psql-command 3:4']],
  [
    'VERIFY that changes something',
    'SELECT 1;\n-- VERIFY:\n-- SELECT true;\n-- DELETE FROM t;',
    ['section-invalid 4:4'],
  ],
  ['an unterminated string', "SELECT 1;\nSELECT 'abc;\n-- ROLLBACK:\n", ['sql-lexical 2:8']],
  ['a header after the first statement', 'SELECT 1;\n-- Depends: 001_a\nSELECT 2;', ['header-invalid 2:1']],
  [
    'a late Allow with a rule',
    'SELECT 1;\n-- Allow: drop-column x\n-- Allow: everyone reads\nSELECT 2;',
    ['header-invalid 2:1'],
  ],
  [
    "a late Allow with another linter's rule",
    'SELECT 1;\n-- Allow: squawk:ban-drop-column x\nSELECT 2;',
    ['header-invalid 2:1'],
  ],
];
for (const [name, text, expected] of FAULTS) {
  test(`refused at its place: ${name}`, () => assert.deepEqual(faults(text), expected));
}

test('every complaint comes at once, in the order of the file', () => {
  const text =
    '-- Depend: 001\n-- Lock-Timeout: soon\n\\i a.sql\nSELECT 1;\n\\gexec\nCOMMIT;\n-- Rollback:\n-- DROP TABLE t\n';
  assert.deepEqual(faults(text), [
    'header-invalid 1:1',
    'header-invalid 2:1',
    'psql-command 3:1',
    'psql-command 5:1',
    'transaction-control 6:1',
    'section-invalid 7:1',
  ]);
});

test('a file with more faults than anyone reads is given up early', () => {
  assert.equal(complaints('\\i a\n'.repeat(5000)).length, 100);
});

test('what is refused says what to do instead', () => {
  const [commit] = complaints('SELECT 1;\nCOMMIT;\nSELECT 2;');
  assert.match(commit?.fields.next?.join(' ') ?? '', /split the file/);
  const [sql] = complaints('SELECT 1;\n-- ROLLBACK:\n-- SELECT 1;\nDROP TABLE b;');
  assert.match(sql?.message ?? '', /never run/);
});

const NEAR_MARKERS: [string, string][] = [
  ['-- Rollback:', 'ROLLBACK'],
  ['-- rollback:', 'ROLLBACK'],
  ['-- ROLLBACK SQL:', 'ROLLBACK'],
  ['-- ROLLBACK', 'ROLLBACK'],
  ['-- ROLL BACK:', 'ROLLBACK'],
  ['-- ROLBACK:', 'ROLLBACK'],
  ['-- DOWN:', 'ROLLBACK'],
  ['-- UNDO:', 'ROLLBACK'],
  ['---- ROLLBACK: ----', 'ROLLBACK'],
  ['-- === ROLLBACK ===', 'ROLLBACK'],
  ['-- Verify:', 'VERIFY'],
  ['-- VERFIY:', 'VERIFY'],
  ['-- verify', 'VERIFY'],
  ['-- VERIFICATION:', 'VERIFY'],
  ['-- CHECK:', 'VERIFY'],
  ['-- Irreversible: x', 'IRREVERSIBLE'],
  ['-- IRREVERSABLE: x', 'IRREVERSIBLE'],
  ['-- To rollback:', 'ROLLBACK'],
  ['-- ROLLBACK : x', 'ROLLBACK'],
];
for (const [line, meant] of NEAR_MARKERS) {
  test(`${line} is refused and ${meant} named`, () => {
    const [complaint, more] = complaints(`SELECT 1;\n${line}\n-- SELECT 1;`);
    assert.equal(complaint?.code, 'section-invalid');
    assert.ok(complaint.fields.expected?.startsWith(`-- ${meant}:`), complaint.fields.expected);
    assert.equal(more, undefined);
  });
}

const FOREIGN = [
  '-- +goose Down',
  '-- +goose Up',
  '-- migrate:down',
  '--liquibase formatted sql',
  '--changeset ada:1',
  '-- +migrate Down',
];
for (const line of FOREIGN) {
  test(`${line} is refused as another tool's`, () => {
    assert.match(complaints(`${line}\nSELECT 1;`)[0]?.message ?? '', /marker of \w+/);
  });
}

const PROSE = [
  '-- Note: this ...',
  '-- rollback is not needed',
  '-- Verify that it works',
  '-- down the line: more',
  '-- Check: the rows',
  '-- see https://example.org/x',
  '-- Depends on the users table',
  '-- Allowed values: a, b',
  '-- -- ROLLBACK:',
  '-- Very: much',
  '-- Dates: a',
  '-- Data: b',
  '-- TODO: c',
  '-- Requirements: d',
  '-- a: b: c',
  '--',
  '-- ---------',
  '-- Where it is: there',
  '-- Example:',
  '-- 1. step:',
  '-- Batches: many',
];
for (const line of PROSE) {
  test(`${line} is prose`, () => assert.deepEqual(faults(`${line}\nSELECT 1;\n${line}\nSELECT 2;`), []));
}

const NEAR_HEADERS: [string, string][] = [
  ['-- Depend: 001', 'Depends'],
  ['-- Replace: 001_a', 'Replaces'],
  ['-- depends: 001', 'Depends'],
  ['-- Depends on: 001', 'Depends'],
  ['-- Dpends: 001', 'Depends'],
  ['-- Dependencies: 1', 'Depends'],
  ['-- Depends : 001', 'Depends'],
  ['-- Require: extension x', 'Requires'],
  ['-- Requires extension: x', 'Requires'],
  ['-- transaction: none', 'Transaction'],
  ['-- No-Transaction: true', 'Transaction'],
  ['-- Lock timeout: 2s', 'Lock-Timeout'],
  ['-- lock_timeout: 2s', 'Lock-Timeout'],
  ['-- Lock-Timeout 2s', 'Lock-Timeout'],
  ['-- StatementTimeout: 2s', 'Statement-Timeout'],
  ['-- allow: drop-column x', 'Allow'],
  ['-- Allows: drop-column x', 'Allow'],
  ['-- batch: 5', 'Batch'],
];
for (const [line, meant] of NEAR_HEADERS) {
  test(`${line} is refused and ${meant} named`, () => {
    const [complaint, more] = complaints(`${line}\nSELECT 1;`);
    assert.equal(complaint?.code, 'header-invalid');
    assert.ok(complaint.fields.expected?.startsWith(`-- ${meant}:`), complaint.fields.expected);
    assert.equal(more, undefined);
  });
}

const BAD_HEADERS = [
  '-- Depends:',
  '-- Depends: users',
  '-- Depends: 001_a; 002_b',
  '-- Requires: vector',
  '-- Requires: extension',
  '-- Requires: role x',
  '-- Transaction: no',
  '-- Transaction:',
  '-- Lock-Timeout: 2 weeks',
  '-- Lock-Timeout: -1s',
  '-- Statement-Timeout:',
  '-- Allow: drop-column',
  '-- Allow:',
  '-- Lock-Timeout: 2s   -- Statement-Timeout: 10min',
  '-- Date: 1\n-- Date: 2',
];
for (const line of BAD_HEADERS) {
  test(`${JSON.stringify(line)} is refused with what was expected`, () => {
    const [complaint, more] = complaints(`${line}\nSELECT 1;`);
    assert.equal(complaint?.code, 'header-invalid');
    assert.ok(complaint.fields.found && complaint.fields.expected);
    assert.equal(more, undefined);
  });
}

test('headers of data migrations are prose in other files', () => {
  const found = parse('-- Batch: 1000\n-- Target: everybody\n-- Where: in the north\nSELECT 1');
  assert.deepEqual(found.headers.data, { Batch: '1000', Target: 'everybody', Where: 'in the north' });
  assert.equal(found.data, undefined);
});

test('a bad byte is named with its line and column', () => {
  const text = Buffer.concat([Buffer.from('SELECT 1;\n-- 😀 caf'), Buffer.from([0xe9]), Buffer.from('\n')]);
  const [complaint] = complaints(text);
  assert.deepEqual(
    [complaint?.code, complaint?.fields.where?.line, complaint?.fields.where?.column],
    ['file-encoding', 2, 9],
  );
  assert.match(complaint?.fields.found ?? '', /0xE9/);
});

test('overlong, surrogate and truncated characters are no UTF-8', () => {
  for (const bytes of [[0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf0, 0x9f, 0x98], [0xf5, 0x80, 0x80, 0x80], [0x80]]) {
    assert.deepEqual(faults(Buffer.from([0x41, 0x0a, 0x42, ...bytes])), ['file-encoding 2:2']);
  }
});

test('UTF-16 is recognised and explained', () => {
  const bytes = Buffer.from('\ufeffSELECT 1;', 'utf16le');
  assert.match(complaints(bytes)[0]?.message ?? '', /UTF-16/);
  assert.match(complaints(bytes)[0]?.fields.next?.join(' ') ?? '', /iconv/);
  assert.deepEqual(faults(Buffer.from('SELECT 1;', 'utf16le')), ['sql-lexical 1:2']);
});

test('a file of long odd lines is read in linear time', () => {
  const long = 200_000;
  const text = `-- ${'='.repeat(long)}x\n-- a${' '.repeat(long)}b\n--${' -'.repeat(long)}x\n-- ROLLBACK ${'- '.repeat(long)}x\nSELECT 1;\n-- x${'-'.repeat(long)}x\n`;
  assert.deepEqual(faults(text), []);
});

test('an Allow takes the name that another linter has for a rule', () => {
  const read = (line: string) =>
    parseMigration({ file: '1_a.sql', stem: '1_a', bytes: Buffer.from(`${line}\nSELECT 1;`) });
  assert.deepEqual(read('-- Allow: eugene:E6 at night').headers.allow, [{ rule: 'eugene:E6', reason: 'at night' }]);
  assert.throws(() => read('-- Allow: squawk: at night'));
});
