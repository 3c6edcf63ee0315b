import { appliedItems, eventItem, WITHOUT_WAITING_FOR_DISK } from '../ledger/write.ts';
import type { BatchItem } from '../postgres/pipeline.ts';
import { Problem } from '../problem/problem.ts';
import { type Application, bodyItems, lockSubjectOf, roleOf, watchOf, wholeRunDetail } from './application.ts';
import { checkVerify } from './check-verify.ts';
import { databaseProblem, isDatabaseError, statementProblem } from './failure.ts';
import { withLockRetries } from './locks/retries.ts';
import { outcomeAfterLoss } from './outcome-after-loss.ts';
import { applyAgain } from './steps/apply-steps.ts';
import { inOrder, type WorkFailure, type WorkItem, type WorkWatch } from './work-items.ts';
import { mayChangeRole, mayPrepare } from './worker.ts';

/** Applies a file and its record in one transaction; returns the duration in milliseconds. */
export async function applyInTransaction(application: Application): Promise<number> {
  const outcome = await withLockRetries(
    lockSubjectOf(application),
    ({ count, lockTimeoutMs }) =>
      attemptTransaction({ ...application, lockTimeoutMs }, count === 1 ? announcement(application) : []),
    application.refused,
  );
  if (outcome instanceof Problem) return await applyAgain(application, outcome);
  application.keeper?.tell();
  return outcome;
}

/** The duration when it was applied, else the problem; then the session still stands in the failed transaction. */
async function attemptTransaction(
  application: Application,
  preamble: readonly BatchItem[][],
): Promise<number | Problem> {
  const { worker, planned } = application;
  const watch = watchOf(application);
  application.keeper?.begin();
  const items = inOrder(worker.begin(mayPrepare(planned.migration)), bodyItems(application), keptItems(application));
  const record = recordItems(application);
  try {
    if (planned.migration.verify.length === 0)
      return await finish(application, inOrder(items, record), watch, preamble);
    const body = await worker.send(items, watch, preamble);
    if (body.failure) return failureProblem(application, body.failure);
    await checkVerify(worker, planned.migration, watch, roleOf(application));
    return await finish(application, record, watch);
  } catch (error) {
    return error instanceof Problem ? error : afterLoss(application, error);
  }
}

/** What was kept goes on record before the file itself, under our own role. */
function* keptItems({ keeper, worker, planned }: Application): Generator<WorkItem> {
  const items = [...(keeper?.records() ?? [])];
  if (items.length > 0) yield* [...worker.ownRole(mayChangeRole(planned.migration)), ...items];
}

/** Deferred constraints are checked now, while the failure can still be laid at this migration's door. */
export const SETTLE_CONSTRAINTS: WorkItem = { item: { sql: 'SET CONSTRAINTS ALL IMMEDIATE' }, part: 'constraints' };

/** The `started` event, in a transaction of its own that survives a failure, unless the migration before wrote it. */
export function announcement(application: Application): BatchItem[][] {
  const { engine, control, worker, planned, announced } = application;
  if (announced) return [];
  const started = { event: 'started' as const, version: planned.version, detail: wholeRunDetail(application) };
  return [worker.apart([WITHOUT_WAITING_FOR_DISK, eventItem(control.names, engine.run, started)])];
}

export function recordItems({ engine, control, worker, planned, recorded, next }: Application): WorkItem[] {
  const event = { event: 'applied' as const, version: planned.version };
  const more = next === undefined ? {} : { next };
  const items = appliedItems(control.names, engine.run, recorded, event, more);
  const record = items.map((item) => ({ item }));
  return [SETTLE_CONSTRAINTS, ...worker.ownRole(mayChangeRole(planned.migration)), ...record, ...worker.commit()];
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
  const recorded = results.findLast(({ rows }) => rows[0]?.execution_time_ms != null);
  return Number(recorded?.rows[0]?.execution_time_ms ?? 0);
}

/** The connection is gone: the server is asked whether the transaction was committed. The duration, or the problem. */
export async function afterLoss(application: Application, error: unknown): Promise<number | Problem> {
  const committed = await committedAfterLoss(application);
  if (committed === true) return 0;
  const { version } = application.planned;
  if (committed === false) return lostIn(version, error);
  return committed ?? lostIn(version, error).with({ state: NOT_KNOWN });
}

/**
 * Whether the transaction of this migration was committed before the connection was lost; the problem that nobody can go on
 * with, or undefined where the server cannot be asked.
 */
export async function committedAfterLoss(application: Application): Promise<boolean | Problem | undefined> {
  const { engine, control, worker, planned } = application;
  try {
    return await outcomeAfterLoss(engine, control, worker.session, planned.version);
  } catch (unknown) {
    return unknown instanceof Problem ? unknown : undefined;
  }
}

/** The control session is gone as well. */
const NOT_KNOWN =
  'It could not be asked whether the last transaction was committed: either all of it is there, record included, or nothing.';

export function lostIn(version: string, error: unknown): Problem {
  const why = error instanceof Error ? error.message : String(error);
  return new Problem('connection-lost', `${version}: the session was lost: ${why}`, {
    version,
    cause: error,
    next: ['Run migrate again: it goes on where this run stopped.'],
  });
}

export function failureProblem(application: Application, failure: WorkFailure): Problem {
  const { planned } = application;
  const { error, statement } = failure;
  if (statement && isDatabaseError(error)) {
    const all = planned.migration.statements;
    return statementProblem(error, planned.migration, statement.statement, all, roleOf(application));
  }
  if (failure.part === 'constraints' && isDatabaseError(error)) {
    // No statement's fault alone: the last one is where the file left the data in this state.
    const last = planned.migration.statements.at(-1);
    if (last)
      return statementProblem(error, planned.migration, last, planned.migration.statements, roleOf(application));
  }
  return databaseProblem(error, `${planned.version} cannot be recorded`);
}
