import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { estimate, type PacedBatch, timeLeftText, withBatch } from '../../src/batch/estimate.ts';

const batch = fc.record({ keys: fc.integer({ min: 1, max: 50_000 }), ms: fc.integer({ min: 1, max: 600_000 }) });
const batches = fc.array(batch, { minLength: 5, maxLength: 40 });

function recentOf(all: readonly PacedBatch[]) {
  return all.reduce<readonly PacedBatch[]>(withBatch, []);
}

test('it is unknown until five batches, and says so', () => {
  const four = Array.from({ length: 4 }, () => ({ keys: 1000, ms: 200 }));
  assert.deepEqual(estimate(recentOf(four), 10_000), { keysPerSecond: undefined, left: undefined });
  assert.equal(timeLeftText(undefined), 'time left: unknown');
  const { keysPerSecond, left } = estimate(recentOf([...four, { keys: 1000, ms: 200 }]), 10_000);
  assert.deepEqual([keysPerSecond, left], [5000, [2000, 2000]]);
  assert.equal(timeLeftText(left), '2.0 s left');
});

test('it goes from the time of the faster to that of the slower ones', () => {
  const mixed = [100, 100, 200, 200, 400].map((ms) => ({ keys: 1000, ms }));
  assert.deepEqual(estimate(recentOf(mixed), 600_000).left, [60_000, 120_000]);
  assert.equal(timeLeftText([60_000, 120_000]), '1 min – 2 min left');
});

test('only the last twenty count', () => {
  const slow = Array.from({ length: 30 }, () => ({ keys: 10, ms: 60_000 }));
  const fast = Array.from({ length: 20 }, () => ({ keys: 1000, ms: 100 }));
  assert.equal(estimate(recentOf([...slow, ...fast]), 1000).keysPerSecond, 10_000);
});

test('more keys never take less time, nothing left takes none, and the range is one', () => {
  fc.assert(
    fc.property(batches, fc.nat(1e9), fc.nat(1e9), (all, one, other) => {
      const recent = recentOf(all);
      const [few, many] = [estimate(recent, Math.min(one, other)), estimate(recent, Math.max(one, other))];
      assert.ok(few.left && many.left && few.left[0] <= few.left[1]);
      assert.ok(few.left[0] <= many.left[0] && few.left[1] <= many.left[1]);
      assert.deepEqual(estimate(recent, 0).left, [0, 0]);
    }),
  );
});

test('a batch that took longer never makes the rest look shorter', () => {
  fc.assert(
    fc.property(batches, fc.nat(), fc.integer({ min: 1, max: 1e6 }), (all, at, more) => {
      const place = at % all.length;
      const slower = all.map((one, i) => (i === place ? { ...one, ms: one.ms + more } : one));
      const [before, after] = [estimate(recentOf(all), 1e6).left, estimate(recentOf(slower), 1e6).left];
      assert.ok(before && after && after[0] >= before[0] && after[1] >= before[1]);
    }),
  );
});
