import { type EventName, eventItem, failedItem } from '../ledger/write.ts';
import { attach, type Problem } from '../problem/problem.ts';
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
    result = attach(result, error);
  }
  try {
    await reliably(engine, control, () => control.write(failureItems(application, shown, problem, steps)));
  } catch (error) {
    result = attach(result, databaseProblem(error, 'the failure itself could not be recorded'));
  }
  onRecorded();
  // What only lost its connection may be gone on with: see applyAll.
  if (shown.code !== 'connection-lost') {
    engine.emit({ kind: 'failed', version: planned.version, problem: result as Problem });
  }
  return result as Problem;
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
  const event = EVENT_OF[shown.code] ?? 'failed';
  return [
    failedItem(control.names, engine.run, recorded, outcome),
    eventItem(control.names, engine.run, { event, version: planned.version, detail }),
  ];
}

const EVENT_OF: Readonly<Record<string, EventName>> = { cancelled: 'cancelled', 'connection-lost': 'connection_lost' };

/**
 * What a step was cut off by, rather than what it failed with: then the catalog has to tell what became of it, and the
 * version is `interrupted`. SQLSTATE class 57P: the server ended the session (manual, Appendix A).
 */
function isInterruption({ code, fields: { server } }: Problem): boolean {
  return INTERRUPTIONS.has(code) || server?.sqlstate.startsWith('57P') === true;
}

const INTERRUPTIONS: ReadonlySet<string> = new Set(['connection-lost', 'cancelled', 'interrupted', 'runner-busy']);

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
