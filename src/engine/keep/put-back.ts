import { holdsRows, type Kept, type KeptColumn } from '../../backup/kept.ts';
import {
  countAppeared,
  countStates,
  markChanged,
  markExisting,
  markGone,
  putRowsBack,
  putValuesBack,
  storeName,
  tableName,
} from '../../backup/kept-sql.ts';
import type { Session } from '../../postgres/session.ts';
import { quoteLiteral, quoteQualified } from '../../sql/quote.ts';
import { inOrderOfReferences } from './references.ts';
import { type Relation, relationNamed } from './relations.ts';
import { withoutTriggers } from './without-triggers.ts';

/** What became of one store when its migration was rolled back. */
export interface PutBack {
  readonly kept: Kept;
  /** Rows of it that are as they were. */
  readonly rows: number;
  /** Rows of it that were left, by reason: `changed`, `gone`, `exists`, and of all of it: `absent`, `view`. */
  readonly left: Readonly<Record<string, number>>;
  /** Rows that have come since, which have no value to get. */
  readonly appeared: number;
}

/** Before the way back runs: what has got other values since is not to be overwritten. */
export async function beforeWayBack(session: Session, all: readonly Kept[]): Promise<void> {
  for (const kept of all) {
    const sql = (await isWhole(session, kept)) ? markChanged(kept) : undefined;
    if (sql !== undefined) await session.batch([[{ sql }]]);
  }
}

/** Behind the way back: puts back what was kept last first, and drops the stores of which nothing is left. */
export async function putBack(session: Session, all: readonly Kept[]): Promise<PutBack[]> {
  const ordered = await inOrderOfReferences(session, [...all].reverse());
  // Values may refer to rows that come back.
  const groups = [...grouped(ordered.filter(holdsRows)), ...ordered.filter((one) => !holdsRows(one)).map(alone)];
  const done: PutBack[] = [];
  for (const group of groups) done.push(...(await putGroupBack(session, group)));
  for (const { kept, left } of done)
    if (Object.keys(left).length === 0) await session.batch([[{ sql: `DROP TABLE ${storeName(kept)}` }]]);
  return done;
}

type Group = readonly [Kept, ...Kept[]];

const alone = (kept: Kept): Group => [kept];

/** Those of one table with the same columns go together, where the first of them stands. */
function grouped(all: readonly Kept[]): Group[] {
  const groups = new Map<string, [Kept, ...Kept[]]>();
  for (const kept of all) {
    const key = JSON.stringify([kept.kind === 'view', tableName(kept), kept.columns.map(({ name }) => name)]);
    const group = groups.get(key);
    if (group) group.push(kept);
    else groups.set(key, [kept]);
  }
  return [...groups.values()];
}

async function putGroupBack(session: Session, group: Group): Promise<PutBack[]> {
  const [first] = group;
  const nothing = (state: string) =>
    group.map((kept) => ({ kept, rows: 0, appeared: 0, left: { [state]: kept.rows } }));
  if (first.kind === 'view') return nothing('view');
  const relation = await relationNamed(session, { schema: first.schema, name: first.table });
  const present = group.flatMap((kept) => presentOf(kept, relation) ?? []);
  if (!isGroup(present) || present.length < group.length) return nothing('absent');
  await withoutTriggers(session, first, () =>
    holdsRows(first) ? rowsBack(session, present) : valuesBack(session, present[0]),
  );
  const done: PutBack[] = [];
  for (const [i, kept] of present.entries()) done.push(await outcomeOf(session, group[i]!, kept));
  return done;
}

function isGroup(all: readonly Kept[]): all is Group {
  return all.length > 0;
}

/** `present`: what of it has a place in the table. */
async function outcomeOf(session: Session, kept: Kept, present: Kept): Promise<PutBack> {
  const states = await session.query(countStates(present));
  const left = Object.fromEntries(states.map(({ state, rows }) => [state ?? '', Number(rows)]));
  const [appeared] = kept.kind === 'column' ? await session.query(countAppeared(present)) : [];
  const rows = kept.rows - Object.values(left).reduce((sum, one) => sum + one, 0);
  return { kept, rows, left, appeared: Number(appeared?.rows ?? 0) };
}

async function rowsBack(session: Session, group: Group): Promise<void> {
  const marks = group.map((kept) => ({ sql: markExisting(kept) }));
  await session.batch([[{ sql: putRowsBack(group) }, ...marks]]);
  for (const kept of group) for (const sequence of kept.sequences) await setSequence(session, kept, sequence);
}

async function valuesBack(session: Session, kept: Kept): Promise<void> {
  await session.batch([[{ sql: markGone(kept) }, { sql: putValuesBack(kept) }]]);
}

/** Never back to a number that was given out since. */
async function setSequence(
  session: Session,
  kept: Kept,
  { schema, name, column, lastValue, isCalled }: Kept['sequences'][number],
) {
  const own =
    column === null
      ? 'NULL'
      : `pg_catalog.pg_get_serial_sequence(${quoteLiteral(tableName(kept))}, ${quoteLiteral(column)})`;
  const [found] = await session.query(
    `SELECT coalesce(${own}, pg_catalog.to_regclass(${quoteLiteral(quoteQualified(schema, name))})::pg_catalog.text) AS name`,
  );
  if (!found?.name) return;
  const value = `${quoteLiteral(lastValue)}::bigint`;
  const state = isCalled
    ? 's.last_value < v.value OR NOT s.is_called AND s.last_value <= v.value'
    : 'NOT s.is_called AND s.last_value < v.value';
  await session.query(
    `SELECT pg_catalog.setval(${quoteLiteral(found.name)}::pg_catalog.regclass, v.value, ${String(isCalled)}) FROM ${found.name} AS s, (SELECT ${value} AS value) AS v WHERE ${state}`,
  );
}

/** What of it has a place in the table as it is now; undefined where the table or its key is not there. */
function presentOf(kept: Kept, relation: Relation | undefined): Kept | undefined {
  const there = new Map(relation?.columns.map((one) => [one.name, one]));
  const isThere = ({ name }: KeptColumn) => there.has(name);
  // As text it is read as the type that the column has now: the one that it had may be gone.
  const columns = kept.columns.filter(isThere).map((one) => ({ ...one, type: there.get(one.name)!.type }));
  const hasKey =
    kept.key.every(isThere) && (holdsRows(kept) || kept.key.length > 0 || kept.rest.every((name) => there.has(name)));
  return columns.length === 0 || !hasKey ? undefined : { ...kept, columns };
}

async function isWhole(session: Session, kept: Kept): Promise<boolean> {
  return presentOf(kept, await relationNamed(session, { schema: kept.schema, name: kept.table })) !== undefined;
}
