/** Which statements share a transaction. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  beginsWith,
  donePart,
  planMigrationSteps,
  planSteps,
  settingsBefore,
  statementChecksum,
  statementCount,
  transactionStatements,
} from '../../src/plan/steps.ts';
import { fileOf } from './make.ts';

function plan(text: string, serverVersionNum = 180000) {
  return planMigrationSteps(fileOf('001_a', text).load(), serverVersionNum);
}

/** Mode, and the statements of each step; `|` before those that run outside a transaction. */
function shape(text: string, serverVersionNum = 180000): [string, ...string[]] {
  const { mode, steps } = plan(text, serverVersionNum);
  const shown = steps.map((step) => {
    const sql = step.statements.map((one) => one.statement.sql).join('; ');
    return step.transactional ? sql : `| ${sql}`;
  });
  return [mode, ...shown];
}

const INDEX = 'CREATE INDEX CONCURRENTLY i ON t (a)';

test('what can run in a transaction is one transaction', () => {
  assert.deepEqual(shape('SELECT 1; SELECT 2; SELECT 3;'), ['transaction', 'SELECT 1; SELECT 2; SELECT 3']);
});

test('runs of transactional statements stand around those that are not', () => {
  assert.deepEqual(shape(`SELECT 1; SELECT 2; ${INDEX}; VACUUM; SELECT 3; SELECT 4;`), [
    'steps',
    'SELECT 1; SELECT 2',
    `| ${INDEX}`,
    '| VACUUM',
    'SELECT 3; SELECT 4',
  ]);
  assert.deepEqual(shape(`${INDEX}; SELECT 1;`), ['steps', `| ${INDEX}`, 'SELECT 1']);
  assert.deepEqual(shape(`SELECT 1; ${INDEX};`), ['steps', 'SELECT 1', `| ${INDEX}`]);
  assert.deepEqual(shape(`${INDEX};`), ['steps', `| ${INDEX}`]);
});

test('each step outside a transaction says why', () => {
  const { steps } = plan(`SELECT 1; ${INDEX};`);
  assert.equal(steps[0]?.reason, undefined);
  assert.match(steps[1]?.reason ?? '', /CONCURRENTLY/);
});

test('Transaction: none makes each statement a step; only what may commit by itself stands outside a transaction', () => {
  const text = `-- A\n-- Transaction: none\nSELECT 1; CREATE TABLE t (); ${INDEX}; CALL p(); DO 'BEGIN PERFORM 1; END'; REINDEX TABLE t;`;
  assert.deepEqual(shape(text), [
    'steps',
    'SELECT 1',
    'CREATE TABLE t ()',
    `| ${INDEX}`,
    '| CALL p()',
    "DO 'BEGIN PERFORM 1; END'",
    '| REINDEX TABLE t',
  ]);
  assert.deepEqual(shape('-- A\n-- Transaction: none\nSELECT 1;'), ['steps', 'SELECT 1']);
  assert.deepEqual(shape("-- A\n-- Transaction: none\nDO 'BEGIN COMMIT; END';"), ['steps', "| DO 'BEGIN COMMIT; END'"]);
  const { steps } = plan(text);
  assert.equal(steps[0]?.reason, 'the file says Transaction: none');
  assert.match(steps[2]?.reason ?? '', /CONCURRENTLY/);
});

test('what the server can do in a transaction is a question of its version', () => {
  const text = "SELECT 1; ALTER TYPE mood ADD VALUE 'ok';";
  assert.equal(shape(text, 110000)[0], 'steps');
  assert.equal(shape(text, 120000)[0], 'transaction');
});

const ADD = "ALTER TYPE mood ADD VALUE 'ok'";
const USE = "INSERT INTO t VALUES ('ok')";

test('the transaction ends behind the last label that is added before a use of one', () => {
  assert.deepEqual(shape(`${ADD}; SELECT 1; ${USE}; SELECT 2;`), ['steps', ADD, `SELECT 1; ${USE}; SELECT 2`]);
  const other = "ALTER TYPE mood ADD VALUE 'fine' AFTER 'ok'";
  assert.deepEqual(shape(`${ADD}; ${other}; ${USE};`), ['steps', `${ADD}; ${other}`, USE]);
  assert.deepEqual(shape(`${ADD}; ${USE}; ${other}; SELECT 'fine';`), [
    'steps',
    ADD,
    `${USE}; ${other}`,
    "SELECT 'fine'",
  ]);
  assert.match(plan(`${ADD}; ${USE};`).steps[0]?.reason ?? '', /a label that is added to an enum/);
});

test('a label is used by a literal, an array, a body, a row of COPY; by nothing else', () => {
  for (const use of [
    "CREATE TABLE u (m mood DEFAULT 'ok'::mood)",
    "SELECT '{sad,ok}'::mood[]",
    "CREATE FUNCTION f() RETURNS mood LANGUAGE sql AS $$ SELECT 'ok'::mood $$",
    "DO 'BEGIN PERFORM ''ok''::mood; END'",
  ]) {
    assert.equal(shape(`${ADD}; ${use};`)[0], 'steps', use);
  }
  assert.equal(shape(`${ADD};\nCOPY t FROM stdin;\nsad\tok\n\\.\n`)[0], 'steps');
  for (const other of ['SELECT ok FROM t', "SELECT 'OK'", "SELECT 'okay', '{okay}'", 'CREATE TABLE ok ()']) {
    assert.equal(shape(`${ADD}; ${other};`)[0], 'transaction', other);
  }
  assert.equal(shape(`${USE}; ${ADD};`)[0], 'transaction', 'before it is added');
  assert.equal(shape("ALTER TYPE mood ADD VALUE 'it''s'; SELECT 'it''s';")[0], 'steps');
});

test('from 17 on a type that the same transaction made may be extended and used in it', () => {
  const text = `CREATE TYPE mood AS ENUM (); ${ADD}; ${USE};`;
  assert.equal(shape(text, 160000)[0], 'steps');
  assert.equal(shape(text, 170000)[0], 'transaction');
});

test('what the server has refused, and what is done, cut the steps', () => {
  const statements = fileOf('001_a', 'SELECT 1; SELECT 2; SELECT 3; SELECT 4;').load().statements;
  const outside = new Set([statementChecksum(statements[1]!)]);
  const { mode, steps } = planSteps(statements, 180000, { outside, statementsDone: 3 });
  assert.equal(mode, 'steps');
  assert.deepEqual(
    steps.map((step) => [step.transactional, step.statements.length]),
    [
      [true, 1],
      [false, 1],
      [true, 1],
      [true, 1],
    ],
  );
  assert.equal(beginsWith(statements, donePart(steps, 3)), true);
  assert.equal(beginsWith(statements.slice(0, 3), donePart(steps, 3)), true);
  assert.equal(beginsWith(statements.slice(0, 2), donePart(steps, 3)), false);
  assert.equal(beginsWith(statements.slice(1), donePart(steps, 3)), false);
});

test('a step finds what the steps before it have set for the session', () => {
  const { steps } = plan(
    `SET search_path = s; SET LOCAL x.y = 1; SELECT pg_catalog.set_config('a.b', 'c', false); SELECT 1; ${INDEX}; RESET ALL; VACUUM;`,
  );
  const settings = (index: number) => settingsBefore(steps, index).map((one) => one.statement.sql);
  const first = ['SET search_path = s', "SELECT pg_catalog.set_config('a.b', 'c', false)"];
  assert.deepEqual([settings(0), settings(1), settings(3)], [[], first, [...first, 'RESET ALL']]);
});

test('BEGIN and COMMIT around the whole are no statements of it', () => {
  assert.deepEqual(shape('BEGIN; SELECT 1; SELECT 2; COMMIT;'), ['transaction', 'SELECT 1; SELECT 2']);
});

test('statements are counted over all steps, and read again from a large file', () => {
  assert.equal(statementCount(plan(`SELECT 1; ${INDEX}; SELECT 2;`)), 3);
  const small = [...transactionStatements(plan('SELECT 1; SELECT 2;'), 180000)];
  assert.deepEqual(
    small.map((one) => one.statement.sql),
    ['SELECT 1', 'SELECT 2'],
  );
  const migration = fileOf('001_a', 'SELECT 1;').load();
  const [statement] = migration.statements;
  const statements = () => [statement!, statement!, statement!];
  const large = planMigrationSteps({ ...migration, statements: [], large: { statementCount: 3, statements } }, 180000);
  assert.equal(large.mode, 'transaction');
  assert.equal(statementCount(large), 3);
  for (let time = 0; time < 2; time++) {
    assert.deepEqual(
      [...transactionStatements(large, 180000)].map((one) => [one.statement.sql, one.kind.class]),
      Array(3).fill(['SELECT 1', 'query']),
    );
  }
});
