import { formatBytes, formatDuration } from '../../problem/quantity.ts';
import type { PreflightFinding } from '../../report/events.ts';
import { FOUND_RELATIONS } from '../locks/relations.ts';
import type { Check } from './check.ts';

const MB = 1024 * 1024;
const LAG_MS = 10_000;
const LAG_BYTES = 256 * MB;
const RETAINED_BYTES = 1024 * MB;

export const baseBackups: Check = {
  name: 'base-backup',
  versionNum: 130_000,
  sql: 'SELECT p.pid, p.phase FROM pg_catalog.pg_stat_progress_basebackup AS p ORDER BY p.pid',
  findings: (rows) =>
    rows.map((row) => ({
      check: 'base-backup',
      found: `a base backup is running: pid ${row.pid}${row.phase ? ` (${row.phase})` : ''}`,
      next: 'What rewrites tables or builds indexes makes it longer and larger: better run it when the backup is over.',
    })),
};

/** Rows of others' replication say nothing to a role without pg_monitor: then nothing is found. */
export const replicas: Check = {
  name: 'replica-lag',
  sql: `SELECT r.application_name, coalesce(pg_catalog.host(r.client_addr), 'local') AS client,
  (extract(epoch FROM r.replay_lag) * 1000)::bigint AS lag_ms,
  pg_catalog.pg_wal_lsn_diff(pg_catalog.pg_current_wal_lsn(), r.replay_lsn)::bigint AS lag_bytes
FROM pg_catalog.pg_stat_replication AS r WHERE r.replay_lsn IS NOT NULL ORDER BY r.pid`,
  findings: (rows) =>
    rows
      .filter((row) => Number(row.lag_ms ?? 0) > LAG_MS || Number(row.lag_bytes ?? 0) > LAG_BYTES)
      .map((row) => ({
        check: 'replica-lag',
        found: `the standby ${row.application_name || 'unnamed'} (${row.client}) is behind: ${formatBytes(Number(row.lag_bytes ?? 0))}${row.lag_ms ? `, ${formatDuration(Number(row.lag_ms))}` : ''}`,
        next: 'Let it catch up first: what a migration writes makes it fall back further.',
      })),
};

export const slots: Check = {
  name: 'replication-slot',
  sql: `SELECT s.slot_name, pg_catalog.pg_wal_lsn_diff(pg_catalog.pg_current_wal_lsn(), s.restart_lsn)::bigint AS retained
FROM pg_catalog.pg_replication_slots AS s WHERE NOT s.active AND s.restart_lsn IS NOT NULL ORDER BY s.slot_name`,
  findings: (rows) =>
    rows
      .filter((row) => Number(row.retained ?? 0) > RETAINED_BYTES)
      .map((row) => ({
        check: 'replication-slot',
        found: `the replication slot ${row.slot_name} is used by nobody and keeps ${formatBytes(Number(row.retained))} of WAL on the disk`,
        next: `Start what reads it, or drop it with: SELECT pg_drop_replication_slot('${(row.slot_name ?? '').replaceAll("'", "''")}');`,
      })),
};

/**
 * Of the tables concerned. An index of a partitioned table is left out: made with ON ONLY it is not valid until every
 * partition has one.
 */
export const invalidIndexes: Check = {
  name: 'invalid-index',
  ofRelations: true,
  sql: `SELECT i.indexrelid::pg_catalog.regclass AS name, c.relname, i.indrelid::pg_catalog.regclass AS of
FROM pg_catalog.pg_index AS i JOIN pg_catalog.pg_class AS c ON c.oid = i.indexrelid
WHERE NOT i.indisvalid AND c.relkind = 'i' AND i.indrelid = ANY (${FOUND_RELATIONS})
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_stat_progress_create_index AS p WHERE p.index_relid = i.indexrelid)
ORDER BY 1 LIMIT 20`,
  findings: (rows, { indexes }) =>
    rows
      .filter((row) => !indexes.has(row.relname ?? ''))
      .map(
        (row): PreflightFinding => ({
          check: 'invalid-index',
          found: `the index ${row.name} of ${row.of} is INVALID: no query uses it, every change still writes it`,
          next: `Rebuild it, or drop it: REINDEX INDEX CONCURRENTLY ${row.name};`,
        }),
      ),
};
