import { transition } from '../../batch/states.ts';
import { LAYOUT_NEWEST, type LedgerNames } from '../../ledger/names.ts';
import { inForce } from '../../plan/ledger-entry.ts';
import type { MigrationStatus } from '../../plan/reconcile.ts';
import type { BatchItem } from '../../postgres/pipeline.ts';
import { Problem } from '../../problem/problem.ts';
import type { Control } from '../control.ts';
import { type DataStatus, statusOf } from './show.ts';
import { readRun, readRuns, stateItem } from './store.ts';

/** What is done is taken back by a rollback. Problem `data-held` while somebody is at work at it, or about to be. */
export function refuseAtWork(run: DataStatus): void {
  if (run.direction === 'up' && !transition(run.state, 'undo')) throw atWork(run);
}

/** A data migration that has begun and is not in force, with its run. */
export interface HalfDone {
  readonly status: MigrationStatus;
  readonly run: DataStatus;
}

/** The runs of data migrations that are not in force, have begun, and have not come to their end, in either direction; the last begun first. */
export async function halfDones(control: Control, statuses: readonly MigrationStatus[]): Promise<HalfDone[]> {
  if (control.ledger.layout !== LAYOUT_NEWEST) return [];
  const all: HalfDone[] = [];
  for (const run of await readRuns(control.session, control.names)) {
    const status = statuses.find(({ version }) => version === run.version);
    if (!status || (status.entry && inForce(status.entry))) continue;
    if (run.startedAt === null || (run.direction === 'down' && run.state === 'succeeded')) continue;
    all.push({ status, run: await statusOf(control, run) });
  }
  return all.sort((a, b) => (b.run.startedAt ?? '').localeCompare(a.run.startedAt ?? ''));
}

function atWork({ version, state, rows }: DataStatus): Problem {
  const how = state === 'queued' ? 'is queued to go on' : `is ${state}`;
  return new Problem('data-held', `${version} ${how}: it cannot be taken back now`, {
    version,
    state: `Nothing was changed. ${rows.toLocaleString('en')} rows are done.`,
    next: [
      `End it first: taskflow-db data cancel ${version}`,
      `Then take back what is done: taskflow-db rollback --version ${version}`,
    ],
  });
}

/** What its batches ran is not what the file says now: nobody knows whether its way back fits. Problem `data-moved`. */
export async function refuseChanged(control: Control, { version, file }: MigrationStatus): Promise<void> {
  const run = await readRun(control.session, control.names, version);
  if (!file || !run || run.direction === 'down' || run.checksum === '') return;
  if (file.load().bodyChecksum === run.checksum) return;
  throw new Problem('data-moved', `${version} was changed after its first batches had run: its rollback may not fit`, {
    version,
    where: { file: file.file },
    state: 'Nothing was run.',
    next: [
      'Restore the file as it was when its run began.',
      `Or say that the new SQL is meant, then cancel it again: taskflow-db data retry ${version} --changed`,
    ],
  });
}

/** A run whose workers are gone is put on record as what it is, so that it may be taken back. */
export async function settleState(control: Control, version: string): Promise<void> {
  const run = await readRun(control.session, control.names, version);
  if (!run) return;
  const { state } = await statusOf(control, run);
  if (state !== run.state) await control.session.batch([[stateItem(control.names, version, [run.state], state)]]);
}

/**
 * The run of a version whose way back ran otherwise than in batches is over; the first item waits for batches that are under way,
 * and fails where somebody has gone on with it meanwhile.
 */
export function undoneRunItems({ dataMigrations, dataRanges }: LedgerNames, version: string): BatchItem[] {
  const params = [version];
  return [
    { sql: `SELECT 1 FROM ${dataMigrations} WHERE version = $1 FOR UPDATE`, params },
    {
      sql: `SELECT CASE WHEN pg_catalog.count(*) = 0 THEN 1 ELSE ('its data migration goes on meanwhile: ' || pg_catalog.min(state))::integer END
FROM ${dataMigrations} WHERE version = $1 AND direction = 'up' AND state IN ('queued', 'running', 'pausing') AND started_at IS NOT NULL`,
      params,
    },
    { sql: `DELETE FROM ${dataRanges} WHERE version = $1`, params },
    {
      sql: `UPDATE ${dataMigrations} SET direction = 'down', state = 'succeeded', error = NULL, throttle = NULL, throttle_since = NULL,
  finished_at = pg_catalog.clock_timestamp(), updated_at = pg_catalog.clock_timestamp(), updated_by = session_user WHERE version = $1`,
      params,
    },
  ];
}
