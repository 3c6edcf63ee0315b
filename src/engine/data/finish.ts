import { appliedItems, eventItem, rolledBackItem } from '../../ledger/write.ts';
import type { BatchItem } from '../../postgres/pipeline.ts';
import type { Problem } from '../../problem/problem.ts';
import { checkVerify } from '../check-verify.ts';
import { databaseProblem } from '../failure.ts';
import { recordedMigration } from '../recorded.ts';
import { analyzeTable, type TellHeld } from './analyze.ts';
import type { ClaimedRange, LaneEnd } from './data-run.ts';
import { putOutcome } from './keep/put-outcome.ts';
import { tellKept } from './keep/tell-kept.ts';
import { beginItems, type Lane, rollBack } from './lane.ts';
import { isOtherTable, otherTable, sameTableItem } from './same-table.ts';
import { checkRangeItem, LOST_RANGE, stateItem } from './store.ts';

/**
 * Behind the last range: ANALYZE, for what was changed changes plans; VERIFY; then the record of the version and the end of the
 * run, in one transaction. Undefined where another worker has taken that over.
 */
export async function finishRun(lane: Lane, range: ClaimedRange, tellHeld: TellHeld): Promise<LaneEnd | undefined> {
  const { control } = lane;
  try {
    await analyzeTable(lane, range, tellHeld);
    const problem = await recordSuccess(lane, range);
    if (!problem) return { kind: 'succeeded' };
    const failure = {
      message: problem.fields.server?.message ?? problem.message,
      sqlstate: null,
      range: null,
      row: null,
    };
    return { kind: 'failed', problem, failure };
  } catch (error) {
    if (error instanceof Error && error.message.includes(LOST_RANGE)) return undefined;
    if (isOtherTable(error)) {
      const { problem, message } = otherTable(lane);
      return { kind: 'failed', problem, failure: { message, sqlstate: null, range: null, row: null } };
    }
    throw databaseProblem(error, `${lane.work.version}: all batches are done, but not on record`, control.role);
  }
}

async function recordSuccess(lane: Lane, range: ClaimedRange): Promise<Problem | undefined> {
  const { engine, control, session, work } = lane;
  const begin = beginItems(engine, control, RECORD_LOCK_TIMEOUT_MS);
  try {
    await session.batch([[...begin, checkRangeItem(control.names, range), sameTableItem(lane)]]);
    if (work.direction === 'up') {
      const problem = await checkVerify({ session }, work.migration, {}, control.role).catch((error) =>
        databaseProblem(error, `${work.version} failed`),
      );
      if (problem) return await rollBack(session).then(() => problem);
    }
    const put = await putOutcome(lane);
    await session.batch([[...recordItems(lane, range, put.items), { sql: 'COMMIT' }]]);
    put.tell();
    if (lane.keeping && work.direction === 'up') await tellKept(engine, control, work.version);
    return undefined;
  } catch (error) {
    await rollBack(session);
    throw error;
  }
}

/** The audit trail has one writer at a time. */
const RECORD_LOCK_TIMEOUT_MS = 8000;

function recordItems({ engine, control, work }: Lane, range: ClaimedRange, put: readonly BatchItem[]): BatchItem[] {
  const { names } = control;
  const role = { sql: "SELECT pg_catalog.set_config('role', $1, true)", params: [engine.settings.role ?? 'none'] };
  const over = stateItem(names, work.version, ['running', 'pausing'], 'succeeded');
  const done = {
    sql: `UPDATE ${names.dataRanges} SET state = 'done', worker = NULL WHERE id = $1::bigint`,
    params: [range.id],
  };
  return [role, done, over, ...(work.direction === 'up' ? appliedRecord() : undoneRecord())];

  function appliedRecord(): BatchItem[] {
    const recorded = recordedMigration(work.migration, engine.settings.storeSql, 'data');
    const items = appliedItems(
      names,
      engine.run,
      recorded,
      { event: 'applied', version: work.version },
      { executionTimeMs: 1 },
    );
    return [...items.slice(0, 1), tookItem(), ...items.slice(1)];
  }

  function undoneRecord(): BatchItem[] {
    return [
      ...put,
      rolledBackItem(names, engine.run, work.version),
      tookItem(),
      eventItem(names, engine.run, { event: 'rolled_back', version: work.version }),
    ];
  }

  /** From the first batch of the run on, whoever ran it. */
  function tookItem(): BatchItem {
    return {
      sql: `UPDATE ${names.migrations} AS m SET execution_time_ms = least(2147483647, extract(epoch FROM pg_catalog.clock_timestamp() - d.started_at) * 1000)::integer
FROM ${names.dataMigrations} AS d WHERE m.version::text = $1 AND d.version = $1`,
      params: [work.version],
    };
  }
}
