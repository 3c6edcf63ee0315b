import type { Row } from '../../postgres/row.ts';
import { type EndedBy, endedBy, endedByOf, sessionState, waitsForClient } from '../../postgres/session-state.ts';
import { Problem } from '../../problem/problem.ts';
import { formatDuration } from '../../problem/quantity.ts';
import { endSession } from '../../report/blocker.ts';
import { cancelStalling } from '../locks/giving-way.ts';
import { pause } from '../pause.ts';
import { readProgress, teller } from './progress.ts';
import type { StepUnderWay } from './step-history.ts';
import { lockSubject, onlyStatement, type StepRun } from './step-run.ts';

const POLL_MS = 500;
/** A client that is there says more at once; a run that is silent for so long has lost its lease. */
const SILENT_MS = 12_000;

/** A server process that works at a step without this run. */
export interface ServerProcess {
  readonly pid: string;
  /** As people name it: `pid 7 (taskflow-db of ada)`. */
  readonly who: string;
  readonly user: string | null;
  readonly endedBy: EndedBy;
}

/** Waits while the server process of an earlier run still works at the step: only its connection had died. */
export function attachToBackend(run: StepRun, index: number, underWay: StepUnderWay): Promise<void> {
  const saying = `still runs step ${underWay.step} of an earlier run (${underWay.statement})`;
  return waitForProcess(run, index, saying, () => stillRunning(run, index, underWay));
}

/**
 * Waits until `look` finds the process no more. As long as it gets on there is no end to the waiting but its own, and the
 * person's; where nothing moves, `runner-busy` after --wait. `saying`: what it does, behind its name.
 */
export async function waitForProcess(
  run: StepRun,
  index: number,
  saying: string,
  look: () => Promise<ServerProcess | undefined>,
): Promise<void> {
  const { engine, control, version } = run;
  const tell = teller(run, index);
  let seen = '';
  let movedAt = performance.now();
  for (let count = 0; ; count++) {
    const found = await look();
    if (found === undefined) return;
    if (count === 0) {
      engine.emit({ kind: 'note', message: `${version}: ${found.who} ${saying}; waiting for it to end` });
    }
    const progress = await readProgress(control.session, found.pid);
    if (progress) tell(progress);
    const now = JSON.stringify(progress ?? '');
    if (now !== seen) movedAt = performance.now();
    seen = now;
    const stoodMs = performance.now() - movedAt;
    if (stoodMs > engine.settings.waitMs) throw stuck(version, found, saying, stoodMs);
    await pause(POLL_MS, engine.signal).catch((error) => {
      throw error instanceof Problem ? error.with({ state: goesOn(found) }) : error;
    });
  }
}

/** Undefined when that process is gone, idle, or at something else. */
async function stillRunning(
  run: StepRun,
  index: number,
  { backend }: StepUnderWay,
): Promise<ServerProcess | undefined> {
  const sql = onlyStatement(run.plan.steps[index]!);
  const [row] = await run.control.session.query(
    `SELECT ${PROCESS}, ${sessionState('a')} AS state, a.state_change < pg_catalog.clock_timestamp() - interval '${SILENT_MS} ms' AS silent
FROM pg_catalog.pg_stat_activity AS a
WHERE pid = $1::integer AND coalesce(backend_start = $2::timestamptz, true) AND state IS DISTINCT FROM 'idle'
  AND (query IS NULL OR state IS NULL OR pg_catalog.starts_with($3, query))`,
    [backend.pid, backend.start, sql],
  );
  if (row?.silent === 't' && waitsForClient(row.state ?? null)) await endSilent(run, backend.pid, row.who ?? '');
  else if (row) await cancelStalling(run.control, backend.pid, lockSubject(run).lockTimeoutMs);
  return processOf(row);
}

/** It has the statement and waits for the end of what its client, long gone or suspended, was sending. */
async function endSilent({ control, engine, version }: StepRun, pid: string, who: string): Promise<void> {
  const [row] = await control.session
    .query('SELECT pg_catalog.pg_terminate_backend($1::integer) AS ended', [pid])
    .catch(() => []);
  if (row?.ended === 't')
    engine.emit({ kind: 'note', message: `${version}: ended ${who}, which waited for its client` });
}

/** The process that builds an index now, whosever it is. */
export async function builderOf(run: StepRun, oid: string): Promise<ServerProcess | undefined> {
  const [row] = await run.control.session.query(
    `SELECT ${PROCESS} FROM pg_catalog.pg_stat_activity AS a
WHERE a.pid IN (SELECT p.pid FROM pg_catalog.pg_stat_progress_create_index AS p WHERE p.index_relid = $1::oid) LIMIT 1`,
    [oid],
  );
  return processOf(row);
}

const PROCESS = `a.pid, a.usename AS user, ${endedBy('a')} AS ended_by,
  pg_catalog.format('pid %s (%s of %s)', a.pid, coalesce(nullif(a.application_name, ''), 'unnamed'), a.usename) AS who`;

function processOf(row: Row | undefined): ServerProcess | undefined {
  if (!row?.pid || !row.who) return undefined;
  return { pid: row.pid, who: row.who, user: row.user ?? null, endedBy: endedByOf(row.ended_by) };
}

function goesOn({ who }: ServerProcess): string {
  return `It goes on in the server as ${who}; the next migrate waits for it again.`;
}

function stuck(version: string, found: ServerProcess, saying: string, stoodMs: number): Problem {
  return new Problem('runner-busy', `${version}: ${found.who} ${saying}`, {
    version,
    found: `no progress for ${formatDuration(stoodMs)}`,
    state: goesOn(found),
    next: [
      'End what it waits for, then run the command again.',
      endSession('Or end it, and the next run cleans up and begins the step again', found.pid, found),
    ],
  });
}
