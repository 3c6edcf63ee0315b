import type { Signal } from './signal.ts';

/**
 * WAL that replication slots keep on the disk, in use or not (manual, view pg_replication_slots; any role may read it). One that
 * has lost its WAL (from 13 on) keeps none.
 */
export const replicationSlot: Signal = {
  name: 'replication-slot',
  sql: `SELECT s.slot_name, s.active, pg_catalog.pg_wal_lsn_diff(pg_catalog.pg_current_wal_lsn(), s.restart_lsn)::bigint AS bytes
FROM pg_catalog.pg_replication_slots AS s
WHERE s.restart_lsn IS NOT NULL AND pg_catalog.to_jsonb(s) ->> 'wal_status' IS DISTINCT FROM 'lost'`,
  read: (rows) => ({
    readings: rows.map((row) => ({
      measure: 'slotBytes',
      subject: `the replication slot ${row.slot_name}${row.active === 't' ? '' : ', which nobody reads,'}`,
      id: `${row.slot_name}`,
      value: Number(row.bytes),
    })),
  }),
};
