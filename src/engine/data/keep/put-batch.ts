import { leaveInStore, lockRows, takeOut, takeOutWithReferred } from '../../../backup/batch-store-sql.ts';
import { holdsRows, type Kept, STORE } from '../../../backup/kept.ts';
import { markChanged, markExisting, markGone, putValuesBack, storeName, tableName } from '../../../backup/kept-sql.ts';
import { boundsOf } from '../../../batch/predicate.ts';
import type { Session } from '../../../postgres/session.ts';
import { Problem } from '../../../problem/problem.ts';
import { quoteIdentifier } from '../../../sql/quote.ts';
import { isDatabaseError } from '../../failure.ts';
import { puttingBackFailed } from '../../keep/keep-problems.ts';
import { OWN_PATH } from '../../keep/own-path.ts';
import { placeOf } from '../../keep/place.ts';
import { putRows } from '../../keep/put-rows.ts';
import { unhindered } from '../../keep/unhindered.ts';
import { type BatchOutcome, commitBatch, failedOutcome, isLost, type NextBatch } from '../batch.ts';
import type { Behind } from '../behind.ts';
import { beginItems, type Lane, rollBack } from '../lane.ts';
import { checkRangeItem } from '../store.ts';

/**
 * Puts some rows of a store back, in the transaction that moves the position: what has its place is taken out of the store,
 * what somebody has changed since stays in it, with the reason. Throws where the connection is lost.
 */
export async function putBatch(lane: Lane, put: Kept, batch: NextBatch, behind: Behind): Promise<BatchOutcome> {
  const { session, engine, control } = lane;
  const begun = performance.now();
  try {
    const begin = beginItems(engine, control, lane.lockTimeoutMs);
    await session.batch([[...begin, checkRangeItem(control.names, batch.range), OWN_PATH]]);
    const rows = await putBack(lane, put, batch);
    return await commitBatch(lane, batch, { rows, begun, behind });
  } catch (error) {
    await rollBack(session);
    if (!isDatabaseError(error)) throw error;
    if (isLost(error)) return { kind: 'lost' };
    const failed = failedOutcome(lane, error, undefined);
    const problem = puttingBackFailed(error, lane.work.version, { file: lane.work.migration.file });
    return problem instanceof Problem ? { ...failed, problem } : failed;
  }
}

/** How many came back. */
async function putBack(lane: Lane, put: Kept, { bounds }: NextBatch): Promise<number> {
  const { session, control } = lane;
  const places = boundsOf({ kind: 'ctid' }, bounds, control.server.versionNum);
  const place = await placeOf(session, put, lane.events);
  const part: Kept = { ...(place?.now ?? put), store: PART, temporary: true };
  const { selfReference } = lane;
  const [first, second] =
    selfReference?.kind === 'key'
      ? takeOutWithReferred(put, part, places.text('k'), selfReference.references)
      : takeOut(put, part, places.text('k'));
  const { results } = await session.batch([
    [
      selfReference?.kind === 'key' ? { sql: first } : { sql: first, params: places.params },
      { sql: second, params: places.params },
    ],
  ]);
  const taken = rowsOf(results[0]?.[1]?.tag);
  if (taken === 0) return 0;
  if (!place) await mark(session, part, 'absent');
  else if (place.now.columns.length < put.columns.length) await mark(session, part, 'changed');
  else if (holdsRows(put)) await rowsBack(session, part);
  else await valuesBack(session, part);
  const left = await session.batch([[{ sql: leaveInStore(part, put) }]]);
  return taken - rowsOf(left.results[0]?.[0]?.tag);
}

const PART = '@part';

/** `SELECT 12`, `INSERT 0 12`: 12. */
function rowsOf(tag = ''): number {
  return Number(/ (\d+)$/.exec(tag)?.[1] ?? 0);
}

async function mark(session: Session, part: Kept, state: string): Promise<void> {
  await session.query(`UPDATE ${storeName(part)} SET ${quoteIdentifier(STORE.state)} = $1`, [state]);
}

async function rowsBack(session: Session, part: Kept): Promise<void> {
  await unhindered(session, { tables: [tableName(part)], columns: [] }, async () => {
    await putRows(session, [part]);
    await session.batch([[{ sql: markExisting(part) }]]);
  });
}

async function valuesBack(session: Session, part: Kept): Promise<void> {
  const columns = part.columns.map(({ name, now }) => now ?? name);
  await unhindered(session, { tables: [tableName(part)], columns }, async () => {
    const sqls = [lockRows(part), markGone(part), markChanged(part)!, putValuesBack(part)];
    await session.batch([sqls.map((sql) => ({ sql }))]);
  });
}
