import type { BatchItem } from '../../postgres/pipeline.ts';
import type { Row } from '../../postgres/row.ts';
import type { Session } from '../../postgres/session.ts';
import { OWN_ROLE, setLocal } from '../../postgres/session-settings.ts';

export const OWN_PATH = setLocal('search_path', 'pg_catalog, pg_temp');

/**
 * Runs SQL of ours, inside a transaction, under a search_path that nobody else can put an operator or function into, and as the role
 * of the run; sets those of the file again. Where it fails, the transaction is given up, and both with it. `use` gets the path of
 * the file, which means the same under our role, and whether the file had another one.
 */
export async function underOwnPath<T>(
  session: Session,
  use: (filePath: string, otherRole: boolean) => Promise<T>,
): Promise<T> {
  const { filePath, otherRole, leave } = await enterOwnPath(session);
  const result = await use(filePath, otherRole);
  await session.batch([leave]);
  return result;
}

export interface OwnPath {
  readonly filePath: string;
  readonly otherRole: boolean;
  /** Sets path and role of the file again. */
  readonly leave: readonly BatchItem[];
}

/** The first half of underOwnPath: `leave` is to be run behind it. */
export async function enterOwnPath(session: Session): Promise<OwnPath> {
  const entered = await session.batch([[ASKED, OWN_PATH_OF_OWN_ROLE]]);
  const before = entered.results[0]?.[0]?.rows[0] ?? {};
  const { path, schemas, own } = before;
  if (isOwnRole(before))
    return { filePath: path ?? '', otherRole: false, leave: [setLocal('search_path', path ?? '')] };
  const { results } = await session.batch([[DEFAULT_USER, setLocal('role', own ?? 'none'), OWN_PATH, LOGIN]]);
  const leave = roleOfFile(before, results[0]?.at(-1)?.rows[0]?.login);
  return { filePath: schemas || '""', otherRole: true, leave };
}

/** Of what ASKED has answered: the file has taken no other role than that of the run. */
export function isOwnRole({ own, now }: Row): boolean {
  return own === null || own === now;
}

/** `schemas`: what the path means to the role of the file: `"$user"` is another schema for ours. */
export const ASKED: BatchItem = {
  name: 'taskflow_keep_asked',
  rows: true,
  sql: `SELECT pg_catalog.current_setting('search_path') AS path, pg_catalog.current_setting('role') AS role,
  current_user AS now, session_user AS login, nullif(pg_catalog.current_setting('${OWN_ROLE}', true), '') AS own,
  pg_catalog.array_to_string(ARRAY(SELECT pg_catalog.quote_ident(s) FROM pg_catalog.unnest(pg_catalog.current_schemas(false)) AS s), ', ') AS schemas,
  pg_catalog.current_setting('row_security') AS row_security`,
};

/** Where the role is that of the run. */
const OWN_PATH_OF_OWN_ROLE: BatchItem = {
  name: 'taskflow_keep_own_path',
  sql: `SELECT pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true) WHERE pg_catalog.concat(pg_catalog.current_setting('${OWN_ROLE}', true)) OPERATOR(pg_catalog.=) ANY (ARRAY['', current_user::pg_catalog.text])`,
};

const DEFAULT_USER: BatchItem = { sql: 'SET LOCAL SESSION AUTHORIZATION DEFAULT' };
const LOGIN: BatchItem = { sql: 'SELECT session_user AS login', rows: true };

function roleOfFile({ path, role, login }: Row, own: string | null | undefined): BatchItem[] {
  const user = login === own ? [] : [setLocal('session_authorization', login ?? '')];
  return [...user, setLocal('role', role ?? 'none'), setLocal('search_path', path ?? '')];
}
