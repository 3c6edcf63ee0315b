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
  const done: PutBack[] = [];
  for (const kept of await inOrderOfReferences(session, [...all].reverse())) {
    const one = await putOneBack(session, kept);
    if (Object.keys(one.left).length === 0) await session.batch([[{ sql: `DROP TABLE ${storeName(kept)}` }]]);
    done.push(one);
  }
  return done;
}

async function putOneBack(session: Session, kept: Kept): Promise<PutBack> {
  const whole = { kept, rows: 0, appeared: 0 };
  if (kept.kind === 'view') return { ...whole, left: { view: kept.rows } };
  const present = presentOf(kept, await relationNamed(session, { schema: kept.schema, name: kept.table }));
  if (!present) return { ...whole, left: { absent: kept.rows } };
  await withoutTriggers(session, kept, () =>
    holdsRows(kept) ? rowsBack(session, present) : valuesBack(session, present),
  );
  const left = Object.fromEntries(
    (await session.query(countStates(present))).map(({ state, rows }) => [state ?? '', Number(rows)]),
  );
  const [appeared] = holdsRows(kept) ? [] : await session.query(countAppeared(present));
  const rows = kept.rows - Object.values(left).reduce((sum, one) => sum + one, 0);
  return { kept, rows, left, appeared: Number(appeared?.rows ?? 0) };
}

async function rowsBack(session: Session, kept: Kept): Promise<void> {
  await session.batch([[{ sql: putRowsBack(kept) }, { sql: markExisting(kept) }]]);
  for (const sequence of kept.sequences) await setSequence(session, kept, sequence);
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
  const there = new Set(relation?.columns.map(({ name }) => name));
  const isThere = ({ name }: KeptColumn) => there.has(name);
  const columns = kept.columns.filter(isThere);
  const hasKey =
    kept.key.every(isThere) && (holdsRows(kept) || kept.key.length > 0 || kept.rest.every((name) => there.has(name)));
  return columns.length === 0 || !hasKey ? undefined : { ...kept, columns };
}

async function isWhole(session: Session, kept: Kept): Promise<boolean> {
  return presentOf(kept, await relationNamed(session, { schema: kept.schema, name: kept.table })) !== undefined;
}
