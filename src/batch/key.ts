import { quoteIdentifier } from '../sql/quote.ts';

/** The key by which a table is cut, as found in the catalogs. */
export type BatchKey =
  | { readonly kind: 'columns'; readonly columns: readonly KeyColumn[] }
  /** The place of its rows: blocks of the table. */
  | { readonly kind: 'ctid' };

export interface KeyColumn {
  readonly name: string;
  /** As SQL writes it, with its schema. */
  readonly type: string;
}

/** The values of a key's columns as PostgreSQL writes them; of the place of rows, the number of a block, and within one also the place in it. */
export type KeyValue = readonly string[];

/** Keys above `lo`, up to `hi`; null: from the first, to the last. */
export interface KeyRange {
  readonly lo: KeyValue | null;
  readonly hi: KeyValue | null;
}

/** The columns, each with what stands before it and quoted. */
export function keyColumns(key: BatchKey, qualifier: string | undefined): string[] {
  const names = key.kind === 'ctid' ? ['ctid'] : key.columns.map(({ name }) => quoteIdentifier(name));
  return names.map((name) => (qualifier === undefined ? name : `${qualifier}.${name}`));
}

/** For people: `id`, `sensor, at`, `the place of its rows`. */
export function keyText(key: BatchKey): string {
  return key.kind === 'ctid' ? 'the place of its rows' : key.columns.map(({ name }) => name).join(', ');
}

/** For people: `above 1000 up to 2000`; of several columns `(7, 2026-01-01)`. */
export function rangeText({ lo, hi }: KeyRange): string {
  if (lo === null && hi === null) return 'all keys';
  if (lo === null) return `up to ${valueText(hi!)}`;
  return hi === null ? `above ${valueText(lo)}` : `above ${valueText(lo)} up to ${valueText(hi)}`;
}

function valueText(value: KeyValue): string {
  return value.length === 1 ? (value[0] ?? '') : `(${value.join(', ')})`;
}
