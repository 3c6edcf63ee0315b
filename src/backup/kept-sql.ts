import { dollarQuoted, quoteIdentifier, quoteLiteral, quoteQualified } from '../sql/quote.ts';
import { BACKUP_SCHEMA, holdsRows, type Kept, type KeptColumn, STORE } from './kept.ts';

/**
 * The SQL that copies what a statement takes into a store, and that puts it back. In all of it the table is `t`, its store `k`.
 * Every name is quoted and qualified, because it runs with whatever search_path the file has set.
 */
type Described = Omit<Kept, 'rows' | 'sequences'>;

export const TEXT = 'pg_catalog.text';

export function storeName({ store, temporary }: Pick<Kept, 'store' | 'temporary'>): string {
  return quoteQualified(temporary ? 'pg_temp' : BACKUP_SCHEMA, store);
}

export function tableName({ schema, table }: Pick<Kept, 'schema' | 'table'>): string {
  return quoteQualified(schema, table);
}

/** Makes the store and fills it. */
export function createStore(kept: Described, from: string, distinct = false): string {
  return `CREATE TABLE ${storeName(kept)} AS ${selectForStore(kept, from, distinct)}`;
}

/** Of a row of the table, what is kept with a key: the values of copiedColumns. */
export function copiedValues(kept: Described): string[] {
  return (holdsRows(kept) ? kept.columns : [...kept.key, ...kept.columns]).map(value);
}

/** The columns of a store that are the table's own, in their order. */
export function copiedColumns(kept: Described): string[] {
  return (holdsRows(kept) ? kept.columns : [...kept.key, ...kept.columns]).map(({ name }) => name);
}

/** An empty store, as createStore makes it; `name`: in place of its own. */
export function createEmptyStore(kept: Described, name = storeName(kept)): string {
  return `CREATE TABLE ${name} (${storeColumns(kept)
    .map(({ name, type }) => `${q(name)} ${type}`)
    .join(', ')})`;
}

/** The columns of a store, in their order. */
export function storeColumns(kept: Described): { readonly name: string; readonly type: string }[] {
  const columns = holdsRows(kept) ? kept.columns : [...kept.key, ...kept.columns];
  const told =
    holdsRows(kept) || kept.key.length > 0 ? [] : [text(STORE.digest), { name: STORE.place, type: 'bigint' }];
  const touched = kept.kind === 'deleted' || kept.kind === 'updated';
  return [
    ...columns.map(({ name, type, asText }) => (asText ? text(name) : { name, type })),
    ...told,
    ...(touched
      ? [
          { name: STORE.table, type: 'pg_catalog.oid' },
          { name: STORE.row, type: 'pg_catalog.tid' },
        ]
      : []),
    ...(holdsAfter(kept) ? kept.columns.map((_, i) => text(STORE.after(i))) : []),
    text(STORE.state),
  ];
}

function text(name: string): { readonly name: string; readonly type: string } {
  return { name, type: TEXT };
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

function value(one: KeptColumn): string {
  return `${own(one)}${one.asText ? `::${TEXT}` : ''}`;
}

/** A column of the table. */
function own(one: KeptColumn): string {
  return `t.${nameNow(one)}`;
}

function nameNow({ name, now }: KeptColumn): string {
  return q(now ?? name);
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

export function keysEqual({ key }: Pick<Kept, 'key'>): string {
  return key.map((one) => `${value(one)} = k.${q(one.name)}${one.asText ? `::${TEXT}` : ''}`).join(' AND ');
}

/** Behind the statement: which value it has left in each row. */
export function noteAfter(kept: Kept): string {
  const set = kept.columns.map((one, i) => `${q(STORE.after(i))} = ${own(one)}::${TEXT}`).join(', ');
  if (kept.key.length > 0) {
    return `UPDATE ${storeName(kept)} AS k SET ${set} FROM ${tableName(kept)} AS t WHERE ${keysEqual(kept)}`;
  }
  const { from, on } = matchingStore(kept);
  return `UPDATE ${storeName(kept)} AS k SET ${set} FROM ${from} WHERE ${on}`;
}

/** As matching, where the store is what is written to. */
function matchingStore(kept: Kept): { readonly from: string; readonly on: string } {
  if (kept.key.length > 0) return { from: `${tableName(kept)} AS t`, on: keysEqual(kept) };
  const columns = kept.columns.map(own);
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

/** Takes rows out of the store that are not in the table any more. */
export function forgetGone(kept: Kept): string {
  const { from, on } = matchingStore(kept);
  return `DELETE FROM ${storeName(kept)} AS k WHERE NOT EXISTS (SELECT FROM ${from} WHERE ${on})`;
}

/** `from`, with the alias `t`, without the rows that are in a store already. */
export function withoutStored(from: string, { store }: Pick<Kept, 'store'>): string {
  const same = [STORE.table, STORE.row].map((name) => `t.${q(name)} OPERATOR(pg_catalog.=) s.${q(name)}`).join(' AND ');
  return `(SELECT t.* FROM ${from} WHERE NOT EXISTS (SELECT FROM ${storeName({ store })} AS s WHERE ${same})) AS t`;
}

/** Behind FROM, with the alias `t`: rows of the store whose key is in the table, at another place. */
export function movedRows(kept: Kept): string {
  return `(SELECT k.* FROM ${storeName(kept)} AS k JOIN ${tableName(kept)} AS t ON ${keysEqual(kept)} AND NOT (${samePlace('t', 'k')})) AS t`;
}

/** Before the way back runs: which rows have got another value since. */
export function markChanged(kept: Kept): string | undefined {
  if (holdsRows(kept)) return undefined;
  const { from, on } = matchingStore(kept);
  const differs = kept.columns
    .map((one, i) =>
      kept.kind === 'column' ? madeAgain(one) : `${own(one)}::${TEXT} IS DISTINCT FROM k.${q(STORE.after(i))}`,
    )
    .join(' OR ');
  return `UPDATE ${storeName(kept)} AS k SET ${q(STORE.state)} = 'changed' FROM ${from} WHERE ${on} AND (${differs})`;
}

/** Somebody has made the column again: its values are theirs. */
function madeAgain(one: KeptColumn): string {
  return `${own(one)} IS NOT NULL AND ${own(one)}::${TEXT} IS DISTINCT FROM k.${q(one.name)}::${TEXT}`;
}

/** Values are put back into the rows that are still there and were not changed. */
export function putValuesBack(kept: Kept): string {
  const { from, on } = matching(kept);
  const set = kept.columns.map((one) => `${nameNow(one)} = ${restored(one)}`).join(', ');
  const differs = kept.columns
    .map((one) => `${own(one)}::${TEXT} IS DISTINCT FROM ${restored(one)}::${TEXT}`)
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
  return `${insertInto(all[0])} ${all.map(restoredRows).join(' UNION ALL ')} ON CONFLICT DO NOTHING`;
}

/**
 * The same for a table that takes no ON CONFLICT: all at once, and where one of them has no place any more, one after the other.
 * `unique`: its constraints that could wait for the end of the transaction, as SQL names them.
 */
export function putRowsBackByBlock(all: readonly [Kept, ...Kept[]], unique: readonly string[]): string {
  const noPlace = 'EXCEPTION WHEN unique_violation OR exclusion_violation THEN';
  const loops = all.map(
    (kept) => `FOR place IN SELECT k.ctid FROM ${storeName(kept)} AS k LOOP
    BEGIN ${insertInto(kept)} ${restoredRows(kept)} AND k.ctid OPERATOR(pg_catalog.=) place; ${noPlace} NULL; END;
  END LOOP;`,
  );
  const body = `#variable_conflict use_column
DECLARE place pg_catalog.tid;
BEGIN
  ${unique.length > 0 ? `SET CONSTRAINTS ${unique.join(', ')} IMMEDIATE;` : ''}
  BEGIN ${insertInto(all[0])} ${all.map(restoredRows).join(' UNION ALL ')};
  ${noPlace} ${loops.join('\n')} END;
END`;
  return `DO ${dollarQuoted(body, 'rows')}`;
}

function insertInto(kept: Kept): string {
  return `INSERT INTO ${tableName(kept)} (${kept.columns.map(nameNow).join(', ')}) OVERRIDING SYSTEM VALUE`;
}

function restoredRows(kept: Kept): string {
  return `SELECT ${kept.columns.map(restored).join(', ')} FROM ${storeName(kept)} AS k WHERE k.${q(STORE.state)} IS NULL`;
}

/** Rows that are in the table by now, so that a later step does not put them in once more. */
export function markBack(kept: Kept): string {
  return `UPDATE ${storeName(kept)} AS k SET ${q(STORE.state)} = 'back' WHERE k.${q(STORE.state)} IS NULL`;
}

/** Sets a sequence to where it stood, but never back to a number that was given out since. */
export function putSequenceBack(kept: Kept): string {
  const name = tableName(kept);
  const behind = 's.last_value < k.last_value OR k.is_called AND NOT s.is_called AND s.last_value <= k.last_value';
  return `SELECT pg_catalog.setval(${quoteLiteral(name)}::pg_catalog.regclass, k.last_value, k.is_called) FROM ${storeName(kept)} AS k, ${name} AS s WHERE ${behind}`;
}

/** Rows that could not be put in because another one is there now. */
export function markExisting(kept: Kept): string {
  const same = kept.columns
    .map((one) => `${own(one)}::${TEXT} IS NOT DISTINCT FROM ${restored(one)}::${TEXT}`)
    .join(' AND ');
  return `UPDATE ${storeName(kept)} AS k SET ${q(STORE.state)} = 'exists'
WHERE NOT EXISTS (SELECT FROM ${tableName(kept)} AS t WHERE ${kept.key.length > 0 ? `${keysEqual(kept)} AND ` : ''}${same})`;
}

/** How many rows of the store were left, by reason. */
export function countStates(kept: Kept): string {
  return `SELECT k.${q(STORE.state)} AS state, pg_catalog.count(*) AS rows FROM ${storeName(kept)} AS k WHERE k.${q(STORE.state)} <> 'back' GROUP BY 1 ORDER BY 1`;
}

function restored({ name, type, asText }: KeptColumn): string {
  return `k.${q(name)}${asText ? `::${TEXT}::${type}` : ''}`;
}

function q(name: string): string {
  return quoteIdentifier(name);
}
