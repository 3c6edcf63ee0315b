import type { SignalLimits } from './limits.ts';
import { type Measure, measureOf, type SignalName } from './measures.ts';

/** One number that a signal has read. */
export interface Reading {
  readonly measure: Measure;
  /** What it was read of, in words: `the replica standby1`. */
  readonly subject: string;
  readonly value: number;
  /** The limit where the settings leave it to the server. */
  readonly limit?: number;
  /** What is the same from round to round where the words are not: a process ID. */
  readonly id?: string;
}

/** What a signal cannot see, and what it would need: never taken as healthy. */
export interface Blind {
  readonly signal: SignalName;
  readonly why: string;
}

/** All signals, read once. */
export interface Round {
  readonly readings: readonly Reading[];
  readonly blind: readonly Blind[];
}

/** Why a run waits, or goes slowly. */
export interface Hold {
  readonly signal: SignalName | 'window';
  readonly effect: 'hold' | 'slow';
  /** Milliseconds of the clock that `judge` is given. */
  readonly since: number;
  /** With the limit, as people read it. */
  readonly says: string;
}

/** A reading through the rounds. */
interface Watched {
  readonly reading: Reading;
  /** Rounds in a row. */
  readonly over: number;
  readonly clear: number;
  /** When it began to hold the run back; undefined while it does not. */
  readonly since: number | undefined;
  readonly seenAt: number;
}

/** What the signals have come to; a value, from which the next round makes the next. */
export interface Throttle {
  readonly holds: readonly Hold[];
  readonly blind: readonly Blind[];
  readonly watched: ReadonlyMap<string, Watched>;
}

export const NOTHING_READ: Throttle = { holds: [], blind: [], watched: new Map() };

/** What was too much must fall below that share of its limit, and stay there for so many rounds: else a run would flutter around it. */
const RELEASE_SHARE = 0.8;
const RELEASE_ROUNDS = 2;

/** So long a hold stands that nobody can see the reason of any more. */
const BLIND_MS_MAX = 60_000;

/** The next value: what a round of readings means after those before it. `now` in milliseconds, of any clock that only goes forward. */
export function judge(before: Throttle, round: Round, limits: SignalLimits, now: number): Throttle {
  const found = new Map(round.readings.map((reading) => [keyOf(reading), reading]));
  const unseen = new Set(round.blind.map(({ signal }) => signal));
  const watched = new Map<string, Watched>();
  for (const key of new Set([...before.watched.keys(), ...found.keys()])) {
    const next = step(before.watched.get(key), found.get(key), { limits, now, unseen });
    if (next) watched.set(key, next);
  }
  const holds = [...watched.values()].flatMap((one) => holdOf(one, limits, now));
  return { holds: holds.sort(byEffect), blind: round.blind, watched };
}

/** The one that stands for all of them where there is room for one: what holds comes before what slows, the oldest first. */
function byEffect(a: Hold, b: Hold): number {
  return Number(a.effect === 'slow') - Number(b.effect === 'slow') || a.since - b.since;
}

function keyOf({ measure, subject, id }: Reading): string {
  return `${measure} ${id ?? subject}`;
}

interface Circumstances {
  readonly limits: SignalLimits;
  readonly now: number;
  readonly unseen: ReadonlySet<SignalName>;
}

function step(
  before: Watched | undefined,
  reading: Reading | undefined,
  { limits, now, unseen }: Circumstances,
): Watched | undefined {
  if (!reading) return before?.since === undefined ? undefined : unread(before, now, unseen);
  const limit = limitOf(reading, limits);
  if (limit <= 0) return undefined;
  const over = reading.value > limit ? (before?.over ?? 0) + 1 : 0;
  const clear = reading.value <= limit * RELEASE_SHARE ? (before?.clear ?? 0) + 1 : 0;
  const begins = over >= (measureOf(reading.measure).rounds ?? 1);
  const since = clear >= RELEASE_ROUNDS ? undefined : (before?.since ?? (begins ? now : undefined));
  return { reading, over, clear, since, seenAt: now };
}

/** What held the run is not among the readings: gone, or only out of sight. */
function unread(before: Watched, now: number, unseen: ReadonlySet<SignalName>): Watched | undefined {
  const isOutOfSight = unseen.has(measureOf(before.reading.measure).signal);
  if (isOutOfSight) return now - before.seenAt > BLIND_MS_MAX ? undefined : before;
  const clear = before.clear + 1;
  return clear >= RELEASE_ROUNDS ? undefined : { ...before, clear };
}

function holdOf({ reading, since }: Watched, limits: SignalLimits, now: number): Hold[] {
  if (since === undefined) return [];
  const { signal, says, effect, holdMsMax = Infinity } = measureOf(reading.measure);
  const wanted = effect?.(limits) ?? 'hold';
  return [
    {
      signal,
      effect: now - since >= holdMsMax ? 'slow' : wanted,
      since,
      says: says(reading.subject, reading.value, limitOf(reading, limits)),
    },
  ];
}

function limitOf(reading: Reading, limits: SignalLimits): number {
  return measureOf(reading.measure).limit(limits) ?? reading.limit ?? 0;
}

/** Whether the next batch has to wait. */
export function isHeld({ holds }: Throttle): boolean {
  return holds.some(({ effect }) => effect === 'hold');
}

/** `held by replica-lag: the replica standby1 is 12.0 s behind (limit 5.0 s)`, one a line; empty if nothing holds the run back. */
export function throttleText({ holds }: Throttle): string[] {
  return holds.map(({ effect, signal, says }) => `${effect === 'hold' ? 'held' : 'slowed'} by ${signal}: ${says}`);
}
