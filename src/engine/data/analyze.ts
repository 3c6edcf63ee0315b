import { isDatabaseError } from '../failure.ts';
import { pause } from '../pause.ts';
import type { ClaimedRange } from './data-run.ts';
import { inTransaction, type Lane } from './lane.ts';
import { checkRangeItem, renewRangeItem } from './store.ts';

/** Says, on record and to who watches, what holds the run up; nothing any more. */
export type TellHeld = (reasons: readonly string[]) => Promise<void>;

/**
 * What was changed changes plans. A VACUUM of the table keeps ANALYZE out, and behind so many changes autovacuum is often there: it may
 * be done soon, so short tries come first. The last one waits for as long as it takes the server to end a plain autovacuum that is in
 * the way (deadlock_timeout); no reader or writer waits behind it. Where even that is refused, by a VACUUM that somebody has started or
 * one against wraparound, it is left out, with a notice: all rows are done.
 */
export async function analyzeTable(lane: Lane, range: ClaimedRange, tellHeld: TellHeld): Promise<void> {
  for (let tries = 1; tries <= SHORT_TRIES; tries++) {
    if (await isAnalyzed(lane, range, SHORT_MS)) return tries > 1 ? tellHeld([]) : undefined;
    await inTransaction(lane, [renewRangeItem(lane.control.names, range)]);
    await tellHeld([HELD]);
    await pause(AGAIN_MS, lane.engine.signal);
  }
  const done = await isAnalyzed(lane, range, (await deadlockTimeoutMs(lane)) + EVICTED_MS);
  await tellHeld([]);
  if (!done) tellLeftOut(lane);
}

/** False: its lock was not to be had in time. */
async function isAnalyzed(lane: Lane, range: ClaimedRange, lockTimeoutMs: number): Promise<boolean> {
  const items = [checkRangeItem(lane.control.names, range), { sql: `ANALYZE ${lane.table.name}` }];
  try {
    await inTransaction({ ...lane, lockTimeoutMs }, items);
    return true;
  } catch (error) {
    if (isDatabaseError(error) && error.code === LOCK_NOT_AVAILABLE) return false;
    throw error;
  }
}

async function deadlockTimeoutMs({ session }: Lane): Promise<number> {
  const [row] = await session.query("SELECT setting FROM pg_catalog.pg_settings WHERE name = 'deadlock_timeout'");
  return Number(row?.setting ?? 1000);
}

function tellLeftOut({ engine, work, table }: Lane): void {
  engine.emit({
    kind: 'notice',
    version: work.version,
    severity: 'WARNING',
    message: `ANALYZE of ${table.shown} was left out: another session, such as a VACUUM, held the table`,
    hint: `Until autovacuum analyzes it, plans may be those of before. By hand: ANALYZE ${table.name};`,
  });
}

const SHORT_TRIES = 3;
const SHORT_MS = 200;
const AGAIN_MS = 800;
/** What the server takes, measured, to end an autovacuum once it has decided to (9 ms). */
const EVICTED_MS = 200;
const LOCK_NOT_AVAILABLE = '55P03';
const HELD = 'held by ANALYZE: another session, such as a VACUUM, holds the table';
