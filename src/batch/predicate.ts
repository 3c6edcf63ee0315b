import { type BatchKey, type KeyRange, type KeyValue, keyColumns } from './key.ts';

/** A condition on the rows of a range. Its values are parameters, the same ones wherever it stands in a statement. */
export interface Predicate {
  /** The condition for columns that stand behind this name. */
  readonly text: (qualifier: string | undefined) => string;
  readonly params: readonly string[];
}

export interface PredicateOptions {
  /** The table, quoted. */
  readonly table: string;
  /** Only rows for which this holds, too: it is asked of the table by itself, so that no other table's columns are meant. */
  readonly where: string | undefined;
  /** server_version_num: before 14 the server does not go to a range of places directly. */
  readonly serverVersionNum: number;
}

/** What `:batch` stands for. Values are bound with the type of their column, so that its index is used and nothing is rounded. */
export function rangePredicate(key: BatchKey, range: KeyRange, options: PredicateOptions): Predicate {
  const bounds = boundsOf(key, range, options.serverVersionNum);
  const { where, table } = options;
  if (where === undefined) return { text: (qualifier) => `(${bounds.text(qualifier)})`, params: bounds.params };
  const listed = keyColumns(key, 'w').join(', ');
  const inner = `SELECT ${listed} FROM ${table} AS w WHERE ${bounds.text('w')} AND (${where}\n)`;
  return {
    text: (qualifier) => `(${bounds.text(qualifier)} AND ${tuple(keyColumns(key, qualifier))} IN (${inner}))`,
    params: bounds.params,
  };
}

/** Without `where`. */
export function boundsOf(key: BatchKey, range: KeyRange, serverVersionNum: number): Predicate {
  if (key.kind === 'ctid') return placesOf(range, serverVersionNum);
  const lower = range.lo === null ? [] : [{ operator: '>', value: range.lo }];
  const upper = range.hi === null ? [] : [{ operator: '<=', value: range.hi }];
  const types = key.columns.map(({ type }) => type);
  let next = 1;
  const sides = [...lower, ...upper].map(({ operator, value }) => ({
    operator,
    first: next,
    next: (next += value.length),
  }));
  const text = (qualifier: string | undefined) => {
    const columns = tuple(keyColumns(key, qualifier));
    const compared = sides.map(
      ({ operator, first }) => `${columns} ${operator} ${tuple(types.map((type, i) => `$${first + i}::${type}`))}`,
    );
    return compared.length > 0 ? compared.join(' AND ') : 'true';
  };
  return { text, params: [...(range.lo ?? []), ...(range.hi ?? [])] };
}

/** More rows than fit on a block of 32 kB. */
const ROWS_IN_BLOCK_MAX = 1164;

function placesOf({ lo, hi }: KeyRange, serverVersionNum: number): Predicate {
  if (lo === null && hi === null) return { text: () => 'true', params: [] };
  // Behind all of a block, or behind one place in it.
  const from = lo?.[1] === undefined ? blockOf(lo, -1) + 1 : blockOf(lo, 0);
  const first = Number(lo?.[1] ?? -1) + 1;
  const to = blockOf(hi, 4_294_967_294);
  const last = Number(hi?.[1] ?? 65_535);
  if (serverVersionNum >= 140_000)
    return {
      text: (qualifier) => `${column(qualifier)} >= $1::tid AND ${column(qualifier)} <= $2::tid`,
      params: [`(${from},${first})`, `(${to},${last})`],
    };
  if (lo?.[1] !== undefined || hi?.[1] !== undefined) {
    const some = `SELECT pg_catalog.format('(%s,%s)', $1::bigint, i)::tid FROM pg_catalog.generate_series($2::integer, $3::integer) AS i`;
    const end = Math.min(last, ROWS_IN_BLOCK_MAX);
    return {
      text: (qualifier) => `${column(qualifier)} = ANY (ARRAY(${some}))`,
      params: [String(from), String(first), String(end)],
    };
  }
  const places = `SELECT pg_catalog.format('(%s,%s)', b, i)::tid FROM pg_catalog.generate_series($1::bigint, $2::bigint) AS b, pg_catalog.generate_series(1, ${ROWS_IN_BLOCK_MAX}) AS i`;
  return { text: (qualifier) => `${column(qualifier)} = ANY (ARRAY(${places}))`, params: [String(from), String(to)] };
}

function blockOf(value: KeyValue | null, otherwise: number): number {
  return value === null ? otherwise : Number(value[0]);
}

function column(qualifier: string | undefined): string {
  return qualifier === undefined ? 'ctid' : `${qualifier}.ctid`;
}

function tuple(parts: readonly string[]): string {
  return parts.length === 1 ? (parts[0] ?? '') : `(${parts.join(', ')})`;
}
