import { createHash } from 'node:crypto';

/** A row of the audit trail as the server's output functions give it, under TimeZone UTC and DateStyle ISO. */
export interface ChainRow {
  readonly seq: string | null;
  readonly at: string | null;
  readonly event: string | null;
  readonly version: string | null;
  readonly run_id: string | null;
  readonly actor: string | null;
  readonly host: string | null;
  readonly tool_version: string | null;
  readonly git_commit: string | null;
  readonly detail: string | null;
  readonly previous_hash: string | null;
  readonly hash: string | null;
}

/** What the first row has in place of the hash of the row before. */
export const FIRST_PREVIOUS_HASH = '0'.repeat(64);

/**
 * The hash that the row must have, computed here: no function of the server, built in or stored, is believed. `seq`: the
 * position to compute it for, by default the row's own. docs/AUDIT.md describes the text that is hashed.
 */
export function eventHash(row: ChainRow, seq = row.seq): string {
  return createHash('sha256').update(canonicalText(row, seq), 'utf8').digest('hex');
}

/** The same text as the server's jsonb_build_array(...)::text: `, ` between elements, jsonb's own text for the detail. */
function canonicalText(row: ChainRow, seq: string | null): string {
  const fields = [row.event, row.version, row.run_id, row.actor, row.host, row.tool_version, row.git_commit];
  const texts = fields.map((text) => JSON.stringify(text)).join(', ');
  const at = JSON.stringify(row.at === null ? null : eventTime(row.at));
  return `[${seq}, ${at}, ${texts}, ${row.detail}, ${JSON.stringify(row.previous_hash)}]`;
}

/** `2026-11-22 18:47:09.5+00` as `2026-11-22T18:47:09.500000Z`; what has another form stays as it is. */
export function eventTime(at: string): string {
  const [, day, second, fraction = ''] = /^(\d{4,}-\d\d-\d\d) (\d\d:\d\d:\d\d)(?:\.(\d{1,6}))?\+00$/.exec(at) ?? [];
  return day === undefined ? at : `${day}T${second}.${fraction.padEnd(6, '0')}Z`;
}
