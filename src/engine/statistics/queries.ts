import { BACKUP_SCHEMA } from '../../backup/kept.ts';

/**
 * Reads catalogs and counters: nothing that opens a relation of people (measured: pg_get_expr, pg_get_constraintdef,
 * pg_get_indexdef and pg_relation_size wait for a lock on the table), but for the two that say so. Each answers one row,
 * `found`: JSON. $1: the schema of the tracking tables, $2: their names.
 */

const OWN = `n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', '${BACKUP_SCHEMA}')`;

/** Not a member of an extension. */
function notMember(catalog: string, oid: string): string {
  return `NOT EXISTS (SELECT FROM pg_catalog.pg_depend AS e WHERE e.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass
    AND e.classid = 'pg_catalog.${catalog}'::pg_catalog.regclass AND e.objid = ${oid} AND e.deptype = 'e')`;
}

const NOT_OURS = `NOT (n.nspname = $1 AND c.relname ~ $2) AND ${notMember('pg_class', 'c.oid')}`;

/** `[schema, name]` of a relation. */
function pairOf(oid: string): string {
  return `(SELECT pg_catalog.json_build_array(rn.nspname, r.relname) FROM pg_catalog.pg_class AS r
    JOIN pg_catalog.pg_namespace AS rn ON rn.oid = r.relnamespace WHERE r.oid = ${oid})`;
}

/** Names of the columns that an array of their numbers means, in its order; NULL for 0, an expression. */
function namesOf(numbers: string, relation: string): string {
  return `(SELECT coalesce(pg_catalog.json_agg(ka.attname ORDER BY k.at), '[]') FROM pg_catalog.unnest(${numbers}) WITH ORDINALITY AS k (num, at)
    LEFT JOIN pg_catalog.pg_attribute AS ka ON ka.attrelid = ${relation} AND ka.attnum = k.num)`;
}

/** Every type with its element, for `typeText`: y.name and y.suffix, `[]` for an array. */
const TYPE_NAMES = `(SELECT t.oid, CASE WHEN tn.nspname = 'pg_catalog' THEN '' ELSE tn.nspname || '.' END || e.typname AS name, e.typname AS bare,
    CASE WHEN e.oid = t.oid THEN '' ELSE '[]' END AS suffix
  FROM pg_catalog.pg_type AS t JOIN pg_catalog.pg_type AS e ON e.oid = CASE WHEN t.typcategory = 'A' AND t.typelem <> 0 THEN t.typelem ELSE t.oid END
  JOIN pg_catalog.pg_namespace AS tn ON tn.oid = e.typnamespace)`;

/** A type as src/known writes it: `numeric(10, 2)[]`, `public.mood`. What a modifier means is the type's own business. */
function typeText(modifier: string): string {
  return `y.name || CASE WHEN ${modifier} < 0 THEN ''
      WHEN y.bare IN ('varchar', 'bpchar') THEN '(' || ${modifier} - 4 || ')'
      WHEN y.bare = 'numeric' THEN '(' || ((${modifier} - 4) >> 16 & 65535) || ', ' || ((((${modifier} - 4) & 2047) # 1024) - 1024) || ')'
      WHEN y.bare = 'interval' THEN CASE WHEN ${modifier} & 65535 = 65535 THEN '' ELSE '(' || (${modifier} & 65535) || ')' END
      ELSE '(' || ${modifier} || ')' END || y.suffix`;
}

/** Only what is true: false is what an absent field says. */
const ifTrue = (condition: string) => `CASE WHEN ${condition} THEN true END`;

function aggregate(fields: Readonly<Record<string, string>>, from: string): string {
  const pairs = Object.entries(fields).map(([name, sql]) => `'${name}', ${sql}`);
  return `SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_strip_nulls(pg_catalog.json_build_object(${pairs.join(',\n  ')}))), '[]') AS found
FROM ${from}`;
}

const time = (sql: string) => `pg_catalog.to_char(${sql} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')`;

/** Pages of a table, of its TOAST table and of all their indexes, by pg_class alone. */
const PAGES = `(SELECT sum(p.relpages) FROM (SELECT c.relpages
      UNION ALL SELECT t.relpages FROM pg_catalog.pg_class AS t WHERE t.oid = c.reltoastrelid
      UNION ALL SELECT i.relpages FROM pg_catalog.pg_index AS x JOIN pg_catalog.pg_class AS i ON i.oid = x.indexrelid
        WHERE x.indrelid = c.oid OR (c.reltoastrelid <> 0 AND x.indrelid = c.reltoastrelid)) AS p)`;

const HAS_FILE = `c.relkind IN ('r', 'm')`;

/**
 * Never analyzed (-1 rows since 14, 0 of no pages before), or many times larger by now: relpages and reltuples are those of the
 * last VACUUM or ANALYZE.
 */
const IS_STALE = `(c.reltuples < 0 OR (c.reltuples = 0 AND c.relpages = 0)
    OR coalesce(pg_catalog.pg_stat_get_live_tuples(c.oid), 0) > 2 * c.reltuples + 1000)`;

const counter = (name: string) => `CASE WHEN ${HAS_FILE} THEN pg_catalog.pg_stat_get_${name}(c.oid) END`;

export function relationsSql(major: number): string {
  return aggregate(
    {
      oid: 'c.oid',
      schema: 'n.nspname',
      name: 'c.relname',
      kind: `CASE c.relkind WHEN 'r' THEN 'table' WHEN 'p' THEN 'partitioned table' WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view'
    WHEN 'S' THEN 'sequence' WHEN 'f' THEN 'foreign table' ELSE 'composite type' END`,
      persistence: `CASE c.relpersistence WHEN 'u' THEN 'unlogged' END`,
      partitionOf: `CASE WHEN c.relispartition THEN (SELECT ${pairOf('h.inhparent')} FROM pg_catalog.pg_inherits AS h WHERE h.inhrelid = c.oid) END`,
      isDefault: `(SELECT true FROM pg_catalog.pg_partitioned_table AS pt WHERE pt.partdefid = c.oid)`,
      partitionedBy: `(SELECT ${namesOf('pt.partattrs::int2[]', 'c.oid')} FROM pg_catalog.pg_partitioned_table AS pt WHERE pt.partrelid = c.oid)`,
      inherits: `CASE WHEN NOT c.relispartition THEN (SELECT pg_catalog.json_agg(${pairOf('h.inhparent')} ORDER BY h.inhseqno)
    FROM pg_catalog.pg_inherits AS h WHERE h.inhrelid = c.oid) END`,
      ownedBy: `CASE WHEN c.relkind = 'S' THEN (SELECT pg_catalog.json_build_array(tn.nspname, t.relname, a.attname) FROM pg_catalog.pg_depend AS d
    JOIN pg_catalog.pg_class AS t ON t.oid = d.refobjid JOIN pg_catalog.pg_namespace AS tn ON tn.oid = t.relnamespace
    JOIN pg_catalog.pg_attribute AS a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
    WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.refclassid = d.classid AND d.objid = c.oid AND d.deptype IN ('a', 'i')) END`,
      rowSecurity: ifTrue('c.relrowsecurity'),
      policies: `(SELECT pg_catalog.json_agg(p.polname ORDER BY p.polname) FROM pg_catalog.pg_policy AS p WHERE p.polrelid = c.oid)`,
      // The counters know what has been inserted since.
      rows: `CASE WHEN ${HAS_FILE} THEN CASE WHEN ${IS_STALE}
    THEN nullif(pg_catalog.pg_stat_get_live_tuples(c.oid), 0) ELSE pg_catalog.round(c.reltuples::numeric) END END`,
      bytes: `CASE WHEN ${HAS_FILE} AND NOT ${IS_STALE} THEN ${PAGES} * pg_catalog.current_setting('block_size')::bigint END`,
      sequentialScans: counter('numscans'),
      indexScans: `CASE WHEN ${HAS_FILE} THEN (SELECT coalesce(sum(pg_catalog.pg_stat_get_numscans(x.indexrelid)), 0)
    FROM pg_catalog.pg_index AS x WHERE x.indrelid = c.oid) END`,
      rowsInserted: counter('tuples_inserted'),
      rowsUpdated: counter('tuples_updated'),
      rowsDeleted: counter('tuples_deleted'),
      ...(major < 16 ? {} : { lastScan: time(LAST_SCAN) }),
    },
    `pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f', 'c') AND ${OWN} AND ${NOT_OURS}`,
  );
}

const LAST_SCAN = `greatest(pg_catalog.pg_stat_get_lastscan(c.oid),
    (SELECT max(pg_catalog.pg_stat_get_lastscan(x.indexrelid)) FROM pg_catalog.pg_index AS x WHERE x.indrelid = c.oid))`;

/**
 * How often a default is computed, by the functions that its stored tree calls: its text would need a lock. What calls none is
 * a constant.
 */
export const DEFAULT_VOLATILITY = `CASE WHEN d.adbin IS NULL OR a.attgenerated <> '' THEN NULL WHEN d.adbin::text !~ 'funcid|VALUE' THEN 'constant'
    ELSE (SELECT CASE WHEN v.worst = 3 OR d.adbin::text ~ '[{]NEXTVALUEEXPR' THEN 'volatile'
      WHEN v.worst = 2 OR d.adbin::text ~ '[{]SQLVALUEFUNCTION' THEN 'stable' ELSE 'constant' END
    FROM (SELECT max(CASE f.provolatile WHEN 'v' THEN 3 WHEN 's' THEN 2 ELSE 1 END) AS worst
      FROM pg_catalog.regexp_matches(d.adbin::text, ':(?:func|opfunc)id (\\d+)', 'g') AS m
      JOIN pg_catalog.pg_proc AS f ON f.oid = m[1]::pg_catalog.oid) AS v) END`;

/** The column's own, as GENERATED AS IDENTITY makes it without options. */
const PLAIN_SEQUENCE = `SELECT FROM pg_catalog.pg_depend AS i JOIN pg_catalog.pg_sequence AS q ON q.seqrelid = i.objid
    WHERE i.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND i.refclassid = i.classid AND i.refobjid = c.oid AND i.refobjsubid = a.attnum
      AND i.deptype = 'i' AND q.seqstart = 1 AND q.seqincrement = 1 AND q.seqmin = 1 AND q.seqcache = 1 AND NOT q.seqcycle
      AND q.seqmax = CASE q.seqtypid WHEN 20 THEN 9223372036854775807 WHEN 23 THEN 2147483647 ELSE 32767 END`;

export function columnsSql(major: number): string {
  const isInvalid = `EXISTS (SELECT FROM pg_catalog.pg_constraint AS k WHERE k.conrelid = c.oid AND k.contype = 'n' AND NOT k.convalidated AND k.conkey[1] = a.attnum)`;
  return aggregate(
    {
      relation: 'c.oid',
      name: 'a.attname',
      type: typeText('a.atttypmod'),
      notNull: ifTrue(major < 18 ? 'a.attnotnull' : `a.attnotnull AND NOT ${isInvalid}`),
      default: DEFAULT_VOLATILITY,
      identity: ifTrue(`a.attidentity <> ''`),
      identityKind: `CASE WHEN EXISTS (${PLAIN_SEQUENCE}) THEN CASE a.attidentity WHEN 'a' THEN 'ALWAYS' WHEN 'd' THEN 'BY DEFAULT' END END`,
      generated: `CASE a.attgenerated WHEN 's' THEN 'stored' WHEN 'v' THEN 'virtual' END`,
      collation: `(SELECT l.collname FROM pg_catalog.pg_collation AS l JOIN pg_catalog.pg_type AS y ON y.oid = a.atttypid
    WHERE l.oid = a.attcollation AND a.attcollation <> y.typcollation)`,
      nullFraction: 's.null_frac',
    },
    // In a partitioned table those of all partitions together are the ones that stand for its rows.
    `pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
JOIN ${TYPE_NAMES} AS y ON y.oid = a.atttypid
LEFT JOIN pg_catalog.pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
LEFT JOIN pg_catalog.pg_stats AS s ON s.schemaname = n.nspname AND s.tablename = c.relname AND s.attname = a.attname AND s.inherited = (c.relkind = 'p')
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'c') AND ${OWN} AND ${NOT_OURS}`,
  ).replace('json_build_object(', "json_build_object('at', a.attnum, ");
}

export const CONSTRAINTS = aggregate(
  {
    relation: 'c.oid',
    oid: 'k.oid',
    name: 'k.conname',
    type: `CASE k.contype WHEN 'c' THEN 'check' WHEN 'f' THEN 'foreign key' WHEN 'u' THEN 'unique' WHEN 'p' THEN 'primary key'
    WHEN 'x' THEN 'exclusion' ELSE 'not null' END`,
    columns: namesOf(`pg_catalog.array_remove(k.conkey, 0::int2)`, 'c.oid'),
    validated: 'k.convalidated',
    references: `(SELECT pg_catalog.json_build_array(fn.nspname, f.relname, ${namesOf('k.confkey', 'f.oid')}) FROM pg_catalog.pg_class AS f
    JOIN pg_catalog.pg_namespace AS fn ON fn.oid = f.relnamespace WHERE f.oid = k.confrelid)`,
    onDelete: `CASE k.confdeltype WHEN 'c' THEN 'cascade' WHEN 'n' THEN 'set null' WHEN 'd' THEN 'set default' END`,
    onUpdate: `CASE k.confupdtype WHEN 'c' THEN 'cascade' WHEN 'n' THEN 'set null' WHEN 'd' THEN 'set default' WHEN 'r' THEN 'restrict' END`,
    matchFull: ifTrue(`k.confmatchtype = 'f'`),
    deferrable: `CASE WHEN k.condeferred THEN 'initially deferred' WHEN k.condeferrable THEN 'initially immediate' END`,
  },
  // A key to a partitioned table has another row for each partition of that.
  `pg_catalog.pg_constraint AS k JOIN pg_catalog.pg_class AS c ON c.oid = k.conrelid JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
WHERE k.contype IN ('c', 'f', 'u', 'p', 'x', 'n') AND ${OWN} AND ${NOT_OURS}
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_constraint AS o WHERE o.oid = k.conparentid AND o.conrelid = k.conrelid)`,
);

export function indexesSql(major: number): string {
  const keys = `pg_catalog.generate_series(0, x.indnkeyatts - 1) AS g JOIN pg_catalog.pg_opclass AS o ON o.oid = x.indclass[g]
    LEFT JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = x.indkey[g]`;
  const otherCollation = `a.attnum IS NOT NULL AND x.indcollation[g] <> 0 AND x.indcollation[g] <> a.attcollation`;
  const otherKey = `SELECT FROM ${keys} WHERE NOT o.opcdefault OR x.indoption[g] <> 0 OR (${otherCollation})`;
  // pg_index.indoption: 1 is DESC, 2 is NULLS FIRST.
  const keyParts = `'collation', CASE WHEN ${otherCollation} THEN (SELECT l.collname FROM pg_catalog.pg_collation AS l WHERE l.oid = x.indcollation[g]) END,
    'operatorClass', CASE WHEN NOT o.opcdefault THEN o.opcname END,
    'descending', ${ifTrue('x.indoption[g] & 1 <> 0')}, 'nullsFirst', ${ifTrue('x.indoption[g] & 2 <> 0')}`;
  return aggregate(
    {
      relation: 'c.oid',
      name: 'i.relname',
      columns: namesOf('(x.indkey::int2[])[0:x.indnkeyatts - 1]', 'c.oid'),
      included: `CASE WHEN x.indnatts > x.indnkeyatts THEN ${namesOf('(x.indkey::int2[])[x.indnkeyatts:]', 'c.oid')} END`,
      method: 'm.amname',
      unique: ifTrue('x.indisunique'),
      partial: ifTrue('x.indpred IS NOT NULL'),
      valid: 'x.indisvalid',
      plain: ifTrue(`NOT EXISTS (${otherKey})`),
      keys: `CASE WHEN EXISTS (${otherKey}) THEN (SELECT pg_catalog.json_agg(pg_catalog.json_build_object(${keyParts}) ORDER BY g) FROM ${keys}) END`,
      ...(major < 15 ? {} : { nullsNotDistinct: ifTrue('x.indnullsnotdistinct') }),
      mentions: `CASE WHEN x.indpred IS NOT NULL OR x.indexprs IS NOT NULL THEN (SELECT pg_catalog.json_agg(DISTINCT a.attname) FROM pg_catalog.pg_depend AS d
    JOIN pg_catalog.pg_attribute AS a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
    WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = i.oid AND d.refclassid = d.classid AND d.refobjid = c.oid AND d.refobjsubid > 0) END`,
      constraint: `(SELECT k.conname FROM pg_catalog.pg_constraint AS k WHERE k.conindid = i.oid AND k.conrelid = c.oid AND k.contype IN ('u', 'p', 'x'))`,
      bytes: `i.relpages * pg_catalog.current_setting('block_size')::bigint`,
      scans: 'coalesce(pg_catalog.pg_stat_get_numscans(i.oid), 0)',
      ...(major < 16 ? {} : { lastScan: time('pg_catalog.pg_stat_get_lastscan(i.oid)') }),
    },
    `pg_catalog.pg_index AS x JOIN pg_catalog.pg_class AS i ON i.oid = x.indexrelid JOIN pg_catalog.pg_am AS m ON m.oid = i.relam
JOIN pg_catalog.pg_class AS c ON c.oid = x.indrelid JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
WHERE ${OWN} AND ${NOT_OURS}`,
  );
}

export const TYPES = aggregate(
  {
    schema: 'n.nspname',
    name: 't.typname',
    kind: `CASE t.typtype WHEN 'e' THEN 'enum' WHEN 'd' THEN 'domain' ELSE 'other' END`,
    labels: `(SELECT pg_catalog.json_agg(l.enumlabel ORDER BY l.enumsortorder) FROM pg_catalog.pg_enum AS l WHERE l.enumtypid = t.oid)`,
    type: `CASE WHEN t.typtype = 'd' THEN (SELECT ${typeText('t.typtypmod')} FROM ${TYPE_NAMES} AS y WHERE y.oid = t.typbasetype) END`,
    notNull: ifTrue(`t.typtype = 'd' AND t.typnotnull`),
    checks: `(SELECT pg_catalog.json_agg(pg_catalog.json_build_array(k.conname, k.convalidated) ORDER BY k.conname)
    FROM pg_catalog.pg_constraint AS k WHERE k.contypid = t.oid AND k.contype = 'c')`,
  },
  // Those of extensions, too: files name them. Arrays and the types of rows are told by what they are of.
  `pg_catalog.pg_type AS t JOIN pg_catalog.pg_namespace AS n ON n.oid = t.typnamespace
WHERE t.typtype IN ('e', 'd', 'r', 'm', 'b') AND NOT (t.typcategory = 'A' AND t.typelem <> 0) AND ${OWN}`,
);

export const FUNCTIONS = aggregate(
  {
    schema: 'n.nspname',
    name: 'p.proname',
    kind: `CASE p.prokind WHEN 'p' THEN 'procedure' WHEN 'a' THEN 'aggregate' ELSE 'function' END`,
    arguments: `(SELECT coalesce(pg_catalog.json_agg(y.name || y.suffix ORDER BY g.at), '[]')
    FROM pg_catalog.unnest(p.proargtypes::pg_catalog.oid[]) WITH ORDINALITY AS g (type, at) JOIN ${TYPE_NAMES} AS y ON y.oid = g.type)`,
    volatility: `CASE p.provolatile WHEN 'i' THEN 'immutable' WHEN 's' THEN 'stable' ELSE 'volatile' END`,
    language: 'l.lanname',
    securityDefiner: ifTrue('p.prosecdef'),
    settings: `(SELECT pg_catalog.json_agg(pg_catalog.split_part(s.setting, '=', 1)) FROM pg_catalog.unnest(p.proconfig) AS s (setting))`,
  },
  `pg_catalog.pg_proc AS p JOIN pg_catalog.pg_namespace AS n ON n.oid = p.pronamespace JOIN pg_catalog.pg_language AS l ON l.oid = p.prolang
WHERE ${OWN} AND NOT (n.nspname = $1 AND p.proname ~ $2) AND ${notMember('pg_proc', 'p.oid')}`,
);

/** What views read, and functions whose bodies the server keeps track of. */
export const USES = aggregate(
  {
    kind: `CASE WHEN u.view IS NULL THEN 'function' ELSE 'view' END`,
    view: 'u.view',
    function: `(SELECT pg_catalog.json_build_array(fn.nspname, f.proname) FROM pg_catalog.pg_proc AS f
    JOIN pg_catalog.pg_namespace AS fn ON fn.oid = f.pronamespace WHERE f.oid = u.function)`,
    relation: 'u.relation',
    columns: `(SELECT pg_catalog.json_agg(a.attname ORDER BY a.attnum) FROM pg_catalog.pg_attribute AS a WHERE a.attrelid = u.relation AND a.attnum = ANY (u.numbers))`,
  },
  `(SELECT r.ev_class AS view, NULL::pg_catalog.oid AS function, d.refobjid AS relation, pg_catalog.array_agg(d.refobjsubid) AS numbers
    FROM pg_catalog.pg_rewrite AS r JOIN pg_catalog.pg_depend AS d ON d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass AND d.objid = r.oid
      AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.refobjid <> r.ev_class
    WHERE r.oid >= 16384 AND r.rulename = '_RETURN' GROUP BY 1, 3
  UNION ALL
  SELECT NULL, d.objid, d.refobjid, pg_catalog.array_agg(d.refobjsubid) FROM pg_catalog.pg_depend AS d
    WHERE d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
      AND d.objid >= 16384 AND d.deptype = 'n' GROUP BY 2, 3) AS u`,
);

/** Tables that somebody has locked whole, or waits to, are left out of what needs a lock, ACCESS SHARE for a moment. */
const NOT_LOCKED = `NOT EXISTS (SELECT FROM pg_catalog.pg_locks AS l
  WHERE l.locktype = 'relation' AND l.relation = c.oid AND l.mode = 'AccessExclusiveLock')`;

/** The only text that needs a lock. */
export const CHECK_DEFINITIONS = `SELECT coalesce(pg_catalog.json_object_agg(k.oid, pg_catalog.pg_get_constraintdef(k.oid)), '{}') AS found
FROM pg_catalog.pg_constraint AS k JOIN pg_catalog.pg_class AS c ON c.oid = k.conrelid JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
WHERE k.contype = 'c' AND ${OWN} AND ${NOT_OURS} AND ${NOT_LOCKED}`;

/** Bytes of what pg_class tells too little of: the server opens the relation to look at its files. */
export const SIZES = `SELECT coalesce(pg_catalog.json_object_agg(c.oid, pg_catalog.pg_total_relation_size(c.oid)), '{}') AS found
FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
WHERE ${HAS_FILE} AND ${IS_STALE} AND ${OWN} AND ${NOT_OURS} AND ${NOT_LOCKED}`;

/** Where the database's counters were never reset, only the server's start is sure: a crash or a failover clears them unseen. */
export const META = `SELECT ${time('pg_catalog.now()')} AS now, pg_catalog.array_to_json(pg_catalog.current_schemas(false)) AS path,
  ${time('coalesce(d.stats_reset, pg_catalog.pg_postmaster_start_time())')} AS since,
  (SELECT n.nspname FROM pg_catalog.pg_extension AS e JOIN pg_catalog.pg_namespace AS n ON n.oid = e.extnamespace WHERE e.extname = 'pg_stat_statements') AS statements
FROM pg_catalog.pg_stat_database AS d WHERE d.datname = pg_catalog.current_database()`;

const BEFORE_WORDS = String.raw`^(\s|/\*.*?\*/|--[^\n]*\n|\()*`;
const WITH_ROWS = `${BEFORE_WORDS}(select|insert|update|delete|merge|with|values|table|copy|declare|prepare|explain)\\M`;
/** CREATE TABLE AS; one that lists columns uses nothing that is there. */
const MADE_OF_ROWS = String.raw`\mas\M[\s(]*(select|with|values|table|execute)\M`;
const LENGTH_MAX = 20_000;
const STATEMENTS_MAX = 5000;

/** The most frequent ones; a text that the role may not see, or for which there is no room, is counted. `schema`: quoted. */
export function statementsSql(schema: string): string {
  return `WITH own AS (SELECT s.query, s.calls FROM ${schema}.pg_stat_statements AS s
  WHERE s.dbid = (SELECT d.oid FROM pg_catalog.pg_database AS d WHERE d.datname = pg_catalog.current_database())),
texts AS (SELECT own.query, sum(own.calls)::bigint AS calls FROM own
  WHERE own.query ~* '${WITH_ROWS}' OR (own.query ~* '${BEFORE_WORDS}create\\M' AND own.query ~* '${MADE_OF_ROWS}') GROUP BY 1)
SELECT pg_catalog.json_build_object('track', pg_catalog.current_setting('pg_stat_statements.track', true),
  'hidden', (SELECT count(*) FROM own WHERE own.query = '<insufficient privilege>')
    + (SELECT count(*) FROM texts WHERE pg_catalog.length(texts.query) > ${LENGTH_MAX}) + greatest((SELECT count(*) FROM texts) - ${STATEMENTS_MAX}, 0),
  'sent', (SELECT coalesce(pg_catalog.json_agg(t), '[]') FROM (SELECT pg_catalog.left(texts.query, ${LENGTH_MAX}) AS query, texts.calls FROM texts
    ORDER BY 2 DESC LIMIT ${STATEMENTS_MAX}) AS t)) AS found`;
}

/** Since 14. */
export function statementsSinceSql(schema: string): string {
  return `SELECT ${time('i.stats_reset')} AS since, i.dealloc AS evicted FROM ${schema}.pg_stat_statements_info AS i`;
}
