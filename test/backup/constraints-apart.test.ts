import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { constraintsApart } from '../../src/backup/constraints-apart.ts';
import { readWayBack } from '../../src/backup/way-back.ts';
import { loadParser } from '../../src/parser/parser.ts';
import { isTree } from '../../src/syntax/tree.ts';

const parse = await loadParser();

function treeOf(sql: string) {
  const tree = parse(sql);
  assert(isTree(tree), sql);
  return tree.node;
}

/** Blanks do not count. */
function apart(sql: string, versionNum = 18_00_00, returns = (column: string) => column === 'c') {
  const found = constraintsApart(treeOf(sql), sql, { returns, versionNum });
  if (!found) return undefined;
  assert.equal(found.first.length, sql.length);
  assert.equal(found.first.split('\n').length, sql.split('\n').length);
  for (const one of [found.first, found.checks]) treeOf(one);
  return [found.first, found.checks].map((one) => one.replaceAll(/\s+/g, ' ').trim());
}

describe('an ALTER TABLE is cut where the server would look at data that are not there yet', () => {
  const CASES: Readonly<Record<string, readonly [string, string]>> = {
    'ALTER TABLE t ADD COLUMN c int NOT NULL': [
      'ALTER TABLE t ADD COLUMN c int',
      'ALTER TABLE t ALTER COLUMN "c" SET NOT NULL',
    ],
    'ALTER TABLE IF EXISTS a . "t,(" * ADD "c" numeric(3, 1) /* , */ NOT NULL CHECK (c IS NOT NULL OR c > 1), ADD d int':
      [
        'ALTER TABLE IF EXISTS a . "t,(" * ADD "c" numeric(3, 1) /* , */ CHECK (c IS NOT NULL OR c > 1), ADD d int',
        'ALTER TABLE IF EXISTS a . "t,(" * ALTER COLUMN "c" SET NOT NULL',
      ],
    'ALTER TABLE t DROP COLUMN x, ADD c int, ALTER c SET NOT NULL, ADD CONSTRAINT u UNIQUE (c)': [
      'ALTER TABLE t DROP COLUMN x, ADD c int',
      'ALTER TABLE t ALTER c SET NOT NULL, ADD CONSTRAINT u UNIQUE (c)',
    ],
    'ALTER TABLE t ADD CHECK (c > 0), ALTER d SET NOT NULL, ADD c int': [
      'ALTER TABLE t ALTER d SET NOT NULL, ADD c int',
      'ALTER TABLE t ADD CHECK (c > 0)',
    ],
    'ALTER TABLE t ADD c int CONSTRAINT k PRIMARY KEY': [
      'ALTER TABLE t ADD c int',
      'ALTER TABLE t ADD CONSTRAINT "k" PRIMARY KEY ("c")',
    ],
    'ALTER TABLE t ADD COLUMN c bigserial PRIMARY KEY': [
      'ALTER TABLE t ADD COLUMN c bigserial',
      'ALTER TABLE t ADD PRIMARY KEY ("c")',
    ],
    'ALTER TABLE t ADD c int NOT NULL DEFAULT 1 CONSTRAINT u UNIQUE': [
      'ALTER TABLE t ADD c int NOT NULL DEFAULT 1',
      'ALTER TABLE t ADD CONSTRAINT "u" UNIQUE ("c")',
    ],
    'ALTER TABLE t ADD c int\nCONSTRAINT n NOT NULL REFERENCES p': [
      'ALTER TABLE t ADD c int REFERENCES p',
      'ALTER TABLE t ADD CONSTRAINT "n" NOT NULL "c"',
    ],
  };
  for (const [sql, expected] of Object.entries(CASES)) test(sql, () => assert.deepEqual(apart(sql), expected));

  test('servers before 18 have no names for NOT NULL', () =>
    assert.deepEqual(
      apart('ALTER TABLE t ADD c int CONSTRAINT n NOT NULL', 17_00_00)?.[1],
      'ALTER TABLE t ALTER COLUMN "c" SET NOT NULL',
    ));

  for (const sql of [
    'ALTER TABLE t ADD COLUMN c int',
    'ALTER TABLE t ADD COLUMN d int NOT NULL',
    'ALTER TABLE t ADD COLUMN c int NOT NULL DEFAULT 1',
    'ALTER TABLE t ADD COLUMN c int GENERATED ALWAYS AS IDENTITY NOT NULL',
    'ALTER TABLE t ALTER c SET NOT NULL',
    'CREATE TABLE t (c int NOT NULL)',
  ])
    test(`left as it is: ${sql}`, () => assert.equal(apart(sql), undefined));
});

describe('what a statement of a way back has to do with the data', () => {
  const read = (sql: string) => readWayBack(treeOf(sql));
  test('constraints look at everything', () => {
    for (const sql of [
      'ALTER TABLE t ALTER c SET NOT NULL',
      'ALTER TABLE t ADD FOREIGN KEY (c) REFERENCES p',
      'CREATE UNIQUE INDEX ON t (c)',
      'REFRESH MATERIALIZED VIEW m',
      'CREATE MATERIALIZED VIEW m AS SELECT FROM t',
    ])
      assert.equal(read(sql).reads, 'everything', sql);
  });
  test('others look at what they name', () => {
    assert.deepEqual(read('CREATE TABLE t (id int)'), { reads: [], fills: [], changes: false });
    assert.deepEqual(read('INSERT INTO t SELECT FROM a.old'), {
      reads: [{ schema: 'a', name: 'old' }],
      fills: [{ name: 't' }],
      changes: true,
    });
    assert.deepEqual(read('UPDATE t SET a = 1'), { reads: [], fills: [], changes: true });
    assert.deepEqual(read(`SELECT setval('s', max(id)) FROM t`).reads, [{ name: 't' }]);
    assert.deepEqual(readWayBack(undefined), { reads: [], fills: [], changes: true });
  });
});
