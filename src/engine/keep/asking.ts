import { withoutStored } from '../../backup/kept-sql.ts';
import { fillStage } from '../../backup/shared-store-sql.ts';
import type { BatchItem } from '../../postgres/pipeline.ts';
import type { Session } from '../../postgres/session.ts';
import { setLocal } from '../../postgres/session-settings.ts';
import type { Described } from './describe.ts';
import { OWN_PATH } from './own-path.ts';
import { changes } from './relations.ts';
import type { Remembered } from './remembered.ts';
import type { Held } from './settle.ts';
import type { Taking } from './taking.ts';

/** Around a question that the server may refuse. */
export const SAVEPOINT: BatchItem = { sql: 'SAVEPOINT taskflow_ask' };
export const RELEASE: BatchItem = { sql: 'RELEASE SAVEPOINT taskflow_ask' };

/** SQL of the file is read under its path, and meets the rows that the statement itself will see. */
export function asFile(path: string): BatchItem {
  const sql =
    "SELECT pg_catalog.set_config('search_path', $1, true), pg_catalog.set_config('row_security', 'on', true)";
  return { sql, params: [path] };
}

/** The statement will find none of its rows. */
export async function isEmpty(session: Session, { from }: Taking, path: BatchItem): Promise<boolean> {
  const asked = { sql: `SELECT EXISTS (SELECT FROM ${from}) AS any`, rows: true };
  const { results } = await session.batch([[path, asked, OWN_PATH]]);
  return results[0]?.[1]?.rows[0]?.any !== 't';
}

/** Not the rows that are kept for the statement already. */
export function withoutThose(taking: Taking, held: readonly Held[]): Taking {
  const same = held.filter(({ kept }) => kept.kind === 'deleted' && taking.kind === 'deleted' && taking.ofFile);
  const mine = same.filter((one) => one.taking.relation.oid === taking.relation.oid);
  const from = mine.reduce((sql, { kept }) => withoutStored(sql, kept), taking.from);
  return { ...taking, from };
}

/** Puts into a stage what the statement will find, in one round trip; a superset behind the SAVEPOINT that it sets. */
export async function fillAgain(
  session: Session,
  taking: Taking,
  stage: Described,
  { filePath, rowSecurity }: Remembered,
): Promise<Held> {
  const fill = { sql: fillStage(stage, taking.from, taking.distinct) };
  const file = [asFile(filePath), fill, setLocal('row_security', rowSecurity)];
  const before = taking.superset ? [SAVEPOINT, OWN_PATH, changes(taking.relation)] : [];
  const { results } = await session.batch([[...before, ...file, ...(taking.superset ? [RELEASE] : [])]]);
  // INSERT 0 12
  const rows = Number(/\d+$/.exec(results[0]?.[before.length + 1]?.tag ?? '')?.[0] ?? 0);
  const changed = taking.superset ? { changes: Number(results[0]?.[2]?.rows[0]?.changes ?? 0) } : {};
  return { taking, kept: { ...stage, rows, sequences: [] }, ...changed };
}
