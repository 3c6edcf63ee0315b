import { BACKUP_SCHEMA, BACKUP_SCHEMA_COMMENT, type Kept } from '../../backup/kept.ts';
import { type Store, storesOf } from '../../backup/stored.ts';
import { eventItem } from '../../ledger/write.ts';
import { setLocal } from '../../postgres/session-settings.ts';
import { Problem } from '../../problem/problem.ts';
import { displayIdentifier, quoteQualified } from '../../sql/quote.ts';
import type { Control } from '../control.ts';
import type { Engine } from '../engine.ts';
import { databaseProblem } from '../failure.ts';

/** What migrations and rollbacks have kept in the database, the newest first; none where the schema is not of this tool. */
export async function readStores({ session, names }: Control): Promise<Store[]> {
  const tables = await session.query(TABLES, [BACKUP_SCHEMA, BACKUP_SCHEMA_COMMENT]);
  const [trail] = await session.query('SELECT pg_catalog.to_regclass($1) AS found', [names.events]);
  const events = trail?.found == null || tables.length === 0 ? [] : await session.query(eventsSql(names.events));
  return storesOf(
    tables.map(({ name, bytes }) => ({ name: name ?? '', bytes: Number(bytes) })),
    events.map(({ version, run_id, at, detail, is_last }) => {
      const { direction, to, kept } = JSON.parse(detail ?? '{}') as { direction?: string; to?: string; kept?: Kept[] };
      const isLast = is_last === 't';
      return {
        version: version ?? null,
        runId: run_id ?? null,
        at: at ?? '',
        direction: direction ?? '',
        to: to ?? 'schema',
        kept: kept ?? [],
        isLast,
      };
    }),
  );
}

const TABLES = `SELECT c.relname AS name, pg_catalog.pg_total_relation_size(c.oid) AS bytes
FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
WHERE n.nspname = $1 AND c.relkind = 'r' AND pg_catalog.obj_description(n.oid, 'pg_namespace') = $2`;

/** As rollback asks for what it puts back: see keptOf. */
function eventsSql(events: string): string {
  return `SELECT e.version, e.run_id, e.detail,
  pg_catalog.to_char(e.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS at,
  e.seq > coalesce((SELECT pg_catalog.max(o.seq) FROM ${events} AS o
    WHERE o.version = e.version AND o.event IN ('rolled_back', 'put_back')), 0) AS is_last
FROM ${events} AS e WHERE e.event = 'backed_up' AND e.detail ->> 'scope' = 'scoped' ORDER BY e.seq`;
}

/** A rollback that is at work with one of them holds it for the length of a transaction. */
const LOCK_WAIT_MS = '5000';

/**
 * Drops them and puts that on record, in one transaction: all of them, or none. Throws Problem `permission-denied`,
 * `lock-timeout` or `backup-failed`.
 */
export async function dropStores(
  engine: Engine,
  control: Control,
  stores: readonly { readonly store: Store; readonly why: string }[],
): Promise<void> {
  const told = stores.map(({ store: { name, bytes, version, rows, of, state }, why }) => ({
    ...{ store: name, of, rows, bytes, version, state, why },
  }));
  const drops = stores.map(({ store }) => ({
    sql: `DROP TABLE IF EXISTS ${quoteQualified(BACKUP_SCHEMA, store.name)}`,
  }));
  const record = eventItem(control.names, engine.run, { event: 'pruned', version: null, detail: { stores: told } });
  try {
    await control.session.batch([[setLocal('lock_timeout', LOCK_WAIT_MS), ...drops, record]]);
  } catch (error) {
    const problem = databaseProblem(error, 'what was kept cannot be removed', control.role);
    throw new Problem(problem.code, problem.message, { ...problem.fields, state: 'Nothing of it was removed.' });
  }
}

/** As SQL names it. */
export function shownStore(name: string): string {
  return `${displayIdentifier(BACKUP_SCHEMA)}.${displayIdentifier(name)}`;
}
