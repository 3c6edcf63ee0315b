import type { BatchItem } from '../../../postgres/pipeline.ts';
import type { Row } from '../../../postgres/row.ts';
import type { Session } from '../../../postgres/session.ts';
import { sessionState } from '../../../postgres/session-state.ts';
import type { Blocker } from '../../../report/blocker.ts';
import type { StepProgress } from '../../../report/events.ts';
import { holdersFrom, holdersSql, WORKER_NAME, waitingIn, waitingItem } from '../../locks/look.ts';
import { progressIn, progressItem } from '../../steps/progress.ts';
import type { StoryWait } from './story.ts';

/** The server process that works for a run, as pg_stat_activity shows it. */
export interface RunProcess {
  readonly pid: number;
  /** Null where this role may not see it. */
  readonly state: string | null;
  readonly query: string | null;
  readonly queryMs: number | null;
  readonly transactionMs: number | null;
  /** `Lock: relation`; null while it works. */
  readonly waitEvent: string | null;
}

/** A lock that is not to be had. */
export interface RunWait {
  /** It stands in the server's queue; or it gave way, and nothing is queued until who is in the way has gone. */
  readonly phase: 'waiting' | 'holding off';
  /** As SQL names it; null where it is no relation. */
  readonly relation: string | null;
  readonly mode: string | null;
  readonly blockers: readonly Blocker[];
}

export interface ProcessLook {
  readonly process: RunProcess | null;
  readonly wait: RunWait | null;
  readonly progress: StepProgress | null;
}

/** What is known of the process: its number, or null where a pooler hides it. */
export interface Subject {
  readonly pid: string | null;
  /** The last wait that is on record, if nothing is since. */
  readonly wait: StoryWait | null;
  readonly mask: (text: string) => string;
}

/** Looks at the process in one round trip. */
export async function lookAtProcess(session: Session, { pid, wait, mask }: Subject): Promise<ProcessLook> {
  const relation = wait?.relation ?? null;
  const items = [processItem(pid), waitingItem(pid), ...(relation === null ? [] : [holdersOf(relation)])];
  const batch = await session.batch([items]);
  const [processes, waiting, holders] = (batch.results[0] ?? []).map(({ rows }) => rows);
  const process = processOf(processes?.[0], mask);
  const queued = waitingIn(waiting ?? [], session.backendPid, mask);
  const progress = process && (await progressOf(session, process.pid));
  if (queued)
    return {
      process,
      progress,
      wait: { phase: 'waiting', relation: queued.relation?.name ?? null, mode: queued.mode, blockers: queued.blockers },
    };
  const inTheWay = holdersFrom(holders ?? [], mask).map(({ blocker }) => blocker);
  return { process, progress, wait: isAtWork(process) ? null : heldOff(wait, inTheWay) };
}

async function progressOf(session: Session, pid: number): Promise<StepProgress | null> {
  const batch = await session.batch([[progressItem(String(pid))]]);
  return progressIn(batch.results[0]?.[0]?.rows[0]) ?? null;
}

function isAtWork(process: RunProcess | null): boolean {
  return process?.state === 'active';
}

/** It gave way, and one of those whom it gave way to still holds what it wants. */
function heldOff(wait: StoryWait | null, inTheWay: readonly Blocker[]): RunWait | null {
  const blockers = inTheWay.filter(({ pid }) => pid !== null && wait?.pids.includes(pid));
  return wait === null || blockers.length === 0
    ? null
    : { phase: 'holding off', relation: wait.relation, mode: null, blockers };
}

/** The name was written by regclass, with its quotes. */
function holdersOf(relation: string): BatchItem {
  return { sql: holdersSql('ARRAY[pg_catalog.to_regclass($1)::pg_catalog.oid]'), params: [relation], rows: true };
}

function processItem(pid: string | null): BatchItem {
  return {
    sql: `SELECT a.pid, ${sessionState('a')} AS state, a.query, ${ageMs('a.query_start')} AS query_ms, ${ageMs('a.xact_start')} AS transaction_ms,
  a.wait_event_type || ': ' || a.wait_event AS wait_event
FROM pg_catalog.pg_stat_activity AS a WHERE a.datname = pg_catalog.current_database()
  AND (a.pid = $1::integer OR $1 IS NULL AND a.application_name = $2 AND a.state <> 'idle') LIMIT 1`,
    params: [pid, WORKER_NAME],
    rows: true,
  };
}

function ageMs(start: string): string {
  return `(extract(epoch FROM pg_catalog.clock_timestamp() - ${start}) * 1000)::bigint`;
}

const HIDDEN = '<insufficient privilege>';

function processOf(row: Row | undefined, mask: (text: string) => string): RunProcess | null {
  if (!row) return null;
  const query = row.query === HIDDEN ? null : (row.query ?? null);
  const isIdle = row.state === 'idle';
  return {
    pid: Number(row.pid),
    state: row.state ?? null,
    query: query === null ? null : mask(query),
    queryMs: isIdle ? null : numberOf(row.query_ms),
    transactionMs: numberOf(row.transaction_ms),
    waitEvent: row.wait_event?.startsWith('Client') ? null : (row.wait_event ?? null),
  };
}

function numberOf(text: string | null | undefined): number | null {
  return text ? Math.max(0, Number(text)) : null;
}
