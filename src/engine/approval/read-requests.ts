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
export function readRequests(control: Control): Promise<ApprovalRequest[]> {
  return new RequestReader().read(control);
}

/** What was read, up to which event of the trail. */
interface Known {
  readonly seq: string;
  /** Of that event: in a database that was restored meanwhile it is another one. */
  readonly hash: string;
  readonly events: readonly ApprovalEvent[];
  /** Of their details. */
  readonly characters: number;
}

const NOTHING: Known = { seq: '0', hash: '', events: [], characters: 0 };
/** Plans may be long: more than this is read anew each time. */
const CHARACTERS_MAX = 32_000_000;

/** The same for who reads again and again: the trail has no index by kind, and what was looked at once is not looked at again. */
export class RequestReader {
  #known = NOTHING;

  async read(control: Control): Promise<ApprovalRequest[]> {
    if ((control.ledger.layout ?? 0) === 0) return [];
    const { known, now } = await readFrom(control, this.#known);
    this.#known = known.characters > CHARACTERS_MAX ? NOTHING : known;
    return requestsOf(known.events, now);
  }
}

async function readFrom(control: Control, before: Known): Promise<{ known: Known; now: string }> {
  const { session, names } = control;
  const rows = await session.query(
    `SELECT e.seq, ${inUtc('e.at')} AS at, e.event, e.actor, e.run_id, e.detail,
  ${inUtc('pg_catalog.clock_timestamp()')} AS now, last.seq AS last, last.hash AS last_hash,
  $1::bigint = 0 OR EXISTS (SELECT FROM ONLY ${names.events} AS k WHERE k.seq = $1::bigint AND k.hash = $2) AS goes_on
FROM (SELECT) AS one LEFT JOIN LATERAL (SELECT x.seq, x.hash FROM ONLY ${names.events} AS x ORDER BY x.seq DESC LIMIT 1) AS last ON true
LEFT JOIN ONLY ${names.events} AS e ON (e.event = ANY ($3::text[]) OR e.seq IN (${FIRST_DONE(names.events)}))
  AND e.seq > $1::bigint AND e.seq <= last.seq ORDER BY e.seq`,
    [before.seq, before.hash, arrayOf(Object.keys(APPROVAL_EVENTS)), arrayOf(DONE_EVENTS)],
  );
  const [first] = rows;
  if (first?.goes_on !== 't') return readFrom(control, NOTHING);
  const fresh = rows.filter(({ seq }) => seq !== null);
  const characters = fresh.reduce((sum, { detail }) => sum + (detail?.length ?? 0), before.characters);
  const events = [...before.events, ...fresh.map(eventOf)];
  const known = { seq: first.last ?? '0', hash: first.last_hash ?? '', events, characters };
  return { known, now: rows.at(-1)?.now ?? '' };
}

/** Of each run that has begun with an approval the first thing that it has done. */
const FIRST_DONE = (events: string) => `SELECT pg_catalog.min(done.seq) FROM ONLY ${events} AS done
WHERE done.event = ANY ($4::text[]) AND done.run_id IN (SELECT run_id FROM ONLY ${events} WHERE event = 'approval_used')
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
