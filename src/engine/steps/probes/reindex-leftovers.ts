import type { Row } from '../../../postgres/row.ts';
import { quoteIdentifier, quoteQualified } from '../../../sql/quote.ts';
import type { QualifiedName } from '../../../sql/token-reader.ts';
import type { Ask } from './probe.ts';

/** What a REINDEX CONCURRENTLY goes through; without a name the whole database. */
export interface ReindexWork {
  readonly target: 'INDEX' | 'TABLE' | 'SCHEMA' | 'DATABASE';
  readonly name: QualifiedName | undefined;
}

/** The relation that the statement names, and its partitions. */
const NAMED = `SELECT pg_catalog.to_regclass($1)::oid AS oid UNION SELECT p.relid::oid FROM pg_catalog.pg_partition_tree(pg_catalog.to_regclass($1)) AS p`;

/** The name of such an index is the other's with an ending; of a long one the end is cut off (at 63 bytes). */
const OF_NAMED_INDEX = `EXISTS (SELECT FROM pg_catalog.pg_index AS n JOIN pg_catalog.pg_class AS o ON o.oid = n.indexrelid
  WHERE n.indexrelid IN (${NAMED}) AND n.indrelid = i.indrelid AND (o.relname::text = stem.name
    OR pg_catalog.octet_length(c.relname::text) > 59 AND pg_catalog.starts_with(o.relname::text, stem.name)))`;

/** Of the tables themselves and of what they keep out of line (TOAST). */
function ofTables(tables: string): string {
  return `i.indrelid IN (SELECT u.oid FROM pg_catalog.pg_class AS t CROSS JOIN LATERAL
    (VALUES (t.oid), (t.reltoastrelid)) AS u (oid) WHERE ${tables})`;
}

const IS_OF: Readonly<Record<ReindexWork['target'], string>> = {
  INDEX: OF_NAMED_INDEX,
  TABLE: ofTables(`t.oid IN (${NAMED})`),
  SCHEMA: ofTables('t.relnamespace = (SELECT m.oid FROM pg_catalog.pg_namespace AS m WHERE m.nspname = $1)'),
  DATABASE: '$1::text IS NULL OR true',
};

/** A build holds SHARE UPDATE EXCLUSIVE on its index to its end, and one that is being built is in the progress view. */
const IS_AT_WORK = `EXISTS (
  SELECT FROM pg_catalog.pg_locks AS l WHERE l.locktype = 'relation' AND l.relation = c.oid AND l.granted
    AND l.mode IN ('ShareUpdateExclusiveLock', 'AccessExclusiveLock')
    AND l.database = (SELECT d.oid FROM pg_catalog.pg_database AS d WHERE d.datname = pg_catalog.current_database()))
  OR EXISTS (SELECT FROM pg_catalog.pg_stat_progress_create_index AS p WHERE p.index_relid = c.oid
    AND p.datname = pg_catalog.current_database())`;

/**
 * The invalid indexes that a REINDEX CONCURRENTLY may leave of what this one goes through: `oid`, `name` (quoted, with its
 * schema), and `at_work` where somebody is at it.
 */
export function leftovers(ask: Ask, { target, name }: ReindexWork): Promise<Row[]> {
  return ask(
    `SELECT c.oid, pg_catalog.format('%I.%I', n.nspname, c.relname) AS name, (${IS_AT_WORK}) AS at_work
FROM pg_catalog.pg_index AS i JOIN pg_catalog.pg_class AS c ON c.oid = i.indexrelid
JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
CROSS JOIN LATERAL (SELECT pg_catalog.regexp_replace(c.relname::text, '_cc(new|old)[0-9]*$', '') AS name) AS stem
WHERE NOT i.indisvalid AND c.relname::text ~ '_cc(new|old)[0-9]*$' AND (${IS_OF[target]})
ORDER BY c.oid`,
    [target === 'SCHEMA' ? (name?.name ?? null) : name ? qualified(name) : null],
  );
}

/** As SQL writes it. */
export function qualified({ schema, name }: QualifiedName): string {
  return schema === undefined ? quoteIdentifier(name) : quoteQualified(schema, name);
}
