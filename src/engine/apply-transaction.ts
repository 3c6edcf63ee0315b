import { appliedItems, eventItem, WITHOUT_WAITING_FOR_DISK } from '../ledger/write.ts';
import type { BatchItem } from '../postgres/pipeline.ts';
import { Problem } from '../problem/problem.ts';
import { type Application, bodyItems, watchOf } from './application.ts';
import { checkVerify } from './check-verify.ts';
import { databaseProblem, isDatabaseError, statementProblem } from './failure.ts';
import { outcomeAfterLoss } from './outcome-after-loss.ts';
import { pause } from './pause.ts';
import { recordFailure } from './record-failure.ts';
import { inOrder, mayPrepare, type WorkFailure, type WorkItem, type WorkWatch } from './worker.ts';

/** Serialization failure, deadlock, lock not available: nothing was done, so the whole transaction may run again. */
export const RETRIED = new Set(['40001', '40P01', '55P03']);

/** Applies a file and its record in one transaction; returns the duration in milliseconds. */
export async function applyInTransaction(application: Application): Promise<number> {
  const { engine, planned } = application;
  const begun = performance.now();
  for (let attempt = 1; ; attempt++) {
    const outcome = await attemptTransaction(application, attempt === 1 ? announcement(application) : []);
    if (typeof outcome === 'number') return outcome;
    const code = isDatabaseError(outcome.cause) ? outcome.cause.code : undefined;
    const spent = performance.now() - begun;
    if (!RETRIED.has(code ?? '') || spent > engine.settings.lockBudgetMs) {
      throw await recordFailure(application, RETRIED.has(code ?? '') ? gaveUp(outcome, attempt, spent) : outcome);
    }
    await application.worker.session.query('ROLLBACK');
    const waitMs = Math.round(Math.random() * Math.min(2000, 100 * 2 ** attempt)) + 50;
    engine.emit({
      kind: 'retry',
      version: planned.version,
      attempt,
      waitMs,
      reason: outcome.fields.server?.message ?? '',
    });
    await pause(waitMs, engine.signal);
  }
}

/** The duration when it was applied, else the problem; then the session still stands in the failed transaction. */
async function attemptTransaction(
  application: Application,
  preamble: readonly BatchItem[][],
): Promise<number | Problem> {
  const { worker, planned } = application;
  const watch = watchOf(application);
  const items = inOrder(worker.begin(mayPrepare(planned.migration)), bodyItems(application));
  const record = recordItems(application);
  try {
    if (planned.migration.verify.length === 0)
      return await finish(application, inOrder(items, record), watch, preamble);
    const body = await worker.send(items, watch, preamble);
    if (body.failure) return failureProblem(application, body.failure);
    await checkVerify(worker, planned.migration, watch);
    return await finish(application, record, watch);
  } catch (error) {
    return afterThrow(application, error);
  }
}

/** Deferred constraints are checked now, while the failure can still be laid at this migration's door. */
const SETTLE_CONSTRAINTS: BatchItem = { sql: 'SET CONSTRAINTS ALL IMMEDIATE' };

/** The `started` event, in a transaction of its own that survives a failure, unless the migration before wrote it. */
export function announcement({ engine, control, planned, announced }: Application): BatchItem[][] {
  if (announced) return [];
  return [
    [WITHOUT_WAITING_FOR_DISK, eventItem(control.names, engine.run, { event: 'started', version: planned.version })],
  ];
}

export function recordItems({ engine, control, planned, recorded, next }: Application): WorkItem[] {
  const event = { event: 'applied' as const, version: planned.version };
  const more = next === undefined ? {} : { next };
  const items = appliedItems(control.names, engine.run, recorded, event, more);
  return [SETTLE_CONSTRAINTS, ...items, { sql: 'COMMIT' }].map((item) => ({ item }));
}

async function finish(
  application: Application,
  items: Iterable<WorkItem>,
  watch: WorkWatch,
  preamble: readonly BatchItem[][] = [],
): Promise<number | Problem> {
  const { failure, last } = await application.worker.send(items, watch, preamble);
  if (failure) return failureProblem(application, failure);
  const results = last?.results.at(-1) ?? [];
  const commit = results.at(-1)?.tag;
  // A transaction that had failed unseen answers COMMIT with ROLLBACK (manual, COMMIT).
  if (commit !== 'COMMIT') {
    return new Problem(
      'internal',
      `${application.planned.version}: the server answered COMMIT with ${commit ?? 'nothing'}`,
    );
  }
  return Number(results.at(-3)?.rows[0]?.execution_time_ms ?? 0);
}

/** A problem of ours as it is; anything else means that the connection is gone, and the server is asked what became of it. */
async function afterThrow(application: Application, error: unknown): Promise<number | Problem> {
  if (error instanceof Problem) return error;
  const { engine, control, worker, planned } = application;
  if (await outcomeAfterLoss(engine, control, worker.session, planned.version)) return 0;
  return lost(error);
}

export function lost(error: unknown): Problem {
  const terminated = isDatabaseError(error) ? ` (${error.message})` : '';
  return databaseProblem(
    isDatabaseError(error) ? new Error(error.message) : error,
    `the server ended the session${terminated}`,
  );
}

export function failureProblem(application: Application, failure: WorkFailure): Problem {
  const { planned } = application;
  const { error, statement } = failure;
  if (statement && isDatabaseError(error)) {
    const all = planned.migration.statements;
    return statementProblem(error, planned.migration, statement.statement, all);
  }
  return databaseProblem(error, `${planned.version}: cannot be recorded`);
}

function gaveUp(problem: Problem, attempts: number, spentMs: number): Problem {
  return new Problem('lock-timeout', `${problem.fields.version}: gave up waiting for a lock`, {
    ...problem.fields,
    found: `${attempts} attempts in ${Math.round(spentMs / 1000)} s`,
    next: [
      'See who holds it: SELECT pid, usename, state, query FROM pg_stat_activity WHERE xact_start IS NOT NULL ORDER BY xact_start;',
      'Run the command again at a quieter time, or give it a longer lockBudget.',
    ],
  });
}
