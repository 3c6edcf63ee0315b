import type { TimeWindow } from '../../batch/window.ts';
import { readFolders, refuseComplaints } from '../../files/folders.ts';
import type { Migration } from '../../migration/migration.ts';
import type { MigrationFile } from '../../plan/migration-file.ts';
import { refuseReadOnly } from '../../postgres/server-info.ts';
import type { Session } from '../../postgres/session.ts';
import { Problem } from '../../problem/problem.ts';
import { refuseUnapprovedData } from '../approval/data-guard.ts';
import { type Control, withControl } from '../control.ts';
import type { Engine } from '../engine.ts';
import { leavesOutData } from '../keep/left-out.ts';
import { Turns } from './code/turns.ts';
import type { DataRun, DataWork } from './data-run.ts';
import { failLedgerItems } from './on-record.ts';
import { workAt } from './run-work.ts';
import { type DataStatus, refuseOlder, runOf, statusOf } from './show.ts';
import { readRun, readRuns } from './store.ts';
import { workDown, workUp } from './work.ts';

export interface RunDataOptions {
  /** Version or number; undefined: every one that may go on, in the order of versions. */
  readonly version?: string | undefined;
  readonly workers: number;
  /** What is left now, whatever holds it back: signals, windows and pauses do not count. */
  readonly finish: boolean;
  /** When batches may run, in place of the setting. */
  readonly window?: readonly TimeWindow[] | undefined;
}

export interface RunDataResult {
  readonly ok: boolean;
  readonly runs: readonly DataStatus[];
  readonly problem: Problem | null;
}

/**
 * Works at data migrations that are queued or were interrupted, with so many workers of this process, beside those of others;
 * each is on record when its last row is done. A failure is a result. Needs no lease of the tracking tables: other migrations may
 * run meanwhile.
 */
export function runData(given: Engine, options: RunDataOptions): Promise<RunDataResult> {
  const engine = within(given, options.window);
  const files = refuseComplaints(readFolders(engine.settings.directories, engine.cwd));
  return withControl(engine, async (control) => {
    refuseReadOnly(control.server);
    refuseOlder(control);
    const all = await readRuns(control.session, control.names);
    const wanted = options.version === undefined ? await mayGoOn(control, all) : [runOf(all, options.version)];
    const done: DataStatus[] = [];
    for (const run of wanted) {
      const problem = await runOne(engine, control, files, run, options);
      done.push(await statusOf(control, (await readRun(control.session, control.names, run.version)) ?? run));
      if (problem) return { ok: false, runs: done, problem };
    }
    return { ok: true, runs: done, problem: null };
  });
}

function within(engine: Engine, window: RunDataOptions['window']): Engine {
  if (!window) return engine;
  const { settings } = engine;
  return { ...engine, settings: { ...settings, data: { ...settings.data, window } } };
}

async function mayGoOn(control: Control, runs: readonly DataRun[]): Promise<DataRun[]> {
  const found: DataRun[] = [];
  for (const run of runs) {
    const { state } = await statusOf(control, run);
    if (state === 'queued' || state === 'interrupted' || state === 'running') found.push(run);
  }
  return found;
}

async function runOne(
  engine: Engine,
  control: Control,
  files: readonly MigrationFile[],
  run: DataRun,
  { workers, finish }: RunDataOptions,
): Promise<Problem | null> {
  if (run.state === 'succeeded') {
    const message = `${run.version} was ${run.direction === 'up' ? 'applied' : 'rolled back'} to its end: nothing is left of it`;
    engine.emit({ kind: 'note', message });
    return null;
  }
  const file = files.find(({ version }) => version === run.version);
  if (!file) return gone(run);
  const migration = file.load();
  const work = run.direction === 'up' ? migration.data && workUp(migration) : await back(control, migration);
  if (!work) return notData(run, file);
  await refuseUnapprovedData(engine, control, migration, run.direction);
  engine.emit({ kind: 'started', version: run.version, index: 1, total: 1, statements: work.statements.length });
  const turns = work.code && new Turns(work.code.perSecond);
  const lanes = Array.from({ length: workers }, () =>
    withSession(engine, control, (session) =>
      workAt(engine, control, session, work, { retries: finish, finish, turns }),
    ),
  );
  const ends = await Promise.allSettled(lanes);
  const failed = whatFailed(ends);
  if (!failed) {
    engine.emit({
      kind: run.direction === 'up' ? 'applied' : 'rolled_back',
      version: run.version,
      index: 1,
      total: 1,
      ms: await tookMs(control, run.version),
    });
    return null;
  }
  if (!(failed.reason instanceof Problem)) throw failed.reason;
  const problem = failed.reason.with({ version: run.version });
  // Where others go on with it, or are done, it has not failed.
  const now = await readRun(control.session, control.names, run.version);
  const isOthers = now && (now.state === 'succeeded' || (await statusOf(control, now)).state === 'running');
  if (run.direction === 'up' && !isOthers) await failLedgerItems(engine, control, migration, problem);
  engine.emit({ kind: 'failed', version: run.version, problem });
  return problem;
}

/** A way back that was left half done goes on as it was begun. */
async function back(control: Control, migration: Migration): Promise<DataWork | undefined> {
  return workDown(migration, !(await leavesOutData(control, migration.version, 'batches')));
}

/** As it is on record: from the first batch of the run on, whoever ran it. */
async function tookMs({ session, names }: Control, version: string): Promise<number> {
  const [row] = await session.query(
    `SELECT execution_time_ms AS ms FROM ${names.migrations} WHERE version::text = $1`,
    [version],
  );
  return Number(row?.ms ?? 0);
}

/** Of several workers the one that knows where: the others have only heard that one has failed. */
function whatFailed(ends: readonly PromiseSettledResult<void>[]): PromiseRejectedResult | undefined {
  const failed = ends.filter((end) => end.status === 'rejected');
  return failed.find(({ reason }) => reason instanceof Problem && reason.fields.where !== undefined) ?? failed[0];
}

/** A session of a worker's own; what runs on it is cancelled on the server when the person wants to stop. */
async function withSession<T>(engine: Engine, control: Control, use: (session: Session) => Promise<T>): Promise<T> {
  const session = await engine.connect('migration');
  if (control.server.pooled) session.behindPooler();
  const cancel = () => void session.cancel();
  engine.signal.addEventListener('abort', cancel);
  try {
    return await use(session);
  } finally {
    engine.signal.removeEventListener('abort', cancel);
    await session.end();
  }
}

function gone({ version }: DataRun): Problem {
  return new Problem('data-moved', `${version} has no file any more`, {
    version,
    state: 'Nothing was run.',
    next: ['Put the file back where it was, then run the command again.'],
  });
}

function notData({ version }: DataRun, { file }: MigrationFile): Problem {
  return new Problem('data-moved', `${version} is no data migration any more`, {
    version,
    where: { file },
    state: 'Nothing was run.',
    next: ['Restore the file as it was when its run began.'],
  });
}
