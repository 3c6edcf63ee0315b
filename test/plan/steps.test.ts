/** Which statements share a transaction. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { planMigrationSteps, statementCount, transactionStatements } from '../../src/plan/steps.ts';
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

test('Transaction: none runs each statement by itself', () => {
  const text = `-- A\n-- Transaction: none\nSELECT 1; SELECT 2; ${INDEX};`;
  assert.deepEqual(shape(text), ['steps', '| SELECT 1', '| SELECT 2', `| ${INDEX}`]);
  assert.deepEqual(shape('-- A\n-- Transaction: none\nSELECT 1;'), ['steps', '| SELECT 1']);
  const { steps } = plan(text);
  assert.equal(steps[0]?.reason, 'the file says Transaction: none');
  assert.match(steps[2]?.reason ?? '', /CONCURRENTLY/);
});

test('what the server can do in a transaction is a question of its version', () => {
  const text = "SELECT 1; ALTER TYPE mood ADD VALUE 'ok';";
  assert.equal(shape(text, 110000)[0], 'steps');
  assert.equal(shape(text, 120000)[0], 'transaction');
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
