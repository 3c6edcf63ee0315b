import type { Session } from '../../postgres/session.ts';

/** How large a relation is now, as far as it can be told. */
export interface RelationSize {
  /** By the server's estimate; null where it has none, as before the first ANALYZE. */
  readonly rows: number | null;
  /** With its indexes and what is stored beside it; null where somebody has it locked. */
  readonly bytes: number | null;
  /** Of its indexes. */
  readonly indexBytes: number | null;
}

/** By schema and name (see sizeKey): tables and materialized views; of indexes the bytes. */
export type RelationSizes = ReadonlyMap<string, RelationSize>;

export const sizeKey = (identity: readonly string[]) => JSON.stringify(identity);

/** Sizes of a database, without waiting: where a table is locked in the very moment, all bytes are missing. */
export async function relationSizes(session: Session): Promise<RelationSizes> {
  const measured = await session.runBatch([[BRIEFLY, { sql: sizesSql(true), rows: true }]]);
  const answer = measured.failure
    ? await session.runBatch([[BRIEFLY, { sql: sizesSql(false), rows: true }]])
    : measured;
  if (answer.failure) throw answer.failure.error;
  const found = JSON.parse(answer.results[0]?.[1]?.rows[0]?.found ?? '[]') as Found[];
  return new Map(
    found.map(([schema, name, rows, bytes, indexBytes]) => [sizeKey([schema, name]), { rows, bytes, indexBytes }]),
  );
}

type Found = [schema: string, name: string, rows: number | null, bytes: number | null, indexBytes: number | null];

const BRIEFLY = { sql: "SET LOCAL lock_timeout = '100ms'" };

/** Before 14 a table that nobody has analyzed has 0 rows on 0 pages, since then -1 rows. */
const ROWS = `CASE WHEN c.relkind IN ('r', 'm') THEN CASE WHEN c.reltuples < 0 OR (c.reltuples = 0 AND c.relpages = 0)
    THEN nullif(pg_catalog.pg_stat_get_live_tuples(c.oid), 0) ELSE pg_catalog.round(c.reltuples::numeric) END END`;

/** To ask for the size opens the relation, which waits for whoever has it, or wants it, for himself. */
function sizesSql(isMeasured: boolean): string {
  const size = (kind: string) =>
    isMeasured ? `CASE WHEN l.relation IS NULL THEN pg_catalog.pg_${kind}_size(c.oid) END` : 'NULL::bigint';
  return `WITH locked AS MATERIALIZED (SELECT DISTINCT relation FROM pg_catalog.pg_locks
  WHERE locktype = 'relation' AND mode = 'AccessExclusiveLock'
    AND database = (SELECT d.oid FROM pg_catalog.pg_database AS d WHERE d.datname = pg_catalog.current_database()))
SELECT pg_catalog.json_agg(pg_catalog.json_build_array(n.nspname, c.relname, ${ROWS}, ${size('total_relation')}, ${size('indexes')})) AS found
FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
LEFT JOIN locked AS l ON l.relation = c.oid
WHERE c.relkind IN ('r', 'm', 'i') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'`;
}
