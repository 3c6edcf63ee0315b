/** Orders of a form's files, each applied inside one transaction that is rolled back. */
import pg from 'pg';
import { inferEdges } from '../../src/graph/inferred.ts';
import { footprints } from '../footprint/edges-of.ts';
import type { Form } from '../footprint/forms/form.ts';
import type { TestDatabase } from '../support/servers.ts';

export type Order = readonly number[];

/** Which file, by its place, needs which others. */
export type Needs = readonly ReadonlySet<number>[];

export async function needsOf({ files }: Form): Promise<Needs> {
  const edges = inferEdges(await footprints(files));
  const place = (version: string) => Number(version.replace('_x', '')) - 1;
  return files.map((_, i) => new Set(edges.filter(({ from }) => place(from) === i).map(({ to }) => place(to))));
}

/** Every order in which each file comes behind what it needs, the numbered one first. */
export function ordersOf(needs: Needs): Order[] {
  return needs.length === 0 ? [] : continued([], needs);
}

function continued(begun: Order, needs: Needs): Order[] {
  if (begun.length === needs.length) return [begun];
  return needs.flatMap((own, i) =>
    begun.includes(i) || [...own].some((one) => !begun.includes(one)) ? [] : continued([...begun, i], needs),
  );
}

/** What the files make in that order: a line for each thing; or the error. */
export type Outcome = { readonly made: readonly string[] } | { readonly error: string };

export async function withClient<T>(database: TestDatabase, use: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}

export async function outcomeOf(client: pg.Client, { files }: Form, order: Order): Promise<Outcome> {
  await client.query('BEGIN');
  try {
    for (const i of order) await client.query(`${files[i]}`);
    await client.query('RESET ROLE');
    const { rows } = await client.query<{ line: string }>(CATALOG);
    return { made: rows.map(({ line }) => line) };
  } catch (error) {
    return { error: `file ${order.map((i) => i + 1).join(', ')}: ${(error as Error).message}` };
  } finally {
    await client.query('ROLLBACK');
  }
}

/** Whatever was made, by its name, with what it depends on and how PostgreSQL would write it. */
const CATALOG = `
SELECT DISTINCT regexp_replace(line, '_[0-9]{5,}', '_', 'g') AS line FROM (
  SELECT concat_ws(' ', own.type, own.identity, '->', other.type, other.identity, d.deptype) AS line
    FROM pg_catalog.pg_depend d,
      LATERAL pg_catalog.pg_identify_object(d.classid, d.objid, d.objsubid) own,
      LATERAL pg_catalog.pg_identify_object(d.refclassid, d.refobjid, d.refobjsubid) other
    WHERE d.objid >= 16384
  UNION ALL SELECT concat_ws(' ', relname, relkind, ARRAY(SELECT unnest(reloptions) ORDER BY 1), relacl_sorted, pg_get_userbyid(relowner),
      CASE WHEN relkind IN ('v', 'm') THEN pg_get_viewdef(oid) END)
    FROM (SELECT c.*, ARRAY(SELECT unnest(relacl)::text ORDER BY 1) AS relacl_sorted FROM pg_class c) c
    WHERE relnamespace = 'public'::regnamespace
  UNION ALL SELECT concat_ws(' ', attrelid::regclass, attname, atttypid::regtype, attnotnull, ARRAY(SELECT unnest(attoptions) ORDER BY 1), attislocal, attinhcount,
      ARRAY(SELECT unnest(attacl)::text ORDER BY 1))
    FROM pg_attribute JOIN pg_class c ON c.oid = attrelid WHERE relnamespace = 'public'::regnamespace AND attnum > 0 AND NOT attisdropped
  UNION ALL SELECT concat_ws(' ', conname, pg_get_constraintdef(oid)) FROM pg_constraint WHERE connamespace = 'public'::regnamespace
  UNION ALL SELECT pg_get_indexdef(indexrelid) FROM pg_index JOIN pg_class c ON c.oid = indexrelid WHERE relnamespace = 'public'::regnamespace
  UNION ALL SELECT pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prokind IN ('f', 'p')
  UNION ALL SELECT concat_ws(' ', rolname, s.setconfig, (SELECT array_agg(g.rolname ORDER BY 1) FROM pg_auth_members m
      JOIN pg_roles g ON g.oid = m.roleid WHERE m.member = r.oid))
    FROM pg_roles r LEFT JOIN (SELECT setrole, ARRAY(SELECT unnest(setconfig) ORDER BY 1) AS setconfig FROM pg_db_role_setting) s
      ON s.setrole = r.oid WHERE rolname LIKE 'tf_forms%'
  UNION ALL SELECT concat_ws(' ', 'comment', classoid::regclass, o.identity, description)
    FROM pg_description, LATERAL pg_identify_object(classoid, objoid, objsubid) o WHERE objoid >= 16384
) all_lines ORDER BY 1`;
