import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { SignalLimits } from '../../src/batch/limits.ts';
import { MEASURES, type Measure, SIGNALS } from '../../src/batch/measures.ts';
import {
  type Blind,
  isHeld,
  judge,
  NOTHING_READ,
  type Reading,
  type Throttle,
  throttleText,
} from '../../src/batch/throttle.ts';

const limits: SignalLimits = {
  replicaLagMs: 5000,
  replicaLagBytes: 0,
  ignoredReplicas: [],
  slotBytes: 1024 ** 3,
  vacuum: 'slow',
  walBytesPerSecond: 50 * 1024 ** 2,
  archiveFiles: 42,
  activeSessions: undefined,
  snapshotMs: 3_600_000,
  snapshotTransactions: 1_000_000,
  probeFactor: 3,
  deadShare: 0.5,
};

/** Rounds a second apart. */
function rounds(all: readonly (readonly Reading[])[], blind: readonly (readonly Blind[])[] = []): Throttle[] {
  const found: Throttle[] = [];
  for (const [i, readings] of all.entries())
    found.push(judge(found.at(-1) ?? NOTHING_READ, { readings, blind: blind[i] ?? [] }, limits, i * 1000));
  return found;
}

const lag = (value: number, subject = 'the replica standby1'): Reading => ({ measure: 'replicaLagMs', subject, value });

test('a replica that falls behind holds the run, by name and with the limit', () => {
  const [before, after] = rounds([[lag(4900)], [lag(12_000)]]);
  assert.ok(before && after && !isHeld(before) && isHeld(after));
  assert.deepEqual(throttleText(before), []);
  assert.deepEqual(throttleText(after), ['held by replica-lag: the replica standby1 is 12.0 s behind (limit 5.0 s)']);
  assert.equal(after.holds[0]?.since, 1000);
});

test('it goes on when the replica has been well below the limit twice, not when it wavers around it', () => {
  const held = rounds([5100, 4900, 5100, 4900, 3900, 4100, 3900, 3800].map((ms) => [lag(ms)])).map(isHeld);
  assert.deepEqual(held, [true, true, true, true, true, true, true, false]);
});

test('each replica is judged for itself', () => {
  const [, last] = rounds([
    [lag(9000), lag(100, 'the replica b')],
    [lag(100), lag(8000, 'the replica b')],
  ]);
  assert.deepEqual(
    last?.holds.map(({ says }) => says.slice(0, 20)),
    ['the replica standby1', 'the replica b is 8.0'],
  );
});

test('a replica that is gone no longer holds the run; one that is out of sight does, for a while', () => {
  assert.deepEqual(rounds([[lag(9000)], [], []]).map(isHeld), [true, true, false]);
  const unseen = [{ signal: 'replica-lag', why: 'not allowed' } as const];
  const blind = Array.from({ length: 70 }, (_, i) => (i === 0 ? [] : unseen));
  const found = rounds([[lag(9000)], ...Array.from({ length: 69 }, () => [])], blind);
  assert.deepEqual(
    [found[60], found[61]].map((one) => one && isHeld(one)),
    [true, false],
  );
  assert.deepEqual(found[61]?.blind, unseen);
});

test('what jumps by nature counts when it is too much several times in a row', () => {
  const sessions = (value: number): Reading => ({ measure: 'activeSessions', subject: '', value, limit: 50 });
  assert.deepEqual(rounds([60, 60, 20, 60, 60, 60].map((n) => [sessions(n)])).map(isHeld), [
    false,
    false,
    false,
    false,
    false,
    true,
  ]);
});

test('a VACUUM of the table slows the run or holds it, as the settings say; it is not held for ever', () => {
  const vacuum: Reading = { measure: 'vacuum', subject: 'autovacuum (pid 7)', value: 1 };
  const at = (kind: SignalLimits['vacuum'], ...seconds: number[]) =>
    seconds.reduce(
      (before, second) => judge(before, { readings: [vacuum], blind: [] }, { ...limits, vacuum: kind }, second * 1000),
      NOTHING_READ,
    );
  assert.deepEqual(throttleText(at('slow', 0)), [
    'slowed by vacuum: autovacuum (pid 7) is under way on the same table',
  ]);
  assert.deepEqual([isHeld(at('slow', 0)), isHeld(at('hold', 0)), isHeld(at('hold', 0, 601))], [false, true, false]);
  assert.deepEqual(throttleText(at('ignore', 0)), []);
});

test('what holds comes before what slows, the oldest first', () => {
  const vacuum: Reading = { measure: 'vacuum', subject: 'VACUUM (pid 7)', value: 1 };
  const slot: Reading = { measure: 'slotBytes', subject: 'the slot s', value: 3 * 1024 ** 3 };
  const last = rounds([[vacuum], [vacuum, slot], [vacuum, slot, lag(9000)]]).at(-1);
  assert.deepEqual(
    last?.holds.map(({ signal }) => signal),
    ['replication-slot', 'replica-lag', 'vacuum'],
  );
});

test('a limit of 0 never holds', () => {
  assert.deepEqual(rounds([[{ measure: 'replicaLagBytes', subject: 'x', value: 1e15 }]]).map(isHeld), [false]);
});

test('every measure has words that name the value and the limit', () => {
  const samples: Readonly<Record<Measure, Reading>> = {
    replicaLagMs: lag(6000),
    replicaLagBytes: { measure: 'replicaLagBytes', subject: 'the replica a', value: 2 * 1024 ** 3 },
    slotBytes: { measure: 'slotBytes', subject: 'the slot a', value: 2 * 1024 ** 3 },
    vacuum: { measure: 'vacuum', subject: 'autovacuum (pid 7, scanning heap, 34 %)', value: 1 },
    walBytesPerSecond: { measure: 'walBytesPerSecond', subject: '', value: 80 * 1024 ** 2 },
    archiveFiles: { measure: 'archiveFiles', subject: '; the last try failed', value: 50 },
    activeSessions: { measure: 'activeSessions', subject: '', value: 60, limit: 50 },
    snapshotMs: { measure: 'snapshotMs', subject: 'the session 99 (report)', value: 7_200_000 },
    snapshotTransactions: { measure: 'snapshotTransactions', subject: 'the slot a', value: 2_000_000 },
    probeFactor: { measure: 'probeFactor', subject: 'a point read of requests takes 12 ms', value: 4.26 },
    deadShare: { measure: 'deadShare', subject: 'requests', value: 0.62 },
  };
  const all = { ...limits, replicaLagBytes: 1024 ** 3 };
  const said = Object.values(samples).map((one) => {
    const kind = MEASURES[one.measure];
    return `${kind.signal}: ${kind.says(one.subject, one.value, kind.limit(all) ?? one.limit ?? 0)}`;
  });
  assert.deepEqual(said, [
    'replica-lag: the replica standby1 is 6.0 s behind (limit 5.0 s)',
    'replica-lag: the replica a is 2 GB of WAL behind (limit 1 GB)',
    'replication-slot: the slot a keeps 2 GB of WAL on the disk (limit 1 GB)',
    'vacuum: autovacuum (pid 7, scanning heap, 34 %) is under way on the same table',
    'wal-rate: the server writes 80 MB of WAL a second (limit 50 MB)',
    'archive-backlog: 50 WAL files wait to be archived (limit 42); the last try failed',
    'active-sessions: 60 sessions are at work (limit 50)',
    'oldest-snapshot: the session 99 (report) has kept VACUUM from removing rows for 2 h (limit 1 h)',
    'oldest-snapshot: the slot a keeps VACUUM from removing rows, since 2000000 transactions (limit 1000000)',
    'foreground-probe: a point read of requests takes 12 ms, 4.3 times what it was before the run (limit 3)',
    'dead-rows: 62 % of the rows of requests are dead (limit 50 %)',
  ]);
});

test('every signal has a measure', () => {
  assert.deepEqual(new Set(Object.values(MEASURES).map(({ signal }) => signal)), new Set(SIGNALS));
});

test('whatever is read, a run that is held was over a limit, and is free again when all is quiet twice', () => {
  const measure = fc.constantFrom(...(Object.keys(MEASURES) as Measure[]));
  const reading = fc.record({
    measure,
    subject: fc.constantFrom('a', 'b'),
    value: fc.double({ min: 0, max: 1e12, noNaN: true }),
  });
  fc.assert(
    fc.property(fc.array(fc.array(reading, { maxLength: 6 }), { maxLength: 20 }), (all) => {
      const found = rounds([...all, [], []]);
      assert.deepEqual(found.at(-1)?.holds, []);
      for (const [i, { holds }] of found.entries())
        for (const { signal, says } of holds) {
          const over = all
            .slice(0, i + 1)
            .flat()
            .some((one) => MEASURES[one.measure].signal === signal);
          assert.ok(over && says.length > 0);
        }
    }),
  );
});
