import { appliedItems, eventItem, failedItem } from '../../ledger/write.ts';
import type { StepPlan } from '../../plan/steps.ts';
import type { Problem } from '../../problem/problem.ts';
import { type Application, watchOf, wholeRunDetail } from '../application.ts';
import { recordFailure, stepsState } from '../record-failure.ts';
import { planAgain } from './plan-again.ts';
import { runSteps, type StepsEnd } from './run-steps.ts';
import { readStepHistory } from './step-history.ts';
import { checkVerifyAt, type StepRun, thrownProblem } from './step-run.ts';

/**
 * Runs a file that cannot run as one transaction: step by step, each recorded as it finishes, so that a later run goes on
 * where this one stopped. Returns the duration in milliseconds.
 */
export async function applySteps(application: Application): Promise<number> {
  const { control, planned, worker } = application;
  const begun = performance.now();
  const history = planned.status.entry ? await readStepHistory(control, planned.version) : undefined;
  await recordStart(application, planned.plan);
  await worker.renew();
  let run = stepRunOf(application);
  for (let known = history; ; known = undefined) {
    const end = await runSteps(run, known);
    const plan = end.problem && (await againAfter(application, run, end));
    if (plan) run = { ...run, plan };
    else return await finish(application, run, end, performance.now() - begun);
  }
}

function stepRunOf(application: Application): StepRun {
  const { engine, control, worker, planned, keeper } = application;
  const { version, migration: source, plan } = planned;
  return { engine, control, worker, version, source, plan, direction: 'apply', watch: watchOf(application), keeper };
}

async function recordStart(application: Application, { steps, done = 0 }: StepPlan): Promise<void> {
  const { control, engine, planned, recorded } = application;
  const outcome = { errorMessage: null, stepsDone: done, stepsTotal: steps.length };
  const row = failedItem(control.names, engine.run, recorded, outcome);
  const resumed = done > 0 ? { resumedAtStep: done + 1 } : {};
  const detail = { steps: steps.length, ...resumed, ...wholeRunDetail(application) };
  await control.write([
    row,
    eventItem(control.names, engine.run, { event: 'started', version: planned.version, detail }),
  ]);
}

/** The plan with a statement outside that the server has refused in a transaction, if that is why it stopped. */
async function againAfter(application: Application, run: StepRun, end: StepsEnd): Promise<StepPlan | undefined> {
  const { engine, control, version, source, plan, worker } = run;
  const { done, problem } = end;
  if (!problem) return undefined;
  const { statements } = source;
  const again = await planAgain({ engine, control, worker, version, source, statements, plan, done, problem });
  if (!again) return undefined;
  await recordStart(application, again);
  return again;
}

async function finish(application: Application, run: StepRun, end: StepsEnd, ms: number): Promise<number> {
  const total = run.plan.steps.length;
  await application.turn?.();
  const problem = end.problem ?? (await verifyAndRecord(application, run, ms));
  if (problem) throw await recordFailure(application, stepwise(problem, run, end.done), { done: end.done, total });
  return Math.round(ms);
}

/** With what is true of a file that stopped between its steps. */
function stepwise(problem: Problem, { version, plan }: StepRun, done: number): Problem {
  const { state } = problem.fields;
  if (problem.code === 'interrupted') return problem;
  const steps = stepsState(version, { done, total: plan.steps.length });
  return problem.with({ state: state === undefined ? steps : `${state} ${steps}` });
}

async function verifyAndRecord(application: Application, run: StepRun, ms: number): Promise<Problem | undefined> {
  const { planned, control, engine, recorded } = application;
  const { plan } = run;
  try {
    await checkVerifyAt(run, plan.steps.length);
    const event = { event: 'applied' as const, version: planned.version };
    const more = { executionTimeMs: ms, ...(application.next === undefined ? {} : { next: application.next }) };
    await control.write(appliedItems(control.names, engine.run, recorded, event, more));
    return undefined;
  } catch (error) {
    return thrownProblem(run, plan.steps.length - 1, error);
  }
}

/**
 * A migration that failed as one transaction, which is still to be rolled back: as steps, where the server refused a
 * statement for standing in a transaction. Otherwise throws the problem, with the failure on record. `onRecorded`: called
 * when what was rolled back is on record, which waits for the disk.
 */
export async function applyAgain(
  application: Application,
  problem: Problem,
  onRecorded: () => void = () => {},
): Promise<number> {
  const { engine, control, worker, planned } = application;
  const { version, migration: source, plan } = planned;
  const { statements } = source;
  const again = await planAgain({ engine, control, worker, version, source, statements, plan, done: 0, problem });
  if (!again) throw await recordFailure(application, problem, undefined, onRecorded);
  onRecorded();
  return applySteps({ ...application, planned: { ...planned, plan: again } });
}
