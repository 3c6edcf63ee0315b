import { BACKUP_SCHEMA } from '../backup/kept.ts';
import { isOwnObject } from '../ledger/layout/own-objects.ts';
import { objectsExistItem } from '../ledger/objects.ts';
import type { MigrationFile } from '../plan/migration-file.ts';
import type { Row } from '../postgres/row.ts';
import type { CreatedObject } from '../sql/created-object.ts';
import { createdObjects } from '../sql/objects.ts';
import type { Control } from './control.ts';
import type { Engine } from './engine.ts';

/** What a migration creates, which of that is not in the database, and which tables there lack some of its columns. */
export interface Presence {
  readonly file: MigrationFile;
  readonly created: readonly CreatedObject[];
  readonly absent: readonly CreatedObject[];
  readonly incomplete: readonly CreatedObject[];
}

/** Looks in the catalogs for what each file creates; what is created inside DO blocks is not seen. */
export async function presenceOf(
  engine: Engine,
  control: Control,
  files: readonly MigrationFile[],
): Promise<Presence[]> {
  const created = files.map((file) =>
    file
      .load()
      .statements.flatMap((one) => createdObjects(one.sql))
      .filter(isPermanent),
  );
  const path = engine.settings.searchPath ?? (await serverSearchPath(control));
  const all = created.flat();
  const batch = await control.session.batch([
    [
      { sql: "SELECT pg_catalog.set_config('search_path', $1, true)", params: [path] },
      objectsExistItem(all),
      objectsExistItem(all.map(({ columns: _, ...object }) => object)),
    ],
  ]);
  const [complete, there] = [1, 2].map((i) => new Set(foundAmong(all, batch.results[0]?.[i]?.rows ?? [])));
  return files.map((file, i) => {
    const mine = created[i] ?? [];
    const absent = mine.filter((object) => !there?.has(object));
    const incomplete = mine.filter((object) => there?.has(object) && !complete?.has(object));
    return { file, created: mine, absent, incomplete };
  });
}

/** Without the tracking tables and what belongs to them: the tool makes those by itself. */
export function withoutOwn({ file, created, absent, incomplete }: Presence, { names }: Control): Presence {
  const others = (objects: readonly CreatedObject[]) => objects.filter((one) => !isOwnObject(one, names.schema));
  return { file, created: others(created), absent: others(absent), incomplete: others(incomplete) };
}

/** Whether there are tables, views or sequences that neither an extension nor this tool brought. */
export async function hasObjects(control: Control): Promise<boolean> {
  const [row] = await control.session.query(
    `SELECT EXISTS (
  SELECT FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f') AND n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', '${BACKUP_SCHEMA}')
    AND NOT (n.nspname = $1 AND (c.relname ~ '^schema_(migration|data_(migrations|ranges|batches))' OR c.relname = 'migration_status'))
    AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend AS d
      WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
) AS found`,
    [control.names.schema],
  );
  return row?.found === 't';
}

function foundAmong(objects: readonly CreatedObject[], rows: readonly Row[]): CreatedObject[] {
  return objects.filter((_, i) => rows[i]?.found === 't');
}

function isPermanent(object: CreatedObject): boolean {
  return object.temporary !== true;
}

/** The control session has a path of its own; what people's SQL sees is the role's and database's default. */
async function serverSearchPath(control: Control): Promise<string> {
  const [row] = await control.session.query(
    "SELECT reset_val AS path FROM pg_catalog.pg_settings WHERE name = 'search_path'",
  );
  return row?.path ?? '"$user", public';
}
