/** Statements are read many in a row, each once and in its own right. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { ReadAhead } from '../../src/lint/read-ahead.ts';
import type { Statement } from '../../src/migration/migration.ts';
import type { Parsed } from '../../src/syntax/tree.ts';
import { migration } from './bed.ts';

function reader(count: number) {
  const read: string[] = [];
  const parse = (sql: string): Parsed => {
    read.push(sql);
    return { message: sql, offset: 0 };
  };
  const body = Array.from({ length: count }, (_, n) => `SELECT ${n};`).join('\n');
  const one = migration('001_one', `${body}\nINSERT INTO t VALUES (1);\n-- ROLLBACK:\n-- SELECT 'back';\n`);
  return { read, one, ahead: (judged: string[]) => new ReadAhead(parse, [one], new Set(judged)) };
}

const saidOf = (parsed: Parsed) => ('message' in parsed ? parsed.message : undefined);

test('each gets its own tree, and none is read twice', () => {
  const { read, one, ahead } = reader(600);
  const reading = ahead([one.version]);
  const wanted = one.statements.filter(({ words }) => words[0] === 'SELECT');
  for (const statement of wanted) assert.equal(saidOf(reading.of(statement)), statement.sql);
  assert.equal(one.rollback.kind, 'sql');
  const back = one.rollback.kind === 'sql' ? one.rollback.statements : [];
  for (const statement of back) assert.equal(saidOf(reading.of(statement)), "SELECT 'back'");
  assert.deepEqual(read, [...wanted.map(({ sql }) => sql), "SELECT 'back'"]);
});

test('of a file that is not judged, the rollback is not read', () => {
  const { read, one, ahead } = reader(2);
  ahead([]).of(one.statements[0]!);
  assert.deepEqual(read, ['SELECT 0', 'SELECT 1']);
});

test('one from elsewhere is read by itself', () => {
  const { read, one, ahead } = reader(2);
  const inner: Statement = { ...one.statements[0]!, sql: 'DELETE FROM t' };
  assert.equal(saidOf(ahead([one.version]).of(inner)), 'DELETE FROM t');
  assert.deepEqual(read, ['DELETE FROM t']);
});
