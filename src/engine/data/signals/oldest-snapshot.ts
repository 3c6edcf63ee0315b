import type { Reading } from '../../../batch/throttle.ts';
import type { Row } from '../../../postgres/row.ts';
import { count } from '../../../problem/quantity.ts';
import { NEEDS, type Signal } from './signal.ts';

const AGE_MS = (since: string) => `(extract(epoch FROM pg_catalog.clock_timestamp() - ${since}) * 1000)::bigint`;

/**
 * What keeps VACUUM from removing the old versions of rows (manual, "Routine Vacuuming"): transactions of this database with
 * a snapshot or a number, prepared ones, and the xmin of slots and of standbys with hot_standby_feedback, whose age only
 * their number tells. The catalog_xmin of a logical slot holds back the catalogs alone. A VACUUM holds back nobody.
 */
export const oldestSnapshot: Signal = {
  name: 'oldest-snapshot',
  sql: `SELECT 'session' AS kind, a.pid::text AS name, a.application_name AS detail, a.state, ${AGE_MS('a.xact_start')} AS ms, NULL::bigint AS transactions,
  a.xact_start IS NULL AND a.state IS NULL AND a.usesysid IS NOT NULL AS hidden
FROM pg_catalog.pg_stat_activity AS a LEFT JOIN pg_catalog.pg_stat_progress_vacuum AS v ON v.pid = a.pid
WHERE a.datname = pg_catalog.current_database() AND a.pid <> pg_catalog.pg_backend_pid() AND v.pid IS NULL
  AND coalesce(a.backend_type, '') NOT IN ('walsender', 'autovacuum worker', 'parallel worker')
  AND (a.backend_xmin IS NOT NULL OR a.backend_xid IS NOT NULL OR a.state IS NULL AND a.usesysid IS NOT NULL)
UNION ALL
SELECT 'prepared', p.gid, p.owner::text, NULL, ${AGE_MS('p.prepared')}, NULL, false
FROM pg_catalog.pg_prepared_xacts AS p WHERE p.database = pg_catalog.current_database()
UNION ALL
SELECT 'slot', s.slot_name::text, NULL, NULL, NULL, pg_catalog.age(s.xmin), false
FROM pg_catalog.pg_replication_slots AS s WHERE s.xmin IS NOT NULL
UNION ALL
SELECT 'standby', r.pid::text, r.application_name, NULL, NULL, pg_catalog.age(r.backend_xmin), false
FROM pg_catalog.pg_stat_replication AS r WHERE r.backend_xmin IS NOT NULL`,
  read: (rows) => {
    const hidden = rows.filter((row) => row.hidden === 't').length;
    return {
      readings: [...oldest(rows, 'ms', 'snapshotMs'), ...oldest(rows, 'transactions', 'snapshotTransactions')],
      ...(hidden > 0
        ? { unseen: `cannot see the transactions of ${count(hidden, 'session')} of other roles: ${NEEDS}` }
        : {}),
    };
  },
};

function oldest(rows: readonly Row[], column: 'ms' | 'transactions', measure: Reading['measure']): Reading[] {
  const aged = rows.filter((row) => row[column] !== null);
  const [first] = aged.sort((a, b) => Number(b[column]) - Number(a[column]));
  if (!first) return [];
  return [{ measure, subject: subjectOf(first), id: `${first.kind} ${first.name}`, value: Number(first[column]) }];
}

function subjectOf({ kind, name, detail, state }: Row): string {
  const application = detail ? ` ${detail}` : '';
  if (kind === 'prepared') return `the prepared transaction '${name}' of${application}`;
  if (kind === 'slot') return `the replication slot ${name}`;
  if (kind === 'standby') return `the standby${application} (pid ${name})`;
  return `pid ${name} (${[detail, state].filter(Boolean).join(', ')})`;
}
