import type { BatchItem } from '../postgres/pipeline.ts';
import type { Row } from '../postgres/row.ts';
import type { Session } from '../postgres/session.ts';
import { type EndedBy, endedBy, endedByOf, sessionState } from '../postgres/session-state.ts';
import { type LedgerNames, RUNNER_LOCK_CLASS } from './names.ts';
import type { RunIdentity } from './write.ts';

/** A run says this often that it is alive; one that has not for LEASE_MS has ended, and another may take its place. */
export const RENEW_EVERY_MS = 3000;
const LEASE_MS = 12_000;
const EXPIRES = `pg_catalog.clock_timestamp() + interval '${LEASE_MS} milliseconds'`;

const LOCK_KEY = `${RUNNER_LOCK_CLASS}, pg_catalog.hashtext($1)`;

/**
 * The advisory lock that shows that a run's session lives. Taken for the session by a run on a direct connection, and to the
 * end of the transaction by whoever makes or upgrades the tracking tables.
 */
function lockHeldElsewhere(key: string): string {
  return `EXISTS (SELECT FROM pg_catalog.pg_locks AS l WHERE l.locktype = 'advisory' AND l.classid = ${RUNNER_LOCK_CLASS}
    AND l.objid::bigint = (pg_catalog.hashtext(${key})::bigint & 4294967295) AND l.objsubid = 2 AND l.granted
    AND l.pid <> pg_catalog.pg_backend_pid() AND l.database = ${THIS_DATABASE})`;
}

const THIS_DATABASE = '(SELECT d.oid FROM pg_catalog.pg_database AS d WHERE d.datname = pg_catalog.current_database())';

/**
 * A condition on the row `r`: nobody holds the lease, or its holder is gone: it has not renewed it, its session has ended, or it
 * worked on another database. `key`: SQL of the name of the tracking schema, as text.
 */
export function isFree(key: string): string {
  return `(r.run_id IS NULL OR r.expires_at <= pg_catalog.clock_timestamp() OR r.database_id IS DISTINCT FROM ${THIS_DATABASE}
    OR ${sessionEnded(key)})`;
}

/** Only a run on a direct connection shows that. */
function sessionEnded(key: string): string {
  return `(r.session_lock AND NOT ${lockHeldElsewhere(key)})`;
}

/**
 * Takes the lease if it can be had at this moment; answers one row then (`fence`, and the run before that did not give it
 * back: `old_run`, `old_by`, `old_host`, `old_since`, `old_seen` when it last said that it is alive, `old_silent` whether that is
 * too long ago, and all that is known), none otherwise. It never waits: every transaction of a run holds the
 * row FOR KEY SHARE to its end, which lets the run renew the lease but nobody else take it. `sessionLock`: on a direct
 * connection.
 */
export function takeLeaseItem(names: LedgerNames, run: RunIdentity, sessionLock: boolean): BatchItem {
  const lock = sessionLock ? `pg_catalog.pg_try_advisory_lock(${LOCK_KEY})` : 'false';
  return {
    sql: `UPDATE ${names.runner} AS lease SET fence = lease.fence + 1, run_id = $2::uuid, database_id = ${THIS_DATABASE},
  held_by = session_user, host = $3, tool_version = $4, process_id = pg_catalog.pg_backend_pid(), session_lock = ${lock},
  held_since = pg_catalog.clock_timestamp(), renewed_at = pg_catalog.clock_timestamp(), expires_at = ${EXPIRES}
FROM (SELECT r.only_row, r.run_id, r.held_by, r.host, r.held_since, r.renewed_at, r.expires_at,
    ${sessionEnded('$1')} AS ended FROM ${names.runner} AS r
  WHERE ${isFree('$1')} FOR UPDATE SKIP LOCKED) AS free
WHERE lease.only_row = free.only_row
RETURNING lease.fence, free.run_id AS old_run, free.held_by AS old_by, free.host AS old_host,
  pg_catalog.to_char(free.held_since, 'YYYY-MM-DD HH24:MI:SS "UTC"') AS old_since,
  pg_catalog.to_char(free.renewed_at, 'YYYY-MM-DD HH24:MI:SS "UTC"') AS old_seen,
  free.expires_at <= pg_catalog.clock_timestamp() AND free.ended IS NOT TRUE AS old_silent`,
    params: [names.schema, run.runId, run.host, run.toolVersion],
    rows: true,
  };
}

/** Answers a row while the run with this fence still holds the lease. */
export function renewLeaseItem(names: LedgerNames, fence: string): BatchItem {
  return {
    sql: `UPDATE ${names.runner} SET renewed_at = pg_catalog.clock_timestamp(), expires_at = ${EXPIRES}
WHERE fence = $1::bigint AND run_id IS NOT NULL RETURNING fence`,
    params: [fence],
    rows: true,
  };
}

/** For a session that replaces a lost one: renews the lease, and takes the advisory lock again if it is free. */
export function relockItem(names: LedgerNames, runId: string, sessionLock: boolean): BatchItem {
  const lock = sessionLock ? `pg_catalog.pg_try_advisory_lock(${LOCK_KEY})` : '$1::text IS NULL';
  return {
    sql: `UPDATE ${names.runner} SET process_id = pg_catalog.pg_backend_pid(), session_lock = ${lock},
  renewed_at = pg_catalog.clock_timestamp(), expires_at = ${EXPIRES}
WHERE run_id = $2::uuid RETURNING fence`,
    params: [names.schema, runId],
    rows: true,
  };
}

export function giveLeaseBackItems(names: LedgerNames, fence: string, sessionLock: boolean): BatchItem[] {
  const free = `UPDATE ${names.runner} SET run_id = NULL, expires_at = NULL WHERE fence = $1::bigint`;
  const unlock = { sql: `SELECT pg_catalog.pg_advisory_unlock(${LOCK_KEY})`, params: [names.schema] };
  return [{ sql: free, params: [fence] }, ...(sessionLock ? [unlock] : [])];
}

/**
 * Fails unless the run with this fence still holds the lease, and keeps the row to the end of the transaction, so that
 * nobody can take the lease before that. The first thing in every transaction of a run. The message is made of something
 * that is only known when it runs: a constant would be converted, and fail, when the statement is planned.
 */
export function checkFenceItem(names: LedgerNames, fence: string): BatchItem {
  return {
    name: 'taskflow_fence',
    sql: `SELECT CASE WHEN held.amount = 1 THEN 1 ELSE ('taken over: another run has the lease since, ' || held.amount::text)::integer END
FROM (SELECT count(*) AS amount FROM (SELECT FROM ${names.runner} WHERE fence = $1::bigint FOR KEY SHARE) AS row) AS held`,
    params: [fence],
  };
}

/**
 * Gives the run's lease another number as soon as no transaction of the run is open any more, whatever became of its
 * connection, so that nothing that is still on its way under the number before can begin. The first answers
 * the new `fence`, or no row while one is open; the second no row when the lease is another run's.
 */
export function moveFenceItems(names: LedgerNames, runId: string): BatchItem[] {
  return [
    {
      sql: `UPDATE ${names.runner} AS lease SET fence = lease.fence + 1, renewed_at = pg_catalog.clock_timestamp(), expires_at = ${EXPIRES}
FROM (SELECT r.only_row FROM ${names.runner} AS r WHERE r.run_id = $1::uuid FOR UPDATE SKIP LOCKED) AS free
WHERE lease.only_row = free.only_row RETURNING lease.fence`,
      params: [runId],
      rows: true,
    },
    { sql: `SELECT fence FROM ${names.runner} WHERE run_id = $1::uuid`, params: [runId], rows: true },
  ];
}

/**
 * For the transaction that makes or upgrades the tracking tables: fails where another run does so at this moment or has done
 * it since they were read (`layout`, undefined: there were none), or where a run of an older version is at work.
 */
export function onlyLayoutChangeItems(names: LedgerNames, layout: number | undefined): BatchItem[] {
  const unchanged = layout
    ? `(SELECT value FROM ${names.settings} WHERE key = 'layout_version') = $1`
    : `NOT EXISTS (SELECT FROM pg_catalog.pg_attribute AS a WHERE a.attrelid = pg_catalog.to_regclass($1)
    AND a.attname = 'body_checksum' AND NOT a.attisdropped)`;
  return [
    {
      sql: `SELECT CASE WHEN pg_catalog.pg_try_advisory_xact_lock(${LOCK_KEY}) THEN 1 ELSE ('busy: another run is at work, ' || pg_catalog.clock_timestamp()::text)::integer END`,
      params: [names.schema],
    },
    {
      sql: `SELECT CASE WHEN ${unchanged} THEN 1 ELSE ('busy: another run has changed the tables, ' || pg_catalog.clock_timestamp()::text)::integer END`,
      params: [layout ? String(layout) : names.migrations],
    },
  ];
}

/**
 * Who is making or upgrading the tracking tables, and has been silent for longer than a lease lasts: there is no lease yet
 * that would show it. Rows of `pid`, `user`, `seconds`.
 */
export function silentLayoutItem(names: LedgerNames): BatchItem {
  return {
    sql: `SELECT w.pid, w.usename AS user, extract(epoch FROM pg_catalog.clock_timestamp() - w.state_change)::integer AS seconds
FROM pg_catalog.pg_locks AS l JOIN pg_catalog.pg_stat_activity AS w ON w.pid = l.pid
WHERE l.locktype = 'advisory' AND l.classid = ${RUNNER_LOCK_CLASS} AND l.objsubid = 2 AND l.granted
  AND l.objid::bigint = (pg_catalog.hashtext($1)::bigint & 4294967295) AND l.database = ${THIS_DATABASE}
  AND w.xact_start IS NOT NULL AND (w.state LIKE 'idle in transaction%' OR w.wait_event = 'ClientRead')
  AND w.state_change < pg_catalog.clock_timestamp() - interval '${LEASE_MS} milliseconds'`,
    params: [names.schema],
    rows: true,
  };
}

/** A row where a run holds the lease, alive or not. What else is known of it costs ten times as much: see readRunner. */
export function heldItem(names: LedgerNames): BatchItem {
  return { sql: `SELECT 1 AS held FROM ${names.runner} AS r WHERE r.run_id IS NOT NULL`, rows: true };
}

/** The run that holds the lease now, alive or not; undefined where there is none, or no table for it yet. */
export async function readRunner(session: Session, names: LedgerNames): Promise<Runner | undefined> {
  const batch = await session.runBatch([[runnerItem(names)]]);
  return batch.failure ? undefined : runnerOf(batch.results[0]?.[0]?.rows[0]);
}

/**
 * The run that holds the lease, if one does: one row for `runnerOf`, with what its migration session does. That is the session whose
 * transaction keeps the row (checkFenceItem); who only looks whether it is free gets no transaction ID.
 */
export function runnerItem(names: LedgerNames): BatchItem {
  return {
    sql: `SELECT r.run_id, r.held_by, r.host, r.tool_version, r.process_id, pg_catalog.to_char(r.held_since, 'YYYY-MM-DD HH24:MI:SS "UTC"') AS held_since, w.pid AS worker_pid,
  ${sessionState('w')} AS worker_state,
  w.query AS worker_query, extract(epoch FROM pg_catalog.clock_timestamp() - w.state_change)::integer AS worker_seconds,
  CASE WHEN w.pid IS NOT NULL THEN ${endedBy('w')} WHEN c.pid IS NOT NULL THEN ${endedBy('c')} ELSE 'this role' END AS ended_by,
  r.expires_at <= pg_catalog.clock_timestamp() AS expired, NOT ${isFree('$1')} AS alive
FROM ${names.runner} AS r LEFT JOIN pg_catalog.pg_locks AS l ON l.locktype = 'relation' AND l.mode = 'RowShareLock' AND l.granted
  AND l.relation = r.tableoid AND l.database = ${THIS_DATABASE} AND l.pid <> pg_catalog.pg_backend_pid()
  AND EXISTS (SELECT FROM pg_catalog.pg_locks AS x WHERE x.pid = l.pid AND x.locktype = 'transactionid' AND x.granted)
LEFT JOIN pg_catalog.pg_stat_activity AS w ON w.pid = l.pid
LEFT JOIN pg_catalog.pg_stat_activity AS c ON c.pid = r.process_id
WHERE r.run_id IS NOT NULL ORDER BY w.xact_start LIMIT 1`,
    params: [names.schema],
    rows: true,
  };
}

/** A run as its lease shows it. */
export interface Runner {
  readonly runId: string;
  readonly user: string;
  readonly host: string;
  readonly toolVersion: string;
  /** Server process of its control session. */
  readonly pid: number;
  /** In UTC, as the control session's time zone is. */
  readonly since: string;
  /** It says that it is alive, or its session is there. */
  readonly alive: boolean;
  /** It has not said so in time. */
  readonly expired: boolean;
  /** The server process that is inside a transaction of the run. */
  readonly worker: RunnerWorker | undefined;
  /** Who may end the worker's process, or else that of the control session. */
  readonly endedBy: EndedBy;
}

export interface RunnerWorker {
  readonly pid: number;
  /** As in pg_stat_activity: active, idle in transaction, ...; empty where this role may not see it. */
  readonly state: string;
  readonly query: string;
  readonly seconds: number;
}

export function runnerOf(row: Row | undefined): Runner | undefined {
  if (!row) return undefined;
  const worker = row.worker_pid && {
    pid: Number(row.worker_pid),
    state: row.worker_state ?? '',
    query: row.worker_query ?? '',
    seconds: Number(row.worker_seconds ?? 0),
  };
  return {
    runId: row.run_id ?? '',
    user: row.held_by ?? '',
    host: row.host ?? '',
    toolVersion: row.tool_version ?? '',
    pid: Number(row.process_id ?? 0),
    since: row.held_since ?? '',
    alive: row.alive === 't',
    expired: row.expired === 't',
    worker: worker || undefined,
    endedBy: endedByOf(row.ended_by),
  };
}
