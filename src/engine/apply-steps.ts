import { appliedItems, eventItem, failedItem, stepDoneItem } from '../ledger/write.ts';
import type { Step } from '../plan/steps.ts';
import type { BatchItem } from '../postgres/pipeline.ts';
import { Problem } from '../problem/problem.ts';
import { type Application, lockSubjectOf, roleOf, timeoutsOf, watchOf } from './application.ts';
import { checkVerify } from './check-verify.ts';
import { dropInvalidIndex, invalidIndexProblem } from './concurrent-index.ts';
import { databaseProblem, isDatabaseError, statementProblem } from './failure.ts';
import { watchBlockers, withLockRetries } from './locks/retries.ts';
import { recordFailure } from './record-failure.ts';
import { mayChangeRole, mayPrepare, statementItems, type WorkFailure, type WorkItem, workItemOf } from './worker.ts';

/**
 * Runs a file that cannot run as one transaction: step by step, each recorded as it finishes, so that a later run goes on
 * where this one stopped. Returns the duration in milliseconds.
 */
export async function applySteps(application: Application): Promise<number> {
  const { engine, planned } = application;
  const { steps } = planned.plan;
  const first = resumeAt(application);
  const begun = performance.now();
  await recordStart(application, first);
  const watch = watchOf(application);
  for (const [i, step] of steps.entries()) {
    if (i < first) continue;
    const failed = await runStep(application, step, i, watch);
    if (failed) throw await recordFailure(application, failed, { done: i, total: steps.length });
    if (engine.signal.aborted) break;
  }
  const failed = engine.signal.aborted
    ? stopped()
    : await verifyAndRecord(application, performance.now() - begun, watch);
  if (failed) throw await recordFailure(application, failed, { done: steps.length, total: steps.length });
  return Math.round(performance.now() - begun);
}

/** Steps that an earlier run finished are not run again, as long as the body is still the one it ran. */
function resumeAt({ planned }: Application): number {
  const { entry } = planned.status;
  const same = entry?.bodyChecksum === planned.migration.bodyChecksum && entry.stepsTotal === planned.plan.steps.length;
  return same && !entry.success && entry.type !== 'rollback' ? (entry.stepsDone ?? 0) : 0;
}

async function recordStart(application: Application, done: number): Promise<void> {
  const { control, engine, planned, recorded, worker } = application;
  const total = planned.plan.steps.length;
  const row = failedItem(control.names, engine.run, recorded, {
    errorMessage: null,
    stepsDone: done,
    stepsTotal: total,
  });
  const detail = { steps: total, ...(done > 0 ? { resumedAtStep: done + 1 } : {}) };
  await control.write([
    row,
    eventItem(control.names, engine.run, { event: 'started', version: planned.version, detail }),
  ]);
  await worker.renew();
}

/** Undefined when the step is done and recorded. */
async function runStep(
  application: Application,
  step: Step,
  index: number,
  watch: ReturnType<typeof watchOf>,
): Promise<Problem | undefined> {
  const { worker } = application;
  try {
    const subject = lockSubjectOf(application);
    if (!step.transactional && !locksBriefly(step))
      return await watchBlockers(subject, () => runSingleStep(application, step, index, watch));
    const run = step.transactional ? runTransactionalStep : runSingleStep;
    return await withLockRetries(subject, ({ lockTimeoutMs }) =>
      run({ ...application, lockTimeoutMs }, step, index, watch),
    );
  } catch (error) {
    if (error instanceof Problem) return error;
    return databaseProblem(
      worker.session.lost ?? error,
      `${application.planned.version}: the connection was lost in step ${index + 1}`,
    );
  }
}

async function runTransactionalStep(
  application: Application,
  step: Step,
  index: number,
  watch: ReturnType<typeof watchOf>,
) {
  const { worker } = application;
  const items: WorkItem[] = [
    ...worker.begin(mayPrepare(application.planned.migration)),
    ...statementItems(step.statements, timeoutsOf(application)),
    ...worker.ownRole(mayChangeRole(application.planned.migration)),
    ...doneItems(application, index).map((item) => ({ item })),
    ...worker.commit(),
  ];
  const { failure } = await worker.send(items, watch);
  return failure && problemOf(application, failure);
}

/** A statement that could run in a transaction, and stands alone because the file says so: refused a lock, it did nothing. */
function locksBriefly({ statements }: Step): boolean {
  return statements.every((one) => one.kind.transactional);
}

/**
 * A concurrent build waits for old transactions on purpose and would fail under a lock timeout, leaving an invalid index;
 * so statements that cannot run in a transaction wait for locks as long as it takes.
 */
async function runSingleStep(application: Application, step: Step, index: number, watch: ReturnType<typeof watchOf>) {
  const { worker, planned, control } = application;
  const { headers } = planned.migration;
  const lockTimeoutMs = locksBriefly(step) ? timeoutsOf(application).lockTimeoutMs : (headers.lockTimeoutMs ?? 0);
  await dropInvalidIndex(application, step);
  const timeouts = { lockTimeoutMs, statementTimeoutMs: headers.statementTimeoutMs };
  const { failure } = await worker.runAlone(workItemOf(step.statements[0]!), timeouts, watch);
  if (failure) return problemOf(application, failure);
  const invalid = await invalidIndexProblem(application, step);
  if (invalid) return invalid;
  await control.write(doneItems(application, index));
  return undefined;
}

function doneItems({ control, engine, planned }: Application, index: number): BatchItem[] {
  const detail = { step: index + 1, steps: planned.plan.steps.length };
  return [
    stepDoneItem(control.names, planned.version, index + 1),
    eventItem(control.names, engine.run, { event: 'step_finished', version: planned.version, detail }),
  ];
}

async function verifyAndRecord(
  application: Application,
  ms: number,
  watch: ReturnType<typeof watchOf>,
): Promise<Problem | undefined> {
  const { worker, planned, control, engine, recorded } = application;
  try {
    await worker.session.batch([[worker.pinItem(engine.settings.lockTimeoutMs)]]);
    await checkVerify(worker, planned.migration, watch, roleOf(application));
    const event = { event: 'applied' as const, version: planned.version };
    await control.write(appliedItems(control.names, engine.run, recorded, event, { executionTimeMs: ms }));
    return undefined;
  } catch (error) {
    return error instanceof Problem ? error : databaseProblem(error, `${planned.version}: cannot be recorded`);
  }
}

function problemOf(application: Application, failure: WorkFailure): Problem {
  const { planned } = application;
  const { error, statement } = failure;
  if (!statement || !isDatabaseError(error)) return databaseProblem(error, `${planned.version} failed`);
  const all = planned.migration.statements;
  return statementProblem(error, planned.migration, statement.statement, all, roleOf(application));
}

function stopped(): Problem {
  return new Problem('cancelled', 'stopped on request');
}
