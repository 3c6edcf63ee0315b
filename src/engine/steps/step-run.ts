import type { Migration } from '../../migration/migration.ts';
import { type Step, type StepPlan, settingsBefore } from '../../plan/steps.ts';
import { Problem } from '../../problem/problem.ts';
import { timeoutsOf } from '../application.ts';
import { checkVerify } from '../check-verify.ts';
import type { Control } from '../control.ts';
import type { Engine } from '../engine.ts';
import { databaseProblem, isDatabaseError, statementProblem } from '../failure.ts';
import type { Keeping } from '../keep/keeping.ts';
import type { LockSubject } from '../locks/subject.ts';
import { type WorkFailure, type WorkItem, type WorkWatch, workItemOf } from '../work-items.ts';
import { mayPrepare, type Worker } from '../worker.ts';

/** Steps being run, of a migration or of its way back: what every function below needs. */
export interface StepRun {
  readonly engine: Engine;
  readonly control: Control;
  readonly worker: Worker;
  readonly version: string;
  /** The file that the statements stand in. */
  readonly source: Migration;
  readonly plan: StepPlan;
  readonly direction: 'apply' | 'rollback';
  readonly watch: WorkWatch;
  /** Keeps what it destroys, and puts back what was kept. */
  readonly keeper?: Keeping | undefined;
  /** In place of the lock timeout that would hold, for one try. */
  readonly lockTimeoutMs?: number | undefined;
}

export function lockSubject({ engine, control, worker, version, source }: StepRun): LockSubject {
  const { lockTimeoutMs } = timeoutsOf(engine, source);
  return { engine, control, worker, version: () => version, lockTimeoutMs };
}

/** What the steps before have set for the session, to be set again: each step begins in a session that is as new. */
export function sessionItems({ plan }: StepRun, index: number): WorkItem[] {
  return settingsBefore(plan.steps, index).map(workItemOf);
}

/**
 * VERIFY as the statement at `index` would see the database: in a transaction that leaves nothing behind, as its settings
 * must not stay in a server process that a pooler hands to others.
 */
export async function checkVerifyAt(run: StepRun, index: number): Promise<void> {
  const { worker, source, watch, control } = run;
  if (source.verify.length === 0) return;
  const items = [...worker.begin(mayPrepare(source)), ...sessionItems(run, index)];
  try {
    await worker.session.batch([items.map((one) => one.item)]);
    await checkVerify(worker, source, watch, control.role);
  } finally {
    await worker.rollback();
  }
}

export function stepProblem(run: StepRun, failure: WorkFailure): Problem {
  const { error, statement } = failure;
  if (!statement || !isDatabaseError(error)) return databaseProblem(error, `${run.version} failed`, run.control.role);
  const all = run.plan.steps.flatMap((step) => step.statements.map((one) => one.statement));
  return statementProblem(error, run.source, statement.statement, all, run.control.role);
}

/** The one statement of a step outside a transaction. */
export function onlyStatement(step: Step): string {
  return step.statements[0]?.statement.sql ?? '';
}

/** What was thrown while a step ran: ours, the server's, or the loss of the connection. */
export function thrownProblem(run: StepRun, index: number, error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (isDatabaseError(error))
    return databaseProblem(error, `${run.version}: step ${index + 1} failed`, run.control.role);
  const { lost } = run.worker.session;
  return databaseProblem(lost ?? error, `${run.version}: the connection was lost in step ${index + 1}`);
}
