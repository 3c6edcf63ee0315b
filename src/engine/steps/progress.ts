import { setTimeout as sleep } from 'node:timers/promises';
import type { BatchItem } from '../../postgres/pipeline.ts';
import type { Row } from '../../postgres/row.ts';
import type { Session } from '../../postgres/session.ts';
import type { StepProgress } from '../../report/events.ts';
import type { StepRun } from './step-run.ts';

/** As often the server is asked how far a statement is; what takes less is not asked about at all. */
const INTERVAL_MS = 1000;

/** Tells how far the statement is that `work` waits for, as events, while it runs. */
export async function withStepProgress<T>(
  run: StepRun,
  index: number,
  work: () => Promise<T>,
  pid = String(run.worker.session.backendPid),
): Promise<T> {
  const ended = new AbortController();
  const watching = watch(run, index, pid, ended.signal);
  try {
    return await work();
  } finally {
    ended.abort();
    await watching;
  }
}

/** Never rejects: how far it is may not be known, and the statement goes on all the same. */
async function watch(run: StepRun, index: number, pid: string, ended: AbortSignal): Promise<void> {
  const tell = tellOf(run, index);
  try {
    for (;;) {
      await sleep(INTERVAL_MS, undefined, { signal: ended });
      const progress = await readProgress(run.control.session, pid);
      if (!ended.aborted && progress) tell(progress);
    }
  } catch {}
}

/** Emits progress. */
function tellOf({ engine, version, plan }: StepRun, index: number): (progress: StepProgress) => void {
  return (progress) =>
    engine.emit({ kind: 'progress', version, step: index + 1, steps: plan.steps.length, ...progress });
}

/** The same for a process that is none of this run: whom it waits for is worth a line as well, once for each. */
export function teller(run: StepRun, index: number): (progress: StepProgress) => void {
  const { engine, version } = run;
  const tell = tellOf(run, index);
  let waitedFor: string | undefined;
  return (progress) => {
    tell(progress);
    if (progress.waitsFor === null || progress.waitsFor === waitedFor) return;
    waitedFor = progress.waitsFor;
    engine.emit({ kind: 'note', message: `${version}: step ${index + 1} waits for ${waitedFor}` });
  };
}

/** What the progress views say of a server process (manual, "Progress Reporting"); undefined where they say nothing. */
export async function readProgress(session: Session, pid: string): Promise<StepProgress | undefined> {
  const [row] = await session.query(QUERY, [pid]);
  return progressIn(row);
}

/** The same question for a batch; its row is for `progressIn`. */
export function progressItem(pid: string): BatchItem {
  return { sql: QUERY, params: [pid], rows: true };
}

export function progressIn(row: Row | undefined): StepProgress | undefined {
  return row && (row.phase !== null || row.waits_for !== null) ? progressOf(row) : undefined;
}

function progressOf(row: Row): StepProgress {
  const number = (text: string | null | undefined) => Number(text ?? 0);
  return {
    phase: row.phase ?? 'waiting',
    done: number(row.done),
    total: number(row.total),
    unit: (row.unit ?? 'blocks') as StepProgress['unit'],
    waitsFor: row.waits_for ?? null,
  };
}

const QUERY = `SELECT p.phase, p.done, p.total, p.unit, (
  SELECT pg_catalog.string_agg(pg_catalog.format('pid %s (%s of %s, %s%s)', a.pid, coalesce(nullif(a.application_name, ''), 'unnamed'),
    a.usename, coalesce(a.state, 'state not visible'), ' since ' || pg_catalog.to_char(a.xact_start, 'HH24:MI:SS')), ', ')
  FROM pg_catalog.pg_stat_activity AS a WHERE a.pid = ANY (pg_catalog.pg_blocking_pids($1::integer))) AS waits_for
FROM (SELECT 1) AS one LEFT JOIN (
  SELECT phase,
    CASE WHEN phase LIKE 'waiting%' THEN lockers_done WHEN blocks_total > 0 THEN blocks_done ELSE tuples_done END AS done,
    CASE WHEN phase LIKE 'waiting%' THEN lockers_total WHEN blocks_total > 0 THEN blocks_total ELSE tuples_total END AS total,
    CASE WHEN phase LIKE 'waiting%' THEN 'transactions' WHEN blocks_total > 0 THEN 'blocks' ELSE 'rows' END AS unit
  FROM pg_catalog.pg_stat_progress_create_index WHERE pid = $1::integer
  UNION ALL SELECT phase, heap_blks_scanned, heap_blks_total, 'blocks' FROM pg_catalog.pg_stat_progress_vacuum WHERE pid = $1::integer
  UNION ALL SELECT phase, heap_blks_scanned, heap_blks_total, 'blocks' FROM pg_catalog.pg_stat_progress_cluster WHERE pid = $1::integer
) AS p ON true LIMIT 1`;
