import { type BatchKey, type KeyRange, type KeyValue, keyColumns } from '../../batch/key.ts';
import { boundsOf } from '../../batch/predicate.ts';
import type { BatchItem } from '../../postgres/pipeline.ts';
import type { Row } from '../../postgres/row.ts';
import type { DataTable } from './data-run.ts';

/** The upper key of a batch, and how many keys there are up to it. */
export interface Probed {
  readonly hi: KeyValue;
  readonly keys: number;
}

/**
 * Asks for the key that so many keys above `lo` lead to, none above `hi`: an index alone answers that, and counts by passing over
 * (measured, 15,000 keys: 2 ms, with row_number 22 ms). Where there are fewer, for the last of them and how many they are. Of rows
 * for which `where` holds, if it is given. No row: there is none. Of places of rows, asks how many blocks there are.
 */
export function probeItem({ name, key }: DataTable, range: KeyRange, size: number, where?: string): BatchItem {
  if (key.kind === 'ctid') return blocksItem(name);
  const columns = keyColumns(key, undefined);
  const bounds = boundsOf(key, range, 0);
  const up = columns.join(', ');
  const down = columns.map((column) => `${column} DESC`).join(', ');
  const named = columns.map((column, i) => `${column}::text AS k${i}`).join(', ');
  const rows = `FROM ${name} WHERE ${bounds.text(undefined)}${where === undefined ? '' : ` AND (${where}\n)`}`;
  return {
    sql: `WITH reached AS MATERIALIZED (SELECT ${up} ${rows} ORDER BY ${up} OFFSET ${size - 1} LIMIT 1)
SELECT ${named}, ${size} AS keys FROM reached
UNION ALL
SELECT ${named}, (SELECT count(*) ${rows}) FROM (SELECT ${up} ${rows} ORDER BY ${down} LIMIT 1) AS last
WHERE NOT EXISTS (SELECT FROM reached)`,
    params: bounds.params,
    rows: true,
  };
}

/** The last key of all; of places, the last block. */
export function lastItem({ name, key }: DataTable): BatchItem {
  if (key.kind === 'ctid') return blocksItem(name);
  const columns = keyColumns(key, undefined);
  const named = columns.map((column, i) => `${column}::text AS k${i}`).join(', ');
  const down = columns.map((column) => `${column} DESC`).join(', ');
  return { sql: `SELECT ${named} FROM ${name} ORDER BY ${down} LIMIT 1`, rows: true };
}

function blocksItem(name: string): BatchItem {
  return {
    sql: `SELECT pg_catalog.pg_relation_size($1::pg_catalog.regclass) / pg_catalog.current_setting('block_size')::bigint - 1 AS k0, 0 AS keys`,
    params: [name],
    rows: true,
  };
}

export function lastOf(key: BatchKey, row: Row | undefined): KeyValue | null {
  const value = row && valueIn(key, row);
  if (!value) return null;
  return key.kind === 'ctid' && Number(value[0]) < 0 ? null : value;
}

/** Rows that fit on a block, for tables that were never counted. */
const ROWS_IN_BLOCK = 50;

export function probedOf(table: DataTable, range: KeyRange, size: number, row: Row | undefined): Probed | undefined {
  if (table.key.kind === 'columns') return row && { hi: valueIn(table.key, row), keys: Number(row.keys) };
  const last = Math.min(Number(row?.k0 ?? -1), range.hi === null ? Number.POSITIVE_INFINITY : Number(range.hi[0]));
  const from = range.lo === null ? -1 : Number(range.lo[0]);
  if (last <= from) return undefined;
  const perBlock =
    table.rows === undefined || last < 0 ? ROWS_IN_BLOCK : Math.max(1, Math.round(table.rows / (last + 1)));
  const to = Math.min(last, from + Math.max(1, Math.round(size / perBlock)));
  return { hi: [String(to)], keys: (to - from) * perBlock };
}

function valueIn(key: BatchKey, row: Row): KeyValue {
  const width = key.kind === 'ctid' ? 1 : key.columns.length;
  return Array.from({ length: width }, (_, i) => row[`k${i}`] ?? '');
}
