import type { Statement } from '../../migration/migration.ts';
import { inForce, type LedgerEntry } from '../../plan/ledger-entry.ts';
import { beginsWith, planSteps, type StepPlan } from '../../plan/steps.ts';
import type { UpPlan } from '../../plan/up.ts';
import type { Control } from '../control.ts';
import { readStepHistory, type StepHistory } from './step-history.ts';

/** The plan with what earlier runs have done of files that run step by step, and have learned about them. */
export async function resumeUp(control: Control, plan: UpPlan): Promise<UpPlan> {
  if (!plan.migrations.some((one) => isUnfinished(one.status.entry))) return plan;
  const migrations = [];
  for (const one of plan.migrations) {
    const { entry } = one.status;
    const { statements, headers, large } = one.migration;
    if (!isUnfinished(entry) || large || one.plan.mode === 'batches') migrations.push(one);
    else {
      const file = { statements, none: headers.transaction === 'none', bodyChecksum: one.migration.bodyChecksum };
      migrations.push({ ...one, plan: await resumed(control, one.version, file, one.plan, entry) });
    }
  }
  return { ...plan, migrations };
}

/** The same for the way back of a version whose rollback stopped between two steps. */
export async function resumeDown(
  control: Control,
  { version, entry }: { version: string; entry: LedgerEntry | undefined },
  statements: readonly Statement[],
  plan: StepPlan,
  none: boolean,
): Promise<StepPlan> {
  if (!entry || !isHalfRolledBack(entry)) return plan;
  return resumed(control, version, { statements, none, bodyChecksum: undefined }, plan, entry);
}

function isUnfinished(entry: LedgerEntry | undefined): entry is LedgerEntry {
  return entry !== undefined && !entry.success && entry.stepsTotal !== null;
}

function isHalfRolledBack(entry: LedgerEntry): boolean {
  return inForce(entry) && entry.stepsTotal !== null;
}

interface StepFile {
  readonly statements: readonly Statement[];
  readonly none: boolean;
  readonly bodyChecksum: string | undefined;
}

async function resumed(
  control: Control,
  version: string,
  file: StepFile,
  plan: StepPlan,
  entry: LedgerEntry,
): Promise<StepPlan> {
  const history = await readStepHistory(control, version);
  const { outside, endBehindAddValue } = history;
  const statementsDone = statementsDoneIn(file, plan, entry, history);
  const hints = { none: file.none, outside, endBehindAddValue, statementsDone };
  const again = planSteps(file.statements, control.server.versionNum, hints);
  return { ...again, mode: statementsDone > 0 ? 'steps' : again.mode, done: stepsUpTo(again, statementsDone) };
}

/**
 * So many statements at the file's beginning are done: those that the last finished step names, while the file still begins
 * with them; what comes behind may have been edited. Records of older versions of the tool hold a count of steps alone.
 */
function statementsDoneIn(file: StepFile, plan: StepPlan, entry: LedgerEntry, { done }: StepHistory): number {
  if (done) return beginsWith(file.statements, done) ? done.statements : 0;
  const same = entry.bodyChecksum === file.bodyChecksum && entry.stepsTotal === plan.steps.length;
  const steps = same ? plan.steps.slice(0, entry.stepsDone ?? 0) : [];
  return steps.reduce((sum, step) => sum + step.statements.length, 0);
}

function stepsUpTo({ steps }: StepPlan, statementsDone: number): number {
  let count = 0;
  let done = 0;
  while (done < steps.length && count < statementsDone) count += steps[done++]!.statements.length;
  return done;
}
