import { estimate, type RecentBatches, withBatch } from '../../batch/estimate.ts';
import type { KeyValue } from '../../batch/key.ts';
import type { RunView } from '../../batch/run-view.ts';
import type { RunState } from '../../batch/states.ts';
import { LAYOUT_NEWEST, LAYOUT_OF_DATA } from '../../ledger/names.ts';
import { Problem } from '../../problem/problem.ts';
import { type Control, withControl } from '../control.ts';
import type { Engine } from '../engine.ts';
import type { DataFailure, DataRun, SkippedRow } from './data-run.ts';
import { readProgress } from './progress.ts';
import { readRuns, readWorkers } from './store.ts';

/** One data migration as `data status` shows it. */
export interface DataStatus extends RunView {
  readonly background: boolean;
  /** How long a batch should take, where that was said for this run; null: as its file or the configuration says. */
  readonly targetMs: number | null;
  readonly workers: readonly DataWorkerStatus[];
  readonly throttleSince: string | null;
  readonly error: DataFailure | null;
  readonly skipped: readonly SkippedRow[];
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
  readonly updatedAt: string;
}

export interface DataWorkerStatus {
  readonly id: string;
  readonly host: string;
  /** Its server process; null behind a pooler. */
  readonly processId: number | null;
  readonly position: KeyValue | null;
  readonly hi: KeyValue | null;
  readonly rows: number;
}

/** Every data migration that has a run, or one of them. Reads only, takes no lock. Problems `not-tracked`, `version-unknown`. */
export function dataStatus(engine: Engine, version?: string): Promise<readonly DataStatus[]> {
  return withControl(engine, async (control) => {
    refuseWithoutRuns(control);
    const runs = await readRuns(control.session, control.names);
    const wanted = version === undefined ? runs : [runOf(runs, version)];
    const all: DataStatus[] = [];
    for (const run of wanted) all.push(await statusOf(control, run));
    return all;
  });
}

/** The tables of runs are there, of this layout or an older one: for who reads them, or steers what an older version runs. */
export function hasRuns({ ledger }: Control): boolean {
  return (ledger.layout ?? 0) >= LAYOUT_OF_DATA;
}

/** There are no tables of runs. */
export function refuseWithoutRuns(control: Control): void {
  const { server } = control;
  if (hasRuns(control)) return;
  throw new Problem('not-tracked', `the database ${server.database} has no data migrations yet`, {
    state: 'Nothing was run.',
    next: ['Run: taskflow-db init'],
  });
}

/** For who writes what only the newest layout has. Problem `not-tracked`. */
export function refuseOlder(control: Control): void {
  refuseWithoutRuns(control);
  const { ledger, server } = control;
  if (ledger.layout === LAYOUT_NEWEST) return;
  throw new Problem('not-tracked', `the tracking tables of ${server.database} are those of an older taskflow-db`, {
    found: `layout ${ledger.layout}`,
    expected: `layout ${LAYOUT_NEWEST}`,
    state: 'Nothing was run.',
    next: ['Run: taskflow-db init'],
  });
}

/** By its version or number. */
export function runOf(runs: readonly DataRun[], version: string): DataRun {
  const found = runs.filter(
    (run) => run.version === version || Number(run.version.match(/^\d+/)?.[0]) === Number(version),
  );
  const [run, other] = found;
  if (run && !other) return run;
  throw new Problem(
    'version-unknown',
    `${version} is ${other ? 'the number of several data migrations' : 'no data migration that has a run'}`,
    {
      ...(runs.length > 0 ? { expected: (other ? found : runs).map((one) => one.version).join(', ') } : {}),
      state: 'Nothing was run.',
      next: ['See what there is: taskflow-db data status', 'A run is made when migrate comes to it.'],
    },
  );
}

export async function statusOf(control: Control, run: DataRun): Promise<DataStatus> {
  const { session, names } = control;
  const done = await readProgress(session, names, run.version);
  const workers = await readWorkers(session, names, run.version);
  const recent = await recentBatches(control, run);
  const total = run.keysEstimated === null ? undefined : Math.max(run.keysEstimated, done.keys);
  const { keysPerSecond, left } = estimate(recent.batches, total === undefined ? 0 : total - done.keys);
  const state = workers.length > 0 ? run.state : withoutWorkers(run.state);
  const isMoving = state === 'running' && run.pass === 1;
  return {
    version: run.version,
    direction: run.direction,
    state,
    background: run.background,
    relation: run.relation,
    pass: run.pass,
    rows: done.rows,
    keys: done.keys,
    keysTotal: total ?? null,
    batches: done.batches,
    keysPerSecond: state === 'running' ? (keysPerSecond ?? null) : null,
    remainingMs: isMoving && total !== undefined ? (left ?? null) : null,
    batchMs: recent.lastMs,
    targetMs: run.targetMs,
    workers,
    throttle: run.throttle,
    throttleSince: run.throttleSince,
    error: run.error,
    skipped: run.skipped,
    startedAt: run.startedAt,
    finishedAt: run.finishedAt,
    updatedAt: run.updatedAt,
    updatedBy: run.updatedBy,
  };
}

function withoutWorkers(state: RunState): RunState {
  if (state === 'running') return 'interrupted';
  return state === 'pausing' ? 'paused' : state;
}

/** What all workers together have done lately: from one commit to the next, rests included. */
async function recentBatches(
  { session, names }: Control,
  run: DataRun,
): Promise<{ batches: RecentBatches; lastMs: number | null }> {
  const rows = await session.query(
    `SELECT keys, ms, extract(epoch FROM finished_at - pg_catalog.lag(finished_at) OVER (ORDER BY id)) * 1000 AS paced
FROM (SELECT id, keys, ms, finished_at FROM ${names.dataBatches} WHERE version = $1 AND direction = $2 ORDER BY id DESC LIMIT 21) AS b ORDER BY id`,
    [run.version, run.direction],
  );
  const batches = rows.reduce<RecentBatches>(
    (recent, row) => withBatch(recent, { keys: Number(row.keys), ms: Number(row.paced ?? row.ms) }),
    [],
  );
  const last = rows.at(-1)?.ms;
  return { batches, lastMs: last == null ? null : Number(last) };
}
