import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lineDiff } from '../../src/report/line-diff.ts';

const lines = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => `line ${from + i}`);
const text = (...all: string[]) => `${all.join('\n')}\n`;

test('what was changed, with two lines around it', async () => {
  const before = text(...lines(1, 20));
  assert.equal(
    await lineDiff(before, before.replace('line 9\n', 'LINE 9\nline 9a\n')),
    '@@ -7,5 +7,6 @@\n line 7\n line 8\n-line 9\n+LINE 9\n+line 9a\n line 10\n line 11',
  );
});

test('a long difference is cut, and says so; none is nothing', async () => {
  const shown = (await lineDiff(text(...lines(1, 100)), text(...lines(201, 300)))).split('\n');
  assert.equal(shown.length, 20);
  assert.match(shown.at(-1)!, /182 more lines/);
  assert.equal(await lineDiff('a\n', 'a\n'), '');
  assert.equal(await lineDiff('a', 'b'), '@@ -1,1 +1,1 @@\n-a\n+b');
});
