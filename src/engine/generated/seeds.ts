import { OWN_NAMES } from '../../ledger/layout/own-objects.ts';
import type { Session } from '../../postgres/session.ts';
import { displayIdentifier, quoteIdentifier, quoteLiteral, quoteQualified } from '../../sql/quote.ts';
import type { ScratchDatabase } from '../scratch/scratch.ts';
import { withRowReader } from '../verify/row-reader.ts';
import { TIME_OR_CHANCE } from '../verify/rows.ts';

/** The rows that are there after a replay, as SQL. */
export interface Seeds {
  /** By schema and name of the table, as JSON; only tables that have rows. */
  readonly inserts: ReadonlyMap<string, string>;
  /** Puts the sequences where they stand; empty where none was used. */
  readonly counters: string;
}

/**
 * Reads the rows of every table but the tracking tables, in the order of their keys. Columns that time or chance fills by
 * default are left to do so: they differ from run to run.
 */
export function readSeeds({ engine }: ScratchDatabase): Promise<Seeds> {
  return withRowReader(engine, async (session, tables) => {
    const inserts = new Map<string, string>();
    for (const { schema, name } of tables) {
      const sql = await insertOf(session, schema, name);
      if (sql !== undefined) inserts.set(JSON.stringify([schema, name]), sql);
    }
    return { inserts, counters: await countersOf(session, engine.settings.trackingSchema) };
  });
}

interface Column {
  readonly name: string;
  readonly category: string;
  readonly always: boolean;
  /** Its place in the primary key, from 1. */
  readonly key: number;
}

async function insertOf(session: Session, schema: string, table: string): Promise<string | undefined> {
  const columns = await columnsOf(session, schema, table);
  const name = [schema, table].map(displayIdentifier).join('.');
  const texts = columns.map((one) => `${quoteIdentifier(one.name)}::text`);
  const rows = await session.query(
    `SELECT pg_catalog.to_json(ARRAY[${texts.join(', ')}]::text[]) AS row FROM ONLY ${quoteQualified(schema, table)} AS t${orderOf(columns)}`,
  );
  if (rows.length === 0) return undefined;
  if (columns.length === 0) return rows.map(() => `INSERT INTO ${name} DEFAULT VALUES;\n`).join('');
  const names = columns.map((one) => displayIdentifier(one.name)).join(', ');
  const overriding = columns.some(({ always }) => always) ? ' OVERRIDING SYSTEM VALUE' : '';
  const values = rows.map(({ row }) => `  (${valuesOf(JSON.parse(row ?? '[]') as (string | null)[], columns)})`);
  return `INSERT INTO ${name} (${names})${overriding} VALUES\n${values.join(',\n')};\n`;
}

function valuesOf(row: readonly (string | null)[], columns: readonly Column[]): string {
  return row.map((value, i) => literalOf(value, columns[i]!)).join(', ');
}

function literalOf(value: string | null, { category }: Column): string {
  if (value === null) return 'NULL';
  const isBare =
    (category === 'N' && /^(0|-?[1-9]\d*|-?\d+\.\d+)$/.test(value)) ||
    (category === 'B' && /^(true|false)$/.test(value));
  return isBare ? value : quoteLiteral(value);
}

/** By the primary key; without one by all columns. Texts by their bytes, whatever the database's collation. */
function orderOf(columns: readonly Column[]): string {
  const keys = columns.filter(({ key }) => key > 0).sort((a, b) => a.key - b.key);
  const by = (keys.length > 0 ? keys : columns).map(({ name, category }) => {
    const column = `t.${quoteIdentifier(name)}`;
    return ['N', 'D', 'B'].includes(category) ? column : `${column}::text COLLATE pg_catalog."C"`;
  });
  return by.length === 0 ? '' : ` ORDER BY ${by.join(', ')}`;
}

async function columnsOf(session: Session, schema: string, table: string): Promise<Column[]> {
  const rows = await session.query(COLUMNS, [schema, table]);
  return rows.map(({ name, category, always, key }) => ({
    name: name ?? '',
    category: category ?? '',
    always: always === 't',
    key: Number(key),
  }));
}

const COLUMNS = `SELECT a.attname AS name, t.typcategory AS category, a.attidentity = 'a' AS always,
  coalesce((SELECT pg_catalog.array_position(i.indkey::int2[], a.attnum) + 1 FROM pg_catalog.pg_index AS i
    WHERE i.indrelid = c.oid AND i.indisprimary), 0) AS key
FROM pg_catalog.pg_attribute AS a JOIN pg_catalog.pg_type AS t ON t.oid = a.atttypid
JOIN pg_catalog.pg_class AS c ON c.oid = a.attrelid JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
LEFT JOIN pg_catalog.pg_attrdef AS d ON d.adrelid = c.oid AND d.adnum = a.attnum
WHERE n.nspname = $1 AND c.relname = $2 AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
  AND NOT coalesce(pg_catalog.pg_get_expr(d.adbin, d.adrelid) ~* '${TIME_OR_CHANCE}', false)
ORDER BY a.attnum`;

async function countersOf(session: Session, trackingSchema: string): Promise<string> {
  const rows = await session.query(SEQUENCES, [trackingSchema, OWN_NAMES.source]);
  if (rows.length === 0) return '';
  const lines = rows.map(
    ({ schema, name, last }) =>
      `  PERFORM pg_catalog.setval(${quoteLiteral([schema, name].map((part) => displayIdentifier(part ?? '')).join('.'))}, ${last});`,
  );
  return `DO $$\nBEGIN\n${lines.join('\n')}\nEND\n$$;\n`;
}

const SEQUENCES = `SELECT s.schemaname AS schema, s.sequencename AS name, s.last_value AS last
FROM pg_catalog.pg_sequences AS s
JOIN pg_catalog.pg_namespace AS n ON n.nspname = s.schemaname
JOIN pg_catalog.pg_class AS c ON c.relname = s.sequencename AND c.relnamespace = n.oid
LEFT JOIN pg_catalog.pg_depend AS d ON d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = c.oid
  AND d.refclassid = 'pg_catalog.pg_class'::regclass AND d.deptype IN ('a', 'i')
LEFT JOIN pg_catalog.pg_class AS t ON t.oid = d.refobjid
WHERE s.last_value IS NOT NULL AND NOT (s.schemaname = $1 AND coalesce(t.relname, c.relname) ~ $2)
ORDER BY s.schemaname COLLATE pg_catalog."C", s.sequencename COLLATE pg_catalog."C"`;
