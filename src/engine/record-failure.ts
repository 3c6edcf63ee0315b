import { eventItem, failedItem } from '../ledger/write.ts';
import { attach, Problem } from '../problem/problem.ts';
import { shortMessage } from '../report/events.ts';
import type { Application } from './application.ts';
import { databaseProblem } from './failure.ts';
import { cancelled } from './pause.ts';
import { reliably } from './runner/reconnect.ts';

/**
 * Rolls back, then puts the failure on record on the control session, which waits for the disk; then `onRecorded`, and the
 * event. The first problem survives whatever follows.
 */
export async function recordFailure(
  application: Application,
  problem: Problem,
  steps?: { done: number; total: number },
  onRecorded: () => void = () => {},
): Promise<Problem> {
  const { engine, control, worker, planned } = application;
  const state = problem.fields.state ?? 'Rolled back: the database is as it was before this migration.';
  const shown = engine.signal.aborted
    ? cancelled(state).with({ version: planned.version, ...whereOf(problem) })
    : problem.with({ state });
  let result: unknown = shown;
  try {
    await worker.rollback();
  } catch (error) {
    result = attachOther(result, error);
  }
  try {
    await reliably(engine, control, () => control.write(failureItems(application, shown, problem, steps)));
  } catch (error) {
    result = attachOther(result, databaseProblem(error, 'the failure itself could not be recorded'));
  }
  onRecorded();
  // What was only cut off may be gone on with: see applyAll.
  if (!isCutOff(shown)) {
    engine.emit({ kind: 'failed', version: planned.version, problem: result as Problem });
  }
  return result as Problem;
}

/** What a loss or a take-over hinders afterwards says nothing new. */
export function attachOther(first: unknown, later: unknown): unknown {
  if (!(first instanceof Problem && later instanceof Problem)) return attach(first, later);
  const isSame = (first.code === 'taken-over' && later.code === first.code) || (isCutOff(first) && isCutOff(later));
  return isSame ? first : attach(first, later);
}

/** The connection was lost, or the server ended the session (SQLSTATE class 57P; manual, Appendix A): nothing that the file has done. */
export function isCutOff({ code, fields: { server } }: Problem): boolean {
  return code === 'connection-lost' || server?.sqlstate.startsWith('57P') === true;
}

function failureItems(
  { engine, control, planned, recorded }: Application,
  shown: Problem,
  problem: Problem,
  steps?: { done: number; total: number },
) {
  const { where } = shown.fields;
  const { server } = problem.fields;
  const message = engine.mask(shortMessage(shown));
  const errorMessage = steps && isInterruption(shown) ? null : message;
  const outcome = { errorMessage, stepsDone: steps?.done ?? null, stepsTotal: steps?.total ?? null };
  const detail = { message, sqlstate: server?.sqlstate, line: where?.line, column: where?.column, ...steps };
  const event = shown.code === 'cancelled' ? 'cancelled' : isCutOff(shown) ? 'connection_lost' : 'failed';
  return [
    failedItem(control.names, engine.run, recorded, outcome),
    eventItem(control.names, engine.run, { event, version: planned.version, detail }),
  ];
}

/**
 * What a step was cut off by, rather than what it failed with: then the catalog has to tell what became of it, and the
 * version is `interrupted`.
 */
function isInterruption(problem: Problem): boolean {
  return isCutOff(problem) || INTERRUPTIONS.has(problem.code);
}

const INTERRUPTIONS: ReadonlySet<string> = new Set(['cancelled', 'interrupted', 'runner-busy']);

function whereOf(problem: Problem) {
  return problem.fields.where ? { where: problem.fields.where } : {};
}

/** What is true of a file that stopped between its steps. */
export function stepsState(version: string, steps: { done: number; total: number }): string {
  if (steps.done === steps.total) {
    return `All ${steps.total} steps of ${version} are done and on record, but it does not count as applied; the next migrate checks it again.`;
  }
  return `${steps.done} of ${steps.total} steps of ${version} are done and on record; the next migrate goes on with step ${steps.done + 1}.`;
}
