import type { KeyRange } from '../../batch/key.ts';
import { boundsOf } from '../../batch/predicate.ts';
import type { NextBatch } from './batch.ts';
import { inTransaction, type Lane } from './lane.ts';

/** It goes through a part of one block of a table that has no key, or all of it: by blocks it becomes no smaller. */
export function isInBlock({ table }: Pick<Lane, 'table'>, { lo, hi }: KeyRange): boolean {
  if (table.key.kind !== 'ctid' || hi === null) return false;
  const from = lo?.[1] === undefined ? Number(lo?.[0] ?? -1) + 1 : Number(lo[0]);
  return from === Number(hi[0]);
}

/**
 * The batch, which is in one block, with so many of its rows at most: where one of them fails, it is found by halves. Undefined where
 * there is no row in it that would be changed.
 */
export async function narrowed(lane: Lane, batch: NextBatch, rowsMax: number): Promise<NextBatch | undefined> {
  const { table, work, control } = lane;
  const { bounds } = batch;
  const places = boundsOf(table.key, bounds, control.server.versionNum);
  const where = work.where === undefined ? '' : ` AND (${work.where}\n)`;
  const sql = `SELECT pg_catalog.count(*) AS keys, (pg_catalog.array_agg(c ORDER BY c DESC))[1] AS last
FROM (SELECT ctid AS c FROM ${table.name} WHERE ${places.text(undefined)}${where} ORDER BY ctid LIMIT ${rowsMax}) AS rows`;
  const [row] = await inTransaction(lane, [{ sql, params: places.params, rows: true }]);
  const keys = Number(row?.keys ?? 0);
  if (keys === 0) return undefined;
  const last = row?.last ?? '';
  const [, place = ''] = /,(\d+)\)$/.exec(last) ?? [];
  const isAll = keys < rowsMax;
  const hi = isAll ? bounds.hi : [bounds.hi![0]!, place];
  const only = keys === 1 ? [last] : null;
  return { ...batch, bounds: { lo: bounds.lo, hi }, keys, row: only, isLast: batch.isLast && isAll };
}
