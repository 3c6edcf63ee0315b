import type { KeyValue } from '../../batch/key.ts';
import type { LedgerNames } from '../../ledger/names.ts';
import type { Session } from '../../postgres/session.ts';
import type { Direction } from './data-run.ts';
import { json, liveRange, numberOf, UTC } from './store.ts';

/** Who has a range: a worker that lives; one whose lease has run out, or whose server process has ended; nobody. */
export type LeaseState = 'held' | 'expired' | 'gone' | 'free';

/** A range that is not done, as it stands. */
export interface OpenRange {
  readonly id: number;
  readonly kind: 'rows' | 'finish';
  readonly pass: number;
  /** Keys above the one, up to the other; null: from the first, to the last. */
  readonly lo: KeyValue | null;
  readonly hi: KeyValue | null;
  /** Done up to this key. */
  readonly position: KeyValue | null;
  readonly lease: LeaseState;
  readonly leaseUntil: string | null;
  readonly worker: string | null;
  readonly host: string | null;
  readonly processId: number | null;
  /** How long the transaction of its server process has been open; null: none is, or it is not seen. */
  readonly transactionMs: number | null;
  readonly batches: number;
  readonly keys: number;
  readonly rows: number;
}

/** More workers than that, nobody reads. */
const RANGES_MAX = 100;

/** The ranges that are not done, in their order. */
export async function readOpenRanges(session: Session, names: LedgerNames, version: string): Promise<OpenRange[]> {
  const rows = await session.query(
    `SELECT r.id, r.kind, r.pass, r.lo, r.hi, r.position, r.worker, r.host, r.process_id, r.batches, r.keys, r.rows,
  ${UTC('r.lease_until')} AS lease_until, CASE WHEN r.worker IS NULL THEN 'free' WHEN ${liveRange('r')} THEN 'held'
    WHEN r.lease_until > pg_catalog.clock_timestamp() THEN 'gone' ELSE 'expired' END AS lease,
  (SELECT (extract(epoch FROM pg_catalog.clock_timestamp() - a.xact_start) * 1000)::bigint FROM pg_catalog.pg_stat_activity AS a
    WHERE a.pid = r.process_id) AS transaction_ms
FROM ${names.dataRanges} AS r WHERE r.version = $1 AND r.state = 'open' ORDER BY r.id LIMIT ${RANGES_MAX}`,
    [version],
  );
  return rows.map((row) => ({
    id: Number(row.id),
    kind: row.kind as OpenRange['kind'],
    pass: Number(row.pass),
    lo: json<KeyValue>(row.lo),
    hi: json<KeyValue>(row.hi),
    position: json<KeyValue>(row.position),
    lease: row.lease as LeaseState,
    leaseUntil: row.lease_until ?? null,
    worker: row.worker ?? null,
    host: row.host ?? null,
    processId: numberOf(row.process_id),
    transactionMs: numberOf(row.transaction_ms),
    batches: Number(row.batches),
    keys: Number(row.keys),
    rows: Number(row.rows),
  }));
}

/** A batch that was committed. */
export interface CommittedBatch {
  readonly id: number;
  readonly at: string;
  readonly pass: number;
  readonly keys: number;
  readonly rows: number;
  readonly ms: number;
  readonly attempts: number;
  /** Of the last try that failed. */
  readonly error: string | null;
}

/** The last batches, the newest last. */
export async function readLastBatches(
  session: Session,
  names: LedgerNames,
  run: { readonly version: string; readonly direction: Direction },
  limit: number,
): Promise<CommittedBatch[]> {
  const rows = await session.query(
    `SELECT b.id, ${UTC('b.finished_at')} AS at, b.pass, b.keys, b.rows, b.ms, b.attempts, pg_catalog.left(b.error, 500) AS error
FROM ${names.dataBatches} AS b WHERE b.version = $1 AND b.direction = $2 ORDER BY b.id DESC LIMIT $3::integer`,
    [run.version, run.direction, String(limit)],
  );
  return rows.reverse().map((row) => ({
    id: Number(row.id),
    at: row.at ?? '',
    pass: Number(row.pass),
    keys: Number(row.keys),
    rows: Number(row.rows),
    ms: Number(row.ms),
    attempts: Number(row.attempts),
    error: row.error ?? null,
  }));
}
