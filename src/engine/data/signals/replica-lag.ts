import type { Reading } from '../../../batch/throttle.ts';
import type { Row } from '../../../postgres/row.ts';
import { count } from '../../../problem/quantity.ts';
import { NEEDS, type Signal } from './signal.ts';

/**
 * How far replicas are behind in replaying, by time and by WAL (manual, view pg_stat_replication). The time that a replica was
 * last measured with is shown a while after it has caught up, so it counts only where WAL is left to replay; and it is told
 * by the replica, every 10 s where it stands still, while the WAL is known here at once. What only receives WAL or takes a
 * base backup replays nothing. Aurora's readers are not in the view, and a managed server may show none of its replicas:
 * a slot in use tells of them.
 */
export const replicaLag: Signal = {
  name: 'replica-lag',
  sql: `SELECT r.pid, r.application_name, pg_catalog.host(r.client_addr) AS client, r.state, r.replay_lsn IS NOT NULL AS replays,
  (extract(epoch FROM r.replay_lag) * 1000)::bigint AS lag_ms,
  pg_catalog.pg_wal_lsn_diff(pg_catalog.pg_current_wal_lsn(), r.replay_lsn)::bigint AS lag_bytes,
  pg_catalog.to_regproc('aurora_replica_status') IS NOT NULL AS aurora,
  (SELECT min(s.slot_name) FROM pg_catalog.pg_replication_slots AS s WHERE s.active AND s.slot_type = 'physical') AS used_slot
FROM (SELECT) AS one LEFT JOIN pg_catalog.pg_stat_replication AS r ON true`,
  read: (rows, { ignoredReplicas }) => {
    const shown = rows.filter((row) => row.pid !== null && !ignoredReplicas.includes(row.application_name ?? ''));
    const hidden = shown.filter((row) => row.state === null).length;
    return {
      readings: shown.filter((row) => row.replays === 't' && row.state !== 'backup').flatMap(readingsOf),
      ...unseen(rows, hidden),
    };
  },
};

function readingsOf(row: Row): Reading[] {
  const name = row.application_name || `of pid ${row.pid}`;
  const subject = `the replica ${name}${row.client ? ` (${row.client})` : ''}`;
  const bytes = Math.max(0, Number(row.lag_bytes));
  const ms = bytes === 0 ? 0 : Number(row.lag_ms ?? 0);
  const about = { subject, id: `${row.pid}` };
  return [
    { ...about, measure: 'replicaLagMs', value: ms },
    { ...about, measure: 'replicaLagBytes', value: bytes },
  ];
}

function unseen(rows: readonly Row[], hidden: number): { unseen?: string } {
  const [first] = rows;
  if (hidden > 0) return { unseen: `sees ${count(hidden, 'replica')}, but not how far behind: ${NEEDS}` };
  if (first?.aurora === 't') return { unseen: 'readers of Aurora are not in pg_stat_replication' };
  if (first?.pid === null && first.used_slot) {
    return { unseen: `the slot ${first.used_slot} is in use, but the server shows no replica` };
  }
  return {};
}
