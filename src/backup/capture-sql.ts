import { dollarQuoted, quoteIdentifier, quoteQualified } from '../sql/quote.ts';
import { BACKUP_SCHEMA, GONE, type Kept, STORE } from './kept.ts';
import { copiedValues, createStore, selectForStore, storeName, TEXT, tableName } from './kept-sql.ts';

/**
 * The SQL by which a large table is copied while it is in use: a trigger writes down the key of every row that is written from
 * now on, the rows are copied in pieces, and those whose keys were written down are copied again, the last of them under
 * the lock of the statement that destroys them.
 */
type Captured = Omit<Kept, 'rows' | 'sequences'>;

/** How the triggers that capture are called, and what belongs to them. A killed run may leave them; they are known by these names. */
export const CAPTURE_TRIGGER = 'taskflow_capture';
export const CAPTURE_SUFFIX = ' written';

/** Beside a key that was written down: how many rows more of it there are, 1, or -1. NULL, without a key: all are gone. */
const CHANGE = quoteIdentifier('@change');

const keysName = (kept: Captured) => quoteQualified(BACKUP_SCHEMA, `${kept.store}${CAPTURE_SUFFIX}`);
const functionName = keysName;
const q = quoteIdentifier;

/** Of several stores that one file fills from a table, each has its own: their names end in a number. */
const triggerName = ({ store }: Captured, more = '') =>
  q(`${CAPTURE_TRIGGER}${/\.\d+$/.exec(store)?.[0] ?? ''}${more}`);

/**
 * Needs a lock on the table that lets nobody write (SHARE ROW EXCLUSIVE), for an instant: who writes later is seen. `tables`: it
 * and those that hold its rows, as SQL names them, for a TRUNCATE of one fires the triggers of that one alone. The triggers are
 * ALWAYS ones, so that what a subscription writes is seen, too (manual, ALTER TABLE, "DISABLE/ENABLE TRIGGER").
 */
export function beginCapture(kept: Captured, tables: readonly string[]): string[] {
  const key = kept.key.map((one) => q(one.name)).join(', ');
  const written = (row: string) =>
    kept.key.map((one) => `${row}.${q(one.name)}${one.asText ? `::${TEXT}` : ''}`).join(', ');
  const body = `BEGIN
  IF TG_OP = 'TRUNCATE' THEN INSERT INTO ${keysName(kept)} (${CHANGE}) VALUES (NULL); RETURN NULL; END IF;
  IF TG_OP <> 'INSERT' THEN INSERT INTO ${keysName(kept)} (${key}, ${CHANGE}) SELECT ${written('OLD')}, -1; END IF;
  IF TG_OP <> 'DELETE' THEN INSERT INTO ${keysName(kept)} (${key}, ${CHANGE}) SELECT ${written('NEW')}, 1; END IF;
  RETURN NULL;
END`;
  const trigger = (table: string, name: string, what: string) => [
    `CREATE TRIGGER ${name} ${what} EXECUTE FUNCTION ${functionName(kept)}()`,
    `ALTER TABLE ${table} ENABLE ALWAYS TRIGGER ${name}`,
  ];
  const [own, rows] = [tableName(kept), triggerName(kept)];
  const emptied = triggerName(kept, ' emptied');
  return [
    `${createStore(kept, `${own} AS t`)} WITH NO DATA`,
    `CREATE TABLE ${keysName(kept)} AS SELECT ${key}, NULL::smallint AS ${CHANGE} FROM ${storeName(kept)} WITH NO DATA`,
    `CREATE FUNCTION ${functionName(kept)}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS ${dollarQuoted(body, 'capture')}`,
    ...trigger(own, rows, `AFTER INSERT OR UPDATE OR DELETE ON ${own} FOR EACH ROW`),
    ...tables.flatMap((table) => trigger(table, emptied, `BEFORE TRUNCATE ON ${table} FOR EACH STATEMENT`)),
  ];
}

/** Copies the pages from `first` to before `end` of one table that holds rows; `end` null: to its end. */
export function copyPages(kept: Captured, leaf: string, first: number, end: number | null): string {
  const select = selectForStore(kept, `ONLY ${leaf} AS t`);
  const upTo = end === null ? '' : ` AND t.ctid < '(${end},0)'::pg_catalog.tid`;
  return `INSERT INTO ${storeName(kept)} ${select} WHERE t.ctid >= '(${first},0)'::pg_catalog.tid${upTo}`;
}

/** The whole table at once, for servers that read from the beginning for each piece (before 14). */
export function copyWhole(kept: Captured): string {
  return `INSERT INTO ${storeName(kept)} ${selectForStore(kept, `${tableName(kept)} AS t`)}`;
}

/** Pages of one table that holds rows, as SQL names it: from `first` to before `end`; null: to its end. */
export interface Pages {
  readonly leaf: string;
  readonly first: number;
  readonly end: number | null;
}

/** COPY of the rows in these pages, or `from` a whole table, with the alias `t`. The columns are copiedColumns. */
export function copyBase(kept: Captured, pages: readonly Pages[] | { readonly from: string }): string {
  const values = copiedValues(kept).join(', ');
  if ('from' in pages) return `COPY (SELECT ${values} FROM ${pages.from}) TO STDOUT`;
  const parts = pages.map(({ leaf, first, end }) => {
    const upTo = end === null ? '' : ` AND t.ctid < '(${end},0)'::pg_catalog.tid`;
    return `SELECT ${values} FROM ONLY ${leaf} AS t WHERE t.ctid >= '(${first},0)'::pg_catalog.tid${upTo}`;
  });
  return `COPY (${parts.join(' UNION ALL ')}) TO STDOUT`;
}

/** In the snapshot of a base: by how many rows what was written down has changed the table. */
export function changeSeen(kept: Captured): string {
  return `SELECT coalesce(pg_catalog.sum(${CHANGE}), 0) AS rows FROM ${keysName(kept)}`;
}

/** How many keys were written down and not looked at, as `rows`; `emptied` is not 0 where all rows have gone at once. */
export function countWritten(kept: Captured): string {
  return `SELECT pg_catalog.count(${CHANGE}) AS rows, pg_catalog.count(*) - pg_catalog.count(${CHANGE}) AS emptied FROM ${keysName(kept)}`;
}

/** So that the rows of few keys are found in the store. */
export function indexStore(kept: Captured): string {
  return `CREATE INDEX ON ${storeName(kept)} (${kept.key.map((one) => q(one.name)).join(', ')})`;
}

/**
 * The statements that copy those rows anew: keys that are written down in between stay for the next time. `hasBase`: a key without
 * a row is noted, for the base may have one.
 */
export function catchUp(kept: Captured, hasBase: boolean): string[] {
  const again = quoteQualified('pg_temp', 'taskflow_again');
  const key = kept.key.map((one) => q(one.name)).join(', ');
  const same = (left: string) =>
    kept.key
      .map((one) => `${left}.${q(one.name)}${left === 't' && one.asText ? `::${TEXT}` : ''} = a.${q(one.name)}`)
      .join(' AND ');
  const select = selectForStore(kept, `${tableName(kept)} AS t JOIN ${again} AS a ON ${same('t')}`);
  const keys = kept.key.map((one) => `a.${q(one.name)}`).join(', ');
  const gone = `INSERT INTO ${storeName(kept)} (${key}, ${q(STORE.state)}) SELECT ${keys}, '${GONE}' FROM ${again} AS a
WHERE NOT EXISTS (SELECT FROM ${storeName(kept)} AS k WHERE ${same('k')})`;
  return [
    `CREATE TEMPORARY TABLE taskflow_again ON COMMIT DROP AS SELECT ${key}, NULL::bigint AS ${CHANGE} FROM ${keysName(kept)} WITH NO DATA`,
    `WITH seen AS (DELETE FROM ${keysName(kept)} WHERE ${CHANGE} IS NOT NULL RETURNING ${key}, ${CHANGE}) INSERT INTO ${again} SELECT ${key}, pg_catalog.sum(${CHANGE}) FROM seen GROUP BY ${key}`,
    `DELETE FROM ${storeName(kept)} AS k USING ${again} AS a WHERE ${same('k')}`,
    `INSERT INTO ${storeName(kept)} ${select}`,
    `SELECT coalesce(pg_catalog.sum(${CHANGE}), 0) AS rows FROM ${again}`,
    ...(hasBase ? [gone] : []),
    `DROP TABLE ${again}`,
  ];
}

/** The place, in catchUp, of the number of rows that the table has more since the keys were looked at. */
export const CATCH_UP = { removed: 2, added: 3, change: 4 } as const;

/** Where a store has what was written since a base was copied: its table beside that one, while they are joined. */
export function laterName(kept: Captured): string {
  return quoteQualified(BACKUP_SCHEMA, `${kept.store}${LATER_SUFFIX}`);
}

const LATER_SUFFIX = ' later';

/** The store takes in what was written later, which is dropped. */
export function takeInLater(kept: Captured): string[] {
  const same = kept.key.map((one) => `k.${q(one.name)} = l.${q(one.name)}`).join(' AND ');
  return [
    `DELETE FROM ${storeName(kept)} AS k USING ${laterName(kept)} AS l WHERE ${same}`,
    `INSERT INTO ${storeName(kept)} SELECT * FROM ${laterName(kept)} AS l WHERE l.${q(STORE.state)} IS NULL`,
    `DROP TABLE ${laterName(kept)}`,
  ];
}

/** The store is what was written later. */
export function renameToLater(kept: Captured): string {
  return `ALTER TABLE ${storeName(kept)} RENAME TO ${q(`${kept.store}${LATER_SUFFIX}`)}`;
}

/** With its triggers, on whatever tables they are. */
export function endCapture(kept: Captured): string[] {
  return [`DROP FUNCTION IF EXISTS ${functionName(kept)}() CASCADE`, `DROP TABLE IF EXISTS ${keysName(kept)}`];
}
