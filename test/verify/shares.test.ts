import assert from 'node:assert/strict';
import test from 'node:test';
import { sharesOf } from '../../src/verify/shares.ts';

test('shares are neighbours without a gap, whatever their number', () => {
  for (let total = 0; total < 60; total++) {
    for (let jobs = 1; jobs < 9; jobs++) {
      for (const from of [0, Math.floor(total / 2)]) {
        const shares = sharesOf(from, total, jobs);
        assert.ok(shares.length <= jobs, `${shares.length} shares for ${jobs} jobs`);
        const places = shares.flatMap(({ begin, end }) => Array.from({ length: end - begin }, (_, i) => begin + i));
        assert.deepEqual(
          places,
          Array.from({ length: total - from }, (_, i) => from + i),
        );
      }
    }
  }
});

test('later migrations cost more: the last share is the shortest', () => {
  const lengths = sharesOf(0, 300, 3).map(({ begin, end }) => end - begin);
  assert.deepEqual(
    lengths,
    [...lengths].sort((a, b) => b - a),
  );
});
