import assert from 'node:assert/strict';
import { test } from 'node:test';
import { replaceMentions } from '../../src/renumber/mentions.ts';

const NAMES = new Map([
  ['031_b', '032_b'],
  ['032_b', '033_b'],
]);

test('exact mentions are replaced, all at once, line by line', () => {
  const found = replaceMentions('See 031_b and `032_b.sql`.\r\n\n(m/031_b.sql)\r\n', NAMES);
  assert.equal(found.text, 'See 032_b and `033_b.sql`.\r\n\n(m/032_b.sql)\r\n');
  assert.deepEqual(
    found.mentions.map(({ line }) => line),
    [1, 3],
  );
});

test('a longer word, a number alone and another case are no mentions', () => {
  const text = '031_bc x031_b 1031_b 031_b-x 031 031_B\n';
  assert.deepEqual(replaceMentions(text, NAMES), { text, mentions: [] });
});
