import { DEFAULT_VOLATILITY } from '../statistics/queries.ts';

/**
 * One row of JSON about a column and what is tied to it, in the shape of ExpandColumn. $1: schema, $2: table, $3: column. Definitions
 * are read under the search_path of the catalogs, so that every name in them is qualified.
 */
export function columnQuery(versionNum: number): string {
  const pairs = Object.entries(fields(versionNum)).map(([name, sql]) => `'${name}', ${sql}`);
  return `SELECT pg_catalog.json_build_object(${pairs.slice(0, HALF).join(',\n  ')})::pg_catalog.text AS one,
  pg_catalog.json_build_object(${pairs.slice(HALF).join(',\n  ')})::pg_catalog.text AS other
FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
JOIN pg_catalog.pg_type AS y ON y.oid = a.atttypid
LEFT JOIN pg_catalog.pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE n.nspname = $1 AND c.relname = $2 AND a.attname = $3`;
}

/** A function takes 100 arguments at most. */
const HALF = 14;

function fields(versionNum: number): Readonly<Record<string, string>> {
  return {
    schema: 'n.nspname',
    table: 'c.relname',
    name: 'a.attname',
    type: 'pg_catalog.format_type(a.atttypid, a.atttypmod)',
    collation: `(SELECT pg_catalog.quote_ident(ln.nspname) || '.' || pg_catalog.quote_ident(l.collname) FROM pg_catalog.pg_collation AS l
    JOIN pg_catalog.pg_namespace AS ln ON ln.oid = l.collnamespace WHERE l.oid = a.attcollation AND a.attcollation <> y.typcollation)`,
    notNull: 'a.attnotnull',
    notNullName:
      versionNum < 180_000
        ? 'NULL'
        : `(SELECT k.conname FROM pg_catalog.pg_constraint AS k WHERE k.conrelid = c.oid AND k.contype = 'n' AND k.conkey[1] = a.attnum)`,
    default: `CASE WHEN d.oid IS NOT NULL AND a.attgenerated = '' THEN pg_catalog.json_build_object('text', pg_catalog.pg_get_expr(d.adbin, d.adrelid),
    'volatility', ${DEFAULT_VOLATILITY}) END`,
    identity: IDENTITY,
    sequences: `(SELECT coalesce(pg_catalog.json_agg(pg_catalog.quote_ident(sn.nspname) || '.' || pg_catalog.quote_ident(s.relname)), '[]')
    FROM pg_catalog.pg_depend AS o JOIN pg_catalog.pg_class AS s ON s.oid = o.objid AND s.relkind = 'S'
    JOIN pg_catalog.pg_namespace AS sn ON sn.oid = s.relnamespace WHERE ${ON_COLUMN('o')} AND o.classid = ${CLASS} AND o.deptype = 'a')`,
    comment: 'pg_catalog.col_description(c.oid, a.attnum)',
    grants: `(SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_object('grantee', CASE WHEN g.grantee = 0 THEN 'PUBLIC' ELSE pg_catalog.quote_ident(r.rolname) END,
    'privilege', g.privilege_type, 'grantable', g.is_grantable) ORDER BY 1), '[]')
    FROM pg_catalog.aclexplode(a.attacl) AS g LEFT JOIN pg_catalog.pg_roles AS r ON r.oid = g.grantee)`,
    settings: settings(versionNum),
    indexes: indexes(versionNum),
    checks: constraints(`k.contype = 'c' AND k.conrelid = c.oid AND a.attnum = ANY (k.conkey)`),
    foreignKeys: constraints(`k.contype = 'f' AND k.conrelid = c.oid AND a.attnum = ANY (k.conkey)`),
    references: constraints(
      `k.contype = 'f' AND k.confrelid = c.oid AND a.attnum = ANY (k.confkey)`,
      `'schema', (SELECT rn.nspname FROM pg_catalog.pg_class AS r JOIN pg_catalog.pg_namespace AS rn ON rn.oid = r.relnamespace WHERE r.oid = k.conrelid),
    'table', (SELECT r.relname FROM pg_catalog.pg_class AS r WHERE r.oid = k.conrelid),`,
    ),
    triggers: `(SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_object('name', t.tgname, 'definition', pg_catalog.pg_get_triggerdef(t.oid),
    'enabled', t.tgenabled, 'comment', pg_catalog.obj_description(t.oid, 'pg_trigger')) ORDER BY t.tgname), '[]')
    FROM pg_catalog.pg_trigger AS t WHERE NOT t.tgisinternal AND ${TIED('t.oid', 'pg_trigger')})`,
    policies: `(SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_object('name', p.polname, 'using', pg_catalog.pg_get_expr(p.polqual, p.polrelid),
    'check', pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid)) ORDER BY p.polname), '[]')
    FROM pg_catalog.pg_policy AS p WHERE p.polrelid = c.oid AND ${TIED('p.oid', 'pg_policy')})`,
    statistics: `(SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_object('schema', sn.nspname, 'name', s.stxname,
    'definition', pg_catalog.pg_get_statisticsobjdef(s.oid)) ORDER BY s.stxname), '[]')
    FROM pg_catalog.pg_statistic_ext AS s JOIN pg_catalog.pg_namespace AS sn ON sn.oid = s.stxnamespace
    WHERE s.stxrelid = c.oid AND (a.attnum = ANY (s.stxkeys::int2[]) OR ${TIED('s.oid', 'pg_statistic_ext')}))`,
    others: OTHERS,
    taken: `pg_catalog.json_build_object('columns', (SELECT pg_catalog.json_agg(v.attname) FROM pg_catalog.pg_attribute AS v WHERE v.attrelid = c.oid),
    'others', (SELECT pg_catalog.json_agg(x.name) FROM (SELECT r.relname FROM pg_catalog.pg_class AS r WHERE r.relnamespace = c.relnamespace
      UNION SELECT k.conname FROM pg_catalog.pg_constraint AS k WHERE k.connamespace = c.relnamespace
      UNION SELECT f.proname FROM pg_catalog.pg_proc AS f WHERE f.pronamespace = c.relnamespace
      UNION SELECT t.tgname FROM pg_catalog.pg_trigger AS t WHERE t.tgrelid = c.oid) AS x (name)))`,
    before: `(SELECT coalesce(pg_catalog.json_agg(t.tgname), '[]') FROM pg_catalog.pg_trigger AS t WHERE ${BEFORE_ROW})`,
    assigning: `(SELECT coalesce(pg_catalog.json_agg(t.tgname), '[]') FROM pg_catalog.pg_trigger AS t JOIN pg_catalog.pg_proc AS f ON f.oid = t.tgfoid
    WHERE ${BEFORE_ROW} AND (f.prosrc ~* ('\\mnew\\s*\\.\\s*"?' || pg_catalog.regexp_replace(a.attname, '\\W', '\\\\\\&', 'g') || '"?\\s*:?=[^=]')
      OR f.prosrc ~* '\\mnew\\s*:?=[^=]' OR f.prosrc ~* '\\minto\\s+(strict\\s+)?new\\M'))`,
    oddTable: `CASE WHEN c.relkind = 'p' THEN 'a partitioned table' WHEN c.relispartition THEN 'a partition' WHEN c.relkind = 'f' THEN 'a foreign table'
    WHEN c.relkind IN ('v', 'm') THEN 'a view' WHEN c.relkind <> 'r' THEN 'no table' WHEN c.reloftype <> 0 THEN 'a table of a type'
    WHEN EXISTS (SELECT FROM pg_catalog.pg_inherits AS h WHERE c.oid IN (h.inhrelid, h.inhparent)) THEN 'a table that inherits or is inherited from' END`,
    generated: `a.attgenerated <> ''`,
  };
}

const CLASS = `'pg_catalog.pg_class'::pg_catalog.regclass`;

function ON_COLUMN(alias: string): string {
  return `${alias}.refclassid = ${CLASS} AND ${alias}.refobjid = c.oid AND ${alias}.refobjsubid = a.attnum`;
}

function TIED(oid: string, catalog: string): string {
  return `EXISTS (SELECT FROM pg_catalog.pg_depend AS o WHERE ${ON_COLUMN('o')} AND o.classid = 'pg_catalog.${catalog}'::pg_catalog.regclass AND o.objid = ${oid})`;
}

/** pg_trigger.tgtype: 1 is FOR EACH ROW, 2 is BEFORE, 4 and 16 are INSERT and UPDATE. */
const BEFORE_ROW = 't.tgrelid = c.oid AND NOT t.tgisinternal AND t.tgtype & 3 = 3 AND t.tgtype & 20 <> 0';

const IDENTITY = `CASE WHEN a.attidentity <> '' THEN (SELECT pg_catalog.json_build_object('always', a.attidentity = 'a',
    'sequence', pg_catalog.quote_ident(sn.nspname) || '.' || pg_catalog.quote_ident(s.relname), 'schema', sn.nspname, 'name', s.relname,
    'options', pg_catalog.format('START WITH %s INCREMENT BY %s%s%s CACHE %s%s', q.seqstart, q.seqincrement,
      CASE WHEN q.seqmin NOT IN (1, -32768, -2147483648, -9223372036854775808) THEN ' MINVALUE ' || q.seqmin END,
      CASE WHEN q.seqmax NOT IN (-1, 32767, 2147483647, 9223372036854775807) THEN ' MAXVALUE ' || q.seqmax END,
      q.seqcache, CASE WHEN q.seqcycle THEN ' CYCLE' END))
    FROM pg_catalog.pg_depend AS o JOIN pg_catalog.pg_class AS s ON s.oid = o.objid AND s.relkind = 'S' JOIN pg_catalog.pg_sequence AS q ON q.seqrelid = s.oid
    JOIN pg_catalog.pg_namespace AS sn ON sn.oid = s.relnamespace WHERE ${ON_COLUMN('o')} AND o.classid = ${CLASS} AND o.deptype = 'i') END`;

function settings(versionNum: number): string {
  const storage = `CASE WHEN a.attstorage <> y.typstorage THEN 'SET STORAGE ' || CASE a.attstorage WHEN 'p' THEN 'PLAIN' WHEN 'e' THEN 'EXTERNAL'
      WHEN 'm' THEN 'MAIN' ELSE 'EXTENDED' END END`;
  const compression = `CASE a.attcompression WHEN 'p' THEN 'SET COMPRESSION pglz' WHEN 'l' THEN 'SET COMPRESSION lz4' END`;
  return `(SELECT coalesce(pg_catalog.json_agg(x.text), '[]') FROM (VALUES (${storage}), (${versionNum < 140_000 ? 'NULL' : compression}),
    (CASE WHEN a.attstattarget >= 0 THEN 'SET STATISTICS ' || a.attstattarget END),
    (CASE WHEN a.attoptions IS NOT NULL THEN 'SET (' || pg_catalog.array_to_string(a.attoptions, ', ') || ')' END)) AS x (text) WHERE x.text IS NOT NULL)`;
}

function indexes(versionNum: number): string {
  const deferrable = `CASE WHEN k.condeferrable THEN CASE WHEN k.condeferred THEN ' DEFERRABLE INITIALLY DEFERRED' ELSE ' DEFERRABLE' END ELSE '' END`;
  return `(SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_object('name', i.relname, 'definition', pg_catalog.pg_get_indexdef(x.indexrelid),
    'unique', x.indisunique, 'nullsEqual', ${versionNum < 150_000 ? 'false' : 'x.indnullsnotdistinct'}, 'comment', pg_catalog.obj_description(i.oid, 'pg_class'),
    'replicaIdentity', x.indisreplident, 'clustered', x.indisclustered,
    'constraint', CASE WHEN k.oid IS NOT NULL THEN pg_catalog.json_build_object('kind', CASE k.contype WHEN 'p' THEN 'PRIMARY KEY' ELSE 'UNIQUE' END,
      'suffix', ${deferrable}, 'comment', pg_catalog.obj_description(k.oid, 'pg_constraint')) END) ORDER BY i.relname), '[]')
    FROM pg_catalog.pg_index AS x JOIN pg_catalog.pg_class AS i ON i.oid = x.indexrelid
    LEFT JOIN pg_catalog.pg_constraint AS k ON k.conindid = x.indexrelid AND k.conrelid = c.oid AND k.contype IN ('p', 'u')
    WHERE x.indrelid = c.oid AND x.indisvalid AND (a.attnum = ANY (x.indkey::int2[]) OR ${TIED('x.indexrelid', 'pg_class')})
      AND NOT EXISTS (SELECT FROM pg_catalog.pg_constraint AS e WHERE e.conindid = x.indexrelid AND e.contype = 'x'))`;
}

function constraints(which: string, more = ''): string {
  return `(SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_object(${more} 'name', k.conname,
    'definition', pg_catalog.regexp_replace(pg_catalog.pg_get_constraintdef(k.oid), ' NOT VALID$', ''), 'validated', k.convalidated,
    'comment', pg_catalog.obj_description(k.oid, 'pg_constraint')) ORDER BY k.conname), '[]')
    FROM pg_catalog.pg_constraint AS k WHERE ${which} AND k.conparentid = 0)`;
}

/** All that hangs on the column and is none of the above; exclusion constraints; keys of partitioned tables, to it. */
const OTHERS = `(SELECT coalesce(pg_catalog.json_agg(DISTINCT x.words), '[]') FROM (
    SELECT pg_catalog.pg_describe_object(o.classid, o.objid, o.objsubid) FROM pg_catalog.pg_depend AS o WHERE ${ON_COLUMN('o')} AND o.deptype IN ('n', 'a', 'i')
      AND o.classid NOT IN ('pg_catalog.pg_constraint'::pg_catalog.regclass, 'pg_catalog.pg_trigger'::pg_catalog.regclass, 'pg_catalog.pg_policy'::pg_catalog.regclass,
        'pg_catalog.pg_statistic_ext'::pg_catalog.regclass, 'pg_catalog.pg_rewrite'::pg_catalog.regclass, 'pg_catalog.pg_attrdef'::pg_catalog.regclass)
      AND NOT (o.classid = ${CLASS} AND EXISTS (SELECT FROM pg_catalog.pg_class AS i WHERE i.oid = o.objid AND i.relkind IN ('i', 'S')))
    UNION ALL
    SELECT CASE WHEN v.relkind = 'm' THEN 'the materialized view ' WHEN v.relkind = 'v' THEN 'the view ' ELSE 'a rule of ' END
        || pg_catalog.quote_ident(vn.nspname) || '.' || pg_catalog.quote_ident(v.relname)
      FROM pg_catalog.pg_depend AS o JOIN pg_catalog.pg_rewrite AS r ON r.oid = o.objid JOIN pg_catalog.pg_class AS v ON v.oid = r.ev_class
      JOIN pg_catalog.pg_namespace AS vn ON vn.oid = v.relnamespace
      WHERE ${ON_COLUMN('o')} AND o.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass
    UNION ALL
    SELECT 'the generated column ' || g.attname FROM pg_catalog.pg_depend AS o JOIN pg_catalog.pg_attrdef AS e ON e.oid = o.objid
      JOIN pg_catalog.pg_attribute AS g ON g.attrelid = e.adrelid AND g.attnum = e.adnum
      WHERE ${ON_COLUMN('o')} AND o.classid = 'pg_catalog.pg_attrdef'::pg_catalog.regclass AND e.oid IS DISTINCT FROM d.oid
    UNION ALL
    SELECT 'the generated column ' || g.attname FROM pg_catalog.pg_depend AS o JOIN pg_catalog.pg_attribute AS g ON g.attrelid = o.objid AND g.attnum = o.objsubid
      WHERE ${ON_COLUMN('o')} AND o.classid = ${CLASS} AND o.objid = c.oid AND g.attgenerated <> ''
    UNION ALL
    SELECT 'the exclusion constraint ' || k.conname FROM pg_catalog.pg_constraint AS k WHERE k.conrelid = c.oid AND k.contype = 'x'
      AND (a.attnum = ANY (k.conkey) OR ${TIED('k.conindid', 'pg_class')})
    UNION ALL
    SELECT 'the constraint trigger ' || k.conname FROM pg_catalog.pg_constraint AS k WHERE k.conrelid = c.oid AND k.contype = 't' AND ${TIED('k.oid', 'pg_constraint')}
    UNION ALL
    SELECT 'the foreign key ' || k.conname || ' of a partitioned table' FROM pg_catalog.pg_constraint AS k JOIN pg_catalog.pg_class AS r ON r.oid = k.conrelid
      WHERE k.contype = 'f' AND k.confrelid = c.oid AND a.attnum = ANY (k.confkey) AND r.relkind = 'p'
    ) AS x (words))`;
