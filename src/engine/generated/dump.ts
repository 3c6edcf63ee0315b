import { readFolders, refuseComplaints } from '../../files/folders.ts';
import type { PlannedMigration } from '../../plan/up.ts';
import type { NotWritten } from '../../script/script.ts';
import { type Chapter, type WholeSchema, writeWhole } from '../../script/whole.ts';
import { commentLine, quoteLiteral } from '../../sql/quote.ts';
import { readSchema } from '../schema/read-schema.ts';
import { FOR_SCRIPTS } from '../schema/write-script.ts';
import { replay } from '../scratch/replay.ts';
import type { Scratch } from '../scratch/scratch.ts';
import { chaptersWithRows } from './chapters.ts';
import { type GuardedMigration, planWithGuarded } from './guarded.ts';
import { readSeeds, type Seeds } from './seeds.ts';
import { dollarQuoted, heading } from './sql-text.ts';
import { bothInReach, guardedPart, TRAIL, trackingPart } from './tracking-part.ts';

export interface DumpOptions {
  readonly directories: readonly string[];
  readonly cwd: string;
  readonly trackingSchema: string;
  /** What migrations are run with; undefined: the server's own. */
  readonly searchPath: string | undefined;
  /** Whether the records hold the SQL. */
  readonly storeSql: boolean;
}

export interface Dump {
  readonly text: string;
  /** What of the schema is not in it; the same stands in its head. */
  readonly notWritten: readonly NotWritten[];
  /** What the migrations do beyond the database, which the file does not: for people. */
  readonly notes: readonly string[];
  /** How many migrations it holds. */
  readonly migrations: number;
}

/**
 * The file for new installations: all that the migrations make of an empty database, rendered from the catalog of a scratch
 * database, with their records. The same migrations give the same text on servers of one major version. What requires an
 * extension is never rendered but taken from its file, so that it does not matter what the scratch server offers.
 */
export async function dumpSchema(scratch: Scratch, options: DumpOptions): Promise<Dump> {
  const files = refuseComplaints(readFolders(options.directories, options.cwd));
  const { migrations, guarded } = planWithGuarded(files, scratch.server.versionNum);
  const [empty, replayed] = [await scratch.create(), await scratch.create()];
  await replay(scratch, empty, []);
  await replay(
    scratch,
    replayed,
    files.filter(({ version }) => !guarded.has(version)),
  );
  const before = await readSchema(empty.engine, FOR_SCRIPTS);
  const after = await readSchema(replayed.engine, FOR_SCRIPTS);
  const whole = writeWhole(before.schema, after.schema);
  const seeds = await readSeeds(replayed);
  const text = textOf(whole, seeds, migrations, guarded, options);
  return { text, notWritten: whole.notWritten, notes: scratch.leftOut.notes(), migrations: migrations.length };
}

function textOf(
  { chapters, last, notWritten }: WholeSchema,
  { inserts, counters }: Seeds,
  migrations: readonly PlannedMigration[],
  guarded: ReadonlyMap<string, GuardedMigration>,
  { trackingSchema, searchPath, storeSql }: DumpOptions,
): string {
  const missing = notWritten
    .map(({ type, name, why }) => `${commentLine(`cannot write: ${type} ${name}: ${why}`)}\n`)
    .join('');
  return [
    `${HEAD}${missing === '' ? '' : `--\n${missing}`}`,
    '\\set ON_ERROR_STOP on\n',
    'BEGIN;\n',
    "SET LOCAL client_encoding = 'UTF8';\nSET LOCAL check_function_bodies = off;\n",
    ...(trackingSchema === 'public' ? [] : [trackingIn(trackingSchema)]),
    ...(searchPath === undefined ? [] : [pathOf(searchPath)]),
    guardOf(chapters),
    ...chaptersWithRows(chapters, inserts),
    ...(counters === '' ? [] : [heading('Where the counters stand'), counters]),
    heading('The tracking of migrations: tables, and the rows of the migrations that this file holds'),
    trackingPart(migrations, guarded, storeSql),
    bothInReach(searchPath),
    ...(last === '' ? [] : [heading('Event triggers and default privileges'), last]),
    ...[...guarded.values()]
      .filter(({ left }) => !left)
      .flatMap((one) => [heading(guardedHeading(one)), guardedPart(one, storeSql)]),
    heading('What was done, for the audit trail'),
    TRAIL,
    'COMMIT;\n',
  ].join('\n');
}

const HEAD = `-- The complete schema, for new installations
--
--   createdb DATABASE
--   psql -d DATABASE -f init-complete.sql
--
-- Written by "taskflow-db schema dump" from the migrations, not by hand. For the owner of an empty database. It stops at the
-- first error, and then nothing has happened. What comes after it are migrations: it holds them up to the last of its rows.
`;

function guardedHeading({ version, extensions }: GuardedMigration): string {
  return `${version}, where the extension ${extensions.join(', ')} can be had; migrate runs it later where it cannot now`;
}

function trackingIn(schema: string): string {
  return `DO $$
BEGIN
  PERFORM pg_catalog.set_config('taskflow.tracking_schema',
    coalesce(nullif(pg_catalog.current_setting('taskflow.tracking_schema', true), ''), ${quoteLiteral(schema)}), true);
END
$$;
`;
}

/** Checks and triggers run while the rows go in, and find what they name as they did behind `migrate`. */
function pathOf(searchPath: string): string {
  return `DO $$
BEGIN
  PERFORM pg_catalog.set_config('search_path', ${quoteLiteral(searchPath)}, true);
END
$$;
`;
}

/** Refuses a database that has anything in the schemas that are written to. */
function guardOf(chapters: readonly Chapter[]): string {
  const schemas = new Set(['public', ...chapters.flatMap(({ table }) => (table ? [table[0]] : []))]);
  const list = [...schemas].map(quoteLiteral).join(', ');
  const body = `
DECLARE
  found text;
BEGIN
  SELECT n.nspname || '.' || c.relname INTO found
  FROM pg_catalog.pg_class AS c
  JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
  WHERE n.nspname IN (${list}, coalesce(nullif(pg_catalog.current_setting('taskflow.tracking_schema', true), ''), 'public'))
    AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend AS d
      WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
  ORDER BY 1
  LIMIT 1;
  IF found IS NOT NULL THEN
    RAISE EXCEPTION 'database "%" is not empty: it has %', pg_catalog.current_database(), found
      USING HINT = 'This file is for new installations. Bring an existing one up to date with taskflow-db migrate.';
  END IF;
END
`;
  return `DO ${dollarQuoted(body, 'guard')};\n`;
}
