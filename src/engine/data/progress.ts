import type { LedgerNames } from '../../ledger/names.ts';
import type { BatchItem } from '../../postgres/pipeline.ts';
import type { Row } from '../../postgres/row.ts';
import type { Session } from '../../postgres/session.ts';
import { liveRange } from './store.ts';

/** How far a run is: of all its ranges. */
export interface Progress {
  readonly batches: number;
  readonly keys: number;
  readonly rows: number;
  /** In the pass that is under way. */
  readonly passRows: number;
  readonly workers: number;
}

export async function readProgress(session: Session, names: LedgerNames, version: string): Promise<Progress> {
  const { sql, params } = progressItem(names, version);
  const [row] = await session.query(sql, params);
  return progressOf(row);
}

export function progressItem(names: LedgerNames, version: string): BatchItem {
  return {
    name: 'taskflow_progress',
    sql: `SELECT pg_catalog.sum(r.batches) AS batches, pg_catalog.sum(r.keys) FILTER (WHERE r.pass = 1) AS keys, pg_catalog.sum(r.rows) AS rows,
  pg_catalog.sum(r.rows) FILTER (WHERE r.pass = m.pass) AS pass_rows,
  pg_catalog.count(DISTINCT r.worker) FILTER (WHERE r.state = 'open' AND ${liveRange('r')}) AS workers
FROM ${names.dataMigrations} AS m LEFT JOIN ${names.dataRanges} AS r ON r.version = m.version WHERE m.version = $1`,
    params: [version],
    rows: true,
  };
}

export function progressOf(row: Row | undefined): Progress {
  return {
    batches: Number(row?.batches ?? 0),
    keys: Number(row?.keys ?? 0),
    rows: Number(row?.rows ?? 0),
    passRows: Number(row?.pass_rows ?? 0),
    workers: Number(row?.workers ?? 0),
  };
}
