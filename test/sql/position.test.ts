import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { codePointOffset, LineIndex, lineTextAt } from '../../src/sql/position.ts';

const text = fc
  .array(fc.constantFrom('a', '\n', '😀', 'é', '\t', ' '), { maxLength: 40 })
  .map((parts) => parts.join(''));

test('line and column of any offset are those of counting characters', () => {
  fc.assert(
    fc.property(text, fc.nat(), (whole, seed) => {
      const characters = [...whole];
      const count = seed % (characters.length + 1);
      const before = characters.slice(0, count).join('');
      const lines = before.split('\n');
      const found = new LineIndex(whole).at(before.length);
      assert.equal(found.line, lines.length);
      assert.equal(found.column, [...(lines.at(-1) ?? '')].length + 1);
      assert.equal(found.lineText, whole.split('\n')[lines.length - 1]);
      assert.equal(found.lineText, lineTextAt(whole, before.length));
      assert.equal(codePointOffset(whole, 0, count), before.length);
    }),
  );
});

test('an offset outside the text is taken as the nearest end', () => {
  const index = new LineIndex('ab\ncd');
  assert.deepEqual(index.at(-5), { line: 1, column: 1, lineText: 'ab' });
  assert.deepEqual(index.at(99), { line: 2, column: 3, lineText: 'cd' });
  assert.equal(codePointOffset('ab', 0, 99), 2);
});

test('the carriage return of a CRLF is not part of a line', () => {
  assert.equal(new LineIndex('a\r\nb').at(0).lineText, 'a');
});

test('a line begins where startOf says', () => {
  const index = new LineIndex('a\n\nb');
  assert.deepEqual(
    [1, 2, 3, 4].map((line) => index.startOf(line)),
    [0, 2, 3, undefined],
  );
});
