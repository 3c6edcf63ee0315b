import type { ExtensionState } from '../plan/extensions.ts';
import type { MigrationStatus } from '../plan/reconcile.ts';
import { TO_APPLY } from '../plan/state.ts';
import { Problem } from '../problem/problem.ts';
import type { Control } from './control.ts';

/**
 * What the server says of the extensions that files to be applied require. Creatable: a superuser, or a trusted extension
 * (13 and newer) and CREATE on the database (manual, CREATE EXTENSION).
 */
export async function readExtensions(
  control: Control,
  statuses: readonly MigrationStatus[],
): Promise<ReadonlyMap<string, ExtensionState>> {
  const names = [...new Set(statuses.filter((one) => TO_APPLY.has(one.state)).flatMap(required))];
  if (names.length === 0) return new Map();
  const trusted =
    control.server.versionNum >= 130_000
      ? 'EXISTS (SELECT FROM pg_catalog.pg_available_extension_versions AS v WHERE v.name = n.name AND v.trusted)'
      : 'false';
  const rows = await control.session.query(
    `SELECT n.name, EXISTS (SELECT FROM pg_catalog.pg_extension AS e WHERE e.extname = n.name) AS installed,
  EXISTS (SELECT FROM pg_catalog.pg_available_extensions AS a WHERE a.name = n.name) AS available,
  (SELECT r.rolsuper FROM pg_catalog.pg_roles AS r WHERE r.rolname = current_user)
    OR (${trusted} AND pg_catalog.has_database_privilege(pg_catalog.current_database(), 'CREATE')) AS creatable
FROM pg_catalog.jsonb_array_elements_text($1::jsonb) AS n(name)`,
    [JSON.stringify(names)],
  );
  return new Map(
    rows.map((row) => [
      row.name ?? '',
      {
        name: row.name ?? '',
        installed: row.installed === 't',
        available: row.available === 't',
        creatable: row.creatable === 't',
      },
    ]),
  );
}

/** A file with faults requires nothing here: planning complains about it. */
function required(status: MigrationStatus): string[] {
  try {
    return status.file?.load().headers.requires.map((one) => one.extension) ?? [];
  } catch (error) {
    if (error instanceof Problem) return [];
    throw error;
  }
}
