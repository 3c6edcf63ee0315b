import { displayIdentifier } from '../sql/quote.ts';
import type { Control } from './control.ts';
import type { Engine } from './engine.ts';

type PathSettings = Pick<Engine['settings'], 'searchPath' | 'role'>;

/**
 * The search_path that migrations begin with, `$user` written out: the setting, else what holds for the role and the database.
 * `ALTER ROLE` and `ALTER DATABASE` may give one user another than the next.
 */
export async function searchPathInForce(settings: PathSettings, control: Control): Promise<string> {
  const { names, own } = await readPath(settings, control);
  return names.flatMap((name) => (/^"?\$user"?$/.test(name) ? own : [name])).join(', ');
}

/** The same with `$user` as it is: who logs in makes no difference to it as long as all have the same setting. */
export async function searchPathAsSet(settings: PathSettings, control: Control): Promise<string> {
  return (await readPath(settings, control)).names.join(', ');
}

async function readPath({ searchPath, role }: PathSettings, { session }: Control) {
  const [row] = await session.query(
    `SELECT coalesce($1, (SELECT s.reset_val FROM pg_catalog.pg_settings AS s WHERE s.name = 'search_path')) AS path,
  (SELECT n.nspname FROM pg_catalog.pg_namespace AS n WHERE n.nspname = coalesce($2, current_user)) AS own`,
    [searchPath ?? null, role ?? null],
  );
  const names = (row?.path ?? '').split(',').map((name) => name.trim());
  return { names, own: row?.own ? [displayIdentifier(row.own)] : [] };
}
