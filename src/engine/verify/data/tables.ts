import { OWN_NAMES } from '../../../ledger/layout/own-objects.ts';
import type { Session } from '../../../postgres/session.ts';
import { displayIdentifier } from '../../../sql/quote.ts';
import type { SampleForeignKey } from '../../../verify/sample/table.ts';

/** A table of people's, a partitioned or a foreign one. */
export interface FoundTable {
  readonly oid: string;
  readonly schema: string;
  readonly name: string;
  /** As people write it. */
  readonly shown: string;
  /** pg_class.relkind */
  readonly kind: string;
  /** Of a partition, what it is a partition of. */
  readonly parent: string | null;
  /** The table at the top, as people write it. */
  readonly root: string | null;
}

/** All tables of a database, by OID. */
export type Tables = ReadonlyMap<string, FoundTable>;

export async function readTables(session: Session, trackingSchema: string): Promise<Tables> {
  const params = [trackingSchema, OWN_NAMES.source];
  const { results } = await session.batch([[{ sql: TABLES, name: 'taskflow_data_tables', params, rows: true }]]);
  const found = (results[0]?.[0]?.rows ?? []).map(
    ({ oid, schema, name, kind, parent, root_schema, root_name }): FoundTable => {
      const shown = shownAs(schema, name);
      const root = root_name == null ? null : shownAs(root_schema, root_name);
      const own = { oid: oid ?? '', schema: schema ?? '', name: name ?? '', kind: kind ?? '' };
      return { ...own, shown, parent: parent ?? null, root };
    },
  );
  return new Map(found.map((table) => [table.oid, table]));
}

function shownAs(schema: string | null | undefined, name: string | null | undefined): string {
  return `${displayIdentifier(schema ?? '')}.${displayIdentifier(name ?? '')}`;
}

/** How all tables refer to each other. */
export async function readKeys(session: Session): Promise<readonly SampleForeignKey[]> {
  const { results } = await session.batch([[{ sql: KEYS, name: 'taskflow_data_keys', rows: true }]]);
  return (results[0]?.[0]?.rows ?? []).map(({ key }) => JSON.parse(key ?? '{}') as SampleForeignKey);
}

/** The tables that hold the rows: instead of a partitioned one its partitions. */
export function leavesOf(byOid: Tables, oids: Iterable<string>): FoundTable[] {
  const leaves = new Map<string, FoundTable>();
  const visit = (oid: string) => {
    const table = byOid.get(oid);
    if (!table) return;
    const partitions = table.kind === 'p' ? [...byOid.values()].filter(({ parent }) => parent === oid) : [];
    if (partitions.length === 0) leaves.set(oid, table);
    for (const one of partitions) visit(one.oid);
  };
  for (const oid of oids) visit(oid);
  return [...leaves.values()];
}

const TABLES = `SELECT c.oid, n.nspname AS schema, c.relname AS name, c.relkind AS kind,
  CASE WHEN c.relispartition THEN (SELECT i.inhparent FROM pg_catalog.pg_inherits AS i WHERE i.inhrelid = c.oid) END AS parent,
  rn.nspname AS root_schema, r.relname AS root_name
FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
LEFT JOIN pg_catalog.pg_class AS r ON c.relispartition AND r.oid = pg_catalog.pg_partition_root(c.oid)
LEFT JOIN pg_catalog.pg_namespace AS rn ON rn.oid = r.relnamespace
WHERE c.relkind IN ('r', 'p', 'f') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
  AND NOT (n.nspname = $1 AND c.relname ~ $2)
  AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_depend AS d
    WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = c.oid AND d.deptype = 'e')
ORDER BY n.nspname, c.relname`;

/** Without those that a partitioned parent has for each of its partitions. */
const KEYS = `SELECT pg_catalog.json_build_object('child', c.conrelid::text, 'parent', c.confrelid::text, 'onDelete', c.confdeltype,
  'columns', (SELECT pg_catalog.json_agg(a.attname ORDER BY k.place) FROM pg_catalog.unnest(c.conkey) WITH ORDINALITY AS k (num, place)
    JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.conrelid AND a.attnum = k.num),
  'parentColumns', (SELECT pg_catalog.json_agg(a.attname ORDER BY k.place) FROM pg_catalog.unnest(c.confkey) WITH ORDINALITY AS k (num, place)
    JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.confrelid AND a.attnum = k.num),
  'required', (SELECT pg_catalog.bool_or(a.attnotnull) FROM pg_catalog.pg_attribute AS a
    WHERE a.attrelid = c.conrelid AND a.attnum = ANY (c.conkey))) AS key
FROM pg_catalog.pg_constraint AS c WHERE c.contype = 'f' AND NOT EXISTS (
  SELECT 1 FROM pg_catalog.pg_constraint AS p WHERE p.oid = c.conparentid AND p.conrelid = c.conrelid)
ORDER BY c.conrelid, c.conname`;
