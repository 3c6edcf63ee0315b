import { LAYOUT_1 } from '../../ledger/layout/version1.ts';
import { LAYOUT_2 } from '../../ledger/layout/version2.ts';
import type { Migration } from '../../migration/migration.ts';
import { unmetRequirement } from '../../plan/extensions.ts';
import type { PlannedMigration } from '../../plan/up.ts';
import { recordedMigration } from '../recorded.ts';

/** A migration that is run from its file, where all extensions are there that it and those it depends on require. */
export interface GuardedMigration extends PlannedMigration {
  readonly extensions: readonly string[];
}

/** The tracking tables, by the code that makes them, and a row for each migration, as the tool records it. */
export function trackingPart(
  migrations: readonly PlannedMigration[],
  guarded: ReadonlyMap<string, GuardedMigration>,
): string {
  const rows = migrations.map(({ version, migration }) => recordedRow(migration, guarded.get(version)));
  return `${LAYOUT_1}\n${LAYOUT_2}\n${rows.join('\n')}`;
}

function recordedRow(migration: Migration, guarded: GuardedMigration | undefined): string {
  const row = recordedMigration(migration, guarded === undefined, guarded ? 'skipped' : 'migration');
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

/** Its statements and its row, where its extensions can be had; else nothing, and migrate runs it when they can. */
export function guardedPart({ migration, extensions, plan }: GuardedMigration): string {
  const names = extensions.map(string).join(', ');
  const [first = ''] = extensions;
  const statements = plan.steps.flatMap((step) => step.statements.map(({ statement }) => statement.sql));
  const row = recordedMigration(migration, true);
  const body = `BEGIN
  IF (SELECT count(*) FROM pg_catalog.pg_available_extensions WHERE name IN (${names})) < ${extensions.length} THEN
    RETURN;
  END IF;

${statements.map((sql) => `  EXECUTE ${dollarQuoted(sql, 'statement')};\n`).join('\n')}
  UPDATE schema_migrations
  SET type = ${string(row.type)}, success = true, error_message = NULL, body_sql = ${dollarQuoted(row.bodySql, 'file')}
  WHERE version = ${string(row.version)};
EXCEPTION
  WHEN insufficient_privilege THEN
    UPDATE schema_migrations
    SET error_message = ${string(unmetRequirement(first, MAY_NOT_CREATE) ?? '')}
    WHERE version = ${string(row.version)};
    RAISE NOTICE USING MESSAGE = ${string(`${row.version} is left out: this role may not create the extension ${first}`)};
END
`;
  return `DO ${dollarQuoted(`\n${body}`, 'guarded')};\n`;
}

const MAY_NOT_CREATE = { name: '', installed: false, available: true, creatable: false };

/** The tables of the application and the tracking are both in reach. */
export const BOTH_IN_REACH = `DO $$
BEGIN
  SET LOCAL search_path TO DEFAULT;
  PERFORM set_config('search_path', concat_ws(', ', nullif(current_setting('search_path'), ''),
    quote_ident(coalesce(nullif(current_setting('taskflow.tracking_schema', true), ''), 'public'))), true);
  SET LOCAL client_min_messages TO DEFAULT;
END
$$;
`;

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

const string = (text: string | null) => (text === null ? 'NULL' : `'${text.replaceAll("'", "''")}'`);

/** A text of many lines as it is, between dollar quotes that do not occur in it. */
export function dollarQuoted(text: string | null, name: string): string {
  if (text === null) return 'NULL';
  let tag = name;
  for (let i = 2; text.includes(`$${tag}$`) || text.endsWith(`$${tag}`); i++) tag = `${name}${i}`;
  return `$${tag}$${text}$${tag}$`;
}
