/**
 * How many keys the next batch takes, and how long to rest behind it. Batches are sized by time: what a client of the table
 * can have to wait for a row is as long as a batch, whatever rows cost on that server (measured: batches of 1-2 s put the p99 of
 * writes at 300-450 ms, batches of 200 ms leave it where it was).
 */
export interface PaceLimits {
  /** How long a batch should take. */
  readonly targetMs: number;
  readonly sizeMin: number;
  readonly sizeMax: number;
  /** Keys of the first batch. */
  readonly sizeFirst: number;
  /** Larger sizes are a multiple of that: what is done with the rows is done with so many at a time. */
  readonly sizeStep?: number;
}

/** Below, the round trips cost more than the rows; above, one batch that comes out slow holds too much. */
export const SIZE_MIN = 100;
export const SIZE_MAX = 50_000;
export const SIZE_FIRST = 1_000;
/** So much of a table at most, where that is more than so many rows. */
const SHARE_MAX = 0.004;
const SHARED_MIN = 5_000;

/**
 * Keys of a batch at most, in a table of so many rows. A batch has locked half of its rows on the average: of an application that writes
 * all over the table, at most two in a thousand writes have to wait for it, however fast the server is (measured: with 1 % of the rows in
 * a batch, the p99 of writes was that of the waits).
 */
export function sizeMaxOf(rows: number | undefined): number {
  return rows === undefined ? SIZE_MAX : Math.min(SIZE_MAX, Math.max(SHARED_MIN, Math.round(rows * SHARE_MAX)));
}

/** A value; the functions below make the next one of it. */
export interface Pace {
  /** Keys of the next batch. */
  readonly size: number;
  /** Milliseconds a key, smoothed; undefined as long as nothing was measured. */
  readonly msPerKey: number | undefined;
  /** Batches in a row that were neither refused nor too long. */
  readonly good: number;
}

export interface MeasuredBatch {
  /** In its range, whether or not they were changed. */
  readonly keys: number;
  /** From BEGIN to the answer to COMMIT. */
  readonly ms: number;
}

const SMOOTHING = 0.4;
const STEP_DOWN = 0.5;
const STEP_UP = 1.5;
const GOOD_TO_GROW = 3;
/** So near to the target nothing is changed: sizes that never settle make measurements that never settle. */
const NEAR = 0.1;
/** A batch that took so many times its target shrinks the next one, whatever those before it took. */
const TOO_LONG = 2;

/** Lock timeout, deadlock, statement timeout (manual, Appendix A). */
const OF_SIZE: readonly string[] = ['55P03', '40P01', '57014'];

/** Whether a batch that ended with that error may well succeed with fewer rows. */
export function callsForLess(sqlstate: string): boolean {
  return OF_SIZE.includes(sqlstate);
}

/** The first batch is small; `size` is what an earlier worker of the same run had come to. */
export function firstPace(limits: PaceLimits, size: number = limits.sizeFirst): Pace {
  return { size: within(size, limits), msPerKey: undefined, good: 0 };
}

/** Behind a batch that was committed. Shrinks at once, grows only behind three good ones, by half at most. */
export function afterBatch(pace: Pace, { keys, ms }: MeasuredBatch, limits: PaceLimits): Pace {
  // The last range of a table holds what is left: a few keys tell what a transaction costs, not what a key does.
  if (keys * 2 < pace.size) return pace;
  const now = ms / keys;
  const msPerKey = pace.msPerKey === undefined ? now : SMOOTHING * now + (1 - SMOOTHING) * pace.msPerKey;
  const tooLong = ms > TOO_LONG * limits.targetMs;
  const good = tooLong ? 0 : pace.good + 1;
  const factor = limits.targetMs / (Math.max(tooLong ? now : 0, msPerKey) * pace.size);
  return { size: within(pace.size * stepOf(factor, good), limits), msPerKey, good };
}

function stepOf(factor: number, good: number): number {
  // A clock that did not move says nothing against growing.
  const wanted = Number.isFinite(factor) ? factor : STEP_UP;
  if (Math.abs(wanted - 1) <= NEAR || (wanted > 1 && good < GOOD_TO_GROW)) return 1;
  return Math.min(STEP_UP, Math.max(STEP_DOWN, wanted));
}

/** Behind a batch that the server refused for its size: the same range again, in halves. */
export function afterRefusal(pace: Pace, limits: PaceLimits): Pace {
  return { ...pace, size: within(pace.size * STEP_DOWN, limits), good: 0 };
}

/** The longest rest behind one batch: what is asked of a run meanwhile should not wait longer. */
const REST_MS_MAX = 60_000;

/** How long to rest behind a batch: a share of what it took, at least as long as it took where something asks to go slowly. */
export function restMs(batchMs: number, dutyFactor: number, slowly: boolean): number {
  return Math.min(REST_MS_MAX, Math.round(batchMs * Math.max(dutyFactor, slowly ? 1 : 0)));
}

function within(size: number, { sizeMin, sizeMax, sizeStep = 1 }: PaceLimits): number {
  const inSteps = size > sizeStep ? Math.round(size / sizeStep) * sizeStep : size;
  return Math.round(Math.min(sizeMax, Math.max(sizeMin, inSteps)));
}
