import type { Destruction } from '../../backup/destruction.ts';
import type { Session } from '../../postgres/session.ts';
import { displayIdentifier } from '../../sql/quote.ts';
import type { QualifiedName } from '../../sql/token-reader.ts';
import type { Destroying } from './read-destroying.ts';

/** So deep a function may call another. */
const DEPTH_MAX = 5;

/** The destructions with those that stand in the bodies of the functions that are called, in place of the calls. */
export async function withCalled(
  session: Session,
  destructions: readonly Destruction[],
  inside: Destroying['inside'],
  depth = 0,
): Promise<Destruction[]> {
  const all: Destruction[] = [];
  for (const one of destructions) {
    if (one.kind !== 'call') all.push(one);
    else if (depth < DEPTH_MAX)
      for (const name of one.functions) {
        const found = await destroyedBy(session, name, inside);
        all.push(...(await withCalled(session, found, inside, depth + 1)));
      }
  }
  return all;
}

async function destroyedBy(
  session: Session,
  { schema, name }: QualifiedName,
  inside: Destroying['inside'],
): Promise<Destruction[]> {
  const rows = await session.query(DEFINITIONS, [name, schema ?? null]);
  return rows.flatMap(({ language, definition }): readonly Destruction[] => {
    if (language === 'sql' || language === 'plpgsql') return inside(definition ?? '');
    return [{ kind: 'unforeseen', why: `the body of ${displayIdentifier(name)} is in ${language}` }];
  });
}

/** Those of people: none of the server's (below FirstNormalObjectId, access/transam.h), and none of an extension. */
const DEFINITIONS = `SELECT l.lanname AS language, pg_catalog.pg_get_functiondef(p.oid) AS definition
FROM pg_catalog.pg_proc AS p JOIN pg_catalog.pg_namespace AS n ON n.oid = p.pronamespace
JOIN pg_catalog.pg_language AS l ON l.oid = p.prolang
WHERE p.proname = $1 AND p.oid >= 16384 AND p.prokind IN ('f', 'p') AND l.lanname NOT IN ('c', 'internal') AND p.provolatile = 'v'
  AND (n.nspname = $2 OR $2::pg_catalog.text IS NULL AND n.nspname = ANY (pg_catalog.current_schemas(false)))
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend AS d
    WHERE d.classid = 'pg_proc'::pg_catalog.regclass AND d.objid = p.oid AND d.deptype = 'e')
ORDER BY p.oid`;
