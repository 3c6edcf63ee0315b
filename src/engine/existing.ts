import { objectsExistItem } from '../ledger/objects.ts';
import type { MigrationFile } from '../plan/migration-file.ts';
import type { CreatedObject } from '../sql/created-object.ts';
import { createdObjects } from '../sql/objects.ts';
import type { Control } from './control.ts';
import type { Engine } from './engine.ts';

/** What a migration creates, and which of that is not in the database. */
export interface Presence {
  readonly file: MigrationFile;
  readonly created: readonly CreatedObject[];
  readonly absent: readonly CreatedObject[];
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
  const batch = await control.session.batch([
    [
      { sql: "SELECT pg_catalog.set_config('search_path', $1, true)", params: [path] },
      objectsExistItem(created.flat()),
    ],
  ]);
  const found = batch.results[0]?.[1]?.rows.map((row) => row.found === 't') ?? [];
  let at = 0;
  return files.map((file, i) => {
    const mine = created[i] ?? [];
    const absent = mine.filter((_, j) => !found[at + j]);
    at += mine.length;
    return { file, created: mine, absent };
  });
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
