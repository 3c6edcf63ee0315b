/**
 * What an attacker who may create objects in a schema on everybody's search_path would plant (CVE-2018-1058): operators and
 * functions that fit the arguments of our SQL better than the built-in ones do. Whoever runs one of them is told so.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { REPOSITORY } from '../support/run-folder.ts';

const TYPES =
  'text varchar name "char" oid regclass regnamespace int2 int4 int8 numeric bool timestamptz uuid jsonb pg_lsn text[]';
const OPERATORS = '= <> < > <= >= || + - * ~ ~~ ->>';

/** One statement that plants them in `schema` as `role`, and would itself fall into them under another search_path. */
export function planted(schema: string, role: string): string {
  return `DO $plant$
DECLARE
  types text[] := '{${TYPES.replaceAll('"', '\\"').replaceAll(' ', ',')}}';
  operators text[] := '{${OPERATORS.replaceAll(' ', ',')}}';
  l text; r text; op text; result text; f text; body text; p record; args text;
BEGIN
  PERFORM pg_catalog.set_config('search_path', 'pg_catalog', false), pg_catalog.set_config('role', '${role}', false);
  FOREACH l IN ARRAY types LOOP
    FOREACH r IN ARRAY types LOOP
      body := 'BEGIN RAISE EXCEPTION ' || quote_literal(format('PLANTED operator(%s,%s) ran as %%', l, r)) || ', current_user; END';
      FOREACH op IN ARRAY operators LOOP
        CONTINUE WHEN to_regoperator(format('pg_catalog.%s(%s,%s)', op, l, r)) IS NOT NULL;
        result := CASE WHEN op IN ('||', '->>') THEN 'text' WHEN op IN ('+', '-', '*') THEN l ELSE 'bool' END;
        f := format('${schema}.%I', format('op to %s of %s %s', result, l, r));
        IF to_regprocedure(format('%s(%s, %s)', f, l, r)) IS NULL THEN
          EXECUTE format('CREATE FUNCTION %s(%s, %s) RETURNS %s LANGUAGE plpgsql AS %L', f, l, r, result, body);
        END IF;
        EXECUTE format('CREATE OPERATOR ${schema}.%s (FUNCTION = %s, LEFTARG = %s, RIGHTARG = %s)', op, f, l, r);
      END LOOP;
    END LOOP;
    COMMIT;
  END LOOP;
  FOR p IN SELECT proname, proargtypes FROM pg_proc WHERE pronamespace = 'pg_catalog'::regnamespace AND proname = ANY ('{${functionNames()}}') LOOP
    FOR i IN 1..3 LOOP
      SELECT string_agg(CASE t::regtype::text WHEN 'text' THEN (ARRAY['text', 'varchar', 'name'])[i] WHEN '"any"' THEN 'text'
        WHEN 'anyelement' THEN 'text' WHEN 'anycompatible' THEN 'text' WHEN 'anyarray' THEN 'text[]' WHEN 'oid' THEN 'regclass'
        WHEN 'name' THEN 'varchar' WHEN 'bigint' THEN 'int4' WHEN 'numeric' THEN 'int8' WHEN 'double precision' THEN 'numeric'
        ELSE CASE i WHEN 3 THEN 'varchar' ELSE t::regtype::text END END, ', ' ORDER BY n)
        INTO args FROM unnest(p.proargtypes) WITH ORDINALITY AS u(t, n);
      CONTINUE WHEN args IS NULL OR to_regprocedure(format('pg_catalog.%I(%s)', p.proname, args)) IS NOT NULL;
      body := 'BEGIN RAISE EXCEPTION ' || quote_literal(format('PLANTED function %s(%s) ran as %%', p.proname, args)) || ', current_user; END';
      BEGIN
        EXECUTE format('CREATE FUNCTION ${schema}.%I(%s) RETURNS text LANGUAGE plpgsql AS %L', p.proname, args, body);
      EXCEPTION WHEN duplicate_function OR invalid_function_definition OR feature_not_supported OR undefined_object THEN NULL;
      END;
    END LOOP;
  END LOOP;
END $plant$`;
}

/** Every word of our sources that stands before a parenthesis: the functions of the server are among them. */
function functionNames(): string {
  const names = new Set<string>();
  for (const path of readdirSync(join(REPOSITORY, 'src'), { recursive: true, encoding: 'utf8' })) {
    if (!path.endsWith('.ts')) continue;
    const text = readFileSync(join(REPOSITORY, 'src', path), 'utf8');
    for (const [, name] of text.matchAll(/\b([a-z_0-9]{3,60})\(/g)) names.add(name!);
  }
  return [...names].join(',');
}

/** Better-fitting twins of the tool's own functions. */
export function plantedTwins(schema: string): string {
  const raise = (name: string) =>
    `LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'PLANTED ${name} ran as %', current_user; END $$`;
  const hash = (last: string, text: string) =>
    `CREATE FUNCTION ${schema}.schema_migration_event_hash(bigint, timestamptz, ${text}, ${text}, uuid, ${text}, ${text}, ${text}, ${text}, jsonb, ${last}) RETURNS text ${raise(`event_hash ${last}`)}`;
  return [
    hash('varchar', 'text'),
    hash('varchar', 'varchar'),
    `CREATE FUNCTION ${schema}.record_migration(text, text, text) RETURNS void ${raise('record_migration')}`,
  ].join(';\n');
}
