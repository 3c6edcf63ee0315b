import { RUNNER_LOCK_CLASS } from '../ledger/names.ts';
import type { Ledger } from '../ledger/read.ts';
import type { BatchItem } from '../postgres/pipeline.ts';
import { Problem } from '../problem/problem.ts';
import { formatDuration } from '../problem/quantity.ts';
import type { RunnerHolder } from '../report/events.ts';
import { type Control, rereadLedger } from './control.ts';
import type { Engine } from './engine.ts';
import { pause } from './pause.ts';

const TRY_LOCK = `SELECT pg_catalog.pg_try_advisory_lock(${RUNNER_LOCK_CLASS}, pg_catalog.hashtext($1)) AS locked`;
const UNLOCK = `SELECT pg_catalog.pg_advisory_unlock(${RUNNER_LOCK_CLASS}, pg_catalog.hashtext($1)) AS unlocked`;

/**
 * Runs `use` while no other runner works on this database's tracking tables; hands it the ledger as read under the lock.
 * The lock is taken by asking again and again, never by waiting inside the server: a waiting session would hold a snapshot,
 * and a CREATE INDEX CONCURRENTLY of the other runner would wait for that.
 */
export async function withRunnerLock<T>(
  engine: Engine,
  control: Control,
  use: (ledger: Ledger) => Promise<T>,
): Promise<T> {
  const ledger = await acquire(engine, control);
  try {
    return await use(ledger);
  } finally {
    if (!control.session.lost) await control.session.query(UNLOCK, [control.names.schema]).catch(() => {});
  }
}

async function acquire(engine: Engine, control: Control): Promise<Ledger> {
  const tryLock: BatchItem = { sql: TRY_LOCK, params: [control.names.schema], rows: true };
  const begun = performance.now();
  for (let attempt = 0; ; attempt++) {
    const { ledger, batch } = await rereadLedger(control, [tryLock]);
    if (batch.results[0]?.[0]?.rows[0]?.locked === 't') return ledger;
    const waitedMs = performance.now() - begun;
    const holder = await lockHolder(control);
    if (waitedMs > engine.settings.waitMs) throw busy(holder, waitedMs);
    engine.emit({ kind: 'waiting', holder, waitedMs, waitMs: engine.settings.waitMs, first: attempt === 0 });
    await pause(Math.min(2000, 100 * 1.5 ** attempt), engine.signal);
  }
}

/** Who holds the runners' lock now, or undefined. */
export async function lockHolder(control: Control): Promise<RunnerHolder | undefined> {
  const [row] = await control.session.query(
    `SELECT a.pid, a.usename, a.application_name, coalesce(pg_catalog.host(a.client_addr), 'local') AS client, a.backend_start, a.state
FROM pg_catalog.pg_locks AS l JOIN pg_catalog.pg_stat_activity AS a ON a.pid = l.pid
WHERE l.locktype = 'advisory' AND l.classid = ${RUNNER_LOCK_CLASS} AND l.objsubid = 2 AND l.granted
  AND l.objid::bigint = (pg_catalog.hashtext($1)::bigint & 4294967295)
  AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database()) LIMIT 1`,
    [control.names.schema],
  );
  if (!row) return undefined;
  return {
    pid: Number(row.pid),
    user: row.usename ?? '',
    application: row.application_name ?? '',
    client: row.client ?? '',
    since: row.backend_start ?? '',
    state: row.state ?? '',
  };
}

function busy(holder: RunnerHolder | undefined, waitedMs: number): Problem {
  const who = holder
    ? `pid ${holder.pid}, ${holder.application || 'unnamed'} of ${holder.user}@${holder.client}, connected since ${holder.since}`
    : 'a session that has just ended';
  return new Problem('runner-busy', `another run holds the migration lock: ${who}`, {
    found: `waited ${formatDuration(waitedMs)}`,
    state: 'Nothing was run.',
    next: [
      'Wait for it and run the command again.',
      ...(holder ? [`If it is stuck: SELECT pg_terminate_backend(${holder.pid});`] : []),
    ],
  });
}
