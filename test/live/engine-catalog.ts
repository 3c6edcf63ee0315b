import type { TestDatabase } from '../support/servers.ts';

/** What is in a database beside the tool's own tables, one line each: to compare before and after. */
export async function catalogOf(database: TestDatabase): Promise<string[]> {
  const rows = await database.sql(`
WITH own AS (SELECT oid FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname NOT IN ('information_schema', 'taskflow_backup'))
SELECT pg_catalog.concat_ws(' ', c.relkind, c.oid::regclass, a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod), a.attnotnull,
  pg_catalog.pg_get_expr(d.adbin, d.adrelid), CASE WHEN c.relkind IN ('i', 'I') THEN pg_catalog.pg_get_indexdef(c.oid) END,
  CASE WHEN c.relkind = 'v' THEN pg_catalog.pg_get_viewdef(c.oid) END)
FROM pg_class AS c LEFT JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
LEFT JOIN pg_attrdef AS d ON d.adrelid = c.oid AND d.adnum = a.attnum
WHERE c.relnamespace IN (TABLE own) AND c.relname !~ '^(schema_migration|migration_status)'
UNION ALL SELECT 'constraint ' || conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint
WHERE connamespace IN (TABLE own) AND conrelid::regclass::text !~ 'schema_(migration|data_)'
UNION ALL SELECT 'function ' || p.oid::regprocedure || ' ' || p.prosrc FROM pg_proc AS p
WHERE p.pronamespace IN (TABLE own) AND p.proname !~ '^(schema_migration|record_migration)'
UNION ALL SELECT 'type ' || t.oid::regtype FROM pg_type AS t WHERE t.typnamespace IN (TABLE own) AND t.typrelid = 0 AND t.typelem = 0
ORDER BY 1`);
  return rows.map((row) => row[0] ?? '');
}

/** The tool's own tables in the same way, columns, keys, functions and all, without their names' schema. */
export async function trackingCatalogOf(database: TestDatabase, schema = 'public'): Promise<string[]> {
  const rows = await database.sql(`
SELECT pg_catalog.concat_ws(' ', c.relkind, c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity,
  pg_get_expr(d.adbin, d.adrelid), col_description(c.oid, a.attnum), obj_description(c.oid, 'pg_class'),
  CASE WHEN c.relkind = 'i' THEN replace(pg_get_indexdef(c.oid), '${schema}.', '') END, c.relacl)
FROM pg_class AS c LEFT JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0
LEFT JOIN pg_attrdef AS d ON d.adrelid = c.oid AND d.adnum = a.attnum
WHERE c.relnamespace = '${schema}'::regnamespace
UNION ALL SELECT concat_ws(' ', 'function', p.proname, pg_get_function_arguments(p.oid), p.prosrc, p.proconfig, obj_description(p.oid, 'pg_proc'))
FROM pg_proc AS p WHERE p.pronamespace = '${schema}'::regnamespace
UNION ALL SELECT concat_ws(' ', 'trigger', tgname, tgenabled, tgtype) FROM pg_trigger
UNION ALL SELECT concat_ws(' ', 'constraint', conname, pg_get_constraintdef(oid)) FROM pg_constraint WHERE connamespace = '${schema}'::regnamespace
ORDER BY 1`);
  return rows.map((row) => row[0] ?? '');
}
