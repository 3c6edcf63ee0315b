import type { BatchItem } from '../../postgres/pipeline.ts';
import { quoteQualified } from '../../sql/quote.ts';
import type { QualifiedName } from '../../sql/token-reader.ts';
import type { Engine } from '../engine.ts';

/** Our own setting that hands the OIDs from one statement of a batch to the next. */
const HANDED_ON = 'taskflow.relations';

/** The relations found by `findRelations`, as an array of OIDs, in a later statement of the same segment. */
export const FOUND_RELATIONS = `coalesce(nullif(pg_catalog.current_setting('${HANDED_ON}', true), ''), '{}')::pg_catalog.oid[]`;

/** An index is locked together with its table, a table with its partitions and children. */
const WITH_DEPENDENT = `WITH RECURSIVE found (oid) AS (
  SELECT u.oid FROM pg_catalog.unnest(${FOUND_RELATIONS}) AS u (oid) WHERE u.oid IS NOT NULL
  UNION
  SELECT related.oid FROM found JOIN (
    SELECT i.indexrelid AS of, i.indrelid AS oid FROM pg_catalog.pg_index AS i
    UNION ALL SELECT h.inhparent, h.inhrelid FROM pg_catalog.pg_inherits AS h) AS related ON related.of = found.oid
) SELECT coalesce(pg_catalog.array_agg(found.oid), '{}') FROM found`;

/**
 * Finds relations by name on the search path under which migrations run, as statements to be put before others of the same
 * segment (the settings end with its transaction). Names that do not exist are left out. The last one answers `relations`,
 * an array. Nothing but the look-up itself runs under that search path.
 */
export function findRelations(engine: Engine, names: readonly QualifiedName[]): BatchItem[] {
  const written = names.map(({ schema, name }) =>
    schema === undefined ? quoteQualified(name) : quoteQualified(schema, name),
  );
  return [
    {
      sql: `SELECT pg_catalog.set_config('search_path',
  coalesce($1, (SELECT s.reset_val FROM pg_catalog.pg_settings AS s WHERE s.name = 'search_path')), true)`,
      params: [engine.settings.searchPath ?? null],
    },
    {
      sql: `SELECT pg_catalog.set_config('${HANDED_ON}', pg_catalog.array_agg(pg_catalog.to_regclass(u.name)::pg_catalog.oid)::pg_catalog.text, true)
FROM pg_catalog.unnest($1::pg_catalog.text[]) AS u (name)`,
      params: [arrayLiteral(written)],
    },
    { sql: "SELECT pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true)" },
    {
      sql: `SELECT pg_catalog.set_config('${HANDED_ON}', (${WITH_DEPENDENT})::pg_catalog.text, true) AS relations`,
      rows: true,
    },
  ];
}

function arrayLiteral(texts: readonly string[]): string {
  return `{${texts.map((text) => `"${text.replace(/["\\]/g, '\\$&')}"`).join(',')}}`;
}
