/** Which statements of a body can speak of a name. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { Mentions } from '../../../src/lint/help/mentions.ts';
import type { Subject } from '../../../src/lint/rule.ts';

function mentions(...texts: string[]): Mentions {
  return new Mentions(texts.map((sql) => ({ statement: { sql } }) as Subject));
}

test('a name is found however its letters are written', () => {
  const found = mentions('CREATE VIEW Orders AS SELECT 1', 'DROP VIEW app."orders"', 'DROP VIEW others');
  assert.deepEqual(found.of('orders'), [0, 1]);
  assert.deepEqual(found.of('gone'), []);
});

test('a name of several words, with quotes or other letters', () => {
  const found = mentions('DROP VIEW "old ""Orders"""', 'DROP VIEW "größe"', 'DROP VIEW "-"');
  assert.deepEqual(found.of('old "Orders"'), [0]);
  assert.deepEqual(found.of('größe'), [1]);
  assert.ok(found.of('-').includes(2) || found.of('-').length === 3);
});

test('what names it in other letters is not passed over', () => {
  const escaped = mentions('DROP VIEW x', 'CREATE VIEW U&"d\\0061ta" AS SELECT 1', `CREATE TABLE ${'a'.repeat(70)} ()`);
  assert.deepEqual(escaped.of('data'), [1, 2]);
  assert.ok(escaped.of('a'.repeat(63)).includes(2));
});
