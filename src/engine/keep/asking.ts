import type { KeptColumn } from '../../backup/kept.ts';
import { withoutStored } from '../../backup/kept-sql.ts';
import { fillStage } from '../../backup/shared-store-sql.ts';
import type { BatchItem } from '../../postgres/pipeline.ts';
import type { Session } from '../../postgres/session.ts';
import { setLocal } from '../../postgres/session-settings.ts';
import type { Described } from './describe.ts';
import { type FileSettings, OWN_PATH, OWN_SETTINGS, settingsOfFile, settingsToAsk } from './own-path.ts';
import { changes } from './relations.ts';
import type { Remembered } from './remembered.ts';
import type { Held } from './settle.ts';
import type { Taking } from './taking.ts';

/** Around a question that the server may refuse. */
export const SAVEPOINT: BatchItem = { sql: 'SAVEPOINT taskflow_ask' };
export const RELEASE: BatchItem = { sql: 'RELEASE SAVEPOINT taskflow_ask' };

/** SQL of the file is read under its settings, and meets the rows that the statement itself will see. */
export function asFile(file: FileSettings, { relation, columns }: Pick<Taking, 'relation' | 'columns'>): BatchItem[] {
  const isText = ({ name, asText }: KeptColumn) =>
    asText && (relation.key.includes(name) || columns.some((one) => one.name === name));
  return [settingsToAsk(file, relation.columns.some(isText)), setLocal('row_security', 'on')];
}

/** The statement will find none of its rows. */
export async function isEmpty(session: Session, { from }: Taking, settings: readonly BatchItem[]): Promise<boolean> {
  const asked = { sql: `SELECT EXISTS (SELECT FROM ${from}) AS any`, rows: true };
  const { results } = await session.batch([[...settings, asked, OWN_SETTINGS]]);
  return results[0]?.[settings.length]?.rows[0]?.any !== 't';
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
  { file, rowSecurity }: Remembered,
): Promise<Held> {
  const fill = { sql: fillStage(stage, taking.from, taking.distinct) };
  const asked = taking.superset ? [SAVEPOINT, OWN_PATH, changes(taking.relation)] : [];
  const before = [...asked, ...asFile(file, taking)];
  const behind = [settingsOfFile(file), setLocal('row_security', rowSecurity), ...(taking.superset ? [RELEASE] : [])];
  const { results } = await session.batch([[...before, fill, ...behind]]);
  // INSERT 0 12
  const rows = Number(/\d+$/.exec(results[0]?.[before.length]?.tag ?? '')?.[0] ?? 0);
  const changed = taking.superset ? { changes: Number(results[0]?.[2]?.rows[0]?.changes ?? 0) } : {};
  return { taking, kept: { ...stage, rows, sequences: [] }, ...changed };
}
