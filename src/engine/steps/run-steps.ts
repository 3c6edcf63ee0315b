import { Problem } from '../../problem/problem.ts';
import { timeoutsOf } from '../application.ts';
import { withLockRetries } from '../locks/retries.ts';
import { outcomeAfterLoss } from '../outcome-after-loss.ts';
import { inOrder, statementItems } from '../work-items.ts';
import { mayChangeRole, mayPrepare } from '../worker.ts';
import { runOutsideStep } from './outside-step.ts';
import { withStepProgress } from './progress.ts';
import { recoverStep } from './recover.ts';
import type { StepHistory } from './step-history.ts';
import { stepDoneItems } from './step-record.ts';
import { lockSubject, type StepRun, sessionItems, stepProblem, thrownProblem } from './step-run.ts';

export interface StepsEnd {
  /** So many steps are done and on record. */
  readonly done: number;
  /** Why it stopped there; absent when all are done. */
  readonly problem?: Problem;
}

/** Runs the steps from the first that is not done, each recorded as it finishes; stops at the first that fails. */
export async function runSteps(run: StepRun, history: StepHistory | undefined): Promise<StepsEnd> {
  const { steps, done: before = 0 } = run.plan;
  for (let index = before; index < steps.length; index++) {
    if (run.engine.signal.aborted) return { done: index, problem: stopped() };
    const problem = await runStep(run, index, index === before ? history : undefined);
    if (problem) return afterLoss(run, index, problem);
  }
  return run.engine.signal.aborted ? { done: steps.length, problem: stopped() } : { done: steps.length };
}

/** Undefined when the step is done and recorded. `history` of the first step: an earlier run may have been at it. */
async function runStep(run: StepRun, index: number, history: StepHistory | undefined): Promise<Problem | undefined> {
  try {
    if (run.plan.steps[index]?.transactional) return await runTransactionalStep(run, index);
    const recovered = history?.underWay ? await recoverStep(run, index, history, history.underWay) : 'run';
    if (recovered instanceof Problem) return recovered;
    return recovered === 'done' ? undefined : await runOutsideStep(run, index, history);
  } catch (error) {
    return thrownProblem(run, index, error);
  }
}

async function runTransactionalStep(run: StepRun, index: number): Promise<Problem | undefined> {
  const outcome = await withLockRetries(lockSubject(run), ({ lockTimeoutMs }) =>
    attemptTransaction({ ...run, lockTimeoutMs }, index),
  );
  if (outcome instanceof Problem) return outcome;
  run.keeper?.tell();
  return undefined;
}

async function attemptTransaction(run: StepRun, index: number): Promise<Problem | undefined> {
  const { worker, source, plan, watch, keeper } = run;
  const step = plan.steps[index]!;
  keeper?.begin();
  const items = inOrder(
    worker.begin(mayPrepare(source)),
    sessionItems(run, index),
    statementItems(step.statements, timeoutsOf(run.engine, source, run.lockTimeoutMs), ({ statement }, lockTimeoutMs) =>
      keeper?.around(worker.session, statement, lockTimeoutMs),
    ),
    worker.ownRole(mayChangeRole(source)),
    keeper?.records() ?? [],
    stepDoneItems(run, index).map((item) => ({ item })),
    worker.commit(),
  );
  const { failure, last } = await withStepProgress(run, index, () => worker.send(items, watch));
  if (failure) return stepProblem(run, failure);
  // A transaction that had failed unseen answers COMMIT with ROLLBACK (manual, COMMIT).
  const tag = last?.results.at(-1)?.at(-1)?.tag;
  if (tag === 'COMMIT') return undefined;
  return new Problem('internal', `${run.version}: the server answered COMMIT with ${tag ?? 'nothing'}`);
}

/** With the connection lost, the step's transaction may have been committed all the same: the row says so. */
async function afterLoss(run: StepRun, index: number, problem: Problem): Promise<StepsEnd> {
  const { engine, control, worker, version, plan } = run;
  if (!worker.session.lost || !plan.steps[index]?.transactional) return { done: index, problem };
  try {
    await outcomeAfterLoss(engine, control, worker.session, version);
    const asked = `SELECT steps_done FROM ${control.names.migrations} WHERE version = $1`;
    const [row] = await control.session.query(asked, [version]);
    return { done: Number(row?.steps_done ?? index), problem };
  } catch (unknown) {
    return { done: index, problem: unknown instanceof Problem ? unknown : problem };
  }
}

function stopped(): Problem {
  return new Problem('cancelled', 'stopped on request');
}
