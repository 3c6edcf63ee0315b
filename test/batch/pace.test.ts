import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  afterBatch,
  afterRefusal,
  callsForLess,
  firstPace,
  type Pace,
  restMs,
  SIZE_FIRST,
  SIZE_MAX,
  SIZE_MIN,
  sizeMaxOf,
} from '../../src/batch/pace.ts';

const limits = { targetMs: 200, sizeMin: SIZE_MIN, sizeMax: SIZE_MAX, sizeFirst: SIZE_FIRST };

type Happening = { readonly kind: 'batch'; readonly ms: number; readonly share: number } | { readonly kind: 'refusal' };

const happening: fc.Arbitrary<Happening> = fc.oneof(
  fc.record({
    kind: fc.constant('batch' as const),
    ms: fc.double({ min: 0, max: 1e6, noNaN: true }),
    share: fc.double({ min: 0, max: 1, noNaN: true }),
  }),
  fc.record({ kind: fc.constant('refusal' as const) }),
);

function after(pace: Pace, what: Happening): Pace {
  if (what.kind === 'refusal') return afterRefusal(pace, limits);
  return afterBatch(pace, { keys: Math.ceil(pace.size * what.share), ms: what.ms }, limits);
}

test('whatever happens, the size is a whole number within its bounds, and no step is larger than by half', () => {
  fc.assert(
    fc.property(fc.integer({ min: -5, max: 1e6 }), fc.array(happening, { maxLength: 60 }), (first, happenings) => {
      let pace = firstPace(limits, first);
      for (const what of happenings) {
        const next = after(pace, what);
        assert.ok(Number.isInteger(next.size) && next.size >= SIZE_MIN && next.size <= SIZE_MAX, String(next.size));
        assert.ok(next.size <= Math.max(SIZE_MIN, pace.size * 1.5 + 1) && next.size >= Math.floor(pace.size * 0.5));
        pace = next;
      }
    }),
  );
});

test('on a server whose batches take so long a row and so long a transaction, with noise, it comes to the target and stays', () => {
  const noise = fc.array(fc.double({ min: 0.8, max: 1.2, noNaN: true }), { minLength: 120, maxLength: 120 });
  const perKey = fc.double({ min: 0.005, max: 1.5, noNaN: true });
  const fixed = fc.double({ min: 0, max: 20, noNaN: true });
  fc.assert(
    fc.property(perKey, fixed, noise, (msPerKey, fixedMs, factors) => {
      let pace = firstPace(limits);
      const took: number[] = [];
      for (const factor of factors) {
        const ms = (fixedMs + msPerKey * pace.size) * factor;
        took.push(ms);
        pace = afterBatch(pace, { keys: pace.size, ms }, limits);
      }
      const last = took.slice(-30);
      const mean = last.reduce((sum, one) => sum + one, 0) / last.length;
      assert.ok(mean > 140 && mean < 260, `${mean} ms a batch at the end`);
    }),
  );
});

test('it shrinks at once behind a batch that took far too long, and grows only behind three good ones', () => {
  const pace = { size: 10_000, msPerKey: 0.02, good: 5 };
  assert.deepEqual(
    [afterBatch(pace, { keys: 10_000, ms: 1000 }, limits)].map(({ size, good }) => [size, good]),
    [[5000, 0]],
  );
  const sizes: number[] = [];
  let next: Pace = { size: 1000, msPerKey: undefined, good: 0 };
  for (let i = 0; i < 4; i++) {
    next = afterBatch(next, { keys: next.size, ms: next.size / 50 }, limits);
    sizes.push(next.size);
  }
  assert.deepEqual(sizes, [1000, 1000, 1500, 2250]);
});

test('a refusal halves the batch, down to the least', () => {
  const refused = afterRefusal({ size: 1000, msPerKey: 0.1, good: 7 }, limits);
  assert.deepEqual([refused.size, refused.good], [500, 0]);
  assert.equal(afterRefusal({ size: 120, msPerKey: 0.1, good: 0 }, limits).size, SIZE_MIN);
});

test('the few keys of a last range change nothing', () => {
  const pace = { size: 10_000, msPerKey: 0.02, good: 5 };
  assert.deepEqual(afterBatch(pace, { keys: 3, ms: 40 }, limits), pace);
});

test('the rest is a share of the batch, the whole of it where something asks to go slowly, and never more than a minute', () => {
  assert.deepEqual(
    [
      restMs(200, 0, false),
      restMs(200, 0.5, false),
      restMs(200, 0.5, true),
      restMs(200, 3, true),
      restMs(1e7, 1, true),
    ],
    [0, 100, 200, 600, 60_000],
  );
});

test('fewer rows may help against lock timeouts, deadlocks and statement timeouts, not against a constraint', () => {
  assert.deepEqual(['55P03', '40P01', '57014', '23505', '40001'].map(callsForLess), [true, true, true, false, false]);
});

test('a batch holds a small share of a big table, and enough of a small one', () => {
  assert.deepEqual([undefined, 0, 100_000, 5_000_000, 1e9].map(sizeMaxOf), [SIZE_MAX, 5_000, 5_000, 20_000, SIZE_MAX]);
});

test('sizes above a step are whole steps, and still reach it by growing', () => {
  const inSteps = { targetMs: 5000, sizeMin: 1, sizeMax: 5000, sizeFirst: 20, sizeStep: 20 };
  let pace = firstPace(inSteps);
  const sizes = Array.from({ length: 7 }, () => {
    const { size } = pace;
    pace = afterBatch(pace, { keys: size, ms: 10 }, inSteps);
    return size;
  });
  assert.deepEqual(sizes, [20, 20, 20, 40, 60, 100, 160]);
  assert.equal(afterRefusal({ ...pace, size: 20 }, inSteps).size, 10);
});
