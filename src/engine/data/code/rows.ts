import type { KeyRange, KeyValue } from '../../../batch/key.ts';
import { boundsOf, type Predicate } from '../../../batch/predicate.ts';
import type { BatchItem } from '../../../postgres/pipeline.ts';
import { quoteIdentifier } from '../../../sql/quote.ts';
import { ask, type Lane } from '../lane.ts';
import type { CodeColumn, CodeColumns, MadeUpdate, ReadRow } from './code-rows.ts';
import { textsParameter } from './values.ts';

/** The rows of a range that are still to be done; of `keys` alone where they are named. */
export async function readRows(
  lane: Lane,
  columns: CodeColumns,
  bounds: KeyRange,
  keys?: readonly KeyValue[],
): Promise<ReadRow[]> {
  const { table, work, control } = lane;
  const range = boundsOf(table.key, bounds, control.server.versionNum);
  const among = keys && amongKeys('t', columns, keys, range.params.length);
  const where = work.where === undefined ? '' : ` AND (${work.where}\n)`;
  const shown = [...columns.key, ...columns.read];
  const listed = shown.map((column, i) => `${readText(column)} AS c${i}`);
  const keysAsText = columns.key.map(({ name }, i) => `t.${quoteIdentifier(name)}::pg_catalog.text AS k${i}`);
  const order = columns.key.map(({ name }) => `t.${quoteIdentifier(name)}`).join(', ');
  const sql = `SELECT ${[...keysAsText, ...listed, `${seenText(columns)} AS seen`].join(', ')}
FROM ${table.name} AS t WHERE ${range.text('t')}${where}${among?.text ?? ''} ORDER BY ${order}`;
  const rows = await ask(lane, { sql, params: [...range.params, ...(among?.params ?? [])], rows: true });
  return rows.map((found) => ({
    key: columns.key.map((_, i) => found[`k${i}`] ?? ''),
    seen: found.seen ?? '',
    texts: shown.map((_, i) => found[`c${i}`] ?? null),
  }));
}

function readText({ name, form }: CodeColumn): string {
  const column = `t.${quoteIdentifier(name)}`;
  return form === 'array' ? `pg_catalog.to_json(${column})` : `${column}::pg_catalog.text`;
}

function seenText({ read, written }: CodeColumns): string {
  const listed = [...read, ...written].map(({ name }) => `t.${quoteIdentifier(name)}`).join(', ');
  return `pg_catalog.hashtextextended(ROW(${listed})::pg_catalog.text, 0)::pg_catalog.text`;
}

/** What `:batch` stands for in the statement that tells what code writes: those rows of a range. */
export function rowsPredicate(
  { table, control }: Lane,
  columns: CodeColumns,
  bounds: KeyRange,
  keys: readonly KeyValue[],
): Predicate {
  const range = boundsOf(table.key, bounds, control.server.versionNum);
  const among = (qualifier: string) => amongKeys(qualifier, columns, keys, range.params.length);
  const text = (qualifier = table.name) => `(${range.text(qualifier)}${among(qualifier).text})`;
  return { text, params: [...range.params, ...among('').params] };
}

/** `qualifier`: the table, or its alias. */
function amongKeys(qualifier: string, { key }: CodeColumns, keys: readonly KeyValue[], before: number) {
  const text = ` AND EXISTS (SELECT FROM ${listedText(key.length, before)} WHERE ${sameKey(key, qualifier)})`;
  return { text, params: key.map((_, i) => textsParameter(keys.map((one) => one[i] ?? null))) };
}

/** Columns u.c0, u.c1, ... of texts, each a parameter behind the first `before`. */
function listedText(amount: number, before: number): string {
  const numbers = Array.from({ length: amount }, (_, i) => i);
  const lists = numbers.map((i) => `pg_catalog.unnest($${before + i + 1}::pg_catalog.text[])`).join(', ');
  return `ROWS FROM (${lists}) AS u (${numbers.map((i) => `c${i}`).join(', ')})`;
}

function sameKey(key: readonly CodeColumn[], qualifier = 't'): string {
  return key.map(({ name, type }, i) => `${qualifier}.${quoteIdentifier(name)} = u.c${i}::${type}`).join(' AND ');
}

/** Writes the updates of rows that are as they were read; answers the keys of those. */
export function updateItem({ table }: Lane, columns: CodeColumns, updates: readonly MadeUpdate[]): BatchItem {
  const { key, written } = columns;
  const first = key.length + 1;
  const set = written.map(({ name, type }, i) => `${quoteIdentifier(name)} = u.c${first + i}::${type}`).join(', ');
  return {
    sql: `UPDATE ${table.name} AS t SET ${set} FROM ${listedText(first + written.length, 0)}
WHERE ${sameKey(key)} AND ${seenText(columns)} = u.c${key.length} RETURNING ${keyOf(key)}`,
    params: [
      ...keyParameters(key, updates),
      ...written.map((_, i) => textsParameter(updates.map(({ values }) => values[i] ?? null))),
    ],
    rows: true,
  };
}

/** The keys of those rows that are as they were read. */
export function unchangedItem({ table }: Lane, columns: CodeColumns, rows: readonly ReadRow[]): BatchItem {
  const { key } = columns;
  return {
    sql: `SELECT ${keyOf(key)} FROM ${table.name} AS t, ${listedText(key.length + 1, 0)}
WHERE ${sameKey(key)} AND ${seenText(columns)} = u.c${key.length}`,
    params: keyParameters(key, rows),
    rows: true,
  };
}

function keyParameters(key: readonly CodeColumn[], rows: readonly Pick<ReadRow, 'key' | 'seen'>[]): string[] {
  return [
    ...key.map((_, i) => textsParameter(rows.map((one) => one.key[i] ?? null))),
    textsParameter(rows.map(({ seen }) => seen)),
  ];
}

/** As text, in the words in which they were sent. */
function keyOf(key: readonly CodeColumn[]): string {
  return key.map((_, i) => `u.c${i} AS k${i}`).join(', ');
}
