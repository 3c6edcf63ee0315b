import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renderTable } from '../../src/report/table.ts';
import { widthOf } from '../../src/report/width.ts';

const columns = [
  { title: 'VERSION' },
  { title: 'DESCRIPTION', shrink: 'wrap' },
  { title: 'FILE', shrink: 'cut' },
  { title: 'MS', align: 'right' },
] as const;

test('columns are as wide as their widest cell, numbers stand to the right', () => {
  const lines = renderTable(
    columns,
    [
      ['001', 'Users', 'a.sql', '7'],
      ['002_longer', 'X', 'b.sql', '1234'],
    ],
    { width: 80 },
  );
  assert.deepEqual(lines, [
    'VERSION     DESCRIPTION  FILE     MS',
    '001         Users        a.sql     7',
    '002_longer  X            b.sql  1234',
  ]);
});

test('what is too wide is wrapped or cut, and the table fits', () => {
  const long = 'a description that goes on and on for much longer than the line has room';
  const lines = renderTable(columns, [['001', long, 'database/migrations/001_long_name_of_a_file.sql', '7']], {
    width: 60,
  });
  for (const line of lines) assert(widthOf(line) <= 60, line);
  const text = lines.join('\n');
  assert.match(text, /\u2026/);
  for (const word of long.split(' ')) assert(text.includes(word), word);
});

test('wide characters and colours are measured as they look', () => {
  const lines = renderTable(
    [{ title: 'A' }, { title: 'B' }],
    [
      ['\u6F22\u5B57', '1'],
      ['\u001b[31mred\u001b[39m', '2'],
      ['abcd', '3'],
    ],
    {
      width: 80,
    },
  );
  const columnOfB = lines.map((line) => widthOf(line.slice(0, -1)));
  assert.deepEqual(columnOfB, [6, 6, 6, 6]);
});

test('a table that cannot shrink any further is still complete', () => {
  const lines = renderTable([{ title: 'A' }, { title: 'B' }], [['x'.repeat(50), 'y'.repeat(50)]], { width: 60 });
  assert.equal(lines[1], `${'x'.repeat(50)}  ${'y'.repeat(50)}`);
});
