import type { LeftOut } from '../../catalog/leave-out.ts';
import type { Session } from '../../postgres/session.ts';
import { displayIdentifier } from '../../sql/quote.ts';

/** What cannot be made on a scratch server: an extension that it does not offer, and what is built on it. */
export interface ExtensionObjects {
  readonly extension: string;
  readonly objects: readonly LeftOut[];
  /** The same for people. */
  readonly names: readonly string[];
}

/**
 * Of the extensions that are installed in the session's database and that `offered` does not name: their objects, found by
 * the server's own record of what depends on what (manual, pg_depend).
 */
export async function objectsOfMissing(
  session: Session,
  offered: ReadonlyMap<string, string>,
): Promise<ExtensionObjects[]> {
  const installed = await session.query('SELECT extname AS name FROM pg_catalog.pg_extension ORDER BY 1');
  const missing = installed.map(({ name }) => name ?? '').filter((name) => !offered.has(name));
  const found: ExtensionObjects[] = [];
  for (const extension of missing) found.push(await objectsOf(session, extension));
  return found;
}

async function objectsOf(session: Session, extension: string): Promise<ExtensionObjects> {
  const rows = await session.query(DEPENDENT, [extension]);
  const objects = rows.flatMap((row): LeftOut[] => {
    const names = JSON.parse(row.names ?? '[]') as string[];
    const identity = row.own === null ? names : (JSON.parse(row.own ?? '[]') as string[]);
    const made = leftOutOf(row.type ?? '', identity);
    return made ? [made] : [];
  });
  const own: LeftOut = { type: 'extension', identity: [extension] };
  const names = objects.map(({ type, identity }) => `${type} ${identity.map(displayIdentifier).join('.')}`);
  return { extension, objects: [own, ...objects], names: [...new Set(names)] };
}

/** By the names that pg_identify_object_as_address has for kinds. */
function leftOutOf(type: string, names: readonly string[]): LeftOut | undefined {
  const [schema = '', name = ''] = names;
  if (/ column$|^default value$/.test(type)) return { type: 'column', identity: names.slice(0, 3) };
  if (/^(table|view|materialized view|foreign table|sequence)$/.test(type))
    return { type: 'relation', identity: [schema, name] };
  if (type === 'rule') return { type: 'relation', identity: [schema, name] };
  if (/^(function|procedure|aggregate)$/.test(type)) return { type: 'routine', identity: [schema, name] };
  if (type === 'type') return { type: 'type', identity: [schema, name] };
  if (type === 'index') return { type: 'index', identity: names };
  if (type === 'table constraint') return { type: 'constraint', identity: names };
  if (type === 'domain constraint') return { type: 'domain constraint', identity: names };
  return type === 'trigger' || type === 'policy' ? { type, identity: names } : undefined;
}

/**
 * What depends on the extension's members, and what depends on that. Of a relation that is built on them in one column, only
 * what is built on that column; a view is known by its rule. `own`: the parts of a name that stand otherwise there: an index with its table, a type.
 */
const DEPENDENT = `WITH RECURSIVE member AS (
  SELECT d.classid, d.objid FROM pg_catalog.pg_depend AS d JOIN pg_catalog.pg_extension AS e
    ON d.refclassid = 'pg_catalog.pg_extension'::regclass AND d.refobjid = e.oid
  WHERE e.extname = $1 AND d.deptype = 'e'
), dependent AS (
  SELECT d.classid, d.objid, d.objsubid FROM pg_catalog.pg_depend AS d JOIN member AS m
    ON d.refclassid = m.classid AND d.refobjid = m.objid
  WHERE d.deptype IN ('n', 'a') AND NOT EXISTS (SELECT FROM member AS o WHERE o.classid = d.classid AND o.objid = d.objid)
  UNION
  SELECT d.classid, d.objid, d.objsubid FROM pg_catalog.pg_depend AS d JOIN dependent AS u
    ON d.refclassid = u.classid AND d.refobjid = u.objid AND (u.objsubid = 0 OR d.refobjsubid = u.objsubid)
  WHERE d.deptype IN ('n', 'a', 'i')
)
SELECT a.type, pg_catalog.array_to_json(a.object_names) AS names,
  coalesce((SELECT pg_catalog.json_build_array(n.nspname, t.relname, c.relname) FROM pg_catalog.pg_index AS i
    JOIN pg_catalog.pg_class AS c ON c.oid = i.indexrelid JOIN pg_catalog.pg_class AS t ON t.oid = i.indrelid
    JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
    WHERE d.classid = 'pg_catalog.pg_class'::regclass AND i.indexrelid = d.objid),
  (SELECT pg_catalog.json_build_array(n.nspname, t.typname) FROM pg_catalog.pg_type AS t
    JOIN pg_catalog.pg_namespace AS n ON n.oid = t.typnamespace
    WHERE d.classid = 'pg_catalog.pg_type'::regclass AND t.oid = d.objid)) AS own
FROM dependent AS d, LATERAL pg_catalog.pg_identify_object_as_address(d.classid, d.objid, d.objsubid) AS a
ORDER BY 1`;
