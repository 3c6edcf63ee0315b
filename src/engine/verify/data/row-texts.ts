import type { Session } from '../../../postgres/session.ts';
import { quoteIdentifier, quoteQualified } from '../../../sql/quote.ts';
import type { RowTexts, TableRows } from '../../../verify/loss.ts';
import type { FoundTable } from './tables.ts';

/** Tables with more rows are not compared: rows that migrations bring in are few. */
const ROWS_MAX = 10_000;

export interface ReadRows {
  readonly tables: readonly TableRows[];
  /** Those with too many, as people write them. */
  readonly tooLarge: readonly string[];
}

/** All rows of the tables, in the session's open transaction. */
export async function readRows(session: Session, tables: readonly FoundTable[]): Promise<ReadRows> {
  const shapes = await shapesOf(
    session,
    tables.filter(({ kind }) => kind === 'r'),
  );
  if (shapes.length === 0) return { tables: [], tooLarge: [] };
  const { results } = await session.batch([shapes.map((shape) => ({ sql: rowsQuery(shape), rows: true }))]);
  const read = shapes.map(({ table: { oid, shown, root }, columns, key }, i): TableRows => {
    const rows = (results[0]?.[i]?.rows ?? []).map(({ row }) => JSON.parse(row ?? '[]') as RowTexts);
    return { oid, name: shown, ...(root === null ? {} : { root }), columns, key, rows };
  });
  const fits = ({ rows }: TableRows) => rows.length <= ROWS_MAX;
  return { tables: read.filter(fits), tooLarge: read.filter((table) => !fits(table)).map(({ name }) => name) };
}

interface Shape extends Pick<TableRows, 'columns' | 'key'> {
  readonly table: FoundTable;
}

async function shapesOf(session: Session, tables: readonly FoundTable[]): Promise<Shape[]> {
  if (tables.length === 0) return [];
  const params = [`{${tables.map(({ oid }) => oid).join(',')}}`];
  const { results } = await session.batch([[{ sql: SHAPES, name: 'taskflow_data_shapes', params, rows: true }]]);
  const found = new Map((results[0]?.[0]?.rows ?? []).map(({ oid, columns, key }) => [oid, { columns, key }]));
  return tables.map((table) => {
    const { columns, key } = found.get(table.oid) ?? {};
    return { table, columns: JSON.parse(columns ?? '[]'), key: JSON.parse(key ?? '[]') };
  });
}

/** Generated columns follow from the others. */
const SHAPES = `SELECT c.oid,
  (SELECT pg_catalog.json_agg(pg_catalog.json_build_object('name', a.attname, 'number', a.attnum) ORDER BY a.attnum)
    FROM pg_catalog.pg_attribute AS a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '') AS columns,
  (SELECT pg_catalog.json_agg(a.attname) FROM pg_catalog.pg_index AS i
    JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = ANY (i.indkey) WHERE i.indrelid = c.oid AND i.indisprimary) AS key
FROM pg_catalog.pg_class AS c WHERE c.oid = ANY ($1::oid[])`;

function rowsQuery({ table, columns }: Shape): string {
  const values = columns.map(({ name }) => `${quoteIdentifier(name)}::text`);
  const from = quoteQualified(table.schema, table.name);
  return `SELECT pg_catalog.to_json(ARRAY[${values.join(', ')}]::text[]) AS row FROM ONLY ${from} LIMIT ${ROWS_MAX + 1}`;
}
