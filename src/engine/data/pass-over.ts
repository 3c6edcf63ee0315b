import { eventItem } from '../../ledger/write.ts';
import { type AskedOfRun, askedOf, type NextBatch } from './batch.ts';
import type { SkippedRow } from './data-run.ts';
import { inTransaction, type Lane } from './lane.ts';
import { batchDoneItems, checkRangeItem, LOST_RANGE } from './store.ts';

/**
 * Passes over one row that fails, on record of the run and in the audit trail; one that a sweep meets again is there already.
 * Answers what is asked of the run; undefined where the range is another worker's by now.
 */
export async function passOverRow(lane: Lane, batch: NextBatch, skipped: SkippedRow): Promise<AskedOfRun | undefined> {
  const { engine, control, work, worker } = lane;
  const { names } = control;
  const { range, bounds, isLast, attempts } = batch;
  const named = { ...skipped, message: engine.mask(skipped.message) };
  const done = { ...bounds, keys: 1, rows: 0, ms: 0, attempts: attempts + 1, error: named.message };
  const [moved, recorded] = batchDoneItems(names, work, range, done, worker, isLast);
  const listed = {
    sql: `UPDATE ${names.dataMigrations} SET skipped = skipped || pg_catalog.jsonb_build_array($2::jsonb)
WHERE version = $1 AND NOT skipped @> pg_catalog.jsonb_build_array(pg_catalog.jsonb_build_object('row', $2::jsonb -> 'row'))`,
    params: [work.version, JSON.stringify(named)],
  };
  const event = eventItem(names, engine.run, { event: 'row_skipped', version: work.version, detail: { ...named } });
  try {
    const rows = await inTransaction(lane, [checkRangeItem(names, range), listed, event, recorded!, moved!]);
    return askedOf(rows[0]);
  } catch (error) {
    if (error instanceof Error && error.message.includes(LOST_RANGE)) return undefined;
    throw error;
  }
}
