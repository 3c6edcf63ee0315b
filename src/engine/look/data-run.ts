import { type BatchKey, keyColumns, keyText } from '../../batch/key.ts';
import { readVersionFile } from '../../files/folders.ts';
import type { DataSpec } from '../../migration/data-spec.ts';
import type { Migration } from '../../migration/migration.ts';
import { Problem } from '../../problem/problem.ts';
import { type Blocker, blockerCure, blockerText } from '../../report/blocker.ts';
import { lockModesConflict } from '../../sql/lock-modes.ts';
import { type Control, withControl } from '../control.ts';
import type { DataRun } from '../data/data-run.ts';
import { paceLimits } from '../data/pace-limits.ts';
import { type CommittedBatch, type OpenRange, readLastBatches, readOpenRanges } from '../data/read-ranges.ts';
import { type DataStatus, refuseWithoutRuns, runOf, statusOf } from '../data/show.ts';
import { type Refusals, readSignalsNow, type SignalNow } from '../data/signals/read-now.ts';
import { TABLE_AND_PARTITIONS } from '../data/signals/signal.ts';
import { readRuns, UTC } from '../data/store.ts';
import type { Engine } from '../engine.ts';
import { holdersFrom, holdersItem, type Waiting, waitingIn, waitingItem } from '../locks/look.ts';
import { standingText } from './data-standing.ts';

/** All that is known of the run of one data migration. */
export interface DataRunView {
  readonly database: string;
  /** When it was looked, by the server's clock. */
  readonly at: string;
  readonly run: DataStatus;
  /** Of its file; null where there is none that can be read. */
  readonly description: string | null;
  readonly file: string | null;
  /** How long a batch should take, and who says so; null: its file says it, and cannot be read here. */
  readonly target: { readonly ms: number; readonly from: 'run' | 'file' | 'settings' } | null;
  /** By which its table is gone through: `id`. */
  readonly key: string | null;
  /** Why it stands where it stands. */
  readonly standing: string;
  readonly ranges: readonly OpenRange[];
  /** Who is in the way of a batch. */
  readonly blockers: readonly DataBlocker[];
  /** The last ones, the newest last. */
  readonly batches: readonly CommittedBatch[];
  readonly table: TableState | null;
  /** None of a run that is over. */
  readonly signals: readonly SignalNow[];
}

export interface DataBlocker {
  readonly pid: number | null;
  /** In words: who, what it does and for how long. */
  readonly holder: string;
  /** What ends the wait. */
  readonly cure: string;
}

/** A table and its partitions, by the server's statistics. */
export interface TableState {
  readonly liveRows: number;
  readonly deadRows: number;
  /** As of its last VACUUM or ANALYZE. */
  readonly bytes: number;
  /** The last VACUUM of any of them; null: none is known of. */
  readonly vacuumedAt: string | null;
}

/** As many as a chart shows. */
const BATCHES_SHOWN = 300;

/** Reads over one session, takes no lock and writes nothing. Problems `not-tracked`, `version-unknown`. */
export function dataRunView(engine: Engine, version: string): Promise<DataRunView> {
  return withControl(engine, async (control) => {
    refuseWithoutRuns(control);
    const { session, names } = control;
    const run = runOf(await readRuns(session, names), version);
    const status = await statusOf(control, run);
    const ranges = status.state === 'succeeded' ? [] : await readOpenRanges(session, names, run.version);
    const waits = await waitsOf(engine, control, ranges);
    const holders = waits.length === 0 && status.throttle !== null ? await holdersOf(engine, control, run) : [];
    const batches = await readLastBatches(session, names, run, BATCHES_SHOWN);
    const at = await clockOf(control);
    const last = batches.at(-1);
    const sinceBatchMs = last ? Math.max(0, Date.parse(at) - Date.parse(last.at)) : null;
    return {
      database: control.server.database,
      at,
      run: status,
      ...fileView(engine, run),
      key: run.key === null ? null : keyText(keyOf(run.key)),
      standing: standingText({ run: status, ranges, waits, sinceBatchMs }),
      ranges,
      blockers: [...waits.flatMap(({ blockers }) => blockers), ...holders].map((one) => ({
        pid: one.pid,
        holder: blockerText(one),
        cure: blockerCure(one),
      })),
      batches,
      table: await tableState(control, run),
      signals: OVER.has(status.state) ? [] : await signalsOf(engine, control, run),
    };
  });
}

const OVER: ReadonlySet<string> = new Set(['succeeded', 'cancelled']);

function keyOf(json: string): BatchKey {
  return JSON.parse(json) as BatchKey;
}

async function waitsOf(engine: Engine, control: Control, ranges: readonly OpenRange[]): Promise<Waiting[]> {
  const pids = ranges.flatMap(({ lease, processId }) => (lease === 'held' && processId !== null ? [processId] : []));
  const waits: Waiting[] = [];
  for (const pid of pids) {
    const { sql, params } = waitingItem(String(pid));
    const wait = waitingIn(await control.session.query(sql, params), control.session.backendPid, engine.mask);
    if (wait) waits.push(wait);
  }
  return waits;
}

/** Between two tries of a batch nothing waits, and who has locked the table is in its way all the same. */
async function holdersOf({ mask }: Engine, { session }: Control, { relationId }: DataRun): Promise<Blocker[]> {
  if (relationId === null) return [];
  const { results } = await session.batch([[holdersItem([relationId])]]);
  const holders = holdersFrom(results[0]?.[0]?.rows ?? [], mask).map(({ blocker }) => blocker);
  return holders.filter(({ modes }) => modes.some((mode) => lockModesConflict('RowExclusiveLock', mode)));
}

async function clockOf({ session }: Control): Promise<string> {
  const [row] = await session.query(`SELECT ${UTC('pg_catalog.clock_timestamp()')} AS at`);
  return row?.at ?? '';
}

function fileView(engine: Engine, run: DataRun): Pick<DataRunView, 'description' | 'file' | 'target'> {
  const file = readVersionFile(engine.settings.directories, engine.cwd, run.version);
  const migration = loaded(() => file?.load());
  return {
    description: migration?.description ?? null,
    file: file?.file ?? null,
    target: targetOf(engine, run, migration?.data),
  };
}

function targetOf(
  { settings }: Engine,
  { targetMs, direction }: DataRun,
  spec: DataSpec | undefined,
): DataRunView['target'] {
  if (targetMs !== null) return { ms: targetMs, from: 'run' };
  if (!spec) return null;
  const { targetMs: ms } = paceLimits(settings, spec, spec.code !== undefined && direction === 'up');
  return { ms, from: spec.targetMs === undefined ? 'settings' : 'file' };
}

/** What is wrong with the file is said on its own screen. */
function loaded(load: () => Migration | undefined): Migration | undefined {
  try {
    return load();
  } catch (error) {
    if (error instanceof Problem) return undefined;
    throw error;
  }
}

async function tableState({ session }: Control, { relationId }: DataRun): Promise<TableState | null> {
  if (relationId === null) return null;
  const [row] = await session.query(TABLE_STATE, [relationId]);
  if (!row?.bytes) return null;
  return {
    liveRows: Number(row.live),
    deadRows: Number(row.dead),
    bytes: Number(row.bytes),
    vacuumedAt: row.vacuumed ?? null,
  };
}

/** pg_table_size would wait for whoever has locked the table. */
const TABLE_STATE = `SELECT pg_catalog.sum(pg_catalog.pg_stat_get_live_tuples(t.relid)) AS live,
  pg_catalog.sum(pg_catalog.pg_stat_get_dead_tuples(t.relid)) AS dead,
  pg_catalog.sum(c.relpages::bigint * pg_catalog.current_setting('block_size')::bigint) AS bytes,
  ${UTC('pg_catalog.max(greatest(pg_catalog.pg_stat_get_last_vacuum_time(t.relid), pg_catalog.pg_stat_get_last_autovacuum_time(t.relid)))')} AS vacuumed
FROM ${TABLE_AND_PARTITIONS} AS t (relid) JOIN pg_catalog.pg_class AS c ON c.oid = t.relid`;

/** What a server has refused to tell is not asked for with each look. */
const refusals = new WeakMap<Engine['target'], Refusals>();

function signalsOf(engine: Engine, { session }: Control, { relation, relationId, key }: DataRun): Promise<SignalNow[]> {
  if (relationId === null || relation === null || key === null) return Promise.resolve([]);
  const { limits } = engine.settings.data;
  const known = refusals.get(engine.target) ?? new Map();
  refusals.set(engine.target, known);
  const found = keyOf(key);
  const columns = found.kind === 'ctid' ? [] : keyColumns(found, undefined);
  const about = { relation: relationId, table: relation, key: columns, ignoredReplicas: limits.ignoredReplicas };
  return readSignalsNow(session, about, limits, known);
}
