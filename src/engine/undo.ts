import { eventItem, rolledBackItem, WITHOUT_WAITING_FOR_DISK } from '../ledger/write.ts';
import type { Migration } from '../migration/migration.ts';
import type { MigrationStatus } from '../plan/reconcile.ts';
import type { StepPlan } from '../plan/steps.ts';
import type { BatchItem } from '../postgres/pipeline.ts';
import { Problem } from '../problem/problem.ts';
import { shortMessage } from '../report/events.ts';
import { roleOf } from './application.ts';
import type { Control } from './control.ts';
import { settleState, undoneRunItems } from './data/half-done.ts';
import type { Engine } from './engine.ts';
import { databaseProblem, isDatabaseError, statementProblem } from './failure.ts';
import { type DataBack, dataBack } from './keep/data-back.ts';
import { leaveFiles } from './keep/open-files.ts';
import { withLockRetries } from './locks/retries.ts';
import type { LockSubject } from './locks/subject.ts';
import { outcomeAfterLoss } from './outcome-after-loss.ts';
import { cancelled } from './pause.ts';
import { attachOther } from './record-failure.ts';
import { reliably } from './runner/reconnect.ts';
import { planAgain } from './steps/plan-again.ts';
import { undoSteps } from './steps/undo-steps.ts';
import { watchRun } from './watch.ts';
import { inOrder, statementItems, type WorkFailure, type WorkItem, type WorkWatch } from './work-items.ts';
import { mayChangeRole, mayPrepare, type Worker } from './worker.ts';

/** One migration to undo, with the SQL that does it and how it runs. */
export interface PlannedRollback {
  readonly version: string;
  readonly status: MigrationStatus;
  /** Where the SQL comes from: the file, or what was stored when it was applied. */
  readonly source: Migration;
  readonly plan: StepPlan;
  /** It is under way, and was begun without what was kept (`--no-data`): it goes on like that. */
  readonly leavesData?: boolean;
}

interface Undoing {
  readonly engine: Engine;
  readonly control: Control;
  readonly worker: Worker;
  readonly planned: PlannedRollback;
  readonly watch: WorkWatch;
  readonly data: DataBack;
  /** What was kept is put back. */
  readonly puts: boolean;
  /** In place of the lock timeout that would hold, for one try. */
  readonly lockTimeoutMs?: number | undefined;
}

/**
 * Undoes one migration and records it: in one transaction, or statement by statement where the way back cannot run in one.
 * Returns the duration in milliseconds; throws a Problem after the failure is on record.
 */
export async function undo(
  engine: Engine,
  control: Control,
  worker: Worker,
  planned: PlannedRollback,
  place: { index: number; total: number; data?: boolean },
): Promise<number> {
  const { version } = planned;
  const statements = planned.plan.steps.reduce((sum, step) => sum + step.statements.length, 0);
  const { index, total } = place;
  engine.emit({ kind: 'started', version, index, total, statements });
  // In batches, the rows come back batch by batch as well.
  const inBatches = planned.plan.mode === 'batches';
  const puts = (place.data ?? true) && !planned.leavesData;
  const data = await dataBack({ engine, control, worker }, planned, !inBatches && puts);
  const leaves = !inBatches && !puts ? await leaveFiles(engine, control, version) : undefined;
  const undoing: Undoing = {
    engine,
    control,
    worker,
    planned,
    data,
    puts,
    watch: watchRun(engine, version, statements),
  };
  const begun = performance.now();
  if (planned.source.data) await settleState(control, version);
  await prepareData(undoing);
  const problem = await undoPlanned(undoing).catch((error) => afterThrow(undoing, error));
  if (problem) {
    const told = await recordFailure(undoing, problem);
    await data.keeper?.abandon(lockSubjectOf(undoing));
    throw told;
  }
  leaves?.();
  const ms = Math.round(performance.now() - begun);
  engine.emit({ kind: 'rolled_back', version, index, total, ms });
  return ms;
}

/** Large tables that the way back destroys are copied before. What cannot be is said when it is destroyed. */
async function prepareData(undoing: Undoing): Promise<void> {
  const { data, planned, engine } = undoing;
  const { rollback } = planned.source;
  if (!data.keeper || rollback.kind !== 'sql' || planned.plan.mode === 'batches') return;
  await data.keeper.prepare(lockSubjectOf(undoing), rollback.statements).catch((error: unknown) => {
    if (engine.signal.aborted || !(error instanceof Problem)) throw error;
  });
}

async function undoPlanned(undoing: Undoing): Promise<Problem | undefined> {
  const { engine, control, worker, planned } = undoing;
  const { version, source, plan } = planned;
  if (plan.mode === 'steps') return undoStepwise(undoing);
  if (plan.mode === 'batches') return undoInBatches(undoing);
  const problem = await withLockRetries(lockSubjectOf(undoing), ({ count, lockTimeoutMs }) =>
    undoTogether({ ...undoing, lockTimeoutMs }, count === 1),
  );
  if (!problem) return undefined;
  const statements = source.rollback.kind === 'sql' ? source.rollback.statements : [];
  const again = await planAgain({ engine, control, worker, version, source, statements, plan, done: 0, problem });
  return again ? undoStepwise(undoing, again) : problem;
}

function lockSubjectOf(undoing: Undoing): LockSubject {
  const { engine, control, worker, planned } = undoing;
  return { engine, control, worker, version: () => planned.version, lockTimeoutMs: timeoutsOf(undoing).lockTimeoutMs };
}

async function undoTogether(undoing: Undoing, announce: boolean): Promise<Problem | undefined> {
  const { engine, control, worker, planned, watch } = undoing;
  const started = eventItem(control.names, engine.run, { event: 'rollback_started', version: planned.version });
  const statements = planned.plan.steps.flatMap((step) => step.statements);
  const { data } = undoing;
  data.begin();
  const items = inOrder<WorkItem>(
    worker.begin(mayPrepare(planned.source)),
    data.before(),
    statementItems(statements, timeoutsOf(undoing), ({ statement }, lockTimeoutMs) =>
      data.around(worker.session, statement, lockTimeoutMs),
    ),
    worker.ownRole(mayChangeRole(planned.source)),
    data.records(),
    data.behind(),
    undoneItems(undoing).map((item) => ({ item })),
    worker.commit(),
  );
  const { failure } = await worker.send(
    items,
    watch,
    announce ? [worker.apart([WITHOUT_WAITING_FOR_DISK, started])] : [],
  );
  if (failure) return problemOf(undoing, failure);
  data.tell();
  return undefined;
}

/** Each batch is on record as it is committed, the whole behind the last. */
async function undoInBatches({ engine, control, worker, planned, puts }: Undoing): Promise<undefined> {
  const { undoData } = await import('./data/undo-data.ts');
  await undoData(engine, control, worker, planned.source, puts);
}

async function undoStepwise(undoing: Undoing, plan = undoing.planned.plan): Promise<Problem | undefined> {
  const { engine, control, worker, planned, watch } = undoing;
  const { version, source } = planned;
  const { data } = undoing;
  const run = { engine, control, worker, version, source, plan, watch, keeper: data };
  // What the steps before have changed themselves is no change of somebody else.
  const marked = data.returns && (plan.done ?? 0) === 0 ? await inOneTransaction(undoing, data.before()) : undefined;
  if (marked) return marked;
  const { problem, done } = await undoSteps(run, undoing.puts, () => recordUndone(undoing));
  return problem && stepwise(problem, planned, done);
}

/** Behind the last step: in one transaction what was kept comes back, and goes on record with the rollback itself. */
async function recordUndone(undoing: Undoing): Promise<void> {
  const { control, data } = undoing;
  if (!data.returns) return control.write(undoneItems(undoing));
  data.begin();
  const items = undoneItems(undoing).map((item) => ({ item }));
  const problem = await inOneTransaction(undoing, inOrder(data.records(), data.behind(), items));
  if (problem) throw problem;
  data.tell();
}

async function inOneTransaction(undoing: Undoing, items: Iterable<WorkItem>): Promise<Problem | undefined> {
  const { worker, watch, planned } = undoing;
  const all = inOrder(worker.begin(mayPrepare(planned.source)), items, worker.commit());
  const { failure } = await worker.send(all, watch);
  return failure && databaseProblem(failure.error, `${planned.version}: its data cannot be put back`);
}

/** What is true of a way back that stopped between its steps. */
function stepwise(problem: Problem, { version }: PlannedRollback, done: number): Problem {
  const half = `${version} still counts as applied; the next rollback goes on with step ${done + 1} of its way back.`;
  return problem.with({ state: `${problem.fields.state ? `${problem.fields.state} ` : ''}${half}` });
}

function undoneItems({ engine, control, planned }: Undoing): BatchItem[] {
  return [
    ...(planned.source.data ? undoneRunItems(control.names, planned.version) : []),
    rolledBackItem(control.names, engine.run, planned.version),
    eventItem(control.names, engine.run, { event: 'rolled_back', version: planned.version }),
  ];
}

/** A lost connection: perhaps the commit had gone through all the same. */
async function afterThrow(undoing: Undoing, error: unknown): Promise<Problem | undefined> {
  if (error instanceof Problem) return error;
  const { engine, control, worker, planned } = undoing;
  try {
    if (await outcomeAfterLoss(engine, control, worker.session, planned.version, 'rollback')) return undefined;
  } catch (unknown) {
    return databaseProblem(unknown instanceof Problem ? unknown : error, 'the server ended the session');
  }
  return databaseProblem(error, 'the server ended the session');
}

async function recordFailure({ engine, control, worker, planned }: Undoing, problem: Problem): Promise<Problem> {
  const state =
    problem.fields.state ?? `Rolled back: the database is as it was before the rollback of ${planned.version}.`;
  const shown = engine.signal.aborted ? cancelled(state) : problem.with({ state });
  const { where, server } = problem.fields;
  const detail = {
    message: engine.mask(shortMessage(problem)),
    sqlstate: server?.sqlstate,
    line: where?.line,
  };
  let result: unknown = shown.with({ version: planned.version });
  try {
    await worker.rollback();
    const event = { event: 'rollback_failed' as const, version: planned.version, detail };
    await reliably(engine, control, () => control.write([eventItem(control.names, engine.run, event)]));
  } catch (error) {
    result = attachOther(result, databaseProblem(error, 'the failure itself could not be recorded'));
  }
  engine.emit({ kind: 'failed', version: planned.version, problem: result as Problem });
  return result as Problem;
}

function problemOf(undoing: Undoing, failure: WorkFailure): Problem {
  const { planned } = undoing;
  if (!failure.statement || !isDatabaseError(failure.error)) {
    return databaseProblem(failure.error, `${planned.version}: cannot be recorded`);
  }
  const all = planned.plan.steps.flatMap((step) => step.statements.map((one) => one.statement));
  return statementProblem(failure.error, planned.source, failure.statement.statement, all, roleOf(undoing));
}

function timeoutsOf({ engine, planned, lockTimeoutMs }: Undoing) {
  return {
    lockTimeoutMs: lockTimeoutMs ?? planned.source.headers.lockTimeoutMs ?? engine.settings.lockTimeoutMs,
    rowLockTimeoutMs: engine.settings.rowLockTimeoutMs,
  };
}
