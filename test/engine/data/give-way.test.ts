import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Hold, Throttle } from '../../../src/batch/throttle.ts';
import { Yielding } from '../../../src/engine/data/signals/give-way.ts';

const hold = (signal: Hold['signal'], says: string, effect: Hold['effect'] = 'hold'): Hold => ({
  signal,
  effect,
  since: 0,
  says,
});

/** A watch that shows these one after the other, the last again and again, and a worker that is wanted for so many beats. */
function bed(shown: readonly (readonly Hold[])[], wantedFor = Number.POSITIVE_INFINITY) {
  const told: (readonly string[])[] = [];
  const abort = new AbortController();
  let looks = 0;
  let beats = 0;
  const look = async (): Promise<Throttle> => ({
    holds: shown[Math.min(looks++, shown.length - 1)] ?? [],
    blind: [],
    watched: new Map(),
  });
  const yielding = new Yielding(
    { look },
    {
      signal: abort.signal,
      tell: async (reasons) => void told.push(reasons),
      beat: async () => ++beats <= wantedFor,
    },
  );
  return { yielding, told, abort };
}

test('where nothing holds the run, nothing is told and no time goes by', async () => {
  const { yielding, told } = bed([[]]);
  assert.deepEqual(await yielding.giveWay(), { wanted: true, slowly: false, heldMs: 0 });
  assert.deepEqual(told, []);
});

test('it waits until the replica has caught up; each reason is told once, and that it is over', async () => {
  const replica = (seconds: number) => [hold('replica-lag', `${seconds} s behind`)];
  const { yielding, told } = bed([replica(9), replica(7), []]);
  const { wanted, slowly, heldMs } = await yielding.giveWay();
  assert.deepEqual([wanted, slowly], [true, false]);
  assert.ok(heldMs > 1900, String(heldMs));
  assert.deepEqual(told, [['held by replica-lag: 9 s behind'], []]);
});

test('what only slows it down does not hold it', async () => {
  const { yielding, told } = bed([[hold('vacuum', 'it is under way', 'slow')]]);
  assert.deepEqual(await yielding.giveWay(), { wanted: true, slowly: true, heldMs: 0 });
  await yielding.giveWay();
  assert.deepEqual(told, [['slowed by vacuum: it is under way']]);
});

test('a run that is paused while it is held stops waiting, and so does one whose person wants to stop', async () => {
  const held = [[hold('window', 'outside of its times')]];
  assert.equal((await bed(held, 1).yielding.giveWay()).wanted, false);
  const { yielding, abort } = bed(held);
  const waiting = yielding.giveWay();
  abort.abort();
  await assert.rejects(waiting, /stopped on request/);
});
