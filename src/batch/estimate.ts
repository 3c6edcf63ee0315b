import { formatDuration } from '../problem/quantity.ts';

/** A batch as the estimate sees it: with the rest behind it, and the time that something held the run back. */
export interface PacedBatch {
  readonly keys: number;
  readonly ms: number;
}

/** The last batches of a run, the newest last; a value. */
export type RecentBatches = readonly PacedBatch[];

/** From, to; milliseconds. */
export type TimeLeft = readonly [number, number];

export interface Estimate {
  /** Keys a second, over the last batches; undefined as long as there are too few. */
  readonly keysPerSecond: number | undefined;
  /** Undefined: not known yet. */
  readonly left: TimeLeft | undefined;
}

const BATCHES_MAX = 20;
const BATCHES_MIN = 5;
const LOW = 0.2;
const HIGH = 0.8;

/** The batches that count, with this one. */
export function withBatch(recent: RecentBatches, batch: PacedBatch): RecentBatches {
  return [...recent, batch].slice(-BATCHES_MAX);
}

/**
 * How fast a run is and how much longer it takes for that many keys: if all were like the faster and like the slower ones of the
 * last 20 batches (the 20th and the 80th of 100). A range, because one number would be believed.
 */
export function estimate(recent: RecentBatches, keysLeft: number): Estimate {
  const useful = recent.filter(({ keys, ms }) => keys > 0 && ms > 0);
  if (useful.length < BATCHES_MIN) return { keysPerSecond: undefined, left: keysLeft <= 0 ? [0, 0] : undefined };
  const perKey = useful.map(({ keys, ms }) => ms / keys).sort((a, b) => a - b);
  const keys = useful.reduce((sum, one) => sum + one.keys, 0);
  const ms = useful.reduce((sum, one) => sum + one.ms, 0);
  const atPace = (share: number) => Math.round(Math.max(0, keysLeft) * percentile(perKey, share));
  return { keysPerSecond: (keys * 1000) / ms, left: [atPace(LOW), atPace(HIGH)] };
}

/** Of sorted values, by the nearest rank. */
export function percentile(sorted: readonly number[], share: number): number {
  const place = Math.min(sorted.length, Math.max(1, Math.ceil(share * sorted.length)));
  return sorted[place - 1] ?? 0;
}

/** `3 min – 5 min left`, `4.1 s left`, `time left: unknown`. */
export function timeLeftText(left: TimeLeft | undefined): string {
  if (left === undefined) return 'time left: unknown';
  const [from, to] = left.map(formatDuration);
  return from === to ? `${from} left` : `${from} – ${to} left`;
}
