import type { KeyValue } from '../../batch/key.ts';
import type { RunState } from '../../batch/states.ts';
import type { LedgerNames } from '../../ledger/names.ts';
import type { BatchItem } from '../../postgres/pipeline.ts';
import type { Row } from '../../postgres/row.ts';
import type { Session } from '../../postgres/session.ts';
import type { ClaimedRange, DataFailure, DataRun, DataWork, Direction, SkippedRow } from './data-run.ts';

const UPDATED = 'updated_at = pg_catalog.clock_timestamp(), updated_by = session_user';

export const UTC = (column: string) =>
  `pg_catalog.to_char(pg_catalog.timezone('UTC', ${column}), 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

/** A table of layout 3 has no target_ms: as a part of the row, that reads as null. */
const RUN_COLUMNS = `version, direction, state, background, body_checksum, relation, relation_id, batch_key, pass, cut_to, end_at,
  size, (pg_catalog.to_jsonb(m) ->> 'target_ms') AS target_ms, keys_estimated, throttle, ${UTC('throttle_since')} AS throttle_since, error, skip_failed, skipped,
  ${UTC('started_at')} AS started_at, ${UTC('finished_at')} AS finished_at, ${UTC('updated_at')} AS updated_at, updated_by`;

/** The runs of data migrations, of one version or all of them, in the order of versions. */
export async function readRuns(session: Session, names: LedgerNames, version?: string): Promise<DataRun[]> {
  const rows = await session.query(
    `SELECT ${RUN_COLUMNS} FROM ${names.dataMigrations} AS m WHERE $1::text IS NULL OR version::text = $1 ORDER BY version`,
    [version ?? null],
  );
  return rows.map(runOf);
}

/** One run, for a pipeline; runFrom reads its answer. */
export function runItem(names: LedgerNames, version: string): BatchItem {
  return {
    name: 'taskflow_run',
    sql: `SELECT ${RUN_COLUMNS} FROM ${names.dataMigrations} AS m WHERE m.version = $1`,
    params: [version],
    rows: true,
  };
}

export function runFrom(row: Row | undefined): DataRun | undefined {
  return row && runOf(row);
}

export async function readRun(session: Session, names: LedgerNames, version: string): Promise<DataRun | undefined> {
  const [run] = await readRuns(session, names, version);
  return run;
}

function runOf(row: Row): DataRun {
  return {
    version: row.version ?? '',
    direction: row.direction as Direction,
    state: row.state as RunState,
    background: row.background === 't',
    checksum: row.body_checksum ?? '',
    relation: row.relation ?? null,
    relationId: row.relation_id ?? null,
    key: row.batch_key ?? null,
    pass: Number(row.pass),
    cutTo: json<KeyValue>(row.cut_to),
    endAt: json<KeyValue>(row.end_at),
    size: numberOf(row.size),
    targetMs: numberOf(row.target_ms),
    keysEstimated: numberOf(row.keys_estimated),
    throttle: row.throttle ?? null,
    throttleSince: row.throttle_since ?? null,
    error: json<DataFailure>(row.error),
    skipFailed: row.skip_failed === 't',
    skipped: json<SkippedRow[]>(row.skipped) ?? [],
    startedAt: row.started_at ?? null,
    finishedAt: row.finished_at ?? null,
    updatedAt: row.updated_at ?? '',
    updatedBy: row.updated_by ?? '',
  };
}

export function json<T>(text: string | null | undefined): T | null {
  return text == null ? null : (JSON.parse(text) as T);
}

export function keyJson(value: KeyValue | null): string | null {
  return value === null ? null : JSON.stringify(value);
}

export function numberOf(text: string | null | undefined): number | null {
  return text == null ? null : Number(text);
}

/** Fails where the row of a run is not as it was read (undefined: not there), and lets nobody else change it meanwhile. */
export function unchangedItem(names: LedgerNames, version: string, run: DataRun | undefined): BatchItem {
  return {
    sql: `SELECT CASE WHEN pg_catalog.pg_advisory_xact_lock(${DATA_LOCK_CLASS}, pg_catalog.hashtext($1)) IS NOT NULL
  AND (SELECT pg_catalog.count(*) FILTER (WHERE m.state = $2 AND m.direction = $3 AND ${UTC('m.updated_at')} = $4) = pg_catalog.count(*)
    AND pg_catalog.count(*) = $5::integer FROM ${names.dataMigrations} AS m WHERE m.version = $1)
  THEN 1 ELSE ('${RUN_CHANGED}' || pg_catalog.clock_timestamp()::text)::integer END`,
    params: [version, run?.state ?? null, run?.direction ?? null, run?.updatedAt ?? null, run ? '1' : '0'],
  };
}

/** In the message of the error that unchangedItem ends with. */
export const RUN_CHANGED = 'the run has changed: ';
/** First half of the key of an advisory lock: the letters "tfda". The second is the version's hash. */
const DATA_LOCK_CLASS = 1952867425;

/** The row of a run that begins anew, in place of an earlier one of the version, whose ranges (`allRanges`) and batches go. */
export function beginRunItems(names: LedgerNames, work: DataWork, state: RunState, allRanges = true): BatchItem[] {
  const { version, direction, checksum, background } = work;
  return [
    ...(allRanges ? [{ sql: `DELETE FROM ${names.dataRanges} WHERE version = $1`, params: [version] }] : []),
    { sql: `DELETE FROM ${names.dataBatches} WHERE version = $1 AND direction = $2`, params: [version, direction] },
    {
      sql: `INSERT INTO ${names.dataMigrations} (version, direction, state, background, body_checksum)
VALUES ($1, $2, $3, $4::boolean, $5)
ON CONFLICT (version) DO UPDATE SET direction = excluded.direction, state = excluded.state, background = excluded.background,
  body_checksum = excluded.body_checksum, relation = NULL, relation_id = NULL, batch_key = NULL, pass = 1, cut_to = NULL,
  end_at = NULL, size = NULL, target_ms = NULL, keys_estimated = NULL, throttle = NULL, throttle_since = NULL, error = NULL,
  skip_failed = false, skipped = '[]', started_at = NULL, finished_at = NULL, ${UPDATED}`,
      params: [version, direction, state, String(background), checksum],
    },
  ];
}

/**
 * What the ranges of a run that did not come to its end have gone through, as ranges of its way back: no other key is in one. A batch
 * whose client has died may be under way yet: it is waited for, and counts.
 */
export function takeBackItems({ dataRanges }: LedgerNames, version: string): BatchItem[] {
  const columns = 'version, direction, pass, kind, lo, hi, position, state';
  return [
    { sql: `SELECT 1 FROM ${dataRanges} WHERE version = $1 FOR UPDATE`, params: [version] },
    {
      sql: `INSERT INTO ${dataRanges} (${columns}) SELECT version, 'down', 1, 'rows', lo, position, lo, 'open' FROM ${dataRanges}
WHERE version = $1 AND direction = 'up' AND kind = 'rows' AND position IS DISTINCT FROM lo ORDER BY id`,
      params: [version],
    },
    // Behind a range without an end no further one is cut.
    {
      sql: `INSERT INTO ${dataRanges} (${columns}) VALUES ($1, 'down', 1, 'rows', NULL, NULL, NULL, 'done')`,
      params: [version],
    },
    { sql: `DELETE FROM ${dataRanges} WHERE version = $1 AND direction = 'up'`, params: [version] },
  ];
}

/** Another state, where it still is in one of `from`; answers a row then. What held it back and what failed are forgotten. */
export function stateItem(names: LedgerNames, version: string, from: readonly RunState[], to: RunState): BatchItem {
  const ends = to === 'succeeded' || to === 'failed' || to === 'cancelled';
  return {
    sql: `UPDATE ${names.dataMigrations} SET state = $2, throttle = NULL,
  throttle_since = NULL, error = CASE WHEN $2 = 'failed' THEN error END, started_at = CASE WHEN $2 = 'running'
  THEN coalesce(started_at, pg_catalog.clock_timestamp()) ELSE started_at END, finished_at = ${ends ? 'pg_catalog.clock_timestamp()' : 'NULL'}, ${UPDATED}
WHERE version = $1 AND state = ANY ($3::text[]) RETURNING state`,
    params: [version, to, `{${from.join(',')}}`],
    rows: true,
  };
}

export function failItem(names: LedgerNames, version: string, failure: DataFailure): BatchItem {
  return {
    sql: `UPDATE ${names.dataMigrations} SET state = 'failed', error = $2::jsonb, throttle = NULL,
  throttle_since = NULL, finished_at = pg_catalog.clock_timestamp(), ${UPDATED}
WHERE version = $1 AND state IN ('running', 'pausing')`,
    params: [version, JSON.stringify(failure)],
  };
}

/** What holds the run back, or null; written only where it changes. */
export function throttleItem(names: LedgerNames, version: string, throttle: string | null): BatchItem {
  return {
    sql: `UPDATE ${names.dataMigrations} SET throttle = $2, throttle_since = CASE WHEN $2::text IS NULL THEN NULL
  WHEN throttle IS NULL THEN pg_catalog.clock_timestamp() ELSE throttle_since END
WHERE version = $1 AND state = 'running' AND throttle IS DISTINCT FROM $2`,
    params: [version, throttle],
  };
}

/** A worker that has not renewed its lease for so long is dead, and its range another one's. */
const RANGE_LEASE_MS = 12_000;
export const RENEW_RANGE_MS = 3000;
const LEASE = `pg_catalog.clock_timestamp() + interval '${RANGE_LEASE_MS} milliseconds'`;

/** Its worker is alive: the lease is, and where its server process is known, that is there. */
export function liveRange(alias: string): string {
  return `(${alias}.worker IS NOT NULL AND ${alias}.lease_until > pg_catalog.clock_timestamp() AND (${alias}.process_id IS NULL
    OR EXISTS (SELECT FROM pg_catalog.pg_stat_activity AS a WHERE a.pid = ${alias}.process_id)))`;
}

/** Who works on a range, and over which server process; that is null behind a pooler. */
export interface WorkerIdentity {
  readonly id: string;
  readonly host: string;
  readonly pid: number | null;
}

/**
 * Takes over a range that nobody is at: of a worker that has stopped or died. Never waits: a batch that is under way keeps its
 * range locked to its end, whatever became of its client. `fromHeld`: also of one that lives, but has run no batch of it for some
 * seconds because something holds the run back; its number tells that one that the range is gone.
 */
export function takeOverItem(
  names: LedgerNames,
  { version, direction }: DataWork,
  worker: WorkerIdentity,
  fromHeld = false,
): BatchItem {
  const isHeld = `(SELECT m.throttle IS NOT NULL FROM ${names.dataMigrations} AS m WHERE m.version = f.version)
      AND NOT EXISTS (SELECT FROM ${names.dataBatches} AS b WHERE b.range_id = f.id AND b.finished_at > pg_catalog.clock_timestamp() - interval '2 seconds')`;
  return {
    sql: `UPDATE ${names.dataRanges} AS r SET worker = $3::uuid, host = $4, process_id = $5::integer, fence = r.fence + 1, lease_until = ${LEASE}
FROM (SELECT f.id FROM ${names.dataRanges} AS f WHERE f.version = $1 AND f.direction = $2 AND f.state = 'open'
    AND EXISTS (SELECT FROM ${names.dataMigrations} AS m WHERE m.version = f.version AND m.state = 'running')
    AND (f.worker = $3::uuid OR NOT ${liveRange('f')}${fromHeld ? ` OR ${isHeld}` : ''}) ORDER BY f.id LIMIT 1 FOR UPDATE SKIP LOCKED) AS free
WHERE r.id = free.id RETURNING r.id, r.kind, r.pass, r.hi, r.position, r.fence`,
    params: [version, direction, worker.id, worker.host, worker.pid === null ? null : String(worker.pid)],
    rows: true,
  };
}

/** A new range in the worker's hands; answers it. */
export function newRangeItem(
  names: LedgerNames,
  { version, direction }: DataWork,
  worker: WorkerIdentity,
  range: { kind: 'rows' | 'finish'; pass: number; lo: KeyValue | null; hi: KeyValue | null },
): BatchItem {
  return {
    sql: `INSERT INTO ${names.dataRanges} AS r (version, direction, pass, kind, lo, hi, position, fence, worker, host, process_id, lease_until)
VALUES ($1, $2, $3::integer, $4, $5::jsonb, $6::jsonb, $5::jsonb, 1, $7::uuid, $8, $9::integer, ${LEASE})
RETURNING r.id, r.kind, r.pass, r.hi, r.position, r.fence`,
    params: [
      version,
      direction,
      String(range.pass),
      range.kind,
      keyJson(range.lo),
      keyJson(range.hi),
      worker.id,
      worker.host,
      worker.pid === null ? null : String(worker.pid),
    ],
    rows: true,
  };
}

export function claimedOf(row: Row): ClaimedRange {
  return {
    id: row.id ?? '',
    kind: row.kind as ClaimedRange['kind'],
    pass: Number(row.pass),
    hi: json<KeyValue>(row.hi),
    position: json<KeyValue>(row.position),
    fence: row.fence ?? '',
  };
}

/** Says that its worker lives, unless a batch of it is under way, which says so itself. */
export function renewRangeItem(names: LedgerNames, { id, fence }: ClaimedRange): BatchItem {
  return {
    sql: `UPDATE ${names.dataRanges} AS r SET lease_until = ${LEASE}
FROM (SELECT f.id FROM ${names.dataRanges} AS f WHERE f.id = $1::bigint AND f.fence = $2::bigint FOR NO KEY UPDATE SKIP LOCKED) AS own
WHERE r.id = own.id`,
    params: [id, fence],
  };
}

/** The range is anybody's again. */
export function releaseItem(names: LedgerNames, { id, fence }: ClaimedRange): BatchItem {
  return {
    sql: `UPDATE ${names.dataRanges} SET worker = NULL, lease_until = NULL, process_id = NULL WHERE id = $1::bigint AND fence = $2::bigint`,
    params: [id, fence],
  };
}

/**
 * Fails unless the range is still this worker's and nobody has cancelled the run, and keeps the range locked to the end of the
 * transaction: the first thing in every batch, and the last before its position moves.
 */
export function checkRangeItem(names: LedgerNames, { id, fence }: ClaimedRange): BatchItem {
  return {
    name: 'taskflow_range',
    sql: `SELECT CASE WHEN held.amount = 1 THEN 1 ELSE ('${LOST_RANGE}' || held.amount::text)::integer END
FROM (SELECT pg_catalog.count(*) AS amount FROM (SELECT FROM ${names.dataRanges} AS r JOIN ${names.dataMigrations} AS m ON m.version = r.version
  WHERE r.id = $1::bigint AND r.fence = $2::bigint AND r.state = 'open' AND m.state IN ('running', 'pausing')
  FOR NO KEY UPDATE OF r FOR KEY SHARE OF m) AS row) AS held`,
    params: [id, fence],
  };
}

/** In the message of the error that checkRangeItem ends with. */
export const LOST_RANGE = 'not its range any more: ';

/** What a batch has done. */
export interface DoneBatch {
  readonly lo: KeyValue | null;
  readonly hi: KeyValue | null;
  readonly keys: number;
  readonly rows: number;
  readonly ms: number;
  readonly attempts: number;
  readonly error: string | null;
}

/**
 * Moves the position in the batch's own transaction; answers what is asked of the run by now: its state and the time that a batch
 * should take (`state`, `target_ms`). `isLast`: the range is done with it. What changed nothing and was only passed over (`keys` 0) leaves no row among the batches.
 */
export function batchDoneItems(
  names: LedgerNames,
  { version, direction }: DataWork,
  range: ClaimedRange,
  batch: DoneBatch,
  worker: WorkerIdentity,
  isLast: boolean,
): BatchItem[] {
  const { lo, hi, keys, rows, ms, attempts, error } = batch;
  const moved: BatchItem = {
    name: 'taskflow_moved',
    sql: `UPDATE ${names.dataRanges} AS r SET position = $3::jsonb, state = CASE WHEN $4::boolean THEN 'done' ELSE 'open' END,
  batches = r.batches + 1, keys = r.keys + $5::bigint, rows = r.rows + $6::bigint, lease_until = ${LEASE}
FROM ${names.dataMigrations} AS m
WHERE r.id = $1::bigint AND r.fence = $2::bigint AND m.version = r.version RETURNING m.state, m.target_ms`,
    params: [range.id, range.fence, keyJson(hi), String(isLast), String(keys), String(rows)],
    rows: true,
  };
  const recorded: BatchItem = {
    name: 'taskflow_batch',
    sql: `INSERT INTO ${names.dataBatches} (version, direction, pass, range_id, lo, hi, keys, rows, ms, attempts, error, worker)
VALUES ($1, $2, $3::integer, $4::bigint, $5::jsonb, $6::jsonb, $7::integer, $8::bigint, $9::integer, $10::integer, $11, $12::uuid)`,
    params: [
      version,
      direction,
      String(range.pass),
      range.id,
      keyJson(lo),
      keyJson(hi),
      String(keys),
      String(rows),
      String(ms),
      String(attempts),
      error,
      worker.id,
    ],
  };
  return [moved, recorded];
}

/** The rest of a range in which a sweep has found nothing. */
export function passOverItems(names: LedgerNames, range: ClaimedRange): BatchItem[] {
  return [
    checkRangeItem(names, range),
    {
      sql: `UPDATE ${names.dataRanges} SET position = $2::jsonb, state = 'done' WHERE id = $1::bigint`,
      params: [range.id, keyJson(range.hi)],
    },
  ];
}

/** The workers that have a range, and live. */
export async function readWorkers(session: Session, names: LedgerNames, version: string) {
  const rows = await session.query(
    `SELECT r.worker, r.host, r.process_id, r.position, r.hi, r.rows FROM ${names.dataRanges} AS r
WHERE r.version = $1 AND r.state = 'open' AND ${liveRange('r')} ORDER BY r.id`,
    [version],
  );
  return rows.map((row) => ({
    id: row.worker ?? '',
    host: row.host ?? '',
    processId: numberOf(row.process_id),
    position: json<KeyValue>(row.position),
    hi: json<KeyValue>(row.hi),
    rows: Number(row.rows),
  }));
}

/** How long a batch should take from now on; null: as the file says. Answers a row where that is another than before, and the run not over. */
export function targetItem(names: LedgerNames, version: string, targetMs: number | null): BatchItem {
  return {
    sql: `UPDATE ${names.dataMigrations} SET target_ms = $2::integer
WHERE version = $1 AND state <> 'succeeded' AND target_ms IS DISTINCT FROM $2::integer RETURNING version`,
    params: [version, targetMs === null ? null : String(targetMs)],
    rows: true,
  };
}

/** From the first row again, as if nothing had been done. */
export function forgetItems(names: LedgerNames, version: string): BatchItem[] {
  return [
    { sql: `DELETE FROM ${names.dataRanges} WHERE version = $1`, params: [version] },
    {
      sql: `UPDATE ${names.dataMigrations} SET relation = NULL, relation_id = NULL, batch_key = NULL, pass = 1, cut_to = NULL, end_at = NULL,
  started_at = NULL, skipped = '[]' WHERE version = $1`,
      params: [version],
    },
  ];
}

export function skipFailedItem(names: LedgerNames, version: string): BatchItem {
  return { sql: `UPDATE ${names.dataMigrations} SET skip_failed = true WHERE version = $1`, params: [version] };
}
