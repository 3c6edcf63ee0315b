import type { KeyRange, KeyValue } from '../../batch/key.ts';
import { SIZE_MAX } from '../../batch/pace.ts';
import { TokenReader } from '../../sql/token-reader.ts';
import type { ClaimedRange, DataRun } from './data-run.ts';
import { nextPut, putOf } from './keep/puts.ts';
import { beginItems, inTransaction, type Lane, OTHERS_LOCK_TIMEOUT_MS, rollBack } from './lane.ts';
import { lastItem, lastOf, probedOf, probeItem } from './probe.ts';
import { readProgress } from './progress.ts';
import { claimedOf, keyJson, newRangeItem, readRun, runFrom, runItem, takeOverItem } from './store.ts';

/** Blocks of a store in a range: some ten thousand rows. */
const PUT_BLOCKS = 256;

/** What a worker does next: a range, waiting for the ranges of others, or nothing, because the run is not running. */
export type Claim = ClaimedRange | 'wait' | 'over';

/** A range that was left behind, else a new one off what is not cut yet; at the end of it all the end itself. */
export async function claimRange(lane: Lane, size: number): Promise<Claim> {
  const { control, work, worker } = lane;
  const [left] = await inTransaction(lane, [takeOverItem(control.names, work, worker)]);
  if (left) return claimedOf(left);
  const claim = await cutRange(lane, size);
  if (claim !== 'wait' || lane.watch) return claim;
  // Whom nothing holds back does not wait for those that are held.
  const [held] = await inTransaction(lane, [takeOverItem(control.names, work, worker, true)]);
  return held ? claimedOf(held) : claim;
}

/** In one transaction, which other workers wait for: the row of the run is locked while the next key is looked for. */
async function cutRange(lane: Lane, size: number): Promise<Claim> {
  const { control, session, work } = lane;
  try {
    const lock = {
      sql: `SELECT 1 FROM ${control.names.dataMigrations} WHERE version = $1 FOR NO KEY UPDATE`,
      params: [work.version],
    };
    const begin = beginItems(lane.engine, control, OTHERS_LOCK_TIMEOUT_MS);
    const { results } = await session.batch([[...begin, lock, runItem(control.names, work.version)]]);
    const run = runFrom(results[0]?.at(-1)?.rows[0]);
    const claim = run && isGoing(run, lane) ? await cut(lane, run, size) : 'over';
    if (session.transactionStatus !== 'I') await session.query('COMMIT');
    return claim;
  } catch (error) {
    await rollBack(session);
    throw error;
  }
}

function isGoing({ state, direction }: DataRun, { work }: Lane): boolean {
  return state === 'running' && direction === work.direction;
}

async function cut(lane: Lane, run: DataRun, size: number): Promise<Claim> {
  const { control, session, work, worker } = lane;
  const range = await nextRange(lane, run, size);
  if (range) {
    const made = newRangeItem(control.names, work, worker, { kind: 'rows', pass: run.pass, ...range });
    const { results } = await session.batch([[cutToItem(lane, range, size), made, { sql: 'COMMIT' }]]);
    return claimedOf(results[0]?.[1]?.rows[0] ?? {});
  }
  if (await isAtWork(lane)) return 'wait';
  const next = await beginNextPass(lane, run);
  if (next) return cut(lane, next, size);
  const end = newRangeItem(control.names, work, worker, { kind: 'finish', pass: run.pass, lo: null, hi: null });
  const { results } = await session.batch([[end, { sql: 'COMMIT' }]]);
  return claimedOf(results[0]?.[0]?.rows[0] ?? {});
}

/** Some range is not done yet: in other hands, or free since a moment ago. */
async function isAtWork({ control, session, work }: Lane): Promise<boolean> {
  const [open] = await session.query(
    `SELECT 1 FROM ${control.names.dataRanges} WHERE version = $1 AND direction = $2 AND state = 'open' LIMIT 1`,
    [work.version, work.direction],
  );
  return open !== undefined;
}

function cutToItem({ control, work }: Lane, { hi }: KeyRange, size: number) {
  return {
    sql: `UPDATE ${control.names.dataMigrations} SET cut_to = $2::jsonb, size = $3::integer WHERE version = $1`,
    params: [work.version, keyJson(hi), String(size)],
  };
}

/** Undefined: the pass is cut to its end. */
async function nextRange(lane: Lane, run: DataRun, size: number): Promise<KeyRange | undefined> {
  if (lane.work.direction === 'down') return run.pass > 1 ? nextPut(lane, run, PUT_BLOCKS) : nextDown(lane, run, size);
  if (run.endAt === null || keyJson(run.cutTo) === keyJson(run.endAt)) return undefined;
  // A sweep only looks for rows: its ranges are windows of keys.
  const keys = run.pass > 1 && lane.work.where !== undefined ? SIZE_MAX : size * lane.batchesInRange;
  const probed = await probe(lane, { lo: run.cutTo, hi: run.endAt }, keys);
  if (!probed) return undefined;
  return { lo: run.cutTo, hi: probed.keys < keys ? run.endAt : probed.hi };
}

/**
 * On the way back every key is in some range, also those of rows that are in another table by now: the last range ends nowhere.
 * Places of rows say nothing of what was done: all of them are one range.
 */
async function nextDown(lane: Lane, run: DataRun, size: number): Promise<KeyRange | undefined> {
  const { control, session, work } = lane;
  if (work.statements.length === 0) return undefined;
  const [last] = await session.query(
    `SELECT 1 FROM ${control.names.dataRanges} WHERE version = $1 AND direction = $2 AND kind = 'rows' AND hi IS NULL`,
    [work.version, work.direction],
  );
  if (last) return undefined;
  const rest = { lo: run.cutTo, hi: null };
  if (lane.table.key.kind === 'ctid') return rest;
  const probed = await probe(lane, rest, size * lane.batchesInRange);
  return probed && probed.keys === size * lane.batchesInRange ? { lo: run.cutTo, hi: probed.hi } : rest;
}

async function probe({ session, table }: Lane, range: KeyRange, size: number) {
  const item = probeItem(table, range, size);
  const [row] = await session.query(item.sql, item.params);
  return probedOf(table, range, size, row);
}

/** Rows keep coming: who sweeps for ever never ends. VERIFY tells what is left then. */
const PASSES_MAX = 10;

/** A further pass for rows that came meanwhile; undefined where the one before has found none. */
async function beginNextPass(lane: Lane, run: DataRun): Promise<DataRun | undefined> {
  const { work, session } = lane;
  if (work.direction === 'down') return putOf(lane, run.pass + 1) && nextPass(lane, { lo: null }, null);
  if (run.pass >= PASSES_MAX) return undefined;
  const from = work.where === undefined ? await newKeysFrom(lane, run) : await sweepFrom(lane, run);
  if (!from) return undefined;
  const last = lastItem(lane.table);
  const [row] = await session.query(last.sql, last.params);
  return nextPass(lane, from, lastOf(lane.table.key, row));
}

async function nextPass(
  { session, control, work }: Lane,
  { lo }: Pick<KeyRange, 'lo'>,
  endAt: KeyValue | null,
): Promise<DataRun | undefined> {
  await session.query(
    `UPDATE ${control.names.dataMigrations} SET pass = pass + 1, cut_to = $2::jsonb, end_at = $3::jsonb WHERE version = $1`,
    [work.version, keyJson(lo), keyJson(endAt)],
  );
  return readRun(session, control.names, work.version);
}

/** From the first key, until a sweep changes nothing. */
async function sweepFrom({ session, control, work }: Lane, run: DataRun): Promise<Pick<KeyRange, 'lo'> | undefined> {
  if (run.pass === 1) return { lo: null };
  const { passRows } = await readProgress(session, control.names, work.version);
  return passRows > 0 ? { lo: null } : undefined;
}

/** Behind the last key that there was; not where the statements themselves make such keys. */
async function newKeysFrom(lane: Lane, { endAt }: DataRun): Promise<Pick<KeyRange, 'lo'> | undefined> {
  if (lane.table.key.kind === 'ctid' || makesKeys(lane)) return undefined;
  return (await probe(lane, { lo: endAt, hi: null }, 1)) && { lo: endAt };
}

function makesKeys({ work }: Lane): boolean {
  return work.statements.some(({ sql }) => {
    const reader = new TokenReader(sql);
    return !reader.accept('UPDATE') && !reader.accept('DELETE') && insertsInto(reader, work.target.table.name);
  });
}

/** Also behind a WITH. */
function insertsInto(reader: TokenReader, table: string): boolean {
  for (; !reader.atEnd; reader.next()) {
    if ((reader.accept('INSERT', 'INTO') || reader.accept('MERGE', 'INTO')) && reader.qualifiedName()?.name === table)
      return true;
  }
  return false;
}
