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

/** Who may end a session: the role that asks, only others of the session's own role, or only a superuser. */
export type EndedBy = 'this role' | 'its role' | 'superuser';

/**
 * SQL for who may cancel or end the session of an alias of pg_stat_activity, as EndedBy (manual, "Server Signaling
 * Functions"): a superuser any; whoever has the privileges of its role, or of pg_signal_backend, those of no superuser. An
 * autovacuum worker has no role: superusers, and from 18 on pg_signal_autovacuum_worker.
 */
export function endedBy(alias: string): string {
  return `(SELECT CASE WHEN me.rolsuper THEN 'this role' WHEN owner.rolsuper THEN 'superuser'
    WHEN pg_catalog.pg_has_role(owner.oid, 'USAGE') OR EXISTS (SELECT FROM pg_catalog.pg_roles AS signal WHERE pg_catalog.pg_has_role(signal.oid, 'USAGE')
      AND signal.rolname = CASE WHEN ${alias}.usesysid IS NULL THEN 'pg_signal_autovacuum_worker' ELSE 'pg_signal_backend' END) THEN 'this role'
    WHEN ${alias}.usesysid IS NULL THEN 'superuser' ELSE 'its role' END
  FROM pg_catalog.pg_roles AS me LEFT JOIN pg_catalog.pg_roles AS owner ON owner.oid = ${alias}.usesysid WHERE me.rolname = current_user)`;
}

export function endedByOf(text: string | null | undefined): EndedBy {
  return text === 'this role' || text === 'superuser' ? text : 'its role';
}
