import type { Session } from '../../postgres/session.ts';
import { setLocal } from '../../postgres/session-settings.ts';

export const OWN_PATH = setLocal('search_path', 'pg_catalog, pg_temp');

/**
 * Runs SQL of ours, inside a transaction, under a search_path that nobody else can put an operator or function into; sets the one
 * of the file again. Where it fails, the transaction is given up, and the path with it.
 */
export async function underOwnPath<T>(session: Session, use: (filePath: string) => Promise<T>): Promise<T> {
  const [before] = await session.query("SELECT pg_catalog.current_setting('search_path') AS path");
  const path = before?.path ?? '';
  await session.batch([[OWN_PATH]]);
  const result = await use(path);
  await session.batch([[setLocal('search_path', path)]]);
  return result;
}
