import { eventItem, stepDoneItem } from '../../ledger/write.ts';
import { asWritten } from '../../migration/as-written.ts';
import { donePart, type Step } from '../../plan/steps.ts';
import type { BatchItem } from '../../postgres/pipeline.ts';
import type { Facts, Outcome } from './probes/probe.ts';
import type { StepRun } from './step-run.ts';

/** Written before a statement outside a transaction is sent: what the next run needs to find out what became of it. */
export function stepStartedItem(
  run: StepRun,
  index: number,
  more: { target: string; before: Facts; backend: { pid: string; start: string | null } },
): BatchItem {
  const statement = run.engine.mask(statementShown(run.plan.steps[index]!));
  const doneAfter = donePart(run.plan.steps, index + 1);
  return stepEvent(run, index, 'step_started', { statement, doneAfter, ...more });
}

/** Its beginning as written; of what may hold a connection string no more than the words before it. */
function statementShown({ statements }: Step): string {
  const { sql, words } = statements[0]!.statement;
  return HOLDS_SECRETS.has(words[1] ?? '') ? words.slice(0, 4).join(' ') : asWritten(sql);
}

const HOLDS_SECRETS = new Set(['SUBSCRIPTION', 'SYSTEM']);

/** The step is done: the row's count and the event, to be written together. `more`: how it was found out, if it was. */
export function stepDoneItems(run: StepRun, index: number, more: Record<string, unknown> = {}): BatchItem[] {
  const done = donePart(run.plan.steps, index + 1);
  return [
    stepDoneItem(run.control.names, run.version, index + 1, run.plan.steps.length),
    stepEvent(run, index, 'step_finished', { ...more, done }),
  ];
}

export function stepCheckedItem(run: StepRun, index: number, { is, because }: Outcome): BatchItem {
  return stepEvent(run, index, 'step_checked', { outcome: is, because });
}

export function stepCleanedItem(run: StepRun, index: number, statement: string): BatchItem {
  return stepEvent(run, index, 'step_cleaned', { statement });
}

function stepEvent(
  { control, engine, version, plan, direction }: StepRun,
  index: number,
  event: 'step_started' | 'step_finished' | 'step_checked' | 'step_cleaned',
  more: Record<string, unknown>,
): BatchItem {
  const back = direction === 'rollback' ? { rollback: true } : {};
  const detail = { step: index + 1, steps: plan.steps.length, ...back, ...more };
  return eventItem(control.names, engine.run, { event, version, detail });
}
