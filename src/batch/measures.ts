import { count, formatBytes, formatDuration } from '../problem/quantity.ts';
import type { SignalLimits } from './limits.ts';

/** What is read of a server, by the names under which people see it. */
export const SIGNALS = [
  'replica-lag',
  'replication-slot',
  'vacuum',
  'wal-rate',
  'archive-backlog',
  'active-sessions',
  'oldest-snapshot',
  'foreground-probe',
  'dead-rows',
] as const;
export type SignalName = (typeof SIGNALS)[number];

/** What a number means: which signal it is of, where it is too much, and how that is said. */
interface MeasureKind {
  readonly signal: SignalName;
  /** 0: never. Undefined: the signal says it. */
  limit(limits: SignalLimits): number | undefined;
  /** One clause; the subject is what the signal named: a replica, a slot, a session. */
  says(subject: string, value: number, limit: number): string;
  /** Rounds in a row that must be over the limit before it counts: 1, except for what jumps by nature. */
  readonly rounds?: number;
  /** What it does: holds the run, unless said otherwise. */
  effect?(limits: SignalLimits): 'hold' | 'slow';
  /** It holds for so long at most, then it only slows down: for what may last, or what waiting does not mend. */
  readonly holdMsMax?: number;
}

const MINUTE_MS = 60_000;

export const MEASURES = {
  replicaLagMs: {
    signal: 'replica-lag',
    limit: (limits) => limits.replicaLagMs,
    says: (subject, value, limit) => `${subject} is ${formatDuration(value)} behind (limit ${formatDuration(limit)})`,
  },
  replicaLagBytes: {
    signal: 'replica-lag',
    limit: (limits) => limits.replicaLagBytes,
    says: (subject, value, limit) => `${subject} is ${formatBytes(value)} of WAL behind (limit ${formatBytes(limit)})`,
  },
  slotBytes: {
    signal: 'replication-slot',
    limit: (limits) => limits.slotBytes,
    says: (subject, value, limit) =>
      `${subject} keeps ${formatBytes(value)} of WAL on the disk (limit ${formatBytes(limit)})`,
  },
  vacuum: {
    signal: 'vacuum',
    // The value is 1 for each VACUUM.
    limit: (limits) => (limits.vacuum === 'ignore' ? 0 : 0.5),
    says: (subject) => `${subject} is under way on the same table`,
    effect: (limits) => (limits.vacuum === 'hold' ? 'hold' : 'slow'),
    holdMsMax: 10 * MINUTE_MS,
  },
  walBytesPerSecond: {
    signal: 'wal-rate',
    limit: (limits) => limits.walBytesPerSecond,
    says: (_, value, limit) => `the server writes ${formatBytes(value)} of WAL a second (limit ${formatBytes(limit)})`,
    rounds: 2,
  },
  archiveFiles: {
    signal: 'archive-backlog',
    limit: (limits) => limits.archiveFiles,
    says: (subject, value, limit) =>
      `${count(value, 'WAL file')} ${value === 1 ? 'waits' : 'wait'} to be archived (limit ${limit})${subject}`,
  },
  activeSessions: {
    signal: 'active-sessions',
    limit: (limits) => limits.activeSessions,
    says: (_, value, limit) => `${count(value, 'session')} ${value === 1 ? 'is' : 'are'} at work (limit ${limit})`,
    rounds: 3,
  },
  snapshotMs: {
    signal: 'oldest-snapshot',
    limit: (limits) => limits.snapshotMs,
    says: (subject, value, limit) =>
      `${subject} has kept VACUUM from removing rows for ${formatDuration(value)} (limit ${formatDuration(limit)})`,
  },
  snapshotTransactions: {
    signal: 'oldest-snapshot',
    limit: (limits) => limits.snapshotTransactions,
    says: (subject, value, limit) =>
      `${subject} keeps VACUUM from removing rows, since ${count(value, 'transaction')} (limit ${limit})`,
  },
  probeFactor: {
    signal: 'foreground-probe',
    limit: (limits) => limits.probeFactor,
    says: (subject, value, limit) =>
      `${subject}, ${Number(value.toPrecision(2))} times what it was before the run (limit ${limit})`,
    rounds: 2,
  },
  deadShare: {
    signal: 'dead-rows',
    limit: (limits) => limits.deadShare,
    says: (subject, value, limit) =>
      `${Math.round(value * 100)} % of the rows of ${subject} are dead (limit ${Math.round(limit * 100)} %)`,
    // Where no VACUUM comes, waiting makes nothing better.
    holdMsMax: 2 * MINUTE_MS,
  },
} as const satisfies Readonly<Record<string, MeasureKind>>;

export type Measure = keyof typeof MEASURES;

/** The same table, each entry with all that one may have. */
export function measureOf(measure: Measure): MeasureKind {
  return MEASURES[measure];
}
