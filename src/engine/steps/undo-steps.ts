import { eventItem } from '../../ledger/write.ts';
import type { Problem } from '../../problem/problem.ts';
import { beganDetail } from '../keep/left-out.ts';
import { planAgain } from './plan-again.ts';
import { runSteps, type StepsEnd } from './run-steps.ts';
import { readStepHistory } from './step-history.ts';
import { type StepRun, thrownProblem } from './step-run.ts';

/**
 * Runs the way back of a version step by step, each recorded as it finishes; `puts`: what was kept comes back behind them;
 * `record` writes that the version is rolled back. How far it came, with the problem that stopped it.
 */
export async function undoSteps(
  undoing: Omit<StepRun, 'direction'>,
  puts: boolean,
  record: () => Promise<void>,
): Promise<StepsEnd> {
  const { control, engine, version, plan, worker } = undoing;
  const { done = 0 } = plan;
  const resumed = done > 0 ? { resumedAtStep: done + 1 } : {};
  const detail = { steps: plan.steps.length, ...resumed, ...beganDetail(puts) };
  const history = await readStepHistory(control, version);
  await control.write([eventItem(control.names, engine.run, { event: 'rollback_started', version, detail })]);
  await worker.renew();
  let run: StepRun = { ...undoing, direction: 'rollback' };
  for (let known: typeof history | undefined = history; ; known = undefined) {
    const end = await runSteps(run, known);
    const again = end.problem && (await againAfter(run, end, end.problem));
    if (again) run = { ...run, plan: again };
    else return end.problem ? end : await recorded(run, end, record);
  }
}

async function recorded(run: StepRun, end: StepsEnd, record: () => Promise<void>): Promise<StepsEnd> {
  try {
    await record();
    return end;
  } catch (error) {
    return { ...end, problem: thrownProblem(run, end.done - 1, error) };
  }
}

function againAfter(run: StepRun, { done }: StepsEnd, problem: Problem) {
  const { engine, control, version, source, plan, worker } = run;
  const statements = source.rollback.kind === 'sql' ? source.rollback.statements : [];
  return planAgain({ engine, control, worker, version, source, statements, plan, done, problem });
}
