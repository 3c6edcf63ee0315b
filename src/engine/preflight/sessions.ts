import { endedBy, endedByOf } from '../../postgres/session-state.ts';
import { formatDuration } from '../../problem/quantity.ts';
import { type Blocker, blockerCure, blockerText, endSession } from '../../report/blocker.ts';
import type { PreflightFinding } from '../../report/events.ts';
import { type Holder, holdersFrom, holdersSql } from '../locks/look.ts';
import { FOUND_RELATIONS } from '../locks/relations.ts';
import type { Check } from './check.ts';

const LONG_MS = 60_000;
/** An application that thinks between two statements is not meant. */
const IDLE_MS = 5_000;

/** Who holds locks on the tables concerned and will not let go in a moment. */
export const holders: Check = {
  name: 'holders',
  ofRelations: true,
  sql: holdersSql(FOUND_RELATIONS),
  findings(rows, { engine, control }) {
    const others = holdersFrom(rows, engine.mask).filter((one) => one.blocker.pid !== control.session.backendPid);
    return [...byBlocker(others).values()].flatMap(([blocker, tables]) => findingOf(blocker, tables));
  },
};

type Held = readonly [blocker: Blocker, tables: readonly string[]];

function byBlocker(holders: readonly Holder[]): Map<string, Held> {
  const found = new Map<string, Held>();
  for (const { blocker, relation } of holders) {
    const key = `${blocker.pid} ${blocker.transaction}`;
    const [, tables = []] = found.get(key) ?? [];
    found.set(key, [blocker, [...tables, relation.name]]);
  }
  return found;
}

function findingOf(blocker: Blocker, tables: readonly string[]): PreflightFinding[] {
  const check = checkOf(blocker);
  if (check === undefined) return [];
  const shown =
    tables.length > 3 ? `${tables.slice(0, 3).join(', ')} and ${tables.length - 3} more` : tables.join(', ');
  return [{ check, found: `${shown}: locked by ${blockerText(blocker)}`, next: blockerCure(blocker) }];
}

function checkOf({ pid, state, stateAgeMs, transactionAgeMs, isAutovacuum, preventsWraparound, application }: Blocker) {
  if (pid === null) return 'prepared-transaction';
  if (isAutovacuum) return preventsWraparound ? 'wraparound-vacuum' : undefined;
  if (isDump(application)) return undefined;
  if (state?.startsWith('idle in transaction') && (stateAgeMs ?? 0) > IDLE_MS) return 'idle-in-transaction';
  return (transactionAgeMs ?? 0) > LONG_MS ? 'long-transaction' : undefined;
}

function isDump(application: string | null): boolean {
  return DUMPS.some((name) => name === application);
}

/** PostgreSQL's own, and this tool's full backups, which go by a name of their own. */
const DUMPS = ['pg_dump', 'pg_dumpall', 'taskflow-db backup'] as const;

/** Transactions with an old snapshot, for which every CONCURRENTLY waits (manual, "Building Indexes Concurrently"). */
export const snapshots: Check = {
  name: 'old-snapshot',
  sql: `SELECT a.pid, a.usename, a.application_name, a.state, ${endedBy('a')} AS ended_by,
  (extract(epoch FROM pg_catalog.clock_timestamp() - a.xact_start) * 1000)::bigint AS age
FROM pg_catalog.pg_stat_activity AS a
WHERE a.datname = pg_catalog.current_database() AND a.pid <> pg_catalog.pg_backend_pid() AND a.backend_type = 'client backend'
  AND a.backend_xmin IS NOT NULL AND (a.xact_start < pg_catalog.clock_timestamp() - interval '${LONG_MS} ms'
    OR a.state LIKE 'idle in transaction%' AND a.state_change < pg_catalog.clock_timestamp() - interval '${IDLE_MS} ms')
ORDER BY a.xact_start LIMIT 10`,
  findings(rows, { concurrent }) {
    if (!concurrent) return [];
    return rows
      .filter((row) => !isDump(row.application_name ?? ''))
      .map((row) => {
        const who = `pid ${row.pid} (${row.application_name || 'unnamed'} of ${row.usename})`;
        const age = formatDuration(Number(row.age));
        return {
          check: 'old-snapshot',
          found: `CONCURRENTLY waits for the end of ${who}, ${row.state}, in a transaction of ${age}`,
          next: endSession('Wait for it, or end its session', row.pid ?? '', {
            endedBy: endedByOf(row.ended_by),
            user: row.usename ?? null,
          }),
        };
      });
  },
};

/** A dump holds a lock on every table that it dumps, from its beginning to its end. */
export const dumps: Check = {
  name: 'dump',
  sql: `SELECT a.pid, a.application_name FROM pg_catalog.pg_stat_activity AS a
WHERE a.datname = pg_catalog.current_database() AND a.application_name IN (${DUMPS.map((name) => `'${name}'`).join(', ')}) ORDER BY a.pid LIMIT 10`,
  findings: (rows) =>
    rows.map((row) => ({
      check: 'dump',
      found: `a dump is running: pid ${row.pid} (${row.application_name}); it holds a lock on every table that it dumps`,
      next: 'Run the migration when the dump is over.',
    })),
};
