import { randomUUID } from 'node:crypto';
import { keyColumns } from '../../batch/key.ts';
import { SIZE_MIN } from '../../batch/pace.ts';
import type { CodeSpec } from '../../migration/data-spec.ts';
import type { DatabaseError } from '../../postgres/database-error.ts';
import type { Session } from '../../postgres/session.ts';
import { Problem } from '../../problem/problem.ts';
import type { Control } from '../control.ts';
import type { Engine } from '../engine.ts';
import { databaseProblem, isDatabaseError } from '../failure.ts';
import { pause } from '../pause.ts';
import { reliably } from '../runner/reconnect.ts';
import { Calls } from './code/calls.ts';
import type { CodeLane } from './code/code-lane.ts';
import { columnsFor } from './code/columns.ts';
import { loadCode } from './code/load-code.ts';
import { Turns } from './code/turns.ts';
import type { DataRun, DataTable, DataWork, LaneEnd } from './data-run.ts';
import { putsOf } from './keep/puts.ts';
import { settleKeeping } from './keep/settle-keeping.ts';
import { placeOf, resolveTable } from './key.ts';
import type { Lane } from './lane.ts';
import { paceLimits } from './pace-limits.ts';
import { readProgress } from './progress.ts';
import { OWN_CLOCKS, serversClocks } from './signals/clocks.ts';
import type { About } from './signals/signal.ts';
import { Watch } from './signals/watch.ts';
import { settleTable, startRun } from './start.ts';
import { failItem, readRun, stateItem } from './store.ts';
import { DataWorker } from './worker.ts';

export interface WorkOptions {
  /** A run that has failed or was cancelled is gone on with. */
  readonly retries: boolean;
  /** Goes on whatever speaks against it. */
  readonly finish?: boolean | undefined;
  /** Keys of a batch at most, where that is to be less than a batch usually has. */
  readonly sizeMax?: number | undefined;
  /** Called once the run is on record as begun, and nothing of it has run yet. */
  readonly onStarted?: (() => Promise<void>) | undefined;
  /** Of code: when it may be called, by all workers of this process. */
  readonly turns?: Turns | undefined;
}

/**
 * Works at a data migration on this session until it is done and on record. Where somebody pauses it meanwhile, waits until it
 * may go on. Throws a Problem: `data-key`, `data-moved`, `data-held`, `cancelled`, or what a batch has failed with; the run is then
 * in the state that says so.
 */
export async function workAt(
  engine: Engine,
  control: Control,
  session: Session,
  work: DataWork,
  options: WorkOptions,
): Promise<void> {
  const lane = await laneFor(engine, control, session, work, options);
  try {
    await workIn(lane, options);
  } finally {
    await lane.code?.code.thread.end();
  }
}

async function workIn(begun: Lane, options: WorkOptions): Promise<void> {
  const { engine, control, work } = begun;
  let lane = begun;
  let run = await startRun(engine, control, work, { ...options, table: lane.table });
  if (run.state === 'succeeded') return;
  try {
    await options.onStarted?.();
    await settleTable(lane);
    lane = { ...lane, keeping: await settleKeeping(lane) };
    for (;;) {
      const end = await new DataWorker(lane, run).work();
      const next = end.kind === 'succeeded' ? undefined : await goOn(lane, end);
      if (!next) return;
      run = next;
    }
  } catch (error) {
    // What it is a failure of is said; that it could not be left in order is found out by the next.
    if (isGone(error)) throw await fail(lane, goneUnderneath(lane, error));
    await leaveState(lane).catch(() => {});
    throw error instanceof Problem ? error : databaseProblem(error, `${work.version} was stopped`, control.role);
  }
}

async function laneFor(
  engine: Engine,
  control: Control,
  session: Session,
  work: DataWork,
  options: WorkOptions,
): Promise<Lane> {
  const { finish = false, sizeMax } = options;
  const { data, headers } = work.migration;
  const lockTimeoutMs = headers.lockTimeoutMs ?? LOCK_TIMEOUT_MS;
  const pid = control.server.pooled ? null : session.backendPid;
  const worker = { id: randomUUID(), host: engine.run.host, pid };
  const pauseShare = data?.pause ?? engine.settings.data.dutyFactor;
  const asking = { engine, control, session, lockTimeoutMs };
  const table = await resolveTable(asking, work);
  const usual = paceLimits(engine.settings, data, work.code !== undefined, table.rows);
  const limits = sizeMax === undefined ? usual : { ...usual, sizeMin: 1, sizeMax };
  const watch = finish ? undefined : await watchOf(engine, session, table);
  const spec = work.code;
  const turns = options.turns ?? new Turns(spec?.perSecond);
  const code = spec && (await codeLane(asking, work, table, { spec, turns }));
  const batchesInRange = code ? CODE_BATCHES_IN_RANGE : BATCHES_IN_RANGE;
  const puts = await putsOf(control, session, work);
  return {
    ...asking,
    worker,
    work,
    table,
    limits,
    batchesInRange,
    pause: finish ? 0 : pauseShare,
    watch,
    code,
    keeping: undefined,
    ...puts,
  };
}

/** A batch of code takes seconds, to cut a range milliseconds: several workers find one as soon as there are rows for them. */
const CODE_BATCHES_IN_RANGE = 1;
/** Few enough that several workers find some, enough that cutting them costs nothing. */
const BATCHES_IN_RANGE = 8;

async function codeLane(
  asking: Pick<Lane, 'engine' | 'control' | 'session' | 'lockTimeoutMs'>,
  work: DataWork,
  table: DataTable,
  { spec, turns }: { spec: CodeSpec; turns: Turns },
): Promise<CodeLane> {
  const columns = await columnsFor(asking, work, table);
  const code = await loadCode(work.migration, asking.engine.cwd, columns);
  const call = code.thread.call.bind(code.thread);
  return { code, columns, calls: new Calls(call, spec, turns) };
}

/** Only windows ask what time of the day it is. */
async function watchOf(engine: Engine, session: Session, table: DataTable): Promise<Watch> {
  const { data } = engine.settings;
  const clocks = data.window.length > 0 ? await serversClocks(session) : OWN_CLOCKS;
  return new Watch(session, aboutOf(engine, table), data, clocks);
}

function aboutOf({ settings }: Engine, { oid, shown, key }: DataTable): About {
  const { ignoredReplicas } = settings.data.limits;
  return { relation: oid, table: shown, key: key.kind === 'ctid' ? [] : keyColumns(key, undefined), ignoredReplicas };
}

const LOCK_TIMEOUT_MS = 1000;

/** The run as it goes on, once it may; undefined where another worker has ended it well. */
async function goOn(lane: Lane, end: Exclude<LaneEnd, { kind: 'succeeded' }>): Promise<DataRun | undefined> {
  if (end.kind === 'failed') throw await fail(lane, end);
  const { engine, control, work } = lane;
  await leaveState(lane);
  for (;;) {
    const run = await readRun(control.session, control.names, work.version);
    if (run?.state === 'succeeded') return undefined;
    if (!run || run.state === 'cancelled') throw cancelledRun(lane, run);
    if (run.state === 'failed') throw failedElsewhere(lane, run);
    if (run.state !== 'paused' && run.state !== 'pausing') {
      const started = await startRun(engine, control, work, { retries: false });
      return started.state === 'succeeded' ? undefined : started;
    }
    await tellPaused(lane, run);
    await pause(PAUSED_LOOK_MS, engine.signal);
  }
}

const PAUSED_LOOK_MS = 500;

/** Nobody is at work any more: a run that was asked to pause is paused, and one that was not is interrupted. */
async function leaveState({ control, work }: Lane): Promise<void> {
  const { session, names } = control;
  const { workers } = await readProgress(session, names, work.version);
  if (workers > 0) return;
  await session.batch([
    [stateItem(names, work.version, ['pausing'], 'paused')],
    [stateItem(names, work.version, ['running'], 'interrupted')],
  ]);
}

async function fail(
  { engine, control, work }: Lane,
  { problem, failure }: LaneEnd & { kind: 'failed' },
): Promise<Problem> {
  const message = engine.mask(failure.message);
  await reliably(engine, control, () =>
    control.write([failItem(control.names, work.version, { ...failure, message })]),
  );
  const { batches, rows } = await readProgress(control.session, control.names, work.version);
  const again = `taskflow-db ${work.direction === 'up' ? 'migrate' : 'rollback'}`;
  const { next = [] } = problem.fields;
  const back = `Or take back what is done: taskflow-db rollback --version ${work.version}`;
  return problem.with({
    ...(work.direction === 'up' && batches > 0 ? { next: [...next, back] } : {}),
    state: `The batch was rolled back. ${batches} before it stay committed (${rows} rows); the next ${again.slice(12)} goes on behind them.`,
  });
}

/**
 * The table, or a column of its key, is not there any more, or of another type: undefined_table, undefined_column,
 * invalid_schema_name, undefined_function (also of operators), datatype_mismatch.
 */
function isGone(error: unknown): error is DatabaseError {
  return isDatabaseError(error) && ['42P01', '42703', '3F000', '42883', '42804'].includes(error.code ?? '');
}

function goneUnderneath({ work, table }: Lane, error: DatabaseError): LaneEnd & { kind: 'failed' } {
  const problem = new Problem('data-moved', `${work.version}: ${table.shown} was changed or dropped underneath`, {
    version: work.version,
    where: placeOf(work),
    found: error.message,
    next: [
      `Put it back as it was, then: taskflow-db data retry ${work.version}`,
      `Or, if it is another table by now: taskflow-db data retry ${work.version} --from-start`,
    ],
  });
  return {
    kind: 'failed',
    problem,
    failure: { message: error.message, sqlstate: error.code ?? null, range: null, row: null },
  };
}

async function tellPaused({ engine, control, work }: Lane, run: DataRun): Promise<void> {
  const { keys, rows, workers } = await readProgress(control.session, control.names, work.version);
  engine.emit({
    kind: 'data_progress',
    version: work.version,
    direction: work.direction,
    pass: run.pass,
    rows,
    keys,
    keysTotal: run.keysEstimated ?? undefined,
    keysPerSecond: undefined,
    remainingMs: undefined,
    batchMs: undefined,
    size: run.size ?? SIZE_MIN,
    workers,
    held: `${run.state} by ${run.updatedBy}`,
  });
}

function cancelledRun({ work }: Lane, run: DataRun | undefined): Problem {
  const by = run ? `, by ${run.updatedBy}` : '';
  return new Problem('data-held', `${work.version} was cancelled meanwhile${by}`, {
    version: work.version,
    state: 'The batches that were committed stay; the position is kept.',
    next: [`Go on behind the last batch: taskflow-db data retry ${work.version}`],
  });
}

function failedElsewhere({ work }: Lane, { error }: DataRun): Problem {
  return new Problem('statement-failed', `${work.version} failed in another worker`, {
    version: work.version,
    ...(error
      ? { found: [error.message, error.range && `in the batch of keys ${error.range}`].filter(Boolean).join(', ') }
      : {}),
    state: 'The batches that were committed stay; the position is kept.',
    next: [`Correct the data or the file, then: taskflow-db data retry ${work.version}`],
  });
}
