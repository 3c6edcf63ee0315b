import { APPROVAL_EVENTS, type ApprovalEvent, type ApprovalRequest, requestsOf } from '../../approval/requests.ts';
import type { Row } from '../../postgres/row.ts';
import type { Control } from '../control.ts';

/** All that was asked for, the oldest first, as it is at this moment by the server's clock. */
export async function readRequests({ session, names, ledger }: Control): Promise<ApprovalRequest[]> {
  if ((ledger.layout ?? 0) === 0) return [];
  const rows = await session.query(
    `SELECT seq, ${inUtc('at')} AS at, event, actor, run_id, detail, ${inUtc('pg_catalog.clock_timestamp()')} AS now
FROM ONLY ${names.events} WHERE event = ANY ($1::text[]) ORDER BY seq`,
    [`{${Object.keys(APPROVAL_EVENTS).join(',')}}`],
  );
  return requestsOf(rows.map(eventOf), rows.at(-1)?.now ?? '');
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
