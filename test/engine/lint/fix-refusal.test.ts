import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fixRefusal } from '../../../src/engine/lint/fix-refusal.ts';
import { fromFiles } from '../../../src/engine/lint/knowledge.ts';

test('without a word of what is applied, files are changed only where they are named', () => {
  const refused = fixRefusal(fromFiles(null), false);
  assert.equal(refused?.code, 'usage');
  assert.match(refused?.fields.next?.join('\n') ?? '', /--stats/);
  assert.equal(fixRefusal(fromFiles(null), true), undefined);
});

test('a database that could not be asked: nothing is changed, named or not', () => {
  for (const named of [true, false])
    assert.equal(fixRefusal(fromFiles('cannot connect'), named)?.fields.found, 'cannot connect');
});

test('what is applied is known: files may be changed', () => {
  const { knowledge } = fromFiles(null);
  const known = { unasked: null, knowledge: { ...knowledge, applied: new Set<string>() } };
  assert.equal(fixRefusal(known, false), undefined);
});
