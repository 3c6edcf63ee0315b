import { isFree } from '../../ledger/lease.ts';
import type { Migration, Statement } from '../../migration/migration.ts';
import { unmetRequirement } from '../../plan/extensions.ts';
import type { PlannedMigration } from '../../plan/up.ts';
import { recordedMigration } from '../recorded.ts';
import { dollarQuoted, string } from './sql-text.ts';

/** A migration that came after the file for new installations. */
export interface PatchMigration extends PlannedMigration {
  /** Of those that it depends on, the versions that may have been skipped for want of an extension. */
  readonly mayBeSkipped: readonly string[];
}

/** What the parts of a patch have to know of the place where they run. */
export interface PatchPlace {
  readonly trackingSchema: string;
  /** Undefined: the server's own. */
  readonly searchPath: string | undefined;
  /** Whether the records hold the SQL. */
  readonly storeSql: boolean;
}

/**
 * Refuses a database that has not got what the patch builds upon: `held`, the versions that the file for new installations
 * makes wherever it is loaded.
 */
export function patchGuard(held: readonly string[], place: PatchPlace): string {
  const body = `
DECLARE
  lacking text;
BEGIN
  ${inTracking(place)}
  IF to_regclass('schema_migration_runner') IS NULL THEN
    RAISE EXCEPTION 'database "%" has no tracking tables', current_database()
      USING HINT = 'This file comes after init-complete.sql: load that before, or run taskflow-db migrate instead of both.';
  END IF;
  SELECT held.version INTO lacking
  FROM unnest(ARRAY[${held.map((version) => `\n    ${string(version)}`).join(',')}
  ]::text[]) WITH ORDINALITY AS held(version, place)
  WHERE NOT EXISTS (SELECT FROM schema_migrations AS m
    WHERE m.version::text = held.version AND m.success AND m.type::text <> 'rollback')
  ORDER BY held.place
  LIMIT 1;
  IF lacking IS NOT NULL THEN
    RAISE EXCEPTION 'database "%" lacks %, which init-complete.sql holds', current_database(), lacking
      USING HINT = 'It is older: bring it up to date with taskflow-db migrate.';
  END IF;
END
`;
  return `DO ${dollarQuoted(body, 'guard')};\n`;
}

/**
 * One transaction: the statements of a migration, its VERIFY queries and its record, unless it is in force already. Where an
 * extension that it requires cannot be had, it is recorded as skipped, as `migrate` does.
 */
export function patchPart(one: PatchMigration, place: PatchPlace): string {
  const { migration } = one;
  const statements = one.plan.steps.flatMap((step) => step.statements.map(({ statement }) => statement));
  const conditions = conditionsOf(one);
  const roles = mayLeaveRole(statements);
  const body = `
DECLARE
  began constant timestamptz := clock_timestamp();
${roles ? "  own_role constant text := current_setting('role');\n" : ''}${conditions === '' ? '' : '  reason text;\n'}${migration.verify.length === 0 ? '' : '  answer record;\n'}BEGIN
  ${inTracking(place)}
  PERFORM FROM schema_migration_runner AS r
  WHERE ${isFree('current_schema()::text')}
  FOR UPDATE SKIP LOCKED;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'taskflow-db is at work on database "%"', current_database()
      USING HINT = 'Load this file again when that run has ended.';
  END IF;
  -- In force, or half done by taskflow-db, which goes on with it
  IF EXISTS (SELECT FROM schema_migrations AS m WHERE m.version::text = ${string(one.version)}
    AND (m.success AND m.type::text <> 'rollback' OR m.steps_total IS NOT NULL)) THEN
    RETURN;
  END IF;
${conditions === '' ? '' : `\n${conditions}${skippedPart(migration)}`}
  ${pins(place)}

${statements.map(({ sql }) => `  EXECUTE ${dollarQuoted(sql, 'statement')};\n\n`).join('')}${migration.verify.map((query) => verifyPart(one.version, query)).join('')}${roles ? roleBack(statements) : ''}  ${inTracking(place)}
${recordPart(migration, place.storeSql, '  ')}END
`;
  const temporary = statements.some(({ sql }) => /\btemp/i.test(sql)) ? '\nDISCARD TEMP;\n' : '';
  return `DO ${dollarQuoted(body, 'migration')};\n${temporary}`;
}

const SCHEMA_SETTING = "nullif(current_setting('taskflow.tracking_schema', true), '')";

/** The names of the tracking tables mean these, whatever the session's search_path. */
function inTracking({ trackingSchema }: PatchPlace): string {
  const schema = `quote_ident(coalesce(${SCHEMA_SETTING}, ${string(trackingSchema)}))`;
  return `PERFORM set_config('search_path', ${schema} || ', pg_temp', true);`;
}

/** What a migration means depends on these: each is as `migrate` pins it. */
function pins({ searchPath }: PatchPlace): string {
  const path =
    searchPath === undefined
      ? 'SET LOCAL search_path TO DEFAULT;'
      : `PERFORM set_config('search_path', ${string(searchPath)}, true);`;
  return `SET LOCAL TimeZone = 'UTC';
  SET LOCAL DateStyle = 'ISO, YMD';
  SET LOCAL IntervalStyle = 'postgres';
  SET LOCAL standard_conforming_strings = on;
  SET LOCAL check_function_bodies = on;
  ${path}`;
}

/** Puts into `reason` why the migration cannot be run here: in the words, and in the order, of the tool. */
function conditionsOf({ migration, mayBeSkipped }: PatchMigration): string {
  const needs = mayBeSkipped.map(
    (
      version,
    ) => `  IF reason IS NULL AND NOT EXISTS (SELECT FROM schema_migrations AS m WHERE m.version::text = ${string(version)}
    AND m.success AND m.type::text <> 'rollback') THEN
    reason := ${string(`it depends on ${version}, which is skipped`)};
  END IF;
`,
  );
  return [...needs, ...migration.headers.requires.map(({ extension }) => requirement(extension))].join('');
}

function requirement(extension: string): string {
  const name = string(extension);
  return `  IF reason IS NULL AND NOT EXISTS (SELECT FROM pg_extension AS e WHERE e.extname = ${name}) THEN
    IF NOT EXISTS (SELECT FROM pg_available_extensions AS a WHERE a.name = ${name}) THEN
      reason := ${string(unmetRequirement(extension, undefined) ?? '')};
    ELSIF NOT (SELECT r.rolsuper FROM pg_roles AS r WHERE r.rolname = current_user)
      AND NOT (has_database_privilege(current_database(), 'CREATE')
        AND EXISTS (SELECT FROM pg_available_extension_versions AS v
          WHERE v.name = ${name} AND to_jsonb(v) -> 'trusted' = 'true'::jsonb)) THEN
      reason := ${string(unmetRequirement(extension, NOT_CREATABLE) ?? '')};
    END IF;
  END IF;
`;
}

const NOT_CREATABLE = { name: '', installed: false, available: true, creatable: false };

/** Put on record once. */
function skippedPart(migration: Migration): string {
  const { version } = migration;
  return `  IF reason IS NOT NULL THEN
    RAISE NOTICE '% is skipped: %', ${string(version)}, reason;
    IF NOT EXISTS (SELECT FROM schema_migrations AS m WHERE m.version::text = ${string(version)}
      AND m.type::text = 'skipped' AND m.error_message = reason) THEN
${recordPart(migration, 'skipped', '      ')}    END IF;
    RETURN;
  END IF;
`;
}

/** The row and the event, as the tool writes them. The texts of the file stand as they are. `stored`: the SQL is kept. */
function recordPart(migration: Migration, stored: boolean | 'skipped', pad: string): string {
  const applied = stored !== 'skipped';
  const event = applied ? 'applied' : stored;
  const row = recordedMigration(migration, stored === true, applied ? 'migration' : 'skipped');
  const elapsed = '(extract(epoch FROM clock_timestamp() - began) * 1000)::integer';
  const detail = applied ? `'executionTimeMs', ${elapsed}` : "'reason', reason";
  const lines = [
    'INSERT INTO schema_migrations AS m (',
    '  version, description, file_name, type, success, error_message, execution_time_ms,',
    '  checksum, body_checksum, rollback_sql, body_sql)',
    'VALUES (',
    `  ${string(row.version)}, ${string(row.description)}, ${string(row.fileName)}, ${string(row.type)},`,
    `  ${applied}, ${applied ? 'NULL' : 'reason'}, ${applied ? elapsed : 'NULL'},`,
    `  ${string(row.checksum)}, ${string(row.bodyChecksum)},`,
    `  ${dollarQuoted(row.rollbackSql, 'rollback')},`,
    `  ${dollarQuoted(row.bodySql, 'file')})`,
    'ON CONFLICT (version) DO UPDATE SET',
    '  description = excluded.description, file_name = excluded.file_name, type = excluded.type, success = excluded.success,',
    '  error_message = excluded.error_message, execution_time_ms = excluded.execution_time_ms, checksum = excluded.checksum,',
    '  body_checksum = excluded.body_checksum, rollback_sql = excluded.rollback_sql, body_sql = excluded.body_sql,',
    '  applied_at = excluded.applied_at, applied_by = excluded.applied_by, applied_order = excluded.applied_order,',
    '  run_id = NULL, tool_version = NULL;',
    'INSERT INTO schema_migration_events (event, version, detail)',
    `VALUES (${string(event)}, ${string(row.version)}, jsonb_build_object('by', 'init-complete-patch.sql', ${detail}));`,
  ];
  return lines.map((line) => `${pad}${line}\n`).join('');
}

/** Every value of every row must be true, and there must be one, as `migrate` wants it. */
function verifyPart(version: string, { sql }: Statement): string {
  const failed = `RAISE EXCEPTION '%: a VERIFY query is not true', ${string(version)}`;
  return `  FOR answer IN EXECUTE ${dollarQuoted(sql, 'verify')} LOOP
    IF EXISTS (SELECT FROM pg_catalog.json_each_text(pg_catalog.to_json(answer)) AS one WHERE one.value IS DISTINCT FROM 'true') THEN
      ${failed};
    END IF;
  END LOOP;
  IF NOT FOUND THEN
    ${failed} USING DETAIL = 'It answers no row.';
  END IF;

`;
}

function mayLeaveRole(statements: readonly Statement[]): boolean {
  return statements.some(({ sql }) => /\b(?:ROLE|AUTHORIZATION)\b/i.test(sql));
}

/** The tracking tables are written by whoever loads the file, and the next migration is run by the same. */
function roleBack(statements: readonly Statement[]): string {
  const changesUser = statements.some(({ words }) => words[0] === 'SET' && words.includes('AUTHORIZATION'));
  return `${changesUser ? '  SET SESSION AUTHORIZATION DEFAULT;\n' : ''}  PERFORM pg_catalog.set_config('role', own_role, false);\n`;
}
