import type { KeptColumn } from '../../backup/kept.ts';
import type { BatchItem } from '../../postgres/pipeline.ts';
import type { Session } from '../../postgres/session.ts';
import { quoteQualified } from '../../sql/quote.ts';
import type { QualifiedName } from '../../sql/token-reader.ts';

/** A relation whose data is about to go, whole or in part. */
export interface Relation {
  readonly oid: string;
  readonly schema: string;
  readonly name: string;
  /** pg_class.relkind: `r` table, `p` partitioned table, `m` materialized view, `S` sequence, `v` view. */
  readonly kind: string;
  /** False for a materialized view that was never filled. */
  readonly populated: boolean;
  /** With its partitions and children. */
  readonly bytes: number;
  /** The files that they are in: TRUNCATE gives them others. */
  readonly files: string;
  /** All but those that are generated. */
  readonly columns: readonly RelationColumn[];
  /** Names of all columns, in order. */
  readonly order: readonly string[];
  /** Names of the best key: all of them not null, unique, and none of them generated, for such a value is not kept; empty without one. */
  readonly key: readonly string[];
  readonly sequences: readonly OwnedSequence[];
  /** Tables inherit from it (not partitions): no key of its own tells the rows of all of them apart. */
  readonly hasChildren: boolean;
  /** A trigger may write more into a row that is updated than the statement says. */
  readonly updateTriggers: boolean;
  /** A foreign key of a table changes or deletes its rows when those of this one are deleted. */
  readonly referred: boolean;
}

export interface RelationColumn extends KeptColumn {
  /** Its type's name in pg_type, and pg_attribute.atttypmod. */
  readonly typeName: string;
  readonly modifier: number;
  readonly attnum: number;
}

export interface OwnedSequence {
  readonly schema: string;
  readonly name: string;
  readonly column: string | null;
}

/** What goes: a relation whole, or one column of it. */
export interface Gone {
  readonly oid: string;
  /** Null: all of it. */
  readonly column: string | null;
}

/** Where it begins; `pg_authid`: with all that a role owns in this database. */
export type Start = 'pg_class' | 'pg_namespace' | 'pg_type' | 'pg_extension' | 'pg_authid';

const LOOK_UP: Readonly<Record<Start, string>> = {
  pg_class: 'pg_catalog.to_regclass($1)::pg_catalog.oid',
  pg_namespace: 'pg_catalog.to_regnamespace($1)::pg_catalog.oid',
  pg_type: 'pg_catalog.to_regtype($1)::pg_catalog.oid',
  pg_extension: `(SELECT e.oid FROM pg_catalog.pg_extension AS e
    WHERE pg_catalog.quote_ident(e.extname) OPERATOR(pg_catalog.=) $1
      OR pg_catalog.concat('"', e.extname, '"') OPERATOR(pg_catalog.=) $1)`,
  pg_authid: 'pg_catalog.to_regrole($1)::pg_catalog.oid',
};

/**
 * The OID of what a name means in this session, by the search_path that is in force; undefined where there is no such object.
 * Only this is asked under a path that others may write to.
 */
export async function resolve(
  session: Session,
  start: Start,
  { schema, name }: QualifiedName,
): Promise<string | undefined> {
  const written = schema === undefined ? quoteQualified(name) : quoteQualified(schema, name);
  const [row] = await session.query(`SELECT ${LOOK_UP[start]} AS oid`, [written]);
  return row?.oid ?? undefined;
}

/**
 * The tables, materialized views and columns that go with an object, as the server will find them (manual, pg_depend): what is part of it, and
 * with CASCADE what depends on it. Nothing where there is no such object. Temporary tables are left out, and partitions whose table goes.
 */
export async function goneWith(
  session: Session,
  start: Start,
  oid: string,
  { column, cascade }: { column?: string; cascade: boolean },
): Promise<Gone[]> {
  const rows = await session.query(goneSql(start), [oid, column ?? null, String(cascade)]);
  return rows.map(({ oid, column: gone }) => ({ oid: oid!, column: gone ?? null }));
}

const OWNED = `SELECT d.classid, d.objid, d.objsubid FROM pg_catalog.pg_shdepend AS d
  WHERE d.refclassid = 'pg_authid'::pg_catalog.regclass AND d.refobjid = $1::pg_catalog.oid AND d.deptype = 'o'
    AND d.dbid = (SELECT b.oid FROM pg_catalog.pg_database AS b WHERE b.datname = pg_catalog.current_database()) AND $2::pg_catalog.text IS NULL`;

function oneObject(start: Start): string {
  return `SELECT '${start}'::pg_catalog.regclass::pg_catalog.oid AS classid, found.oid AS objid,
    CASE WHEN $2::pg_catalog.text IS NULL THEN 0 ELSE (SELECT a.attnum FROM pg_catalog.pg_attribute AS a
      WHERE a.attrelid = found.oid AND a.attname = $2 AND a.attnum > 0 AND NOT a.attisdropped) END AS objsubid
  FROM (SELECT $1::pg_catalog.oid AS oid) AS found`;
}

function goneSql(start: Start): string {
  return `WITH RECURSIVE begun AS (${start === 'pg_authid' ? OWNED : oneObject(start)}
), gone (classid, objid, objsubid) AS (
  SELECT b.classid, b.objid, b.objsubid::integer FROM begun AS b WHERE b.objsubid IS NOT NULL
  UNION
  SELECT next.classid, next.objid, next.objsubid FROM gone AS g CROSS JOIN LATERAL (
    SELECT d.classid, d.objid, d.objsubid FROM pg_catalog.pg_depend AS d
    WHERE d.refclassid = g.classid AND d.refobjid = g.objid AND (g.objsubid = 0 OR d.refobjsubid = g.objsubid)
      AND ($3::boolean OR d.deptype IN ('a', 'i', 'P', 'S', 'e', 'x'))
    UNION ALL
    SELECT d.refclassid, d.refobjid, d.refobjsubid FROM pg_catalog.pg_depend AS d
    WHERE g.classid = 'pg_rewrite'::pg_catalog.regclass AND d.classid = g.classid AND d.objid = g.objid AND d.deptype = 'i'
  ) AS next
)
SELECT DISTINCT c.oid, a.attname AS column FROM gone AS g JOIN pg_catalog.pg_class AS c ON c.oid = g.objid
LEFT JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = g.objsubid AND g.objsubid > 0
WHERE g.classid = 'pg_class'::pg_catalog.regclass AND c.relpersistence <> 't'
  AND c.relkind = ANY (CASE WHEN g.objsubid = 0 THEN '{r,p,m,S}' ELSE '{r,p}' END::"char"[])
  AND NOT (c.relkind = 'S' AND EXISTS (SELECT FROM gone AS w JOIN pg_catalog.pg_depend AS d ON d.refclassid = w.classid AND d.refobjid = w.objid
    AND d.classid = g.classid AND d.objid = c.oid AND d.deptype IN ('a', 'i') AND (w.objsubid = 0 OR w.objsubid = d.refobjsubid)
    WHERE w.classid = g.classid AND w.objid <> c.oid))
  AND (a.attname IS NULL OR a.attgenerated = '')
  AND NOT (g.objsubid > 0 AND EXISTS (SELECT FROM gone AS w WHERE w.classid = g.classid AND w.objid = g.objid AND w.objsubid = 0))
  AND NOT (c.relispartition AND EXISTS (SELECT FROM gone AS w JOIN pg_catalog.pg_inherits AS i ON i.inhparent = w.objid
    WHERE i.inhrelid = c.oid AND w.classid = g.classid AND w.objsubid = 0))
ORDER BY 1, 2`;
}

/** A table by its name, undefined where there is none, or a temporary one. */
export async function relationNamed(session: Session, name: QualifiedName): Promise<Relation | undefined> {
  const oid = await resolve(session, 'pg_class', name);
  return oid === undefined ? undefined : (await describe(session, [oid]))[0];
}

/** The relations of those OIDs, in that order. */
export async function describe(session: Session, oids: readonly string[]): Promise<Relation[]> {
  if (oids.length === 0) return [];
  const rows = await session.query(DESCRIBE, [`{${oids.join(',')}}`]);
  return rows.map(({ relation }) => JSON.parse(relation ?? '{}') as Relation);
}

/**
 * Row 1, before 2, update 16 of pg_trigger.tgtype (catalog/pg_trigger.h). Types that were there with the server (below FirstNormalObjectId, access/transam.h) cannot be dropped.
 */
const DESCRIBE = `SELECT pg_catalog.json_build_object(
  'oid', c.oid::pg_catalog.text, 'schema', n.nspname, 'name', c.relname, 'kind', c.relkind, 'populated', c.relispopulated,
  'bytes', (WITH RECURSIVE below (oid) AS (SELECT c.oid UNION SELECT i.inhrelid FROM below AS b
      JOIN pg_catalog.pg_inherits AS i ON i.inhparent = b.oid)
    SELECT coalesce(pg_catalog.sum(pg_catalog.pg_table_size(b.oid)), 0) FROM below AS b),
  'files', (WITH RECURSIVE below (oid) AS (SELECT c.oid UNION SELECT i.inhrelid FROM below AS b
      JOIN pg_catalog.pg_inherits AS i ON i.inhparent = b.oid)
    SELECT pg_catalog.string_agg(pg_catalog.pg_relation_filenode(b.oid)::pg_catalog.text, ' ' ORDER BY b.oid) FROM below AS b),
  'columns', (SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_object('name', a.attname,
      'type', pg_catalog.format_type(a.atttypid, a.atttypmod), 'asText', a.atttypid >= 16384,
      'typeName', y.typname, 'modifier', a.atttypmod, 'attnum', a.attnum) ORDER BY a.attnum), '[]')
    FROM pg_catalog.pg_attribute AS a JOIN pg_catalog.pg_type AS y ON y.oid = a.atttypid
    WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''),
  'order', (SELECT pg_catalog.json_agg(a.attname ORDER BY a.attnum) FROM pg_catalog.pg_attribute AS a
    WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped),
  'key', coalesce((SELECT pg_catalog.json_agg(a.attname ORDER BY k.place) FROM (
      SELECT x.indkey, x.indnkeyatts FROM pg_catalog.pg_index AS x
      WHERE x.indrelid = c.oid AND x.indisunique AND x.indisvalid AND x.indpred IS NULL AND x.indexprs IS NULL
        AND NOT EXISTS (SELECT FROM pg_catalog.unnest(x.indkey::smallint[]) WITH ORDINALITY AS u (attnum, place)
          JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = u.attnum
          WHERE u.place <= x.indnkeyatts AND (NOT a.attnotnull OR a.attgenerated <> ''))
      ORDER BY x.indisprimary DESC, x.indnkeyatts, x.indexrelid LIMIT 1) AS best
    CROSS JOIN LATERAL pg_catalog.unnest(best.indkey::smallint[]) WITH ORDINALITY AS k (attnum, place)
    JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = k.attnum
    WHERE k.place <= best.indnkeyatts), '[]'),
  'hasChildren', c.relkind = 'r' AND EXISTS (SELECT FROM pg_catalog.pg_inherits AS i WHERE i.inhparent = c.oid),
  'updateTriggers', EXISTS (SELECT FROM pg_catalog.pg_trigger AS t
    WHERE t.tgrelid = c.oid AND t.tgenabled <> 'D' AND NOT t.tgisinternal AND t.tgtype & 19 = 19),
  'referred', EXISTS (SELECT FROM pg_catalog.pg_constraint AS f
    WHERE f.confrelid = c.oid AND f.contype = 'f' AND f.confdeltype IN ('c', 'n', 'd')),
  'sequences', (SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_object('schema', sn.nspname, 'name', s.relname,
      'column', a.attname) ORDER BY s.oid), '[]')
    FROM pg_catalog.pg_depend AS d JOIN pg_catalog.pg_class AS s ON s.oid = d.objid AND s.relkind = 'S'
    JOIN pg_catalog.pg_namespace AS sn ON sn.oid = s.relnamespace
    JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = d.refobjsubid
    WHERE d.classid = 'pg_class'::pg_catalog.regclass AND d.refclassid = d.classid AND d.refobjid = c.oid
      AND d.deptype IN ('a', 'i'))
) AS relation
FROM pg_catalog.unnest($1::pg_catalog.oid[]) WITH ORDINALITY AS asked (oid, place)
JOIN pg_catalog.pg_class AS c ON c.oid = asked.oid JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.relpersistence <> 't' ORDER BY asked.place`;

/** The tables whose foreign keys refer to that one, and to those, and so on: what TRUNCATE ... CASCADE takes along. */
export async function referringTables(session: Session, oid: string): Promise<string[]> {
  const rows = await session.query(
    `WITH RECURSIVE along (oid) AS (SELECT $1::pg_catalog.oid UNION
  SELECT f.conrelid FROM along AS a JOIN pg_catalog.pg_constraint AS f ON f.confrelid = a.oid AND f.contype = 'f' AND f.conparentid = 0)
SELECT oid FROM along WHERE oid <> $1::pg_catalog.oid ORDER BY 1`,
    [oid],
  );
  return rows.flatMap((row) => row.oid ?? []);
}

/** How many rows of a table, with its partitions and children, this transaction has changed or deleted; 0 where the server does not count. */
export async function changesOf(session: Session, relation: Pick<Relation, 'oid'>): Promise<number> {
  const { results } = await session.batch([[changes(relation)]]);
  return Number(results[0]?.[0]?.rows[0]?.changes ?? 0);
}

/** The question of changesOf. */
export function changes({ oid }: Pick<Relation, 'oid'>): BatchItem {
  return { name: 'taskflow_keep_changes', sql: CHANGES, params: [oid], rows: true };
}

const CHANGES = `WITH RECURSIVE below (oid) AS (SELECT $1::pg_catalog.oid UNION SELECT i.inhrelid FROM below AS b
  JOIN pg_catalog.pg_inherits AS i ON i.inhparent = b.oid)
SELECT pg_catalog.sum(pg_catalog.pg_stat_get_xact_tuples_updated(b.oid) + pg_catalog.pg_stat_get_xact_tuples_deleted(b.oid)) AS changes FROM below AS b`;
