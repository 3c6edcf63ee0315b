/** A table with a key, and somebody who watches the signals about it, with a clock of their own. */
import assert from 'node:assert/strict';
import type { SignalLimits } from '../../src/batch/limits.ts';
import { type Throttle, throttleText } from '../../src/batch/throttle.ts';
import type { TimeWindow } from '../../src/batch/window.ts';
import { Watch } from '../../src/engine/data/signals/watch.ts';
import type { TestDatabase } from '../support/servers.ts';
import { openSession } from './catalog-bed.ts';

/** Everything is read, nothing is too much. */
export const ALL_READ: SignalLimits = {
  replicaLagMs: 3_600_000,
  replicaLagBytes: 1e15,
  ignoredReplicas: [],
  slotBytes: 1e15,
  vacuum: 'slow',
  walBytesPerSecond: 1e15,
  archiveFiles: 1e9,
  activeSessions: undefined,
  snapshotMs: 3_600_000,
  snapshotTransactions: 1e9,
  probeFactor: 1e6,
  deadShare: 0.99,
};

const TABLE = `CREATE TABLE requests (id bigint PRIMARY KEY, note text) WITH (autovacuum_enabled = off);
INSERT INTO requests SELECT i, repeat('x', 100) FROM generate_series(1, 20000) AS i;
ANALYZE requests`;

export async function makeTable(database: TestDatabase): Promise<void> {
  await database.sql(TABLE);
}

export interface Watching {
  /** A round of readings, a second after the last one by the clock of this watch: what holds the run back, in words. */
  look(): Promise<string[]>;
  /** What it cannot see: `signal: why`. */
  readonly unseen: readonly string[];
}

interface How {
  readonly limits?: Partial<SignalLimits>;
  readonly user?: string;
  readonly table?: string;
  readonly window?: readonly TimeWindow[];
  readonly now?: string;
}

export async function watching<T>(
  database: TestDatabase,
  { limits = {}, user, table = 'public.requests', window = [], now = '2026-03-01T12:00:00Z' }: How,
  body: (watch: Watching) => Promise<T>,
): Promise<T> {
  const [[relation] = []] = await database.sql(`SELECT '${table}'::regclass::oid`);
  const session = await openSession(database, user);
  let elapsed = 0;
  let last: Throttle | undefined;
  const watch = new Watch(
    session,
    {
      relation: relation ?? assert.fail(table),
      table,
      key: ['id'],
      ignoredReplicas: limits.ignoredReplicas ?? [],
    },
    { window, timeZone: 'UTC', limits: { ...ALL_READ, ...limits } },
    { elapsed: () => elapsed + performance.now(), now: () => new Date(now) },
  );
  try {
    await watch.begin();
    return await body({
      look: async () => {
        elapsed += 1000;
        last = await watch.look();
        return throttleText(last);
      },
      get unseen() {
        return (last?.blind ?? []).map(({ signal, why }) => `${signal}: ${why}`);
      },
    });
  } finally {
    await session.end();
  }
}
