import type { Row } from '../../../postgres/row.ts';
import { type Signal, TABLE_AND_PARTITIONS } from './signal.ts';

/**
 * A VACUUM of the table or a partition, by autovacuum or by hand (manual, view pg_stat_progress_vacuum). A role without
 * pg_read_all_stats sees that a process vacuums, not what: then the lock tells that it holds on the table (pg_locks hides nothing).
 * An autovacuum worker has no user.
 */
export const vacuum: Signal = {
  name: 'vacuum',
  sql: `SELECT v.pid, v.phase, v.heap_blks_total AS total, v.heap_blks_scanned AS scanned, a.usesysid IS NULL AS auto,
  a.query LIKE '%(to prevent wraparound)%' AS wraparound
FROM pg_catalog.pg_stat_progress_vacuum AS v LEFT JOIN pg_catalog.pg_stat_activity AS a ON a.pid = v.pid
WHERE v.datid = (SELECT d.oid FROM pg_catalog.pg_database AS d WHERE d.datname = pg_catalog.current_database())
  AND (v.relid IN ${TABLE_AND_PARTITIONS} OR v.relid IS NULL AND EXISTS (
    SELECT FROM pg_catalog.pg_locks AS l WHERE l.pid = v.pid AND l.granted AND l.database = v.datid
      AND l.mode = 'ShareUpdateExclusiveLock' AND l.relation IN ${TABLE_AND_PARTITIONS}))
ORDER BY v.pid`,
  params: ({ relation }) => [relation],
  read: (rows) => ({
    readings: rows.map((row) => ({ measure: 'vacuum', subject: subjectOf(row), id: `${row.pid}`, value: 1 })),
  }),
};

function subjectOf({ pid, phase, total, scanned, auto, wraparound }: Row): string {
  const kind = wraparound === 't' ? 'autovacuum against wraparound' : auto === 't' ? 'autovacuum' : 'VACUUM';
  const share =
    phase === 'scanning heap' && Number(total) > 0 ? `${Math.floor((Number(scanned) / Number(total)) * 100)} %` : '';
  return `${kind} (${[`pid ${pid}`, phase, share].filter(Boolean).join(', ')})`;
}
