import { type RunEventName, transition } from '../../batch/states.ts';
import { type EventName, eventItem } from '../../ledger/write.ts';
import type { BatchItem } from '../../postgres/pipeline.ts';
import { Problem } from '../../problem/problem.ts';
import { type Control, withControl } from '../control.ts';
import type { Engine } from '../engine.ts';
import type { DataRun } from './data-run.ts';
import { type DataStatus, refuseWithoutRuns, runOf, statusOf } from './show.ts';
import { forgetItems, readRun, readRuns, skipFailedItem, stateItem } from './store.ts';

export interface RetryOptions {
  /** Rows that fail are passed over from now on, each on record. */
  readonly skipFailed?: boolean | undefined;
  /** All of it again, in place of going on behind the last batch. */
  readonly fromStart?: boolean | undefined;
  /** The file says something else now: it is gone on with as it is. */
  readonly changed?: boolean | undefined;
}

/** Each worker stops behind its batch; what nobody works on is paused at once. */
export function pauseRun(engine: Engine, version: string): Promise<DataStatus> {
  return steer(engine, version, 'pause', 'data_paused');
}

/** What was paused may go on: the next worker takes it up, or the one that waits for that. */
export function resumeRun(engine: Engine, version: string): Promise<DataStatus> {
  return steer(engine, version, 'resume', 'data_resumed');
}

/** Ends the run: no batch is committed any more when this returns. What was committed stays. */
export function cancelRun(engine: Engine, version: string): Promise<DataStatus> {
  return steer(engine, version, 'cancel', 'data_cancelled');
}

/** A run that has failed or was cancelled may go on: it is queued. */
export function retryRun(engine: Engine, version: string, options: RetryOptions = {}): Promise<DataStatus> {
  return steer(engine, version, 'retry', 'data_retried', options);
}

/** Problem `data-held` where that cannot be asked of a run in its state; it says what can. */
async function steer(
  engine: Engine,
  version: string,
  wanted: RunEventName,
  event: EventName,
  options: RetryOptions = {},
): Promise<DataStatus> {
  return withControl(engine, async (control) => {
    refuseWithoutRuns(control);
    const { session, names } = control;
    const run = runOf(await readRuns(session, names), version);
    for (let now: DataRun | undefined = run; now; now = await readRun(session, names, run.version)) {
      const { state } = await statusOf(control, now);
      const next = transition(state, wanted);
      if (!next) throw impossible(now, state, wanted);
      const asked = [stateItem(names, run.version, [now.state], next.to), ...retryItems(control, run.version, options)];
      const { results } = await session.batch([asked]);
      if (results[0]?.[0]?.rows.length !== 1) continue;
      const detail = { was: state, now: next.to, reason: next.reason, ...options };
      await control.write([eventItem(names, engine.run, { event, version: run.version, detail })]);
      if (wanted === 'cancel') await session.batch([[stillItem(control, run.version)]]);
      return statusOf(control, (await readRun(session, names, run.version)) ?? now);
    }
    throw new Problem('version-unknown', `the run of ${run.version} is gone`, { version: run.version });
  });
}

/** Waits for the batches that are under way: each keeps the row of the run to its end. */
function stillItem({ names }: Control, version: string): BatchItem {
  return { sql: `SELECT 1 FROM ${names.dataMigrations} WHERE version = $1 FOR UPDATE`, params: [version] };
}

function retryItems(
  { names }: Control,
  version: string,
  { skipFailed, fromStart, changed }: RetryOptions,
): BatchItem[] {
  return [
    ...(fromStart ? forgetItems(names, version) : []),
    ...(changed && !fromStart
      ? [{ sql: `UPDATE ${names.dataMigrations} SET body_checksum = '' WHERE version = $1`, params: [version] }]
      : []),
    ...(skipFailed ? [skipFailedItem(names, version)] : []),
  ];
}

const COMMANDS: Readonly<Partial<Record<RunEventName, string>>> = {
  pause: 'pause',
  resume: 'resume',
  cancel: 'cancel',
  retry: 'retry',
};

function impossible(run: DataRun, state: DataRun['state'], wanted: RunEventName): Problem {
  const possible = Object.entries(COMMANDS).filter(([event]) => transition(state, event as RunEventName));
  return new Problem('data-held', `${run.version} is ${state}: it cannot be asked to ${COMMANDS[wanted] ?? wanted}`, {
    version: run.version,
    state: 'Nothing was changed.',
    next:
      possible.length > 0
        ? possible.map(([, command]) => `What can be done: taskflow-db data ${command} ${run.version}`)
        : ['A run that has succeeded is taken back with: taskflow-db rollback'],
  });
}
