import type { DatabaseError } from '../../../postgres/database-error.ts';
import type { BatchItem, ItemResult } from '../../../postgres/pipeline.ts';
import type { Row } from '../../../postgres/row.ts';
import type { Session } from '../../../postgres/session.ts';
import type { Unsampled } from '../../../verify/data-facts.ts';
import { insertStatement, type RowSources, type Style } from '../../../verify/sample/insert.ts';
import { parentsFirst } from '../../../verify/sample/order.ts';
import type { Rung } from '../../../verify/sample/rung.ts';
import { foundValues, type Search, searchesOf } from '../../../verify/sample/solve.ts';
import type { SampleForeignKey, SampleTable } from '../../../verify/sample/table.ts';
import { readDetails } from './details.ts';
import { type FoundTable, leavesOf, type Tables } from './tables.ts';

type Keys = readonly SampleForeignKey[];

export interface Wanted {
  readonly tables: readonly FoundTable[];
  /** The number of the first row: other numbers, other values. */
  readonly from: number;
  readonly rung: Rung;
}

export interface Sampled {
  /** How many rows there are now, by OID. */
  readonly rows: ReadonlyMap<string, number>;
  readonly unsampled: readonly Unsampled[];
}

/**
 * Puts sample rows into the tables, in the session's open transaction, and into those that they must refer to. What is refused is tried with less.
 */
export async function sampleRows(session: Session, tables: Tables, keys: Keys, wanted: Wanted): Promise<Sampled> {
  const order = parentsFirst(
    wanted.tables.map(({ oid }) => oid),
    keys,
  );
  const targets = leavesOf(tables, order).filter(({ shown }) => !wanted.rung.without.has(shown));
  const details = await readDetails(
    session,
    targets.filter(({ kind }) => kind === 'r'),
  );
  const plans = await plansOf(session, tables, keys, details);
  const results = await insertAll(session, plans, wanted);
  const asked = targets.filter(({ oid }) => wanted.tables.some((table) => table.oid === oid));
  const unsampled = asked.flatMap(({ oid, shown, kind }) => {
    const why = WITHOUT_ROWS[kind] ?? results.get(oid)?.why;
    return why === undefined ? [] : [{ table: shown, why }];
  });
  return { rows: new Map([...results].map(([oid, { rows }]) => [oid, rows])), unsampled };
}

/** By pg_class.relkind. */
const WITHOUT_ROWS: Readonly<Record<string, string>> = {
  p: 'it has no partition',
  f: 'it is a foreign table',
};

interface Plan {
  readonly table: SampleTable;
  readonly sources: RowSources;
  /** Why its conditions could not be met. */
  readonly unmet: string | undefined;
}

async function plansOf(session: Session, tables: Tables, keys: Keys, details: readonly SampleTable[]): Promise<Plan[]> {
  const searches = details.map(searchesOf);
  const answers = await answersTo(session, searches.flat());
  return details.map((table, i) => {
    const own = searches[i]!;
    const unmet = own.find((search) => answers.get(search)!.length === 0);
    const values = (n: number) =>
      new Map(own.flatMap((search) => (search === unmet ? [] : [...foundValues(search, answers.get(search)!, n)])));
    const foreignKeys = keys.filter(({ child }) => child === table.oid);
    const sources: RowSources = { foreignKeys, tables, found: values };
    const names = unmet?.columns.map(({ name }) => name).join(', ');
    return {
      table,
      sources,
      unmet: names === undefined ? undefined : `no value is known that its conditions on ${names} allow`,
    };
  });
}

type Answers = ReadonlyMap<Search, readonly (readonly (string | null)[])[]>;

/** All at once; where one cannot be run, each by itself: nothing is found by that one. */
async function answersTo(session: Session, searches: readonly Search[]): Promise<Answers> {
  const items = searches.map(({ sql }) => ({ sql, rows: true }));
  const all = await tried(session, items);
  if (!('error' in all)) return new Map(searches.map((search, i) => [search, valuesIn(search, all.results[i]?.rows)]));
  const answers = new Map<Search, readonly (readonly (string | null)[])[]>();
  for (const [i, search] of searches.entries()) {
    const one = await tried(session, [items[i]!]);
    answers.set(search, 'error' in one ? [] : valuesIn(search, one.results[0]?.rows));
  }
  return answers;
}

function valuesIn({ columns }: Search, rows: readonly Row[] = []): (string | null)[][] {
  return rows.map((row) => columns.map((_, i) => row[`v${i}`] ?? null));
}

interface Inserted {
  readonly rows: number;
  /** Why there is none. */
  readonly why: string | undefined;
}

async function insertAll(
  session: Session,
  plans: readonly Plan[],
  { from, rung }: Wanted,
): Promise<Map<string, Inserted>> {
  const numbers = Array.from({ length: rung.rows }, (_, i) => ({
    n: from + i,
    style: styleOf(rung, i),
  }));
  const lists = plans.map(({ table, sources }) =>
    numbers.map((one) => insertStatement(table, one.n, one.style, sources)),
  );
  const items = lists.flat().flatMap((statement) => (typeof statement === 'string' ? [] : [statement]));
  const all = items.length < lists.flat().length ? undefined : await tried(session, items);
  const results = new Map<string, Inserted>();
  if (!all || 'error' in all) {
    for (const plan of plans) results.set(plan.table.oid, await insertEach(session, plan, numbers));
    return results;
  }
  plans.forEach(({ table }, i) => {
    const rows = sum(all.results.slice(i * rung.rows, (i + 1) * rung.rows).map(rowsIn));
    results.set(table.oid, { rows, why: rows === 0 ? NO_ROOM : undefined });
  });
  return results;
}

/** Of three rows one is ordinary, one has NULL where that may be, one the longest and largest values. */
function styleOf({ wide, rows }: Wanted['rung'], i: number): Style {
  if (!wide || i === 0) return 'plain';
  return i === rows - 1 ? 'wide' : 'sparse';
}

/** The row was not inserted, and nothing was refused. */
export const NO_ROOM = 'its keys allow no further row';

async function insertEach(
  session: Session,
  { table, sources, unmet }: Plan,
  numbers: readonly { readonly n: number; readonly style: Style }[],
): Promise<Inserted> {
  let rows = 0;
  let why: string | undefined;
  for (const { n, style } of numbers) {
    for (const one of new Set<Style>([style, 'plain', 'least'])) {
      const statement = insertStatement(table, n, one, sources);
      const inserted = typeof statement === 'string' ? statement : await tried(session, [statement]);
      if (typeof inserted !== 'string' && !('error' in inserted)) {
        rows += sum(inserted.results.map(rowsIn));
        break;
      }
      why ??= unmet ?? (typeof inserted === 'string' ? inserted : inserted.error.message);
    }
  }
  return { rows, why: rows > 0 ? undefined : (why ?? NO_ROOM) };
}

function rowsIn({ tag }: ItemResult): number {
  return Number(/^INSERT 0 (\d+)$/.exec(tag)?.[1] ?? 0);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}

/** Runs them all, or leaves everything as it was. */
async function tried(
  session: Session,
  items: readonly BatchItem[],
): Promise<{ readonly results: readonly ItemResult[] } | { readonly error: DatabaseError }> {
  if (items.length === 0) return { results: [] };
  const { results, failure } = await session.runBatch([[{ sql: 'SAVEPOINT taskflow_samples' }, ...items]]);
  if (!failure) return { results: results[0]?.slice(1) ?? [] };
  await session.query('ROLLBACK TO SAVEPOINT taskflow_samples');
  return { error: failure.error };
}
