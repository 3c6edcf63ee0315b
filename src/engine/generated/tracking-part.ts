import { LAYOUTS } from '../../ledger/layout/layouts.ts';
import type { Migration } from '../../migration/migration.ts';
import { unmetRequirement } from '../../plan/extensions.ts';
import type { PlannedMigration } from '../../plan/up.ts';
import { recordedMigration } from '../recorded.ts';
import type { GuardedMigration } from './guarded.ts';
import { dollarQuoted, string } from './sql-text.ts';

/** The tracking tables, by the code that makes them, and a row for each migration, as the tool records it. */
export function trackingPart(
  migrations: readonly PlannedMigration[],
  guarded: ReadonlyMap<string, GuardedMigration>,
  storeSql: boolean,
): string {
  const rows = migrations.map(({ version, migration }) => recordedRow(migration, guarded.get(version), storeSql));
  return `${LAYOUTS.join('\n')}\n${rows.join('\n')}`;
}

function recordedRow(migration: Migration, guarded: GuardedMigration | undefined, storeSql: boolean): string {
  const row = recordedMigration(migration, storeSql && !guarded, guarded ? 'skipped' : undefined);
  const skipped = guarded ? unmetRequirement(guarded.extensions[0] ?? '', undefined) : undefined;
  return `-- ${row.version}
INSERT INTO schema_migrations
  (version, description, file_name, type, success, error_message, checksum, body_checksum, rollback_sql, body_sql)
VALUES (
  ${string(row.version)}, ${string(row.description)}, ${string(row.fileName)}, ${string(row.type)},
  ${skipped === undefined}, ${string(skipped ?? null)},
  ${string(row.checksum)}, ${string(row.bodyChecksum)},
  ${dollarQuoted(row.rollbackSql, 'rollback')},
  ${dollarQuoted(row.bodySql, 'file')});
`;
}

/**
 * Its statements and its row, where its extensions are there or can be made, by the rule of `migrate` (extensions.ts); else
 * nothing, and migrate runs it when they can. What fails for another reason fails the file.
 */
export function guardedPart({ migration, extensions, plan }: GuardedMigration, storeSql: boolean): string {
  const names = extensions.map(string).join(', ');
  const statements = plan.steps.flatMap((step) => step.statements.map(({ statement }) => statement.sql));
  const row = recordedMigration(migration, storeSql);
  const body = `DECLARE
  refused text;
BEGIN
  IF (SELECT count(*) FROM pg_catalog.pg_available_extensions WHERE name IN (${names})) < ${extensions.length} THEN
    RETURN;
  END IF;
  SELECT a.name INTO refused
  FROM pg_catalog.pg_available_extensions AS a
  WHERE a.name IN (${names})
    AND a.installed_version IS NULL
    AND NOT (SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user)
    AND NOT (pg_catalog.has_database_privilege(pg_catalog.current_database(), 'CREATE') AND EXISTS (
      SELECT FROM pg_catalog.pg_available_extension_versions AS v WHERE v.name = a.name AND pg_catalog.to_jsonb(v) ->> 'trusted' = 'true'))
  ORDER BY 1
  LIMIT 1;
  IF refused IS NOT NULL THEN
    UPDATE schema_migrations
    SET error_message = pg_catalog.format(${string(unmetRequirement('%1$s', MAY_NOT_CREATE) ?? '')}, refused)
    WHERE version = ${string(row.version)};
    RAISE NOTICE '% is left out: this role may not create the extension %', ${string(row.version)}, refused;
    RETURN;
  END IF;

${statements.map((sql) => `  EXECUTE ${dollarQuoted(sql, 'statement')};\n`).join('\n')}
  UPDATE schema_migrations
  SET type = ${string(row.type)}, success = true, error_message = NULL, body_sql = ${dollarQuoted(row.bodySql, 'file')}
  WHERE version = ${string(row.version)};
END
`;
  return `DO ${dollarQuoted(`\n${body}`, 'guarded')};\n`;
}

const MAY_NOT_CREATE = { name: '', installed: false, available: true, creatable: false };

/** The tables of the application and the tracking are both in reach. `searchPath` as configured; undefined: the server's. */
export function bothInReach(searchPath: string | undefined): string {
  const path =
    searchPath === undefined
      ? 'SET LOCAL search_path TO DEFAULT;'
      : `PERFORM set_config('search_path', ${string(searchPath)}, true);`;
  return `DO $$
BEGIN
  ${path}
  PERFORM set_config('search_path', concat_ws(', ', nullif(current_setting('search_path'), ''),
    quote_ident(coalesce(nullif(current_setting('taskflow.tracking_schema', true), ''), 'public'))), true);
  SET LOCAL client_min_messages TO DEFAULT;
END
$$;
`;
}

/** Nothing was there before, so the tool has nothing to adopt; the trail names each version. */
export const TRAIL = `INSERT INTO schema_migration_settings (key, value) VALUES ('adoption', 'none');

INSERT INTO schema_migration_events (event, detail)
SELECT 'initialized', jsonb_build_object('layout', value::integer, 'by', 'init-complete.sql', 'schema',
  coalesce(nullif(current_setting('taskflow.tracking_schema', true), ''), 'public'))
FROM schema_migration_settings
WHERE key = 'layout_version';

INSERT INTO schema_migration_events (event, version, detail)
SELECT
  CASE WHEN success THEN 'applied' ELSE 'skipped' END,
  version,
  jsonb_strip_nulls(jsonb_build_object('by', 'init-complete.sql', 'reason', error_message))
FROM schema_migrations
ORDER BY applied_order;
`;
