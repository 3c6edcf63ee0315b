import { objectKey } from '../../backup/statement-names.ts';
import type { Present } from '../../backup/wanted-table.ts';
import type { Session } from '../../postgres/session.ts';

/** Reads what is in a database that single tables could need. */
export async function readPresent(session: Session): Promise<Present> {
  const present = new Set<string>();
  await session.query("SELECT pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', false)");
  for (const { kind, schema, name, arguments: args } of await session.query(PRESENT)) {
    const own = { schema: schema ?? '', name: name ?? '' };
    const add = (text: string) => present.add(text.replaceAll(/[\r\n]/g, ' '));
    if (kind === 'SCHEMA' || kind === 'EXTENSION') add(`${kind} - ${own.name}`);
    else add(`${kind} ${own.schema} ${own.name}${args ?? ''}`);
    const [, group] = GROUPS.find(([kinds]) => kinds.test(kind ?? '')) ?? [];
    if (group !== undefined) present.add(objectKey(group, group === 'schema' ? { name: own.name } : own));
  }
  return present;
}

const GROUPS = [
  [/^SCHEMA$/, 'schema'],
  [/TYPE$|^DOMAIN$|^COLLATION$/, 'type'],
  [/^(?:FUNCTION|PROCEDURE|AGGREGATE)$/, 'function'],
  [/TABLE$|VIEW$|^SEQUENCE$|^INDEX$/, 'relation'],
] as const;

const OTHERS = `nspname <> 'pg_catalog' AND nspname <> 'information_schema' AND nspname !~ '^pg_(?:toast|temp)'`;

/** The row type of a table is known by the table. */
const PRESENT = `SELECT 'SCHEMA' AS kind, nspname AS schema, nspname AS name, NULL AS arguments
FROM pg_catalog.pg_namespace WHERE ${OTHERS}
UNION ALL SELECT 'EXTENSION', '', extname, NULL FROM pg_catalog.pg_extension
UNION ALL SELECT CASE relkind WHEN 'S' THEN 'SEQUENCE' WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW'
    WHEN 'f' THEN 'FOREIGN TABLE' WHEN 'i' THEN 'INDEX' WHEN 'I' THEN 'INDEX' ELSE 'TABLE' END, nspname, relname, NULL
  FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
  WHERE ${OTHERS} AND relkind NOT IN ('c', 't')
UNION ALL SELECT CASE typtype WHEN 'd' THEN 'DOMAIN' ELSE 'TYPE' END, nspname, typname, NULL
  FROM pg_catalog.pg_type AS t JOIN pg_catalog.pg_namespace AS n ON n.oid = t.typnamespace
  WHERE ${OTHERS} AND t.typelem = 0
UNION ALL SELECT CASE prokind WHEN 'p' THEN 'PROCEDURE' WHEN 'a' THEN 'AGGREGATE' ELSE 'FUNCTION' END, nspname, proname,
    '(' || pg_catalog.oidvectortypes(proargtypes) || ')'
  FROM pg_catalog.pg_proc AS p JOIN pg_catalog.pg_namespace AS n ON n.oid = p.pronamespace WHERE ${OTHERS}
UNION ALL SELECT 'COLLATION', nspname, collname, NULL
  FROM pg_catalog.pg_collation AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.collnamespace WHERE ${OTHERS}`;
