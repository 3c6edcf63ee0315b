/**
 * SQL for the state of a session, by an alias of pg_stat_activity: as the view says, except that a session in the middle of
 * a pipeline counts there as active while it waits for its client.
 */
export function sessionState(alias: string): string {
  return `CASE WHEN ${alias}.state = 'active' AND ${alias}.wait_event = 'ClientRead' THEN '${WAITS}' ELSE ${alias}.state END`;
}

const WAITS = 'waiting for its client';

/** A session in this state has a transaction open and does nothing until its client says more. */
export function waitsForClient(state: string | null): boolean {
  return state !== null && (state.startsWith('idle in transaction') || state === WAITS);
}
