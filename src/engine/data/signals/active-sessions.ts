import { count } from '../../../problem/quantity.ts';
import { NEEDS, type Signal } from './signal.ts';

/** How much of max_connections may be at work where nothing is said: how many processors the server has, it does not tell. */
const SHARE = 0.5;

/**
 * How many other client sessions run a statement, those that wait for a lock included, those that wait for their client not
 * (manual, view pg_stat_activity). Workers of data migrations, on whatever machine, are none of the others.
 */
export const activeSessions: Signal = {
  name: 'active-sessions',
  sql: `SELECT count(*) FILTER (WHERE a.state IN ('active', 'fastpath function call') AND a.wait_event_type IS DISTINCT FROM 'Client') AS active,
  count(*) FILTER (WHERE a.state IS NULL OR a.state = 'disabled') AS hidden, pg_catalog.current_setting('max_connections') AS most
FROM pg_catalog.pg_stat_activity AS a
WHERE a.usesysid IS NOT NULL AND coalesce(a.backend_type, 'client backend') = 'client backend'
  AND a.pid <> pg_catalog.pg_backend_pid() AND a.application_name NOT LIKE 'taskflow-db%'`,
  read: ([row]) => {
    const hidden = Number(row?.hidden);
    const limit = Math.max(1, Math.floor(Number(row?.most) * SHARE));
    return {
      readings: [{ measure: 'activeSessions', subject: '', value: Number(row?.active), limit }],
      ...(hidden > 0
        ? { unseen: `cannot see whether ${count(hidden, 'session')} of other roles are at work: ${NEEDS}` }
        : {}),
    };
  },
};
