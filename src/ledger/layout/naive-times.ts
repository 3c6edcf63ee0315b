/**
 * Turns a naive `applied_at` of an older tracking table into timestamptz, read as times of the zone in the setting
 * `taskflow.legacy_time_zone`; what this tool wrote into it since, by the events, is UTC. PostgreSQL alters no column that a
 * view uses, so the views that stand on the table, and the views on those, are taken down and put up again as they were:
 * definition, options, owner, grants (on columns too) and comments.
 *
 * Does nothing where the column is not naive or no zone is set. Wants the tables of layout 1.
 */
export const CONVERT_NAIVE_TIMES = `DO $times$
DECLARE
  zone text := nullif(current_setting('taskflow.legacy_time_zone', true), '');
  tracking_schema text := current_schema();
  tracked regclass := to_regclass('schema_migrations');
  dependent record;
  made text[] := '{}';
  dropped text[] := '{}';
  command text;
  written_by_tool text[];
BEGIN
  -- Nothing that is planted in the tracking schema or in public is found from here on, and every name is written in full.
  PERFORM pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
  IF zone IS NULL OR NOT EXISTS (
    SELECT FROM pg_attribute WHERE attrelid = tracked AND attname = 'applied_at' AND atttypid = 'timestamp'::regtype
  ) THEN
    RETURN;
  END IF;
  FOR dependent IN
    WITH RECURSIVE standing(oid, depth) AS (
      SELECT tracked::oid, 0
      UNION ALL
      SELECT r.ev_class, s.depth + 1
      FROM standing AS s
      JOIN pg_depend AS d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = s.oid AND d.classid = 'pg_rewrite'::regclass
      JOIN pg_rewrite AS r ON r.oid = d.objid AND r.ev_class <> s.oid
    )
    SELECT c.oid::regclass AS name, c.oid, c.relkind, c.reloptions, c.relacl, c.relowner, max(s.depth) AS depth
    FROM standing AS s JOIN pg_class AS c ON c.oid = s.oid
    WHERE s.depth > 0
    GROUP BY c.oid, c.relkind, c.reloptions, c.relacl, c.relowner
    ORDER BY max(s.depth), c.oid::regclass::text
  LOOP
    IF dependent.relkind <> 'v' OR EXISTS (SELECT FROM pg_trigger WHERE tgrelid = dependent.oid) THEN
      RAISE EXCEPTION '% stands on schema_migrations and is more than a plain view', dependent.name
        USING HINT = 'Drop it, run init again, and create it anew.';
    END IF;
    made := made || format('CREATE VIEW %s%s AS %s', dependent.name,
      coalesce(' WITH (' || array_to_string(dependent.reloptions, ', ') || ')', ''), pg_get_viewdef(dependent.oid));
    made := made || format('ALTER VIEW %s OWNER TO %I', dependent.name, pg_get_userbyid(dependent.relowner));
    made := made || ARRAY(
      SELECT format('GRANT %s%s ON %s TO %s%s', a.privilege_type, g.columns, dependent.name,
        CASE WHEN a.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END,
        CASE WHEN a.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)
      FROM (
        SELECT '' AS columns, dependent.relacl AS acl
        UNION ALL
        SELECT format(' (%I)', attname), attacl FROM pg_attribute WHERE attrelid = dependent.oid AND attacl IS NOT NULL
      ) AS g, aclexplode(g.acl) AS a
      WHERE a.grantee <> dependent.relowner);
    made := made || ARRAY(
      SELECT CASE WHEN d.objsubid = 0 THEN format('COMMENT ON VIEW %s IS %L', dependent.name, d.description)
        ELSE format('COMMENT ON COLUMN %s.%I IS %L', dependent.name, a.attname, d.description) END
      FROM pg_description AS d
      LEFT JOIN pg_attribute AS a ON a.attrelid = d.objoid AND a.attnum = d.objsubid
      WHERE d.classoid = 'pg_class'::regclass AND d.objoid = dependent.oid);
    dropped := format('DROP VIEW %s', dependent.name) || dropped;
  END LOOP;
  -- These events leave the time of the row as it was; every other goes with a time of the tool's.
  EXECUTE format($query$SELECT pg_catalog.array_agg(DISTINCT version) FROM %I.schema_migration_events
    WHERE version IS NOT NULL AND event NOT IN ('rollback_started', 'rollback_failed')
      AND NOT (event = 'repaired' AND detail ->> 'action' = 'accept')$query$, tracking_schema) INTO written_by_tool;
  FOREACH command IN ARRAY dropped LOOP
    EXECUTE command;
  END LOOP;
  EXECUTE format('ALTER TABLE %s ALTER COLUMN applied_at DROP DEFAULT, ALTER COLUMN applied_at TYPE timestamptz
    USING applied_at AT TIME ZONE CASE WHEN run_id IS NOT NULL AND version = ANY (%L::text[]) THEN ''UTC'' ELSE %L END,
    ALTER COLUMN applied_at SET DEFAULT now()', tracked, coalesce(written_by_tool, '{}'), zone);
  FOREACH command IN ARRAY made LOOP
    EXECUTE command;
  END LOOP;
END
$times$`;
