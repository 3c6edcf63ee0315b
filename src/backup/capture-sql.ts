import { dollarQuoted, quoteIdentifier, quoteQualified } from '../sql/quote.ts';
import { BACKUP_SCHEMA, type Kept } from './kept.ts';
import { createStore, selectForStore, storeName, TEXT, tableName } from './kept-sql.ts';

/**
 * The SQL by which a large table is copied while it is in use: a trigger writes down the key of every row that is written from
 * now on, the rows are copied in pieces, and those whose keys were written down are copied again, the last of them under
 * the lock of the statement that destroys them.
 */
type Captured = Omit<Kept, 'rows' | 'sequences'>;

/** The trigger that captures, and what belongs to it. A killed run may leave it; it is known by these names. */
export const CAPTURE_TRIGGER = 'taskflow_capture';
export const CAPTURE_SUFFIX = ' written';

const keysName = (kept: Captured) => quoteQualified(BACKUP_SCHEMA, `${kept.store}${CAPTURE_SUFFIX}`);
const functionName = keysName;
const q = quoteIdentifier;

/** Needs a lock on the table that lets nobody write (SHARE ROW EXCLUSIVE), for an instant: who writes later is seen. */
export function beginCapture(kept: Captured): string[] {
  const key = kept.key.map((one) => q(one.name)).join(', ');
  const written = (row: string) =>
    kept.key.map((one) => `${row}.${q(one.name)}${one.asText ? `::${TEXT}` : ''}`).join(', ');
  const body = `BEGIN
  IF TG_OP <> 'INSERT' THEN INSERT INTO ${keysName(kept)} (${key}) SELECT ${written('OLD')}; END IF;
  IF TG_OP <> 'DELETE' THEN INSERT INTO ${keysName(kept)} (${key}) SELECT ${written('NEW')}; END IF;
  RETURN NULL;
END`;
  return [
    `${createStore(kept, `${tableName(kept)} AS t`)} WITH NO DATA`,
    `CREATE TABLE ${keysName(kept)} AS SELECT ${key} FROM ${storeName(kept)} WITH NO DATA`,
    `CREATE FUNCTION ${functionName(kept)}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS ${dollarQuoted(body, 'capture')}`,
    `CREATE TRIGGER ${q(CAPTURE_TRIGGER)} AFTER INSERT OR UPDATE OR DELETE ON ${tableName(kept)} FOR EACH ROW EXECUTE FUNCTION ${functionName(kept)}()`,
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

/** How many keys were written down and not looked at. */
export function countWritten(kept: Captured): string {
  return `SELECT pg_catalog.count(*) AS rows FROM ${keysName(kept)}`;
}

/** So that the rows of few keys are found in the store. */
export function indexStore(kept: Captured): string {
  return `CREATE INDEX ON ${storeName(kept)} (${kept.key.map((one) => q(one.name)).join(', ')})`;
}

/** The statements that copy those rows anew: keys that are written down in between stay for the next time. */
export function catchUp(kept: Captured): string[] {
  const again = quoteQualified('pg_temp', 'taskflow_again');
  const key = kept.key.map((one) => q(one.name)).join(', ');
  const same = (left: string) =>
    kept.key
      .map((one) => `${left}.${q(one.name)}${left === 't' && one.asText ? `::${TEXT}` : ''} = a.${q(one.name)}`)
      .join(' AND ');
  const select = selectForStore(kept, `${tableName(kept)} AS t JOIN ${again} AS a ON ${same('t')}`);
  return [
    `CREATE TEMPORARY TABLE taskflow_again ON COMMIT DROP AS SELECT ${key} FROM ${keysName(kept)} WITH NO DATA`,
    `WITH seen AS (DELETE FROM ${keysName(kept)} RETURNING ${key}) INSERT INTO ${again} SELECT DISTINCT ${key} FROM seen`,
    `DELETE FROM ${storeName(kept)} AS k USING ${again} AS a WHERE ${same('k')}`,
    `INSERT INTO ${storeName(kept)} ${select}`,
    `DROP TABLE ${again}`,
  ];
}

/** The places, in catchUp, of what takes rows from the store and adds them. */
export const CATCH_UP = { removed: 2, added: 3 } as const;

export function endCapture(kept: Captured): string[] {
  return [
    `DROP TRIGGER IF EXISTS ${q(CAPTURE_TRIGGER)} ON ${tableName(kept)}`,
    `DROP FUNCTION IF EXISTS ${functionName(kept)}()`,
    `DROP TABLE IF EXISTS ${keysName(kept)}`,
  ];
}
