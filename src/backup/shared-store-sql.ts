import { quoteIdentifier } from '../sql/quote.ts';
import { holdsRows, type Kept, type KeptColumn, STORE } from './kept.ts';
import { selectForStore, storeName, tableName } from './kept-sql.ts';

/**
 * The SQL by which statements of one kind share a store: what one of them takes is put into a stage, a table like the store, and
 * goes from there into the store when it is known what the statement has done. Of a row that several of them have changed the
 * store has the oldest values, and the newest that they have left.
 */
type Described = Omit<Kept, 'rows' | 'sequences'>;

/** Makes an empty stage for such a store. */
export function createStage(kept: Described): string {
  const rows = `(SELECT c.*, c.tableoid AS ${q(STORE.table)}, c.ctid AS ${q(STORE.row)} FROM ${tableName(kept)} AS c) AS t`;
  return `CREATE TABLE ${storeName(kept)} AS ${selectForStore(kept, rows)} WITH NO DATA`;
}

/** Puts what a statement takes into its stage; see selectForStore. */
export function fillStage(kept: Described, from: string, distinct: boolean): string {
  return `INSERT INTO ${storeName(kept)} ${selectForStore(kept, from, distinct)}`;
}

/** Its rows are looked for by their key from now on. */
export function indexKey(kept: Described): string {
  return `CREATE INDEX ON ${storeName(kept)} (${kept.key.map(({ name }) => q(name)).join(', ')})`;
}

/** Gives the rows of `kept` the values that an older store has of them; undefined where they have no column in common. */
export function olderValues(kept: Described, older: Described): string | undefined {
  const keys = new Set(kept.key.map(({ name }) => name));
  const both = inCommon(kept, older).filter(({ name }) => !keys.has(name));
  if (both.length === 0) return undefined;
  const set = both.map(({ name }) => `${q(name)} = o.${q(name)}`).join(', ');
  return `UPDATE ${storeName(kept)} AS k SET ${set} FROM ${storeName(older)} AS o WHERE ${sameKey(kept, 'k', 'o')}`;
}

/** Writes into an older store which values `kept` says that its rows have by now; undefined where it has none of them. */
export function newerAfter(kept: Described, older: Described): string | undefined {
  if (holdsRows(kept) || holdsRows(older)) return undefined;
  const set = older.columns.flatMap(({ name }, i) => {
    const at = kept.columns.findIndex((one) => one.name === name);
    return at < 0 ? [] : [`${q(STORE.after(i))} = k.${q(STORE.after(at))}`];
  });
  if (set.length === 0) return undefined;
  return `UPDATE ${storeName(older)} AS o SET ${set.join(', ')} FROM ${storeName(kept)} AS k WHERE ${sameKey(kept, 'k', 'o')}`;
}

/** Puts those rows of the stage into the store that it does not have; without a key, all of them. */
export function addToStore(stage: Described, store: Described): string {
  const all = `INSERT INTO ${storeName(store)} SELECT k.* FROM ${storeName(stage)} AS k`;
  if (store.key.length === 0) return all;
  return `${all} WHERE NOT EXISTS (SELECT FROM ${storeName(store)} AS o WHERE ${sameKey(store, 'k', 'o')})`;
}

function inCommon(one: Described, other: Described): readonly KeptColumn[] {
  return one.columns.filter(({ name }) => other.columns.some((column) => column.name === name));
}

function sameKey({ key }: Described, one: string, other: string): string {
  return key.map(({ name }) => `${one}.${q(name)} = ${other}.${q(name)}`).join(' AND ');
}

function q(name: string): string {
  return quoteIdentifier(name);
}
