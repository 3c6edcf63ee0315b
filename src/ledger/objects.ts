import type { BatchItem } from '../postgres/pipeline.ts';
import type { CreatedObject } from '../sql/created-object.ts';

/**
 * Asks the catalogs for a list of objects; answers one row each, in order: `found`. A name without a schema is looked for
 * along the session's search_path. A table counts only with the columns that it was written with.
 */
export function objectsExistItem(objects: readonly CreatedObject[]): BatchItem {
  const plain = objects.map(({ kind, schema, name, table, columns }) => ({
    kind,
    schema: schema ?? null,
    name,
    table: table ?? null,
    columns: columns ?? [],
  }));
  return { sql: QUERY, params: [JSON.stringify(plain)], rows: true };
}

const QUERY = `SELECT CASE
  WHEN o.kind IN ('table', 'foreign table', 'index', 'view', 'materialized view', 'sequence') THEN
    EXISTS (SELECT FROM pg_catalog.pg_class AS c WHERE c.oid = pg_catalog.to_regclass(q.qualified)::oid
      AND c.relkind = ANY (CASE o.kind WHEN 'table' THEN '{r,p}' WHEN 'foreign table' THEN '{f}' WHEN 'index' THEN '{i,I}'
        WHEN 'view' THEN '{v}' WHEN 'materialized view' THEN '{m}' ELSE '{S}' END::"char"[])
      AND NOT EXISTS (SELECT FROM pg_catalog.jsonb_array_elements_text(o.columns) AS w(name)
        WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_attribute AS a
          WHERE a.attrelid = c.oid AND a.attname = w.name AND a.attnum > 0 AND NOT a.attisdropped)))
  WHEN o.kind IN ('type', 'domain') THEN pg_catalog.to_regtype(q.qualified) IS NOT NULL
  WHEN o.kind IN ('function', 'procedure', 'aggregate') THEN
    EXISTS (SELECT FROM pg_catalog.pg_proc AS p JOIN pg_catalog.pg_namespace AS n ON n.oid = p.pronamespace
      WHERE p.proname = o.name AND CASE WHEN o.schema IS NULL THEN pg_catalog.pg_function_is_visible(p.oid) ELSE n.nspname = o.schema END)
  WHEN o.kind = 'trigger' THEN
    EXISTS (SELECT FROM pg_catalog.pg_trigger AS t WHERE t.tgrelid = pg_catalog.to_regclass(q.relation)::oid AND t.tgname = o.name)
  WHEN o.kind = 'policy' THEN
    EXISTS (SELECT FROM pg_catalog.pg_policy AS p WHERE p.polrelid = pg_catalog.to_regclass(q.relation)::oid AND p.polname = o.name)
  WHEN o.kind = 'rule' THEN
    EXISTS (SELECT FROM pg_catalog.pg_rewrite AS r WHERE r.ev_class = pg_catalog.to_regclass(q.relation)::oid AND r.rulename = o.name)
  WHEN o.kind = 'column' THEN
    EXISTS (SELECT FROM pg_catalog.pg_attribute AS a WHERE a.attrelid = pg_catalog.to_regclass(q.relation)::oid AND a.attname = o.name
      AND a.attnum > 0 AND NOT a.attisdropped)
  WHEN o.kind = 'constraint' THEN
    EXISTS (SELECT FROM pg_catalog.pg_constraint AS c WHERE c.conrelid = pg_catalog.to_regclass(q.relation)::oid AND c.conname = o.name)
  WHEN o.kind = 'enum value' THEN
    EXISTS (SELECT FROM pg_catalog.pg_enum AS e WHERE e.enumtypid = pg_catalog.to_regtype(q.relation)::oid AND e.enumlabel = o.name)
  WHEN o.kind = 'extension' THEN EXISTS (SELECT FROM pg_catalog.pg_extension AS e WHERE e.extname = o.name)
  WHEN o.kind = 'schema' THEN EXISTS (SELECT FROM pg_catalog.pg_namespace AS n WHERE n.nspname = o.name)
  WHEN o.kind = 'role' THEN EXISTS (SELECT FROM pg_catalog.pg_roles AS r WHERE r.rolname = o.name)
  WHEN o.kind = 'event trigger' THEN EXISTS (SELECT FROM pg_catalog.pg_event_trigger AS t WHERE t.evtname = o.name)
  WHEN o.kind = 'publication' THEN EXISTS (SELECT FROM pg_catalog.pg_publication AS p WHERE p.pubname = o.name)
  WHEN o.kind = 'server' THEN EXISTS (SELECT FROM pg_catalog.pg_foreign_server AS s WHERE s.srvname = o.name)
  WHEN o.kind = 'statistics' THEN EXISTS (SELECT FROM pg_catalog.pg_statistic_ext AS s WHERE s.stxname = o.name)
  WHEN o.kind = 'collation' THEN EXISTS (SELECT FROM pg_catalog.pg_collation AS c WHERE c.collname = o.name)
  ELSE false
END AS found
FROM ROWS FROM (pg_catalog.jsonb_to_recordset($1::jsonb) AS (kind text, schema text, name text, "table" text, columns jsonb))
  WITH ORDINALITY AS o(kind, schema, name, "table", columns, position)
CROSS JOIN LATERAL (SELECT
  coalesce(pg_catalog.quote_ident(o.schema) || '.', '') || pg_catalog.quote_ident(o.name) AS qualified,
  coalesce(pg_catalog.quote_ident(o.schema) || '.', '') || pg_catalog.quote_ident(o."table") AS relation) AS q
ORDER BY o.position`;
