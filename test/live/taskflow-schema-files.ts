/** The TaskFlow database's own migrations, as tests apply them: the SQL of each file, and the catalog as text. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Migration, Statement } from '../../src/migration/migration.ts';
import { parseMigration } from '../../src/migration/parse.ts';
import type { TestDatabase } from '../support/servers.ts';

const REPOSITORY = join(import.meta.dirname, '..', '..');
const MIGRATIONS = join(REPOSITORY, 'database', 'migrations');
const INSTALLATIONS = join(REPOSITORY, 'test', 'fixtures', 'installations');

export const VECTOR = '027_add_request_embedding_vector';

/** All migrations of the schema in their order: without the two of the tracking, which have tests of their own. */
export const schemaMigrations: readonly Migration[] = readdirSync(MIGRATIONS)
  .filter((name) => name.endsWith('.sql') && !/^00[12]_/.test(name))
  .sort()
  .map((name) =>
    parseMigration({ file: name, stem: name.replace(/\.sql$/, ''), bytes: readFileSync(join(MIGRATIONS, name)) }),
  );

/** Those that every server can run. */
export const plainMigrations = schemaMigrations.filter((one) => one.version !== VECTOR);

export function migration(version: string): Migration {
  const found = schemaMigrations.find((one) => one.version === version);
  if (!found) throw new Error(`no migration ${version}`);
  return found;
}

export function bodySql(one: Migration): string {
  return script(one.statements);
}

export function rollbackSql(one: Migration): string {
  if (one.rollback.kind !== 'sql') throw new Error(`${one.version} has no rollback`);
  return script(one.rollback.statements);
}

function script(statements: readonly Statement[]): string {
  return statements.map((statement) => `${statement.sql};\n`).join('');
}

export function installation(name: string): string {
  return readFileSync(join(INSTALLATIONS, name), 'utf8');
}

/** Applies every plain migration, each in a transaction of its own; `before` is said first in each. */
export async function applyAll(database: TestDatabase, before = ''): Promise<void> {
  if (database.server.major === 12) await database.sql('CREATE EXTENSION IF NOT EXISTS pgcrypto');
  for (const one of plainMigrations) await database.sql(before + bodySql(one));
}

/** The answers of a migration's VERIFY queries, all rows together. */
export async function verifyAnswers(database: TestDatabase, one: Migration): Promise<readonly (string | null)[]> {
  const answers: (string | null)[] = [];
  for (const query of one.verify) answers.push(...(await database.sql(query.sql)).map((row) => row[0] ?? null));
  return answers;
}

/** The tracking and what the tracked fixture builds upon it: tested elsewhere. */
const TRACKING = '(schema_migration|schema_data_|migration_status|record_migration|deployment_log|failed_deployments)';

/**
 * Everything that a schema is made of, one line each, in an order of its own. The order of columns does not count, and
 * a bigserial counts as an identity column: it numbers itself.
 */
const CATALOG = `
SELECT line FROM (
  SELECT format('type %s %s -- %s', typname,
    (SELECT string_agg(enumlabel, ',' ORDER BY enumsortorder) FROM pg_enum WHERE enumtypid = type.oid),
    obj_description(type.oid, 'pg_type')) AS line
  FROM pg_type AS type WHERE typnamespace = 'public'::regnamespace AND typtype = 'e'
  UNION ALL
  SELECT format('column %s.%s %s%s default %s -- %s', relname, attname, format_type(atttypid, atttypmod),
    CASE WHEN attnotnull THEN ' not null' END,
    CASE WHEN attidentity <> '' OR pg_get_expr(adbin, adrelid) LIKE 'nextval(%' THEN 'own number'
      ELSE pg_get_expr(adbin, adrelid) END,
    col_description(attrelid, attnum))
  FROM pg_attribute
  JOIN pg_class ON pg_class.oid = attrelid
  LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
  WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'v', 'm', 'p') AND attnum > 0 AND NOT attisdropped
  UNION ALL
  SELECT format('relation %s %s -- %s', relkind, relname, obj_description(oid, 'pg_class'))
  FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'v', 'm', 'p')
  UNION ALL
  SELECT format('constraint %s %s %s', conrelid::regclass, conname, pg_get_constraintdef(oid))
  FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND contype IN ('p', 'u', 'f', 'c', 'x')
  UNION ALL
  SELECT format('index %s valid %s', pg_get_indexdef(indexrelid), indisvalid)
  FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid WHERE relnamespace = 'public'::regnamespace
  UNION ALL
  SELECT 'trigger ' || pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
  UNION ALL
  SELECT format('view %s %s', relname, pg_get_viewdef(oid))
  FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'v'
  UNION ALL
  SELECT format('function %s %s -- %s', oid::regprocedure, prosrc, obj_description(oid, 'pg_proc'))
  FROM pg_proc
  WHERE pronamespace = 'public'::regnamespace
    AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_proc.oid AND deptype = 'e')
) AS lines
WHERE line !~ '${TRACKING}'
ORDER BY line COLLATE "C"`;

export async function catalogOf(database: TestDatabase): Promise<readonly string[]> {
  return (await database.sql(CATALOG)).map((row) => row[0] ?? '');
}
