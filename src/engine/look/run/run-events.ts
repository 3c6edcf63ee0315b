import type { LedgerNames } from '../../../ledger/names.ts';
import type { Session } from '../../../postgres/session.ts';
import { EVENT_COLUMNS, eventOf, type HistoryEvent } from '../../audit/history.ts';

/** A run at work has its events among so many of the newest. */
const NEWEST = 50_000;

/**
 * The events of a run, and who wanted it to stop, behind a position, oldest first. `isAtWork`: it is enough to look among the
 * newest.
 */
export async function eventsOfRun(
  session: Session,
  names: LedgerNames,
  { runId, after, isAtWork }: { runId: string; after: number; isAtWork: boolean },
): Promise<HistoryEvent[]> {
  const rows = await session.query(
    `SELECT ${EVENT_COLUMNS} FROM ${names.events} WHERE seq > $2::bigint
  AND (run_id = $1::uuid OR event = 'cancel_requested' AND detail ->> 'run' = $1::uuid::text)
  AND seq > (SELECT max(newest.seq) - $3::bigint FROM ${names.events} AS newest) ORDER BY seq`,
    [runId, String(after), String(isAtWork ? NEWEST : Number.MAX_SAFE_INTEGER)],
  );
  return rows.map(eventOf);
}

/** The run that has last begun something; undefined where none is on record. */
export async function lastRun(session: Session, names: LedgerNames): Promise<string | undefined> {
  const [row] = await session.query(
    `SELECT run_id FROM ${names.events} WHERE run_id IS NOT NULL AND event = ANY ($1::text[]) ORDER BY seq DESC LIMIT 1`,
    [`{${OF_RUNS.join(',')}}`],
  );
  return row?.run_id ?? undefined;
}

/** What only a run puts on record that applies, rolls back or tries. */
const OF_RUNS = [
  'started',
  'applied',
  'failed',
  'step_started',
  'step_finished',
  'rollback_started',
  'rolled_back',
  'rollback_failed',
  'dry_run',
];
