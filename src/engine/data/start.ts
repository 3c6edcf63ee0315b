import { type RunState, transition } from '../../batch/states.ts';
import { eventItem } from '../../ledger/write.ts';
import { Problem } from '../../problem/problem.ts';
import type { Control } from '../control.ts';
import type { Engine } from '../engine.ts';
import type { DataRun, DataTable, DataWork } from './data-run.ts';
import { placeOf } from './key.ts';
import { beginItems, type Lane, OTHERS_LOCK_TIMEOUT_MS, rollBack } from './lane.ts';
import { lastItem, lastOf } from './probe.ts';
import { beginRunItems, keyJson, RUN_CHANGED, readRun, stateItem, takeBackItems, unchangedItem } from './store.ts';

/** What may be gone on with: a run that somebody has started on purpose goes on though it had failed or was cancelled. */
export interface StartOptions {
  readonly retries: boolean;
  /** Where it is known: the table that it goes through. */
  readonly table?: DataTable | undefined;
}

/**
 * Takes a run up: makes it, goes on where an earlier one stopped, or joins workers that are at it. Returns it running; succeeded where
 * somebody else has come to its end since it was asked for: what is done and on record is not done again. Problems `data-held` where somebody has paused it, `data-moved` where its SQL is not what was begun.
 */
export async function startRun(
  engine: Engine,
  control: Control,
  work: DataWork,
  { retries, table }: StartOptions,
): Promise<DataRun> {
  const { session, names } = control;
  for (;;) {
    const run = await readRun(session, names, work.version);
    if (run && (await isOnRecord(control, work, run))) return run;
    if (!run || isOver(work, run)) {
      await beginAnew(control, work, run, table);
      continue;
    }
    if (run.direction !== work.direction) throw otherDirection(work, run);
    if (run.state === 'paused' || run.state === 'pausing') throw held(run);
    refuseChanged(work, run);
    if (run.state === 'running') return run;
    const goesOn = retries && (run.state === 'failed' || run.state === 'cancelled');
    const state = goesOn ? transition(run.state, 'retry')?.to : run.state;
    const next = state && transition(state, 'start')?.to;
    if (!next) throw atRest(run);
    if (await take(engine, control, work, run, next)) return (await readRun(session, names, work.version)) ?? run;
  }
}

/** That way has been gone to its end, and the version is what it makes of it; not so where it has been applied or undone again since. */
async function isOnRecord({ session, names }: Control, work: DataWork, run: DataRun): Promise<boolean> {
  if (run.direction !== work.direction || run.state !== 'succeeded') return false;
  const [row] = await session.query(
    `SELECT success AND type <> 'rollback' AS in_force FROM ${names.migrations} WHERE version::text = $1`,
    [work.version],
  );
  return (row?.in_force === 't') === (work.direction === 'up');
}

/** What was there of the version is history: it begins from the first row. */
function isOver(work: DataWork, run: DataRun): boolean {
  if (run.direction === work.direction) return run.state === 'succeeded';
  const isTakenBack = work.direction === 'down' && transition(run.state, 'undo') !== undefined;
  return run.state === 'succeeded' || run.state === 'queued' || isTakenBack;
}

/** Where several do so at once, one does. */
async function beginAnew(
  control: Control,
  work: DataWork,
  run: DataRun | undefined,
  table: DataTable | undefined,
): Promise<void> {
  const { names } = control;
  const done = run && table && isKnownWhat(work, run, table) ? takeBackItems(names, work.version) : undefined;
  const items = [
    unchangedItem(names, work.version, run),
    ...(done ?? []),
    ...beginRunItems(names, work, 'queued', !done),
  ];
  const { failure } = await control.session.runBatch([[...control.fenceItems, ...items]]);
  if (failure && !failure.error.message.includes(RUN_CHANGED)) throw failure.error;
}

/** What a half-done run has gone through so far is known by its key: only that is to be taken back. */
function isKnownWhat(work: DataWork, run: DataRun, table: DataTable): boolean {
  const isHalf = work.direction === 'down' && run.direction === 'up' && run.state !== 'succeeded' && run.pass === 1;
  const isSameTable = run.relationId === table.oid && isSame(run.key, table);
  return isHalf && isSameTable && table.key.kind === 'columns' && work.statements.length > 0;
}

/** False where the run is not any more what it was when it was read. */
async function take(engine: Engine, control: Control, work: DataWork, run: DataRun, next: RunState): Promise<boolean> {
  const { session, names } = control;
  const { results } = await session.batch([
    [...control.fenceItems, checksumItem(names, work), stateItem(names, work.version, [run.state], next)],
  ]);
  if (results[0]?.at(-1)?.rows.length !== 1) return false;
  const event = run.startedAt === null ? 'data_started' : 'data_resumed';
  const detail = { direction: work.direction, ...(run.startedAt === null ? {} : { was: run.state }) };
  await control.write([eventItem(names, engine.run, { event, version: work.version, detail })]);
  return true;
}

/** As the file is now: nothing has run yet, or it is meant so. */
function checksumItem({ dataMigrations }: Control['names'], { version, checksum, background }: DataWork) {
  return {
    sql: `UPDATE ${dataMigrations} SET body_checksum = $2, background = $3::boolean WHERE version = $1 AND (started_at IS NULL OR body_checksum = '')`,
    params: [version, checksum, String(background)],
  };
}

/** Writes down which table and key it is and where its first pass ends, once; later workers must find the same. Problem `data-moved`. */
export async function settleTable(lane: Lane): Promise<void> {
  const { control, session, work, table } = lane;
  const key = JSON.stringify(table.key);
  try {
    await session.batch([beginItems(lane.engine, control, OTHERS_LOCK_TIMEOUT_MS)]);
    await session.query(`SELECT 1 FROM ${control.names.dataMigrations} WHERE version = $1 FOR NO KEY UPDATE`, [
      work.version,
    ]);
    const run = await readRun(session, control.names, work.version);
    if (run?.relation == null) {
      const last = lastItem(table);
      const [row] = await session.query(last.sql, last.params);
      await session.query(
        `UPDATE ${control.names.dataMigrations} SET relation = $2, relation_id = $3::oid, batch_key = $4::jsonb, end_at = $5::jsonb,
  keys_estimated = $6::bigint WHERE version = $1`,
        [
          work.version,
          table.name,
          table.oid,
          key,
          keyJson(lastOf(table.key, row)),
          table.rows === undefined ? null : String(table.rows),
        ],
      );
    } else if (run.relationId !== table.oid || !isSame(run.key, table)) throw moved(run, lane);
    await session.query('COMMIT');
  } catch (error) {
    await rollBack(session);
    throw error;
  }
}

function isSame(key: string | null, table: DataTable): boolean {
  return key !== null && JSON.stringify(sorted(JSON.parse(key))) === JSON.stringify(sorted(table.key));
}

/** jsonb has its own order of keys. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, one]) => [name, sorted(one)]),
  );
}

function moved(run: DataRun, { work, table }: Lane): Problem {
  const other = run.relationId !== table.oid;
  const message = other
    ? `${work.version}: ${table.shown} is not the table that was begun with: it was dropped and made anew`
    : `${work.version}: the key of ${table.shown} is not what it was when the run began`;
  return new Problem('data-moved', message, {
    version: work.version,
    where: placeOf(work),
    found: JSON.stringify(table.key),
    expected: run.key ?? '',
    state: `What was done before stays; it stopped ${run.cutTo === null ? 'before the first range' : `within keys up to ${run.cutTo.join(', ')}`}.`,
    next: [`Begin from the first row again: taskflow-db data retry ${work.version} --from-start`],
  });
}

function refuseChanged(work: DataWork, run: DataRun): void {
  // Empty: somebody has said that the new SQL is meant.
  if (run.checksum === work.checksum || run.checksum === '' || run.startedAt === null) return;
  throw new Problem('data-moved', `${work.version} was changed after its first batches had run`, {
    version: work.version,
    where: { file: work.migration.file },
    state: 'The batches that were committed ran the SQL as it was before. Nothing more was run.',
    next: [
      `Go on with the new SQL behind the last batch: taskflow-db data retry ${work.version} --changed`,
      `Begin from the first row again: taskflow-db data retry ${work.version} --from-start`,
      'Or restore the file as it was.',
    ],
  });
}

function held({ version, updatedAt, updatedBy }: DataRun): Problem {
  return new Problem('data-held', `${version} is paused, by ${updatedBy} at ${updatedAt}`, {
    version,
    state: 'What is done stays as it is; the position is kept.',
    next: [`Let it go on: taskflow-db data resume ${version}`],
  });
}

function atRest({ version, state, error }: DataRun): Problem {
  return new Problem('data-held', `${version} ${state === 'failed' ? 'has failed' : `is ${state}`}`, {
    version,
    ...(error ? { found: error.message } : {}),
    state: 'What is done stays as it is; the position is kept.',
    next: [`Go on behind the last batch: taskflow-db data retry ${version}`],
  });
}

export function otherDirection({ version, direction }: DataWork, run: DataRun): Problem {
  const way = run.direction === 'up' ? 'applied' : 'rolled back';
  return new Problem('data-held', `${version} is half ${way}: ${run.state}`, {
    version,
    state: 'Nothing was run.',
    next: [
      direction === 'up'
        ? `Finish the way back first: taskflow-db rollback --version ${version}`
        : `Finish it first: taskflow-db migrate`,
    ],
  });
}
