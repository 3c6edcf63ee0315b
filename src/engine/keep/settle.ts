import type { Kept } from '../../backup/kept.ts';
import { countUntouched, forgetGone, forgetUntouched, movedRows } from '../../backup/kept-sql.ts';
import type { Statement } from '../../migration/migration.ts';
import type { BatchItem } from '../../postgres/pipeline.ts';
import type { Session } from '../../postgres/session.ts';
import { moreTouched } from './keep-problems.ts';
import { isLeftAlone } from './left-alone.ts';
import { changesOf } from './relations.ts';
import type { Taking } from './taking.ts';

/** What was kept for a statement, and of what. */
export interface Held {
  readonly taking: Taking;
  readonly kept: Kept;
  /** changesOf its relation before the statement ran. */
  readonly changes?: number;
}

export interface Settling {
  readonly session: Session;
  readonly statement: Statement;
  readonly warn: (why: string) => void;
  /** Makes another store. */
  readonly keep: (taking: Taking) => Promise<Kept>;
  /** For a store of which no row is needed. */
  readonly discarding: (kept: Kept) => BatchItem;
}

/**
 * Behind a statement: whether the rows that were kept for it are those that it has changed. Those that it has left alone are
 * forgotten; those that a trigger has changed in place of deleting them are kept as changed. `asked`: the rows that a DELETE or
 * UPDATE was asked for; `tag`: the statement's command tag. Returns what stays kept.
 */
export async function settle(
  at: Settling,
  held: readonly Held[],
  asked: Taking | undefined,
  tag: string,
): Promise<Kept[]> {
  const isLoose = held.some(({ taking }) => taking.superset || taking.inBlock);
  const isExact = !isLoose && (asked === undefined || asked.superset || (await checkTouched(at, held, asked, tag)));
  if (asked?.superset) refuseMore(at, held, asked, tag);
  return isExact ? held.map(({ kept }) => kept) : onlyTouched(at, held);
}

/** `DELETE 12`: 12; undefined where the tag tells nothing of these rows. */
function touchedOf(tag: string): number | undefined {
  const [, rows] = /^(?:DELETE|UPDATE) (\d+)$/.exec(tag) ?? [];
  return rows === undefined ? undefined : Number(rows);
}

function refuseMore({ statement }: Settling, held: readonly Held[], asked: Taking, tag: string): number {
  const rows = held.find(({ taking }) => taking === asked)?.kept.rows ?? 0;
  const touched = (asked.byTag ? touchedOf(tag) : undefined) ?? 0;
  if (touched > rows) throw moreTouched(asked.relation, { touched, rows }, statement);
  return rows;
}

/** Whether it has touched just those rows: their places tell. */
async function checkTouched(at: Settling, held: readonly Held[], asked: Taking, tag: string): Promise<boolean> {
  const touched = touchedOf(tag) ?? 0;
  const rows = refuseMore(at, held, asked, tag);
  const main = held.find(({ taking }) => taking === asked);
  if (!main) return true;
  const [found] = await at.session.query(countUntouched(main.kept));
  const untouched = Number(found?.rows ?? 0);
  // As many as were kept, but others: the condition answers differently each time.
  if (touched + untouched > rows) throw moreTouched(asked.relation, { touched, rows: rows - untouched }, at.statement);
  if (touched + untouched < rows && main.kept.key.length === 0)
    at.warn(`a trigger changes ${rows - touched - untouched} rows in place of it, and no key tells which`);
  return touched === rows && untouched === 0;
}

async function onlyTouched(at: Settling, held: readonly Held[]): Promise<Kept[]> {
  const settled: Kept[] = [];
  for (const one of held) {
    const isUpdated = held.some(
      ({ kept }) => kept.kind === 'updated' && kept.table === one.kept.table && kept.schema === one.kept.schema,
    );
    if (one.kept.kind === 'deleted' && one.kept.key.length > 0 && !isUpdated)
      settled.push(...(await changedInstead(at, one)));
    const stays = await touchedOnly(at, one);
    if (stays) settled.push(stays);
  }
  await tellMore(at, held, settled);
  return settled;
}

async function touchedOnly(at: Settling, one: Held): Promise<Kept | undefined> {
  const { kept, taking } = one;
  if (kept.kind === 'deleted' || kept.kind === 'updated') return forgotten(at, kept);
  if (!taking.inBlock || !(await isLeftAlone(at.session, one))) return kept;
  await at.session.batch([[at.discarding(kept)]]);
  return undefined;
}

/** The server counts what a transaction changes: whether there is more of it than was asked for. */
async function tellMore(at: Settling, held: readonly Held[], settled: readonly Kept[]): Promise<void> {
  const asked = new Map(held.map((one) => [one.taking.relation.oid, one]));
  for (const { taking, changes } of asked.values()) {
    const { relation, ofFile } = taking;
    if (!ofFile || changes === undefined) continue;
    const known = settled.filter(
      ({ kind, schema, table }) =>
        schema === relation.schema && table === relation.name && (kind === 'deleted' || kind === 'updated'),
    );
    const more = (await changesOf(at.session, relation)) - changes - known.reduce((sum, { rows }) => sum + rows, 0);
    if (more > 0)
      at.warn(`it changes ${more} more rows of ${relation.schema}.${relation.name} than could be told before`);
  }
}

/** Rows that were to be deleted, and are there with other values (a trigger that marks them as deleted). */
async function changedInstead(at: Settling, { taking, kept }: Held): Promise<Kept[]> {
  const columns = taking.columns.filter(({ name }) => !kept.key.some((one) => one.name === name));
  const from = movedRows(kept);
  const [found] = await at.session.query(`SELECT pg_catalog.count(*) AS rows FROM ${from}`);
  if (found?.rows === '0' || columns.length === 0) return [];
  return [await at.keep({ ...taking, kind: 'updated', columns, from, distinct: false, ofFile: false })];
}

/** Without the rows that it has left alone; undefined, and no store, where none is left. */
async function forgotten({ session, discarding }: Settling, kept: Kept): Promise<Kept | undefined> {
  const gone = kept.kind === 'updated' && kept.key.length > 0 ? [{ sql: forgetGone(kept) }] : [];
  const { results } = await session.batch([[{ sql: forgetUntouched(kept) }, ...gone]]);
  const many = (results[0] ?? []).map(({ tag }) => Number(/ (\d+)$/.exec(tag)?.[1] ?? 0));
  const rows = kept.rows - many.reduce((sum, one) => sum + one, 0);
  if (rows > 0) return { ...kept, rows };
  await session.batch([[discarding(kept)]]);
  return undefined;
}
