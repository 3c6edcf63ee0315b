import { quoteIdentifier, quoteLiteral, quoteQualified } from '../sql/quote.ts';
import { BACKUP_SCHEMA, holdsRows, type Kept, type KeptColumn, STORE } from './kept.ts';

/**
 * The SQL that copies what a statement takes into a store, and that puts it back. In all of it the table is `t`, its store `k`.
 * Every name is quoted and qualified, because it runs with whatever search_path the file has set.
 */
type Described = Omit<Kept, 'rows' | 'sequences'>;

export const TEXT = 'pg_catalog.text';

export function storeName({ store }: Pick<Kept, 'store'>): string {
  return quoteQualified(BACKUP_SCHEMA, store);
}

export function tableName({ schema, table }: Pick<Kept, 'schema' | 'table'>): string {
  return quoteQualified(schema, table);
}

/** Makes the store and fills it. */
export function createStore(kept: Described, from: string, distinct = false): string {
  return `CREATE TABLE ${storeName(kept)} AS ${selectForStore(kept, from, distinct)}`;
}

/** The rows of a store. `from`: what stands behind FROM, with the alias `t`; `distinct`: a row may come more than once. */
export function selectForStore(kept: Described, from: string, distinct = false): string {
  const columns = holdsRows(kept) ? kept.columns : [...kept.key, ...kept.columns];
  const values = columns.map((one) => `${value(one)} AS ${quoteIdentifier(one.name)}`);
  const told = holdsRows(kept) || kept.key.length > 0 ? [] : digestOf(kept);
  const after = holdsAfter(kept) ? kept.columns.map((_, i) => `NULL::${TEXT} AS ${q(STORE.after(i))}`) : [];
  const place = kept.kind === 'deleted' || kept.kind === 'updated' ? [`t.${q(STORE.table)}`, `t.${q(STORE.row)}`] : [];
  const once = distinct ? `DISTINCT ON (t.${q(STORE.table)}, t.${q(STORE.row)}) ` : '';
  const list = [...values, ...told, ...place, ...after, `NULL::${TEXT} AS ${q(STORE.state)}`].join(', ');
  return `SELECT ${once}${list} FROM ${from}`;
}

export function commentOnStore(kept: Described, what: string): string {
  return `COMMENT ON TABLE ${storeName(kept)} IS ${quoteLiteral(what)}`;
}

function holdsAfter({ kind }: Pick<Kept, 'kind'>): boolean {
  return kind === 'updated' || kind === 'retyped';
}

function value({ name, asText }: KeptColumn): string {
  return `t.${q(name)}${asText ? `::${TEXT}` : ''}`;
}

function digestOf({ rest }: Pick<Kept, 'rest'>): string[] {
  const digest = digestSql(rest);
  return [
    `${digest} AS ${q(STORE.digest)}`,
    `pg_catalog.row_number() OVER (PARTITION BY ${digest}) AS ${q(STORE.place)}`,
  ];
}

function digestSql(rest: readonly string[]): string {
  return `pg_catalog.md5(ROW(${rest.map((name) => `t.${q(name)}`).join(', ')})::${TEXT})`;
}

/** Behind `FROM`, and the condition: a row of the table and what is kept of it. `target`: the table is written to beside. */
function matching(kept: Kept): { readonly from: string; readonly on: string } {
  if (kept.key.length > 0) return { from: `${storeName(kept)} AS k`, on: keysEqual(kept) };
  const numbered = `(SELECT t.tableoid AS o, t.ctid AS c, ${digestOf(kept).join(', ')} FROM ${tableName(kept)} AS t) AS n`;
  const same = [STORE.digest, STORE.place]
    .map((name) => `n.${q(name)} OPERATOR(pg_catalog.=) k.${q(name)}`)
    .join(' AND ');
  const on = 't.tableoid OPERATOR(pg_catalog.=) n.o AND t.ctid OPERATOR(pg_catalog.=) n.c';
  return { from: `${storeName(kept)} AS k JOIN ${numbered} ON ${same}`, on };
}

function keysEqual({ key }: Pick<Kept, 'key'>): string {
  return key.map((one) => `${value(one)} = k.${q(one.name)}`).join(' AND ');
}

/** Behind the statement: which value it has left in each row. */
export function noteAfter(kept: Kept): string {
  const set = kept.columns.map((one, i) => `${q(STORE.after(i))} = t.${q(one.name)}::${TEXT}`).join(', ');
  if (kept.key.length > 0) {
    return `UPDATE ${storeName(kept)} AS k SET ${set} FROM ${tableName(kept)} AS t WHERE ${keysEqual(kept)}`;
  }
  const { from, on } = matchingStore(kept);
  return `UPDATE ${storeName(kept)} AS k SET ${set} FROM ${from} WHERE ${on}`;
}

/** As matching, where the store is what is written to. */
function matchingStore(kept: Kept): { readonly from: string; readonly on: string } {
  if (kept.key.length > 0) return { from: `${tableName(kept)} AS t`, on: keysEqual(kept) };
  const columns = kept.columns.map((one) => `t.${q(one.name)}`);
  const numbered = `(SELECT ${[...columns, ...digestOf(kept)].join(', ')} FROM ${tableName(kept)} AS t) AS t`;
  const on = [STORE.digest, STORE.place]
    .map((name) => `t.${q(name)} OPERATOR(pg_catalog.=) k.${q(name)}`)
    .join(' AND ');
  return { from: numbered, on };
}

/** A row of a table, and one of a store that says where it was. */
export function samePlace(row: string, store: string): string {
  const pairs = [
    ['tableoid', STORE.table],
    ['ctid', STORE.row],
  ] as const;
  return pairs.map(([own, kept]) => `${row}.${own} OPERATOR(pg_catalog.=) ${store}.${q(kept)}`).join(' AND ');
}

/** Behind a DELETE or UPDATE: rows that are still where they were, so that it has not touched them. */
export function countUntouched(kept: Kept): string {
  return `SELECT pg_catalog.count(*) AS rows FROM ${storeName(kept)} AS k JOIN ${tableName(kept)} AS t ON ${samePlace('t', 'k')}`;
}

/** Takes rows out of the store that it has not touched; of a DELETE also those that a trigger has changed instead. */
export function forgetUntouched(kept: Kept): string {
  const same = [samePlace('t', 'k'), ...(kept.kind === 'deleted' && kept.key.length > 0 ? [keysEqual(kept)] : [])];
  return `DELETE FROM ${storeName(kept)} AS k USING ${tableName(kept)} AS t WHERE ${same.map((one) => `(${one})`).join(' OR ')}`;
}

/** Before the way back runs: which rows have got another value since. */
export function markChanged(kept: Kept): string | undefined {
  if (!holdsAfter(kept)) return undefined;
  const { from, on } = matchingStore(kept);
  const differs = kept.columns
    .map((one, i) => `t.${q(one.name)}::${TEXT} IS DISTINCT FROM k.${q(STORE.after(i))}`)
    .join(' OR ');
  return `UPDATE ${storeName(kept)} AS k SET ${q(STORE.state)} = 'changed' FROM ${from} WHERE ${on} AND (${differs})`;
}

/** Values are put back into the rows that are still there and were not changed. */
export function putValuesBack(kept: Kept): string {
  const { from, on } = matching(kept);
  const set = kept.columns.map((one) => `${q(one.name)} = ${restored(one)}`).join(', ');
  const differs = kept.columns
    .map((one) => `t.${q(one.name)}::${TEXT} IS DISTINCT FROM k.${q(one.name)}::${TEXT}`)
    .join(' OR ');
  return `UPDATE ${tableName(kept)} AS t SET ${set} FROM ${from} WHERE ${on} AND k.${q(STORE.state)} IS NULL AND (${differs})`;
}

/** Rows that are not there any more. */
export function markGone(kept: Kept): string {
  const { from, on } = matchingStore(kept);
  return `UPDATE ${storeName(kept)} AS k SET ${q(STORE.state)} = 'gone' WHERE NOT EXISTS (SELECT FROM ${from} WHERE ${on})`;
}

/** Rows that have come since: they have no value of their own to get. */
export function countAppeared(kept: Kept): string {
  const { from, on } = matchingStore(kept);
  return `SELECT pg_catalog.count(*) AS rows FROM ${from} WHERE NOT EXISTS (SELECT FROM ${storeName(kept)} AS k WHERE ${on})`;
}

/** The rows of several stores of one table and the same columns, all in one statement: they may refer to each other. */
export function putRowsBack(all: readonly [Kept, ...Kept[]]): string {
  const [first] = all;
  const names = first.columns.map((one) => q(one.name)).join(', ');
  const rows = all.map((kept) => `SELECT ${kept.columns.map(restored).join(', ')} FROM ${storeName(kept)} AS k`);
  return `INSERT INTO ${tableName(first)} (${names}) OVERRIDING SYSTEM VALUE ${rows.join(' UNION ALL ')} ON CONFLICT DO NOTHING`;
}

/** Rows that could not be put in because another one is there now. */
export function markExisting(kept: Kept): string {
  const same = kept.columns
    .map((one) => `t.${q(one.name)}::${TEXT} IS NOT DISTINCT FROM k.${q(one.name)}::${TEXT}`)
    .join(' AND ');
  return `UPDATE ${storeName(kept)} AS k SET ${q(STORE.state)} = 'exists'
WHERE NOT EXISTS (SELECT FROM ${tableName(kept)} AS t WHERE ${kept.key.length > 0 ? `${keysEqual(kept)} AND ` : ''}${same})`;
}

/** How many rows of the store were left, by reason. */
export function countStates(kept: Kept): string {
  return `SELECT k.${q(STORE.state)} AS state, pg_catalog.count(*) AS rows FROM ${storeName(kept)} AS k WHERE k.${q(STORE.state)} IS NOT NULL GROUP BY 1 ORDER BY 1`;
}

function restored({ name, type, asText }: KeptColumn): string {
  return `k.${q(name)}${asText ? `::${type}` : ''}`;
}

function q(name: string): string {
  return quoteIdentifier(name);
}
