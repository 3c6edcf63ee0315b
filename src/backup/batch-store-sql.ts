import { quoteIdentifier } from '../sql/quote.ts';
import { holdsRows, type Kept, STORE } from './kept.ts';
import { keysEqual, samePlace, selectForStore, storeColumns, storeName, TEXT, tableName } from './kept-sql.ts';

/**
 * The SQL by which a data migration keeps what its batches change, and gives it back. A batch copies the rows that a statement
 * will touch into a stage, a temporary table of its transaction; behind the statement they go on into the store, which all batches
 * and workers share. Of a row that several batches meet the store has the oldest values, unless somebody has changed it in
 * between: then those that he has left. The stage is `k`, the store `s`, the table `t`.
 */
type Described = Omit<Kept, 'rows' | 'sequences'>;

/** Makes the stage with the rows that the statement will touch; `from` may hold parameters. */
export function takeIntoStage(stage: Described, from: string, distinct: boolean): string {
  return `CREATE TEMPORARY TABLE ${q(stage.store)} ON COMMIT DROP AS ${selectForStore(stage, from, distinct)}`;
}

/** One row a key, also when several workers put in the same. */
export function keyOfStore(store: Described): string {
  return `CREATE UNIQUE INDEX ON ${storeName(store)} (${store.key.map(({ name }) => q(name)).join(', ')})`;
}

/** Takes rows out of the stage that are where they were: the statement has left them alone. */
export function forgetUnmoved(stage: Kept): string {
  return `DELETE FROM ${storeName(stage)} AS k USING ${tableName(stage)} AS t WHERE ${samePlace('t', 'k')}`;
}

/** Of a DELETE: rows that are there all the same, because a trigger has changed them in place of it. */
export function forgetThere(stage: Kept): string {
  return `DELETE FROM ${storeName(stage)} AS k USING ${tableName(stage)} AS t WHERE ${keysEqual(stage)}`;
}

/** Of an UPDATE: rows that are not there any more. */
export function forgetNotThere(stage: Kept): string {
  return `DELETE FROM ${storeName(stage)} AS k WHERE NOT EXISTS (SELECT FROM ${tableName(stage)} AS t WHERE ${keysEqual(stage)})`;
}

/** From the stage into the store. */
export function intoStore(stage: Described, store: Described): string {
  const names = storeColumns(stage).map(({ name }) => q(name));
  const all = `INSERT INTO ${storeName(store)} AS s (${names.join(', ')}) SELECT ${names.join(', ')} FROM ${storeName(stage)} AS k`;
  if (store.key.length === 0) return all;
  const key = store.key.map(({ name }) => q(name)).join(', ');
  const set = holdsRows(store) ? names.map((name) => `${name} = excluded.${name}`) : newer(store);
  return `${all} ON CONFLICT (${key}) DO UPDATE SET ${set.join(', ')}`;
}

/** What the store has of a row stays where it has left the row as the stage has found it. */
function newer(store: Described): string[] {
  const ours = isAsLeft(store, 's', 'excluded');
  return [
    ...store.columns.map(({ name }) => `${q(name)} = CASE WHEN ${ours} THEN s.${q(name)} ELSE excluded.${q(name)} END`),
    ...store.columns.map((_, i) => `${q(STORE.after(i))} = excluded.${q(STORE.after(i))}`),
  ];
}

/** The row of `found` has the values that the row of `store` says were left. */
function isAsLeft({ columns }: Described, store: string, found: string): string {
  return columns
    .map(({ name }, i) => `${found}.${q(name)}::${TEXT} IS NOT DISTINCT FROM ${store}.${q(STORE.after(i))}`)
    .join(' AND ');
}

/**
 * The way back changes rows whose values are kept, which come back behind it: what it has left of them counts as left by the
 * migration. Where somebody had changed them before, that is marked. Both in this order; the columns of the stage are the store's.
 */
export function noteWayBack(stage: Described, store: Described): readonly [string, string] {
  const same = store.key.map(({ name }) => `s.${q(name)} = k.${q(name)}`).join(' AND ');
  const from = `FROM ${storeName(stage)} AS k WHERE ${same} AND s.${q(STORE.state)} IS NULL`;
  const after = store.columns.map((_, i) => `${q(STORE.after(i))} = k.${q(STORE.after(i))}`).join(', ');
  return [
    `UPDATE ${storeName(store)} AS s SET ${q(STORE.state)} = 'changed' ${from} AND NOT (${isAsLeft(store, 's', 'k')})`,
    `UPDATE ${storeName(store)} AS s SET ${after} ${from}`,
  ];
}

/** The rows of a part of the store that wait to be put back, as a temporary table. `where`: of the store as `k`. */
export function takeOut(store: Described, part: Described, where: string): readonly [string, string] {
  const waiting = `(${where}) AND k.${q(STORE.state)} IS NULL`;
  return [
    `CREATE TEMPORARY TABLE ${q(part.store)} ON COMMIT DROP AS SELECT k.* FROM ${storeName(store)} AS k WHERE ${waiting}`,
    `DELETE FROM ${storeName(store)} AS k WHERE ${waiting}`,
  ];
}

/**
 * The same for a table whose foreign keys refer to its own key: with the rows that those of the part refer to, and so on, as far as
 * they wait, too. So each row comes back with or behind those that it refers to. What another worker has taken meanwhile is waited for,
 * and left to it. `references`: the columns of each foreign key, in the order of the key.
 */
export function takeOutWithReferred(
  store: Described,
  part: Described,
  where: string,
  references: readonly (readonly string[])[],
): readonly [string, string] {
  const name = storeName(store);
  const keys = store.key.map((_, i) => `k${i}`);
  const keyOf = (alias: string) => store.key.map((one) => `${alias}.${q(one.name)}`);
  const same = (alias: string, other: string) =>
    keyOf(alias)
      .map((column, i) => `${column} = ${other}.k${i}`)
      .join(' AND ');
  const referred = references.map((columns) => `(${columns.map((column) => `c.${q(column)}`).join(', ')})`).join(', ');
  return [
    `CREATE TEMPORARY TABLE ${q(part.store)} (LIKE ${name}) ON COMMIT DROP`,
    `WITH RECURSIVE wanted (${keys.join(', ')}) AS (
  SELECT ${keyOf('k').join(', ')} FROM ${name} AS k WHERE (${where}) AND k.${q(STORE.state)} IS NULL
  UNION
  SELECT ${keyOf('p').join(', ')} FROM wanted AS w JOIN ${name} AS c ON ${same('c', 'w')}
    CROSS JOIN LATERAL (VALUES ${referred}) AS r (${keys.join(', ')})
    JOIN ${name} AS p ON ${same('p', 'r')} AND p.${q(STORE.state)} IS NULL
), taken AS (DELETE FROM ${name} AS k USING wanted AS w WHERE ${same('k', 'w')} AND k.${q(STORE.state)} IS NULL RETURNING k.*)
INSERT INTO ${storeName(part)} SELECT * FROM taken`,
  ];
}

/** Nobody changes the rows to which values are to be put back, from the look at them on. */
export function lockRows(part: Kept): string {
  return `SELECT FROM ${tableName(part)} AS t JOIN ${storeName(part)} AS k ON ${keysEqual(part)} FOR NO KEY UPDATE OF t`;
}

/** Of that part, what could not be put back, with its reason. */
export function leaveInStore(part: Described, store: Described): string {
  return `INSERT INTO ${storeName(store)} SELECT k.* FROM ${storeName(part)} AS k WHERE k.${q(STORE.state)} IS NOT NULL`;
}

function q(name: string): string {
  return quoteIdentifier(name);
}
