import { OWN_NAMES } from '../../ledger/layout/own-objects.ts';
import type { Session } from '../../postgres/session.ts';
import { setLocal } from '../../postgres/session-settings.ts';
import { displayIdentifier, quoteQualified } from '../../sql/quote.ts';

/** A table of people's. */
export interface Table {
  readonly schema: string;
  readonly name: string;
}

/**
 * A pattern that a column's default matches where time or chance fills it. What a dump leaves to such defaults is exactly what
 * verify must not compare.
 */
export const TIME_OR_CHANCE =
  '\\m(now|current_(time|date|timestamp)|local(time|timestamp)|(clock|statement|transaction)_timestamp|random|gen_random_uuid|uuid_generate_v[0-9a-z]+|uuidv[0-9]|timeofday)\\M';

/** By table, as people write it: a text that is the same for the same rows, in whatever order. */
export type RowPrints = ReadonlyMap<string, string>;

/** By the OID of a table, what is another one when its rows have been written. */
export type Written = ReadonlyMap<string, string>;

/**
 * How many rows of each table the session has written, in the open transaction and in those before that it has not reported
 * yet, and the file that holds them: a rewrite (ALTER TABLE ... USING) counts for its new file, TRUNCATE for none. Only the
 * difference of two looks in one transaction says anything.
 */
export async function writtenRows(session: Session): Promise<Written> {
  const rows = await session.query(
    `SELECT s.relid, s.n_tup_ins + s.n_tup_upd + s.n_tup_del AS written, c.relfilenode
FROM pg_catalog.pg_stat_xact_user_tables AS s JOIN pg_catalog.pg_class AS c ON c.oid = s.relid`,
  );
  return new Map(rows.map(({ relid, written, relfilenode }) => [relid ?? '', `${written} in ${relfilenode}`]));
}

/** The tables that have been written since then, and those that are new. */
export async function tablesWritten(
  session: Session,
  before: Written,
  trackingSchema: string,
): Promise<readonly Table[]> {
  const now = await writtenRows(session);
  const oids = [...now].filter(([oid, written]) => written !== before.get(oid)).map(([oid]) => oid);
  return oids.length === 0 ? [] : tablesOf(session, trackingSchema, oids);
}

/** All tables, or those of these OIDs, without the tracking tables. */
export async function tablesOf(session: Session, trackingSchema: string, oids?: readonly string[]): Promise<Table[]> {
  const rows = await session.query(
    `SELECT n.nspname AS schema, c.relname AS name
FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.relkind = 'r' AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
  AND ($1::text IS NULL OR c.oid = ANY ($1::oid[])) AND NOT (n.nspname = $2 AND c.relname ~ $3) ORDER BY 1, 2`,
    [oids === undefined ? null : `{${oids.join(',')}}`, trackingSchema, OWN_NAMES.source],
  );
  return rows.map(({ schema, name }) => ({ schema: schema ?? '', name: name ?? '' }));
}

/**
 * Hashes the rows of the tables on the server, in the session's open transaction. Throws the driver's DatabaseError where the
 * role may not see all of them.
 */
export async function printRows(session: Session, tables: readonly Table[]): Promise<RowPrints> {
  if (tables.length === 0) return new Map();
  // A column may have the name of the row.
  const items = tables.map(({ schema, name }) => ({
    sql: `SELECT count(*) || ':' || coalesce(sum(pg_catalog.hashtextextended((t.*)::text, 0)), 0) AS print FROM ONLY ${quoteQualified(schema, name)} AS t`,
    rows: true,
  }));
  const { results } = await session.batch([[setLocal('row_security', 'off'), ...items]]);
  return new Map(tables.map((table, i) => [tableName(table), results[0]?.[i + 1]?.rows[0]?.print ?? '']));
}

/** Tables whose rows are not the same in both. */
export function changedRows(before: RowPrints, after: RowPrints): string[] {
  return [...after].filter(([name, print]) => before.get(name) !== print).map(([name]) => name);
}

export function tableName({ schema, name }: Table): string {
  return `${displayIdentifier(schema)}.${displayIdentifier(name)}`;
}
