import type { Client } from 'pg';
import type { SessionAttributes } from '../target/target.ts';

/** What target_session_attrs asks about a session. */
export interface SessionFacts {
  /** Transactions are read-only unless they say otherwise. */
  readonly readOnly: boolean;
  /** The server is a standby in recovery. */
  readonly standby: boolean;
}

const QUESTION = `SELECT pg_catalog.current_setting('transaction_read_only') = 'on' AS read_only,
  pg_catalog.pg_is_in_recovery() AS standby`;

export async function askSession(client: Client): Promise<SessionFacts> {
  const { rows } = await client.query<{ read_only: boolean; standby: boolean }>(QUESTION);
  return { readOnly: rows[0]?.read_only === true, standby: rows[0]?.standby === true };
}

/** Why the session is not of the wanted kind (manual, "target_session_attrs"), or undefined if it is. */
export function unsuitable(wanted: SessionAttributes, { readOnly, standby }: SessionFacts): string | undefined {
  switch (wanted) {
    case 'read-write':
      return readOnly ? 'the session is read-only' : undefined;
    case 'read-only':
      return readOnly ? undefined : 'the session is not read-only';
    case 'primary':
      return standby ? 'the server is a standby' : undefined;
    case 'standby':
    case 'prefer-standby':
      return standby ? undefined : 'the server is not a standby';
    case 'any':
      return undefined;
  }
}

/** The kinds to look for, one pass over the hosts each: prefer-standby takes anything on its second. */
export function passes(wanted: SessionAttributes): readonly SessionAttributes[] {
  return wanted === 'prefer-standby' ? ['prefer-standby', 'any'] : [wanted];
}
