/** The table and column as they are now. $1: the table as SQL, $2: the column. */
export const COLUMN = `SELECT c.oid, n.nspname AS schema, c.relname AS table, a.attnum AS number,
  (SELECT pg_catalog.json_agg(v.attname) FROM pg_catalog.pg_attribute AS v WHERE v.attrelid = c.oid AND v.attnum > 0 AND NOT v.attisdropped) AS columns
FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
LEFT JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid AND a.attname = $2 AND NOT a.attisdropped
WHERE c.oid = pg_catalog.to_regclass($1)`;

/** What DROP COLUMN would refuse to go without: views, functions with SQL bodies, policies, triggers, keys. $1: oid, $2: number. */
export const DEPENDENTS = `SELECT DISTINCT words, name FROM (
  SELECT CASE WHEN r.oid IS NULL THEN pg_catalog.pg_describe_object(d.classid, d.objid, d.objsubid)
      ELSE 'the ' || CASE v.relkind WHEN 'm' THEN 'materialized view ' WHEN 'v' THEN 'view ' ELSE 'rules of ' END || v.oid::pg_catalog.regclass END AS words,
    coalesce(v.relname, p.polname, t.tgname, k.conname, f.proname, '') AS name
  FROM pg_catalog.pg_depend AS d
  LEFT JOIN pg_catalog.pg_rewrite AS r ON d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass AND r.oid = d.objid
  LEFT JOIN pg_catalog.pg_class AS v ON v.oid = r.ev_class
  LEFT JOIN pg_catalog.pg_policy AS p ON d.classid = 'pg_catalog.pg_policy'::pg_catalog.regclass AND p.oid = d.objid
  LEFT JOIN pg_catalog.pg_trigger AS t ON d.classid = 'pg_catalog.pg_trigger'::pg_catalog.regclass AND t.oid = d.objid
  LEFT JOIN pg_catalog.pg_constraint AS k ON d.classid = 'pg_catalog.pg_constraint'::pg_catalog.regclass AND k.oid = d.objid
  LEFT JOIN pg_catalog.pg_proc AS f ON d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass AND f.oid = d.objid
  WHERE d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.refobjid = $1::pg_catalog.oid AND d.refobjsubid = $2::integer AND d.deptype = 'n'
) AS x ORDER BY 1`;

/**
 * Functions whose text has the name of the column, and that of the table or a trigger on it. $1: oid of the table, $2: its name,
 * $3: the column. What is compared is words: a function may mean another column of that name.
 */
export const FUNCTIONS = `SELECT f.oid::pg_catalog.regprocedure::pg_catalog.text AS words, f.proname AS name
FROM pg_catalog.pg_proc AS f JOIN pg_catalog.pg_language AS l ON l.oid = f.prolang
WHERE l.lanname NOT IN ('internal', 'c') AND f.oid >= 16384 AND f.prosrc ~* ('\\m' || pg_catalog.regexp_replace($3, '\\W', '\\\\\\&', 'g') || '\\M')
  AND (f.prosrc ~* ('\\m' || pg_catalog.regexp_replace($2, '\\W', '\\\\\\&', 'g') || '\\M')
    OR EXISTS (SELECT FROM pg_catalog.pg_trigger AS t WHERE t.tgfoid = f.oid AND t.tgrelid = $1::pg_catalog.oid))
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend AS e WHERE e.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass AND e.objid = f.oid AND e.deptype = 'e')
ORDER BY 1`;
