/** Existing and new installations as tests look at them: through the command line tool, the rows and the tracking tables. */
import { spawnSync } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { type DatabaseWorkplace, withCli } from '../support/cli.ts';
import { type Engine, server, systemBin, type TestDatabase, templateDatabase } from '../support/servers.ts';
import { installation } from './taskflow-schema-files.ts';

export const REPOSITORY = join(import.meta.dirname, '..', '..');
export const MIGRATIONS = join(REPOSITORY, 'database', 'migrations');
const SECOND_FOLDER = join(REPOSITORY, 'test', 'fixtures', 'installations', 'backend-migrations');

/** The zone that the times of the fixtures were written in. */
export const ZONE = 'Europe/Berlin';

export interface Installation {
  readonly name: string;
  readonly files: readonly string[];
  readonly folders: readonly string[];
}

export const HANDMADE: Installation = { name: 'made by hand', files: ['handmade.sql'], folders: [MIGRATIONS] };
export const OLDER: Installation = {
  name: 'made by hand, older',
  files: ['handmade-old.sql'],
  folders: [MIGRATIONS],
};
export const TRACKED: Installation = {
  name: 'tracked',
  files: ['handmade.sql', 'tracked.sql'],
  folders: [MIGRATIONS, SECOND_FOLDER],
};
export const NEW: Installation = { name: 'new', files: [], folders: [MIGRATIONS] };

export interface At extends DatabaseWorkplace {
  /** Runs `taskflow-db ARGS` with the folders of the installation. */
  tool(...args: string[]): ReturnType<DatabaseWorkplace['run']>;
  /** The same; fails the test unless it exits 0. */
  good(...args: string[]): ReturnType<DatabaseWorkplace['run']>;
}

/** Runs a test body with an installation that the tool has not seen yet. */
export function withInstallation(
  engine: Engine,
  of: Installation,
  env: Readonly<Record<string, string>>,
  body: (at: At) => Promise<void>,
): Promise<void> {
  const prepare = async (place: DatabaseWorkplace) => {
    for (const file of of.files) await place.database.sql(installation(file));
    await body(withFolders(place, of.folders));
  };
  return withCli(engine, {}, prepare, env);
}

export function withFolders(place: DatabaseWorkplace, folders: readonly string[]): At {
  const dirs = folders.flatMap((folder) => ['--dir', folder]);
  const tool = (...args: string[]) => place.run([...args, ...dirs]);
  const good = async (...args: string[]) => {
    const finished = await tool(...args);
    if (finished.exit !== 0)
      throw new Error(`taskflow-db ${args.join(' ')} ended with ${finished.exit}:\n${finished.output}`);
    return finished;
  };
  return { ...place, tool, good };
}

/** The name of a database that `taskflow-db migrate` made from nothing; to be cloned. */
export async function newInstallation(engine: Engine): Promise<string> {
  return templateDatabase(await server(engine), 'taskflow by migrate', async (database) => {
    await withInstallation(engine, NEW, { DATABASE_URL: database.url }, async (at) => {
      await at.good('migrate', '--quiet');
    });
  });
}

/** psql with a file on its standard input (as the documents say) or files by name. */
export function psql(
  database: TestDatabase,
  how: { input?: string; args?: readonly string[]; env?: Readonly<Record<string, string>> },
): { status: number | null; stdout: string; stderr: string } {
  const input = how.input === undefined ? 'ignore' : openSync(how.input, 'r');
  const env = { ...process.env, ...database.server.env(database.name), ...how.env };
  try {
    return spawnSync(join(systemBin(), 'psql'), ['-X', ...(how.args ?? [])], {
      env,
      stdio: [input, 'pipe', 'pipe'],
      encoding: 'utf8',
    });
  } finally {
    if (typeof input === 'number') closeSync(input);
  }
}

/** The schema as pg_dump of the machine's own PostgreSQL writes it; without its random restrict key. */
export function dumpSchema(database: TestDatabase): string[] {
  const env = { ...process.env, ...database.server.env(database.name) };
  const dumped = spawnSync(join(systemBin(), 'pg_dump'), ['--schema-only', '--exclude-schema=taskflow_backup'], {
    env,
    encoding: 'utf8',
  });
  if (dumped.status !== 0) throw new Error(dumped.stderr);
  return dumped.stdout.split('\n').filter((line) => !/^\\(un)?restrict /.test(line));
}

export type Rows = Readonly<Record<string, readonly Readonly<Record<string, string | null>>[]>>;

/**
 * Every row of every table of TaskFlow, each value as text. Times without a zone are read in the given one, so that the same
 * instant is the same text before and after its column is converted.
 */
export async function rowsOf(database: TestDatabase, zone: string): Promise<Rows> {
  const columns = await database.sql(`
    SELECT table_name, string_agg(format('%L, %s', column_name, CASE data_type
        WHEN 'timestamp without time zone' THEN format('((%I AT TIME ZONE ''${zone}'') AT TIME ZONE ''UTC'')::text', column_name)
        WHEN 'timestamp with time zone' THEN format('(%I AT TIME ZONE ''UTC'')::text', column_name)
        WHEN 'json' THEN format('%I::jsonb::text', column_name)
        ELSE format('%I::text', column_name) END), ', ')
    FROM information_schema.columns JOIN information_schema.tables USING (table_schema, table_name)
    WHERE table_schema = 'public' AND table_type = 'BASE TABLE' AND table_name !~ '^schema_(migration|data_)'
    GROUP BY table_name ORDER BY table_name`);
  const queries = columns.map(
    ([table, values]) => `SELECT '${table}', jsonb_build_object(${values}) FROM public.${table} ORDER BY id::text`,
  );
  const rows: Record<string, Record<string, string | null>[]> = Object.fromEntries(
    columns.map(([table]) => [String(table), []]),
  );
  for (const [table, row] of await database.sql(queries.join(';\n')))
    rows[String(table)]?.push(JSON.parse(String(row)) as Record<string, string | null>);
  return rows;
}

/** The rows of `before` that are not in `after`, or not with the same values in the columns that they had. */
export function lostRows(before: Rows, after: Rows): string[] {
  return Object.entries(before).flatMap(([table, rows]) =>
    rows
      .filter((row) => {
        const now = after[table]?.find((other) => other.id === row.id);
        return now === undefined || Object.entries(row).some(([column, value]) => now[column] !== value);
      })
      .map((row) => `${table} ${JSON.stringify(row)}`),
  );
}

function quotedName(schema: string): string {
  return `"${schema.replaceAll('"', '""')}"`;
}

/** The tracking tables of one schema and what belongs to them, one line each; the schema's name is left out. */
export async function trackingOf(database: TestDatabase, schema = 'public'): Promise<string[]> {
  const quoted = quotedName(schema);
  const relations = `(SELECT oid, relname, relkind FROM pg_class WHERE relnamespace = '${quoted}'::regnamespace
    AND (relname ~ '^schema_(migration|data_)' OR relname = 'migration_status'))`;
  const rows = await database.sql(`
    SELECT format('relation %s %s -- %s', relkind, relname, obj_description(oid, 'pg_class')) FROM ${relations} AS r
      WHERE relkind IN ('r', 'v')
    UNION ALL SELECT format('column %s.%s %s %s %s%s -- %s', relname, attname, format_type(atttypid, atttypmod), attnotnull,
        attidentity, pg_get_expr(adbin, adrelid), col_description(attrelid, attnum))
      FROM ${relations} AS r JOIN pg_attribute ON attrelid = r.oid AND attnum > 0 AND NOT attisdropped
      LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum WHERE relkind IN ('r', 'v')
    UNION ALL SELECT format('constraint %s %s', conname, pg_get_constraintdef(c.oid))
      FROM ${relations} AS r JOIN pg_constraint AS c ON conrelid = r.oid WHERE contype <> 'n'
    UNION ALL SELECT pg_get_indexdef(indexrelid) FROM ${relations} AS r JOIN pg_index ON indrelid = r.oid
    UNION ALL SELECT format('%s %s', tgenabled, pg_get_triggerdef(t.oid)) FROM ${relations} AS r JOIN pg_trigger AS t ON tgrelid = r.oid
    UNION ALL SELECT format('view %s %s', relname, pg_get_viewdef(oid)) FROM ${relations} AS r WHERE relkind = 'v'
    UNION ALL SELECT format('%s -- %s', pg_get_functiondef(oid), obj_description(oid, 'pg_proc')) FROM pg_proc
      WHERE pronamespace = '${quoted}'::regnamespace AND (proname LIKE 'schema\\_migration%' OR proname = 'record_migration')`);
  return rows
    .map(([line]) =>
      String(line).replaceAll(`${quoted}.`, '').replaceAll(`${schema}.`, '').replace(`'${schema}', `, ''),
    )
    .sort();
}

/** What is recorded of each version beside when, by whom and how fast, in the order of application. */
export async function recordsOf(database: TestDatabase, schema = 'public'): Promise<string[]> {
  const rows = await database.sql(`
    SELECT to_jsonb(m) - ARRAY['applied_at', 'applied_by', 'applied_order', 'execution_time_ms', 'run_id', 'tool_version']
    FROM ${quotedName(schema)}.schema_migrations AS m ORDER BY success, applied_order`);
  return rows.map(([row]) => String(row));
}

/** Events whose hash or link to the one before is not what the public function says. */
export const BROKEN_EVENTS = (schema = 'public') => `
  SELECT seq FROM (SELECT e.*, lag(hash, 1, repeat('0', 64)) OVER (ORDER BY seq) AS before, row_number() OVER (ORDER BY seq) AS place
    FROM ${quotedName(schema)}.schema_migration_events AS e) AS e
  WHERE previous_hash <> before OR seq <> place OR hash <> ${quotedName(schema)}.schema_migration_event_hash(
    seq, at, event, version, run_id, actor, host, tool_version, git_commit, detail, previous_hash)`;
