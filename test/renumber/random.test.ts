/** A new seed each run; TASKFLOW_RENUMBER_SEED repeats one. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareByNumber } from '../../src/graph/order.ts';
import { Problem } from '../../src/problem/problem.ts';
import { type Decision, decideRenumbering } from '../../src/renumber/decide.ts';
import { applied, file } from './bed.ts';
import { meant, type RandomFile, randomNumbers, randomSet } from './random.ts';

const SEED = Number(process.env.TASKFLOW_RENUMBER_SEED ?? Date.now() % 1_000_000);
const SETS = 400;

type Named = RandomFile & { readonly was: string };

function decide(set: readonly RandomFile[]): Decision | undefined {
  const files = set.map((one) => (one.applied ? applied : file)(`${one.version} < ${one.depends.join()}`));
  const placed = files.filter(({ kept }) => kept).sort(compareByNumber);
  const bounds = placed.length > 0 ? [{ placed, by: 'database' as const, why: 'is applied to app' }] : [];
  try {
    return decideRenumbering({ files, recorded: [], named: new Set(), bounds, byBranch: false });
  } catch (error) {
    assert(error instanceof Problem);
    assert.match([error, ...(error.fields.also ?? [])].map(String).join(), /stands for several versions/);
    return undefined;
  }
}

/** The set with its new names and headers. */
function carriedOut(set: readonly RandomFile[], { moves, edits }: Decision): Named[] {
  return set.map((one): Named => {
    const version = moves.find(({ from }) => from === one.version)?.to ?? one.version;
    const own = edits.filter(({ file }) => file === `m/${one.version}.sql`);
    const depends = one.depends.map((text) => own.find(({ before }) => before === text)?.after ?? text);
    return { ...one, was: one.version, version, number: Number.parseInt(version, 10), depends };
  });
}

/** Pairs of versions, the second of which needs the first, directly or through others. */
function pairs(set: readonly RandomFile[]): [string, string][] {
  const needed = (one: RandomFile): Set<string> => {
    const seen = new Set(one.depends.map((text) => meant(set, text) ?? ''));
    for (const version of seen) {
      for (const text of set.find((other) => other.version === version)?.depends ?? [])
        seen.add(meant(set, text) ?? '');
    }
    return seen;
  };
  return set.flatMap((one) => [...needed(one)].map((version): [string, string] => [version, one.version]));
}

test(`random sets (seed ${SEED})`, () => {
  let moved = 0;
  for (let i = 0; i < SETS; i++) {
    const seed = SEED + i;
    const random = randomNumbers(seed);
    const before = randomSet(random, 2 + random(16));
    const decision = decide(before);
    if (!decision) continue;
    moved += decision.moves.length;
    check(before, carriedOut(before, decision), decision, `seed ${seed}`);
  }
  assert(moved > SETS, 'most of them have something to move');
});

function check(before: readonly RandomFile[], after: readonly Named[], { moves }: Decision, seed: string): void {
  const named = new Map(after.map((one) => [one.was, one]));
  assert.equal(new Set(after.map(({ version }) => version)).size, after.length, seed);
  for (const one of before) {
    const now = named.get(one.version)!;
    if (one.applied) assert.deepEqual(now, { ...one, was: one.version }, `${seed}: what is applied is not touched`);
    if (one.applied) continue;
    one.depends.forEach((text, i) => {
      const was = meant(before, text);
      const is = meant(after, now.depends[i]!);
      assert.equal(is, was && named.get(was)!.version, `${seed}: ${one.version} depends on ${text}`);
    });
  }
  for (const [first, then] of pairs(before)) {
    if (first === '' || !moves.some(({ from }) => from === then)) continue;
    assert(compareByNumber(numbered(named.get(first)!), numbered(named.get(then)!)) < 0, `${seed}: ${first}, ${then}`);
  }
  const together = moves.map(({ to }) => Number.parseInt(to, 10));
  assert.deepEqual(
    together,
    [...together].sort((a, b) => a - b),
    seed,
  );
  assert.deepEqual(decide(after)?.moves, [], `${seed}: once more changes nothing`);
}

function numbered({ version, number }: RandomFile) {
  return { version, number: BigInt(number) };
}
