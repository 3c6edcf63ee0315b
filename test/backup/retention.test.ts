import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decideRetention, type KeepRules, type KeptBackup } from '../../src/backup/retention.ts';

const NOW = new Date('2026-11-23T12:00:00Z');
const DAY = 86_400_000;

/** A small generator, the same numbers in every run. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * below);
  };
}

function anySituation(seed: number): { all: KeptBackup[]; keep: KeepRules } {
  const next = numbers(seed);
  const maybe = (value: number) => (next(3) === 0 ? undefined : value);
  const all = Array.from(
    { length: next(14) },
    (_, i): KeptBackup => ({
      id: `b${i}`,
      kind: next(3) === 0 ? 'scoped' : 'full',
      at: new Date(NOW.getTime() - next(60) * DAY + DAY),
      bytes: next(1000),
      proven: next(5) === 0,
      partial: next(4) === 0,
      neededFor: next(9) === 0 ? 'a rollback' : undefined,
    }),
  );
  return { all, keep: { last: maybe(1 + next(6)), days: maybe(next(50)), bytes: maybe(next(4000)) } };
}

const SEEDS = Array.from({ length: 3000 }, (_, i) => i + 1);

test('in any situation each backup is kept or removed, and the newest full one is kept', () => {
  for (const seed of SEEDS) {
    const { all, keep } = anySituation(seed);
    const { kept, removed } = decideRetention(all, keep, NOW);
    const ids = [...kept, ...removed.map(({ backup }) => backup)].map(({ id }) => id).sort();
    assert.deepEqual(ids, all.map(({ id }) => id).sort());
    const newest = Math.max(...all.filter(({ kind }) => kind === 'full').map(({ at }) => at.getTime()));
    const full = kept.filter(({ kind }) => kind === 'full').map(({ at }) => at.getTime());
    assert.ok(newest === Number.NEGATIVE_INFINITY || full.includes(newest), `seed ${seed}`);
    assert.ok(
      all.filter(({ at }) => at > NOW).every((one) => kept.includes(one)),
      `seed ${seed}`,
    );
  }
});

test('in any situation what is kept obeys every rule, and none goes that no rule is against', () => {
  for (const seed of SEEDS) {
    const { all, keep } = anySituation(seed);
    const { kept, removed, overSize } = decideRetention(all, keep, NOW);
    const must = mustStay(kept);
    const free = kept.filter((one) => !must.includes(one) && one.at <= NOW);
    for (const one of free)
      assert.ok(keep.days === undefined || NOW.getTime() - one.at.getTime() <= keep.days * DAY, `seed ${seed}`);
    for (const kind of ['full', 'scoped'] as const) {
      const some = free.filter((one) => one.kind === kind);
      assert.ok(keep.last === undefined || some.length <= keep.last, `seed ${seed}`);
    }
    const size = kept.reduce((sum, { bytes }) => sum + bytes, 0);
    assert.equal(overSize, keep.bytes !== undefined && size > keep.bytes, `seed ${seed}`);
    if (keep.last === undefined && keep.days === undefined && keep.bytes === undefined) assert.deepEqual(removed, []);
  }
});

test('in any situation a second run removes nothing more', () => {
  for (const seed of SEEDS) {
    const { all, keep } = anySituation(seed);
    const { kept } = decideRetention(all, keep, NOW);
    assert.deepEqual(decideRetention(kept, keep, NOW).removed, [], `seed ${seed}`);
  }
});

test('in any situation the newest that was proven stays, and what is needed', () => {
  for (const seed of SEEDS) {
    const { all, keep } = anySituation(seed);
    const { kept, spared, removed } = decideRetention(all, keep, NOW);
    const sorted = [...all].sort((a, b) => b.at.getTime() - a.at.getTime() || (a.id < b.id ? 1 : -1));
    for (const one of mustStay(sorted)) assert.ok(kept.includes(one), `seed ${seed}`);
    assert.ok(spared.every(({ backup }) => mustStay(kept).includes(backup) && kept.includes(backup)));
    assert.ok(removed.every(({ backup }) => backup.neededFor === undefined));
  }
});

/** `sorted`: the newest first. */
function mustStay(sorted: readonly KeptBackup[]): KeptBackup[] {
  const newest = sorted.find(({ kind }) => kind === 'full');
  const whole = sorted.find(({ kind, partial }) => kind === 'full' && !partial);
  const proven = sorted.find((one) => one.kind === 'full' && one.proven && !one.partial);
  return [newest, whole, proven, ...sorted.filter((one) => one.neededFor !== undefined)].flatMap((one) => one ?? []);
}

test('the only one that was proven outlives newer ones that nobody has tried, and it is said why', () => {
  const all = [full('c', 1), full('b', 2), { ...full('a', 9), proven: true }];
  const { kept, spared } = decideRetention(all, { last: 1, days: undefined, bytes: undefined }, NOW);
  assert.deepEqual(
    kept.map(({ id }) => id),
    ['c', 'a'],
  );
  assert.deepEqual(
    spared.map(({ backup, why }) => [backup.id, why]),
    [['a', 'the newest that was proven by "backup verify"']],
  );
});

const full = (id: string, days: number, bytes = 10): KeptBackup => ({
  id,
  kind: 'full',
  at: new Date(NOW.getTime() - days * DAY),
  bytes,
});

test('what goes is told from the oldest on, with the reason', () => {
  const all = [full('c', 1), full('a', 9), full('b', 5)];
  const { removed } = decideRetention(all, { last: 2, days: undefined, bytes: undefined }, NOW);
  assert.deepEqual(
    removed.map(({ backup, why }) => [backup.id, why]),
    [['a', 'there are 2 newer full ones']],
  );
});

test('behind the one that is too much, no older one stays because it is small', () => {
  const all = [full('new', 1, 50), full('large', 2, 60), full('small', 3, 1)];
  const { kept } = decideRetention(all, { last: undefined, days: undefined, bytes: 100 }, NOW);
  assert.deepEqual(
    kept.map(({ id }) => id),
    ['new'],
  );
});

test('many scoped ones do not push out a full one', () => {
  const scoped = Array.from({ length: 9 }, (_, i): KeptBackup => ({ ...full(`s${i}`, i), kind: 'scoped' }));
  const { kept } = decideRetention(
    [...scoped, full('f', 20), full('g', 21)],
    { last: 2, days: undefined, bytes: undefined },
    NOW,
  );
  assert.deepEqual(
    kept.map(({ id }) => id),
    ['s0', 's1', 'f', 'g'],
  );
});
