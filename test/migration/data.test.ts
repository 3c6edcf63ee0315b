import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileOffset } from '../../src/migration/locate.ts';
import { parseMigration } from '../../src/migration/parse.ts';
import { findPlaceholders, replacePlaceholders, writtenSql } from '../../src/migration/placeholder.ts';
import { Problem } from '../../src/problem/problem.ts';

function parse(text: string) {
  return parseMigration({ file: 'm/001_x.sql', stem: '001_x', bytes: Buffer.from(text) });
}

const FULL = `-- Fill requests.priority
-- Kind: data
-- Batch: requests by id
-- Target: 100ms
-- Pause: 0.5
-- Where: priority IS NULL
-- Background: yes
UPDATE requests SET priority = 'HIGH' WHERE due < 'a::batch' AND :batch;
-- VERIFY:
-- SELECT true;
-- ROLLBACK:
-- UPDATE requests AS r SET priority = NULL
--   WHERE r.:batch;
`;

test('a data migration is read with its headers, and its statements are SQL of the same length', () => {
  const found = parse(FULL);
  assert.deepEqual(found.data, {
    target: { table: { name: 'requests' }, key: ['id'] },
    back: { table: { name: 'requests' }, key: ['id'] },
    targetMs: 100,
    pause: 0.5,
    where: 'priority IS NULL',
    background: true,
    keep: undefined,
  });
  const [update] = found.statements;
  assert.equal(update?.sql, "UPDATE requests SET priority = 'HIGH' WHERE due < 'a::batch' AND (true)");
  assert.equal(writtenSql(update!), "UPDATE requests SET priority = 'HIGH' WHERE due < 'a::batch' AND :batch");
  assert.ok(found.rollback.kind === 'sql');
  const [back] = found.rollback.statements;
  assert.equal(back?.sql, 'UPDATE requests AS r SET priority = NULL\n  WHERE (true)  ');
  const [place] = back?.batch ?? [];
  assert.equal(place?.qualifier, 'r');
  assert.equal(FULL.slice(fileOffset(back!, place!.start)).startsWith('r.:batch'), true);
});

test('the checksum of the body is that of what was written', () => {
  const plain = FULL.replace('-- Kind: data\n', '').replaceAll(':batch', '(true)');
  assert.notEqual(parse(FULL).bodyChecksum, parse(plain).bodyChecksum);
  assert.equal(parse(FULL).bodyChecksum, parse(FULL.replace('-- Pause: 0.5\n', '')).bodyChecksum);
});

const TARGETS: readonly [string, unknown][] = [
  ['requests', { table: { name: 'requests' }, key: 'primary' }],
  ['app.requests by (a, B, "C d")', { table: { schema: 'app', name: 'requests' }, key: ['a', 'b', 'C d'] }],
  ['"Odd Table" BY ctid', { table: { name: 'Odd Table' }, key: 'ctid' }],
];
for (const [text, target] of TARGETS) {
  test(`-- Batch: ${text}`, () => {
    assert.deepEqual(parse(`-- Kind: data\n-- Batch: ${text}\nDELETE FROM x WHERE :batch`).data?.target, target);
  });
}

test('without a header it goes through the table that it changes, by its primary key', () => {
  const found = parse('-- Kind: data\nDELETE FROM ONLY app.old WHERE :batch');
  assert.deepEqual(found.data?.target, { table: { schema: 'app', name: 'old' }, key: 'primary' });
});

test('a way back without :batch runs as any other', () => {
  const found = parse('-- Kind: data\nUPDATE t SET a = 1 WHERE :batch;\n-- ROLLBACK:\n-- TRUNCATE copy;\n');
  assert.equal(found.data?.back, undefined);
});

/** The text, and where it is complained of: line, column, a part of the message. */
const BAD: readonly [string, number, number, RegExp][] = [
  ['-- Kind: data\nUPDATE t SET a = 1;', 2, 1, /:batch is missing/],
  ['-- Kind: data\nUPDATE t SET a = 1 WHERE :batch;\nDELETE FROM u;', 3, 1, /:batch is missing/],
  ['-- Kind: data\nUPDATE t SET a = 1 WHERE :batch;\nCREATE INDEX ON t (a);', 3, 1, /CREATE cannot stand/],
  ['UPDATE t SET a = 1\n  WHERE b AND :batch;', 2, 15, /there are no batches/],
  ['-- Kind: data\nUPDATE t SET a = 1 WHERE :batch;\n-- VERIFY:\n-- SELECT true WHERE :batch;', 4, 22, /no batches/],
  [
    '-- Kind: data\nUPDATE t SET a = 1 WHERE :batch;\n-- ROLLBACK:\n-- DELETE FROM t WHERE :batch;\n-- DROP TABLE t;',
    5,
    4,
    /DROP cannot/,
  ],
  ['-- Kind: Data migration\nUPDATE t SET a = 1;', 1, 1, /header Kind/],
  ['-- Kind: data\n-- Batch: requests of id\nDELETE FROM t WHERE :batch', 2, 1, /header Batch/],
  ['-- Kind: data\n-- Batch: requests by id, id\nDELETE FROM t WHERE :batch', 2, 1, /header Batch/],
  ['-- Kind: data\n-- Target: 5ms\nDELETE FROM t WHERE :batch', 2, 1, /header Target/],
  ['-- Kind: data\n-- Pause: half\nDELETE FROM t WHERE :batch', 2, 1, /header Pause/],
  ['-- Kind: data\n-- Where: a) OR (b\nDELETE FROM t WHERE :batch', 2, 1, /header Where/],
  ["-- Kind: data\n-- Where: a = 'b\nDELETE FROM t WHERE :batch", 2, 1, /header Where/],
  ['-- Kind: data\n-- Background: maybe\nDELETE FROM t WHERE :batch', 2, 1, /header Background/],
  ['-- Kind: data\n-- Transaction: none\nDELETE FROM t WHERE :batch', 2, 1, /one a batch/],
  ['-- Kind: data\nINSERT INTO a SELECT * FROM b WHERE :batch', 1, 1, /which table/],
];
for (const [text, line, column, message] of BAD) {
  test(`${JSON.stringify(text)} is refused at its place`, () => {
    assert.throws(
      () => parse(text),
      (error) => {
        assert.ok(error instanceof Problem);
        const { where } = error.fields;
        assert.match(error.message, message);
        assert.deepEqual([where?.line, where?.column], [line, column]);
        return true;
      },
    );
  });
}

test('only :batch itself is one: no cast, slice, string, comment or other variable', () => {
  const sql =
    'SELECT a::batch, b[1:batch], \':batch\', $$:batch$$, ":batch", :batches, :Batch /* :batch */ WHERE t.:batch AND :batch';
  assert.deepEqual(
    findPlaceholders(sql).map(({ start, end }) => sql.slice(start, end)),
    ['t.:batch', ':batch'],
  );
});

test('a place in the statement that runs is found again in the file', () => {
  const sql = 'SELECT x FROM t WHERE :batch AND y';
  const made = replacePlaceholders(sql, findPlaceholders(sql), () => '(id > $1 AND id <= $2)');
  assert.equal(made.back(made.sql.indexOf('y')), sql.indexOf('y'));
  assert.equal(made.back(made.sql.indexOf('$2')), sql.indexOf(':batch'));
  assert.equal(made.back(made.sql.indexOf('t WHERE')), sql.indexOf('t WHERE'));
});
