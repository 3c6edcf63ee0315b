import { keyOfStore } from '../../../backup/batch-store-sql.ts';
import type { Kept } from '../../../backup/kept.ts';
import { commentOnStore, createEmptyStore } from '../../../backup/kept-sql.ts';
import { eventItem } from '../../../ledger/write.ts';
import type { Migration } from '../../../migration/migration.ts';
import { TokenReader } from '../../../sql/token-reader.ts';
import { titleOf } from '../../keep/describe.ts';
import { keptOf } from '../../keep/find-kept.ts';
import { originOf } from '../../keep/origin.ts';
import { underOwnPath } from '../../keep/own-path.ts';
import { placeOf } from '../../keep/place.ts';
import { shownKept } from '../../keep/shown.ts';
import { ensureSchema, freeName } from '../../keep/store.ts';
import type { Taking } from '../../keep/taking.ts';
import { mayChangeRole } from '../../worker.ts';
import { beginItems, type Lane, OTHERS_LOCK_TIMEOUT_MS, rollBack } from '../lane.ts';
import type { BatchKeeping, BatchPart } from './batch-keeping.ts';
import { type WritingTrigger, writingTriggers } from './by-triggers.ts';
import { type FoundPart, findParts } from './find-parts.ts';
import { placeText } from './foretell.ts';
import { keepsRows } from './keeps-rows.ts';

/**
 * What the batches of this worker keep, in stores that all workers of the run share: the first one makes them, and puts them on
 * record, before any batch has run. On the way back: what its statements change of rows that are kept.
 */
export async function settleKeeping(lane: Lane): Promise<BatchKeeping | undefined> {
  const { engine, control, work } = lane;
  if (work.statements.length === 0) return undefined;
  if (work.direction === 'down') {
    if (!lane.puts.some(({ kind }) => kind === 'updated')) return undefined;
    return settled(lane, (found) => onWayBack(lane, found));
  }
  const known = (await keptOf(control, work.version)).kept.filter(({ batches }) => batches);
  if (known.length === 0 && !keepsRows(engine, work.migration)) return undefined;
  return settled(lane, (found, unkept) => intoStores(lane, found, unkept));
}

type Parts = ReadonlyMap<FoundPart, Pick<BatchPart, 'stage' | 'store' | 'use'>>;

/** In one transaction, for which other workers wait. */
async function settled(
  lane: Lane,
  use: (found: readonly FoundPart[], unkept: readonly string[]) => Promise<Parts>,
): Promise<BatchKeeping> {
  const { engine, control, session, work } = lane;
  await session.batch([beginItems(engine, control, OTHERS_LOCK_TIMEOUT_MS)]);
  try {
    await session.query(`SELECT 1 FROM ${control.names.dataMigrations} WHERE version = $1 FOR NO KEY UPDATE`, [
      work.version,
    ]);
    const { parts: found, unkept } = await findParts(engine, session, work);
    const uses = await underOwnPath(session, () => use(found, unkept));
    await session.query('COMMIT');
    const parts = new Map<FoundPart['statement'], BatchPart[]>();
    for (const part of found) {
      const used = uses.get(part);
      if (used) parts.set(part.statement, [...(parts.get(part.statement) ?? []), { taking: part.taking, ...used }]);
    }
    return { parts, changesRole: mayChangeRole(work.migration) };
  } catch (error) {
    await rollBack(session);
    throw error;
  }
}

async function intoStores(lane: Lane, found: readonly FoundPart[], told: readonly string[]): Promise<Parts> {
  const { control, session, work, engine } = lane;
  const triggers = await triggersOf(lane, found);
  const unkept = [...told, ...triggers.flatMap(({ instead }) => instead)];
  // Another worker may have made them a moment ago.
  const known = (await keptOf(control, work.version)).kept.filter(({ batches }) => batches);
  const begins = !(await hasRun(lane));
  const all = begins && unkept.length === 0 && !insertsRows(work.migration);
  const made: Kept[] = [];
  const parts = new Map<FoundPart, Pick<BatchPart, 'stage' | 'store' | 'use'>>();
  for (const part of found) {
    const taking = { ...part.taking, columns: columnsOf(part, found) };
    const stage = { ...part.stage, ...namesOf(taking, part.stage) };
    const store =
      [...known, ...made].find((one) => isStoreOf(one, stage, taking)) ?? (await makeStore(lane, taking, stage, all));
    if (!known.includes(store) && !made.includes(store)) made.push(store);
    parts.set(part, { stage, store, use: 'keep' });
  }
  if (made.length > 0) {
    const detail = { scope: 'scoped', direction: 'apply', kept: made };
    await session.batch([
      [eventItem(control.names, engine.run, { event: 'backed_up', version: work.version, detail })],
    ]);
  }
  tell(lane, made, begins ? unkept : []);
  const beside = begins ? triggers.flatMap(({ elsewhere }) => elsewhere) : [];
  for (const message of new Set(beside)) engine.emit({ kind: 'warning', message });
  return parts;
}

/** What triggers write of their own: in place of deleting rows, or elsewhere, which the tables themselves show nothing of. */
async function triggersOf({ session, work }: Lane, found: readonly FoundPart[]) {
  const all: { readonly instead: string[]; readonly elsewhere: string[] }[] = [];
  for (const { statement, taking } of found) {
    if (taking.kind !== 'deleted' && taking.kind !== 'updated') continue;
    const { oid, schema, name } = taking.relation;
    const triggers = await writingTriggers(session, oid, [taking.kind]);
    const of = ({ name: trigger }: WritingTrigger) => `the trigger ${trigger} of ${schema}.${name}`;
    all.push({
      instead: triggers
        .filter((one) => one.comesBeforeDelete)
        .map((one) => `line ${statement.line}: ${of(one)} may change rows in place of deleting them`),
      elsewhere: triggers
        .filter((one) => !one.comesBeforeDelete)
        .map((one) => `${work.version}: what ${of(one)} writes elsewhere is not kept for a rollback.`),
    });
  }
  return all;
}

/** Where several statements change one table, what any of them changes: so one store knows what was left of a row. */
function columnsOf({ taking }: FoundPart, found: readonly FoundPart[]): Taking['columns'] {
  if (taking.kind !== 'updated') return taking.columns;
  const same = found.filter((one) => one.taking.kind === 'updated' && one.taking.relation.oid === taking.relation.oid);
  const names = new Set(same.flatMap((one) => one.taking.columns.map(({ name }) => name)));
  return taking.relation.columns.filter(({ name }) => names.has(name));
}

function namesOf({ columns, relation }: Taking, { key }: Kept): Pick<Kept, 'columns' | 'rest'> {
  const names = new Set(columns.map(({ name }) => name));
  return key.length > 0
    ? { columns, rest: [] }
    : { columns, rest: relation.columns.flatMap(({ name }) => (names.has(name) ? [] : name)) };
}

function isStoreOf(store: Kept, stage: Kept, { relation }: Taking): boolean {
  const names = (all: Kept['columns']) => JSON.stringify(all.map(({ name, type }) => [name, type]));
  return (
    store.kind === stage.kind &&
    store.origin?.oid === relation.oid &&
    names(store.columns) === names(stage.columns) &&
    names(store.key) === names(stage.key)
  );
}

async function makeStore(lane: Lane, taking: Taking, stage: Kept, all: boolean): Promise<Kept> {
  const { control, session, work, engine } = lane;
  await ensureSchema(session);
  const { temporary: _, ...described } = { ...stage, store: await freeName(session, control, work.version) };
  const origin = await originOf(control, taking.relation);
  const store: Kept = { ...described, ...(origin ? { origin } : {}), batches: { all } };
  const sqls = [
    createEmptyStore(store),
    commentOnStore(store, titleOf(taking, work.version, engine.run.runId)),
    ...(store.key.length > 0 ? [keyOfStore(store)] : []),
  ];
  await session.batch([sqls.map((sql) => ({ sql }))]);
  return store;
}

/** What was changed before is in no store. */
async function hasRun({ control, session, work }: Lane): Promise<boolean> {
  const [row] = await session.query(
    `SELECT EXISTS (SELECT FROM ${control.names.dataBatches} WHERE version = $1 AND direction = 'up') AS any`,
    [work.version],
  );
  return row?.any === 't';
}

/** Rows that it puts in are taken away by no store. */
function insertsRows({ statements }: Migration): boolean {
  return statements.some(({ sql }) => {
    for (const reader = new TokenReader(sql); !reader.atEnd; reader.next()) {
      if (reader.word === 'INSERT' || reader.word === 'MERGE' || reader.word === 'INTO') return true;
    }
    return false;
  });
}

function tell({ engine, work: { version } }: Lane, made: readonly Kept[], unkept: readonly string[]): void {
  if (made.length > 0 && engine.settings.backup.to === 'file') {
    const message = `${version} keeps what its batches change in ${placeText(engine)}`;
    engine.emit({ kind: 'note', message });
  }
  for (const one of made) {
    const { relation, columns, store } = shownKept(one);
    const what = columns === null ? `rows of ${relation}` : columns.map((name) => `${relation}.${name}`).join(', ');
    engine.emit({ kind: 'note', message: `${version} keeps ${what} as they were in ${store}, batch by batch` });
  }
  for (const why of unkept)
    engine.emit({ kind: 'warning', message: `${version}, ${why}: what it changes is not kept for a rollback.` });
}

/** What the way back leaves of rows whose values are kept counts as ours, when they come back behind it. */
async function onWayBack({ session, puts, events }: Lane, found: readonly FoundPart[]): Promise<Parts> {
  const parts = new Map<FoundPart, Pick<BatchPart, 'stage' | 'store' | 'use'>>();
  const values = puts.filter(({ kind }) => kind === 'updated');
  for (const store of values) {
    const place = await placeOf(session, store, events);
    if (!place || place.now.columns.length !== store.columns.length) continue;
    const { schema, table, columns, key, rest } = place.now;
    for (const part of found) {
      const { taking, stage } = part;
      if (taking.kind !== 'updated' || taking.relation.schema !== schema || taking.relation.name !== table) continue;
      parts.set(part, { stage: { ...stage, columns, key, rest }, store, use: 'note' });
    }
  }
  return parts;
}
