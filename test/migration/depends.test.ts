import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dependsReferences } from '../../src/migration/depends.ts';

const texts = (text: string) => dependsReferences(text).map((one) => one.text);

test('every version that a Depends header names, with its place', () => {
  const text = '-- A\n--  Depends: 001_a,002_b  3\n-- Author: me\n-- Depends: 004_d\n\nSELECT 1;\n';
  const found = dependsReferences(text);
  assert.deepEqual(
    found.map(({ text }) => text),
    ['001_a', '002_b', '3', '004_d'],
  );
  const lines = text.split('\n');
  for (const one of found) {
    assert.equal(lines[one.line - 1]!.slice(one.start, one.start + one.text.length), one.text);
  }
});

test('only headers count: before the first statement, alone on the line, in line comments', () => {
  assert.deepEqual(texts('-- Depends: 001_a\nSELECT 1;\n-- Depends: 002_b\n'), ['001_a']);
  assert.deepEqual(texts("/*\n-- Depends: 001_a\n*/\nSELECT '\n-- Depends: 002_b\n';"), []);
  assert.deepEqual(texts('-- depends: 001_a\n-- Depend: 002_b\nSELECT 1;'), []);
  assert.deepEqual(texts('-- ROLLBACK:\n-- Depends: 002_b\n'), []);
  assert.deepEqual(texts('-- VERIFY:\n-- Depends: 002_b\n'), []);
  assert.deepEqual(texts('\\echo hello\n  -- Depends: 001_a\nSELECT 1;'), ['001_a']);
});

test('a body that is not there yet or cannot be read hides no header', () => {
  assert.deepEqual(texts('-- Depends: 001_a'), ['001_a']);
  assert.deepEqual(texts("-- Depends: 001_a\n\nSELECT 'never ended;\n"), ['001_a']);
  assert.deepEqual(texts('-- Depends: 001_a\n\\connect x\n-- Depends: 002_b\nSELECT 1;\n'), ['001_a', '002_b']);
  assert.deepEqual(texts(''), []);
});

test('a contract names what comes before it', () => {
  assert.deepEqual(texts('-- Contracts: 003_fill\n-- Depends: 001\nSELECT 1;'), ['003_fill', '001']);
  assert.deepEqual(texts('-- Contracts: with customers\nSELECT 1;'), []);
});
