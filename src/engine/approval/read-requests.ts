import {
  APPROVAL_EVENTS,
  type ApprovalEvent,
  type ApprovalRequest,
  DONE_EVENTS,
  requestsOf,
} from '../../approval/requests.ts';
import type { Row } from '../../postgres/row.ts';
import type { Control } from '../control.ts';

/** All that was asked for, the oldest first, as it is at this moment by the server's clock. */
export async function readRequests({ session, names, ledger }: Control): Promise<ApprovalRequest[]> {
  if ((ledger.layout ?? 0) === 0) return [];
  const rows = await session.query(
    `SELECT seq, ${inUtc('at')} AS at, event, actor, run_id, detail, ${inUtc('pg_catalog.clock_timestamp()')} AS now
FROM ONLY ${names.events} WHERE event = ANY ($1::text[]) OR seq IN (${FIRST_DONE(names.events)}) ORDER BY seq`,
    [arrayOf(Object.keys(APPROVAL_EVENTS)), arrayOf(DONE_EVENTS)],
  );
  return requestsOf(rows.map(eventOf), rows.at(-1)?.now ?? '');
}

/** Of each run that has begun with an approval the first thing that it has done. */
const FIRST_DONE = (events: string) => `SELECT pg_catalog.min(done.seq) FROM ONLY ${events} AS done
WHERE done.event = ANY ($2::text[]) AND done.run_id IN (SELECT run_id FROM ONLY ${events} WHERE event = 'approval_used')
GROUP BY done.run_id`;

/** Of names of events, none of which has to be quoted. */
export function arrayOf(events: readonly string[]): string {
  return `{${events.join(',')}}`;
}

function inUtc(time: string): string {
  return `pg_catalog.to_char(${time} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;
}

function eventOf(row: Row): ApprovalEvent {
  return {
    seq: Number(row.seq),
    at: row.at ?? '',
    event: row.event ?? '',
    actor: row.actor ?? '',
    runId: row.run_id ?? null,
    detail: JSON.parse(row.detail ?? '{}') as unknown,
  };
}
