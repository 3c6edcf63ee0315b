import assert from 'node:assert/strict';
import { test } from 'node:test';
import { count, formatBytes, formatDuration } from '../../src/problem/quantity.ts';

test('durations are as exact as people need them', () => {
  const cases: [number, string][] = [
    [0, '0 ms'],
    [0.3, '<1 ms'],
    [4.4, '4 ms'],
    [999, '999 ms'],
    [999.7, '1.0 s'],
    [1234, '1.2 s'],
    [59_940, '59.9 s'],
    [59_960, '1 min'],
    [185_000, '3 min 5 s'],
    [3_599_600, '1 h'],
    [7_800_000, '2 h 10 min'],
    [86_400_000, '1 d'],
    [100 * 3_600_000, '4 d 4 h'],
  ];
  for (const [ms, text] of cases) assert.equal(formatDuration(ms), text, String(ms));
});

test('sizes count as PostgreSQL does: 1 kB is 1024 bytes', () => {
  const cases: [number, string][] = [
    [0, '0 B'],
    [512, '512 B'],
    [1023, '1023 B'],
    [1024, '1 kB'],
    [1536, '1.5 kB'],
    [1024 * 1024 - 1, '1 MB'],
    [25 * 1024 * 1024, '25 MB'],
    [2.5 * 1024 ** 5, '2.5 PB'],
  ];
  for (const [bytes, text] of cases) assert.equal(formatBytes(bytes), text, String(bytes));
});

test('one is not many', () => {
  assert.deepEqual(
    [count(0, 'migration'), count(1, 'migration'), count(2, 'query', 'queries')],
    ['0 migrations', '1 migration', '2 queries'],
  );
});
