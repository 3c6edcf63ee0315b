import type { BatchItem } from '../../postgres/pipeline.ts';
import type { Row } from '../../postgres/row.ts';
import { endedBy, endedByOf, sessionState } from '../../postgres/session-state.ts';
import type { Blocker } from '../../report/blocker.ts';
import type { Control } from '../control.ts';
import type { Worker } from '../worker.ts';

/** What the worker's statement waits for at this moment. */
export interface Waiting {
  /** Undefined where it waits for something else: a row, a transaction, an old snapshot. */
  readonly relation: LockedRelation | undefined;
  readonly mode: string;
  readonly blockers: readonly Blocker[];
}

export interface LockedRelation {
  readonly oid: string;
  /** As SQL names it, with its schema. */
  readonly name: string;
}

/** A transaction that holds locks on a relation. */
export interface Holder {
  readonly relation: LockedRelation;
  readonly blocker: Blocker;
  /** It sees the rows as of some moment: who builds an index concurrently waits for its end, whatever it has locked. */
  readonly hasSnapshot: boolean;
}

/** Of a lock's row in pg_locks: what tells one thing that can be locked from another. */
const TAG = 'database relation page tuple virtualxid transactionid classid objid objsubid'.split(' ');

/**
 * What is known of a blocker, by the aliases `b` (pid, virtualtransaction, modes, relation), `a` and `p`. A prepared
 * transaction is known by the lock on its own ID, which stands beside its others under the same virtual transaction. The
 * activity view names a user for every session but autovacuum's workers, to any role; whether one of these is against
 * wraparound its query says, or, to a role that may not read that, the age of the table (manual, "Preventing Transaction ID
 * Wraparound Failures").
 */
const BLOCKER_COLUMNS = `b.pid, b.virtualtransaction, b.modes, p.gid, p.database AS prepared_in, coalesce(a.usename, p.owner) AS username, a.application_name,
  CASE WHEN a.pid IS NOT NULL THEN coalesce(pg_catalog.host(a.client_addr), '') END AS client, ${sessionState('a')} AS state, a.backend_type,
  ${ageMs('coalesce(a.xact_start, p.prepared)')} AS transaction_age, ${ageMs('a.state_change')} AS state_age,
  ${ageMs('a.query_start')} AS query_age, pg_catalog.left(a.query, 200) AS query,
  ${endedBy('a')} AS ended_by,
  a.pid IS NOT NULL AND a.usesysid IS NULL AND a.datid IS NOT NULL AND coalesce(a.backend_type, 'autovacuum worker') = 'autovacuum worker' AS autovacuum,
  (SELECT pg_catalog.age(c.relfrozenxid) > pg_catalog.current_setting('autovacuum_freeze_max_age')::bigint
      OR pg_catalog.mxid_age(c.relminmxid) > pg_catalog.current_setting('autovacuum_multixact_freeze_max_age')::bigint
    FROM pg_catalog.pg_class AS c WHERE c.oid = b.relation AND c.relkind IN ('r', 'm', 't')) AS overdue`;

const WITH_ACTIVITY = `LEFT JOIN pg_catalog.pg_stat_activity AS a ON a.pid = b.pid
LEFT JOIN pg_catalog.pg_prepared_xacts AS p ON b.pid IS NULL AND p.transaction IN (
  SELECT x.transactionid FROM pg_catalog.pg_locks AS x WHERE x.pid IS NULL AND x.virtualtransaction = b.virtualtransaction)`;

function ageMs(start: string): string {
  return `(extract(epoch FROM pg_catalog.clock_timestamp() - ${start}) * 1000)::bigint`;
}

const WAITING = `WITH waiting AS MATERIALIZED (
  SELECT l.*, pg_catalog.pg_blocking_pids(l.pid) AS blocking FROM pg_catalog.pg_locks AS l
  WHERE NOT l.granted AND (l.pid = $1::integer OR $1 IS NULL AND l.pid IN (SELECT s.pid FROM pg_catalog.pg_stat_activity AS s
    WHERE s.application_name = $2 AND s.datname = pg_catalog.current_database())) LIMIT 1
), holders AS MATERIALIZED (
  SELECT h.pid, h.virtualtransaction, pg_catalog.string_agg(DISTINCT h.mode, ' ') AS modes
  FROM waiting AS w JOIN pg_catalog.pg_locks AS h ON h.granted AND h.locktype = w.locktype AND h.pid IS DISTINCT FROM w.pid
    ${TAG.map((column) => `AND h.${column} IS NOT DISTINCT FROM w.${column}`).join(' ')}
  GROUP BY h.pid, h.virtualtransaction
), blockers AS (
  SELECT DISTINCT u.pid, h.virtualtransaction, h.modes, w.relation
  FROM waiting AS w CROSS JOIN LATERAL pg_catalog.unnest(w.blocking) AS u (pid) LEFT JOIN holders AS h ON h.pid = u.pid
  WHERE u.pid <> 0
  UNION ALL
  SELECT NULL, h.virtualtransaction, h.modes, w.relation FROM waiting AS w JOIN holders AS h ON h.pid IS NULL WHERE 0 = ANY (w.blocking)
)
SELECT w.mode, CASE WHEN w.locktype = 'relation' THEN w.relation END AS relation, w.relation::pg_catalog.regclass AS relation_name, b.virtualtransaction IS NOT NULL OR b.pid IS NOT NULL AS known,
  ${BLOCKER_COLUMNS}
FROM waiting AS w LEFT JOIN blockers AS b ON true ${WITH_ACTIVITY}`;

/** The application name of the session that runs migrations. */
export const WORKER_NAME = 'taskflow-db migration';

/** What the worker waits for and who is in its way; undefined while it waits for no lock. */
export async function lookAtWaiting(
  control: Control,
  worker: Worker,
  mask: (text: string) => string,
): Promise<Waiting | undefined> {
  // Behind a pooler the process that works for us is not known; its name is.
  const pid = control.server.pooled ? null : String(worker.session.backendPid);
  const { sql, params } = waitingItem(pid);
  return waitingIn(await control.session.query(sql, params), control.session.backendPid, mask);
}

/** What a server process waits for; null: any that runs migrations in this database. Its rows are for `waitingIn`. */
export function waitingItem(pid: string | null): BatchItem & { readonly params: (string | null)[] } {
  return { sql: WAITING, params: [pid, WORKER_NAME], rows: true };
}

/** `ownPid`: of the session that looks. */
export function waitingIn(rows: readonly Row[], ownPid: number, mask: (text: string) => string): Waiting | undefined {
  const [first] = rows;
  if (!first) return undefined;
  const all = rows.filter((row) => row.known === 't').map((row) => blockerOf(row, mask));
  // A build waits for every snapshot that is older than its own, that of a look too, for the moment that it takes.
  const blockers = all.filter((one) => one.pid !== ownPid);
  if (blockers.length === 0 && all.length > 0) return undefined;
  return { relation: relationOf(first), mode: first.mode ?? '', blockers };
}

/** Who holds locks on these relations (an SQL array of OIDs): rows for `holdersFrom`. */
export function holdersSql(relations: string): string {
  return `SELECT b.relation, b.relation::pg_catalog.regclass AS relation_name, a.backend_xmin IS NOT NULL AS has_snapshot, ${BLOCKER_COLUMNS}
FROM (SELECT h.relation, h.pid, h.virtualtransaction, pg_catalog.string_agg(DISTINCT h.mode, ' ') AS modes
  FROM pg_catalog.pg_locks AS h
  WHERE h.granted AND h.locktype = 'relation' AND h.relation = ANY (${relations})
    AND h.database IN (0, (SELECT d.oid FROM pg_catalog.pg_database AS d WHERE d.datname = pg_catalog.current_database()))
  GROUP BY h.relation, h.pid, h.virtualtransaction) AS b
${WITH_ACTIVITY}
ORDER BY transaction_age DESC NULLS LAST`;
}

export function holdersItem(relations: readonly string[]): BatchItem {
  return { sql: holdersSql('$1::pg_catalog.oid[]'), params: [`{${relations.join(',')}}`], rows: true };
}

export function holdersFrom(rows: readonly Row[], mask: (text: string) => string): Holder[] {
  return rows.flatMap((row) => {
    const relation = relationOf(row);
    return relation ? [{ relation, blocker: blockerOf(row, mask), hasSnapshot: row.has_snapshot === 't' }] : [];
  });
}

function relationOf(row: Row): LockedRelation | undefined {
  if (!row.relation) return undefined;
  return { oid: row.relation, name: row.relation_name ?? row.relation };
}

const HIDDEN = '<insufficient privilege>';

function blockerOf(row: Row, mask: (text: string) => string): Blocker {
  const query = row.query === HIDDEN ? null : row.query;
  const isAutovacuum = row.autovacuum === 't';
  const against = query ? query.endsWith('(to prevent wraparound)') : row.overdue === 't';
  return {
    pid: row.pid ? Number(row.pid) : null,
    gid: row.gid ?? null,
    database: row.prepared_in ?? null,
    transaction: row.virtualtransaction ?? '',
    user: row.username ?? null,
    application: row.application_name ?? null,
    client: row.client ?? null,
    state: row.state ?? null,
    backendType: row.backend_type ?? null,
    transactionAgeMs: millisecondsOf(row.transaction_age),
    stateAgeMs: millisecondsOf(row.state_age),
    queryAgeMs: millisecondsOf(row.query_age),
    modes: row.modes ? row.modes.split(' ') : [],
    query: query ? mask(query.replace(/\s+/g, ' ').trim()) : null,
    isAutovacuum,
    preventsWraparound: isAutovacuum && against,
    endedBy: endedByOf(row.ended_by),
  };
}

function millisecondsOf(text: string | null | undefined): number | null {
  return text ? Math.max(0, Number(text)) : null;
}
