import { locate } from '../../migration/locate.ts';
import { donePart } from '../../plan/steps.ts';
import { Problem } from '../../problem/problem.ts';
import { outsideWork, workTarget } from '../../sql/outside.ts';
import { watchBlockers } from '../locks/retries.ts';
import { attachToBackend, builderOf, waitForProcess } from './attach.ts';
import { askAt, mendAt } from './outside-step.ts';
import { probeOf } from './probes/of-work.ts';
import type { Outcome } from './probes/probe.ts';
import type { StepHistory, StepUnderWay } from './step-history.ts';
import { stepCheckedItem, stepCleanedItem, stepDoneItems } from './step-record.ts';
import { checkVerifyAt, lockSubject, onlyStatement, type StepRun } from './step-run.ts';

/**
 * An earlier run was at this step when it ended: finds out from the catalog what became of it, removes or completes what is
 * half done, and puts that on record. `run`: it is still to be run; a Problem where nobody but a person can tell.
 */
export async function recoverStep(
  run: StepRun,
  index: number,
  history: StepHistory,
  underWay: StepUnderWay,
): Promise<'run' | 'done' | Problem> {
  await attachToBackend(run, index, underWay);
  const work = outsideWork(onlyStatement(run.plan.steps[index]!));
  const target = workTarget(work);
  if (target !== underWay.target) return 'run';
  const ask = () => probeOf(work).outcome(askAt(run, index), history.firstFacts.get(target) ?? {});
  const asked = await askedAtRest(run, index, ask);
  const outcome = asked.is === 'cannot tell' ? await whatElseTells(run, index, underWay, asked) : asked;
  if (outcome.is === 'not done' && underWay.failed) return 'run';
  await tellAndRecord(run, index, outcome);
  if (outcome.is === 'done' && work.kind === 'create index' && isEdited(run, index, underWay))
    return ofOtherText(run, index, outcome);
  if (outcome.is === 'cannot tell') return unclear(run, index, outcome);
  if (outcome.is === 'half done') await cleanUp(run, index, outcome);
  if (outcome.is !== 'done' && !outcome.completes) return 'run';
  await run.control.write(stepDoneItems(run, index, { found: outcome.because }));
  return 'done';
}

/** What the catalog says when nobody is at it any more: an index that is being built now is INVALID until it is done. */
async function askedAtRest(run: StepRun, index: number, ask: () => Promise<Outcome>): Promise<Outcome> {
  const outcome = await ask();
  for (const oid of outcome.indexes ?? []) {
    if (!(await builderOf(run, oid))) continue;
    await waitForProcess(run, index, 'is building that index', () => builderOf(run, oid));
    return ask();
  }
  return outcome;
}

async function tellAndRecord(run: StepRun, index: number, outcome: Outcome): Promise<void> {
  const { engine, control, version } = run;
  await control.write([stepCheckedItem(run, index, outcome)]);
  const message = `${version}: step ${index + 1} was interrupted: ${outcome.because} (${outcome.is})`;
  engine.emit({ kind: 'note', message });
}

async function cleanUp(run: StepRun, index: number, { cleanUp: statements = [] }: Outcome): Promise<void> {
  const { engine, control, version } = run;
  for (const statement of statements) {
    engine.emit({ kind: 'note', message: `${version}: ${statement}` });
    await watchBlockers(lockSubject(run), () => mendAt(run, index, statement));
    await control.write([stepCleanedItem(run, index, statement)]);
  }
}

/** The server said that it failed; or VERIFY tells, which for a step with others behind it can only say yes. */
async function whatElseTells(run: StepRun, index: number, underWay: StepUnderWay, asked: Outcome): Promise<Outcome> {
  if (underWay.failed) return { is: 'not done', because: 'it failed' };
  const { source, direction, plan } = run;
  if (direction === 'rollback' || source.verify.length === 0) return asked;
  try {
    await checkVerifyAt(run, index);
    return { is: 'done', because: 'VERIFY is true' };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const isLast = index === plan.steps.length - 1;
    return isLast && error.code === 'verify-failed' ? { is: 'not done', because: 'VERIFY is not true' } : asked;
  }
}

/** Then the index is the one that the text of before has made: the catalog tells that it is there, not that it is the same. */
function isEdited({ plan }: StepRun, index: number, { doneAfter }: StepUnderWay): boolean {
  return donePart(plan.steps, index + 1).sha256 !== doneAfter.sha256;
}

function ofOtherText({ version, source, plan }: StepRun, index: number, { because }: Outcome): Problem {
  const { statement } = plan.steps[index]!.statements[0]!;
  return new Problem(
    'interrupted',
    `${version}: step ${index + 1} has built its index, and the file was changed since`,
    {
      version,
      where: locate(source, statement, 0),
      statement: statement.sql,
      found: `${because}; it was built by the text of before`,
      state: `${index} of ${plan.steps.length} steps are done and on record.`,
      next: [
        'If it is to be another index now: DROP INDEX CONCURRENTLY of that one, then run migrate again.',
        'If it is as it should be: take the change of the file back, then run migrate again.',
      ],
    },
  );
}

function unclear({ version, source, plan, direction }: StepRun, index: number, { because }: Outcome): Problem {
  const { statement } = plan.steps[index]!.statements[0]!;
  const verify = direction === 'apply' ? ['With a VERIFY section in the file, that decides the next time.'] : [];
  return new Problem('interrupted', `${version}: step ${index + 1} was interrupted, and it is not known what it did`, {
    version,
    where: locate(source, statement, 0),
    statement: statement.sql,
    found: because,
    state: `${index} of ${plan.steps.length} steps are done and on record; step ${index + 1} may have done all of its work, some of it, or nothing.`,
    next: [
      `Look at the data. If all of it is done: taskflow-db repair --step-done ${version} --reason "..."`,
      `If it is to be run again: taskflow-db repair --step-not-done ${version} --reason "..."`,
      ...verify,
    ],
  });
}
