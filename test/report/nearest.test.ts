import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nearest } from '../../src/report/nearest.ts';

const names = ['init', 'migrate', 'status', 'rollback', 'create', 'history', 'repair', 'db'];

test('a misspelt word finds what was meant', () => {
  const cases: [string, string | undefined][] = [
    ['migrat', 'migrate'],
    ['migarte', 'migrate'],
    ['Status', 'status'],
    ['roll-back', 'rollback'],
    ['hist', 'history'],
    ['inti', 'init'],
    ['x', undefined],
    ['deploy', undefined],
    ['', undefined],
  ];
  for (const [word, meant] of cases) assert.equal(nearest(word, names), meant, word);
});
