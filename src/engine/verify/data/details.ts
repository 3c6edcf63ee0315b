import type { Session } from '../../../postgres/session.ts';
import type { SampleColumn, SampleCondition, SampleTable, SampleType } from '../../../verify/sample/table.ts';
import type { FoundTable } from './tables.ts';

/** What rows of these tables must be like. */
export async function readDetails(session: Session, tables: readonly FoundTable[]): Promise<SampleTable[]> {
  if (tables.length === 0) return [];
  const oids = `{${tables.map(({ oid }) => oid).join(',')}}`;
  const { results } = await session.batch([
    [
      { sql: DETAILS, name: 'taskflow_data_details', params: [oids], rows: true },
      { sql: TYPES, name: 'taskflow_data_types', params: [oids], rows: true },
    ],
  ]);
  const [details, types] = results[0] ?? [];
  const typeOf = typesFrom(types?.rows.map(({ type }) => JSON.parse(type ?? '{}') as TypeRow) ?? []);
  const rows = new Map((details?.rows ?? []).map(({ oid, table }) => [oid, JSON.parse(table ?? '{}') as TableRow]));
  return tables.flatMap((table) => {
    const row = rows.get(table.oid);
    return row ? [detailed(table, row, typeOf)] : [];
  });
}

interface ColumnRow extends Omit<SampleColumn, 'type'> {
  readonly type: string;
  readonly sql: string;
  readonly modifier: number;
}

interface TableRow {
  readonly columns: readonly ColumnRow[] | null;
  readonly conditions: readonly SampleCondition[] | null;
  readonly bounds: string | null;
  readonly conflicts: boolean;
}

function detailed({ oid, schema, name }: FoundTable, row: TableRow, typeOf: TypeReader): SampleTable {
  const columns = (row.columns ?? []).map(({ type, sql, modifier, ...rest }): SampleColumn => {
    const own = typeOf(type, sql, modifier);
    return { ...rest, type: own, nullable: rest.nullable && !own.notNull };
  });
  const bounds = row.bounds === null ? [] : [{ sql: row.bounds, columns: namedIn(row.bounds, columns) }];
  const conditions = [...(row.conditions ?? []), ...bounds];
  return { oid, schema, name, columns, conditions, conflicts: row.conflicts };
}

function namedIn(expression: string, columns: readonly SampleColumn[]): string[] {
  const words = new Set(expression.match(/"(?:[^"]|"")*"|[\p{L}_][\p{L}\p{N}_$]*/gu) ?? []);
  const written = (name: string) => words.has(name) || words.has(`"${name.replaceAll('"', '""')}"`);
  return columns.map(({ name }) => name).filter(written);
}

interface Part {
  readonly type: string;
  readonly sql: string;
  readonly modifier: number;
}

interface TypeRow {
  readonly oid: string;
  readonly name: string;
  readonly kind: SampleType['kind'];
  readonly labels: readonly string[] | null;
  readonly parts: readonly Part[] | null;
  readonly conditions: readonly string[] | null;
  readonly notNull: boolean;
}

type TypeReader = (oid: string, sql: string, modifier: number) => SampleType;

function typesFrom(rows: readonly TypeRow[]): TypeReader {
  const byOid = new Map(rows.map((row) => [row.oid, row]));
  const read: TypeReader = (oid, sql, modifier) => {
    const row = byOid.get(oid);
    const parts = (row?.parts ?? []).map((part) => {
      // The modifier of an array is that of its elements, and stands in front of the brackets.
      return row?.kind === 'array'
        ? read(part.type, sql.replace(/\[\]$/, ''), modifier)
        : read(part.type, part.sql, part.modifier);
    });
    return {
      kind: row?.kind ?? 'other',
      name: row?.name ?? '',
      sql,
      modifier,
      labels: row?.labels ?? [],
      parts,
      conditions: row?.conditions ?? [],
      notNull: row?.notNull ?? false,
    };
  };
  return read;
}

const DETAILS = `SELECT c.oid, pg_catalog.json_build_object(
  'columns', (SELECT pg_catalog.json_agg(pg_catalog.json_build_object('name', a.attname, 'number', a.attnum,
      'type', a.atttypid::text, 'sql', pg_catalog.format_type(a.atttypid, a.atttypmod), 'modifier', a.atttypmod,
      'nullable', NOT a.attnotnull, 'hasDefault', a.atthasdef, 'generated', a.attgenerated <> '', 'always', a.attidentity = 'a',
      'counted', a.attidentity <> '' OR coalesce(pg_catalog.pg_get_expr(d.adbin, d.adrelid) ~ '\\mnextval\\(', false)) ORDER BY a.attnum)
    FROM pg_catalog.pg_attribute AS a LEFT JOIN pg_catalog.pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped),
  'conditions', (SELECT pg_catalog.json_agg(pg_catalog.json_build_object('sql', pg_catalog.pg_get_expr(k.conbin, k.conrelid),
      'columns', coalesce((SELECT pg_catalog.json_agg(a.attname ORDER BY a.attnum) FROM pg_catalog.pg_attribute AS a
        WHERE a.attrelid = c.oid AND a.attnum = ANY (k.conkey)), '[]'::json)) ORDER BY k.conname)
    FROM pg_catalog.pg_constraint AS k WHERE k.conrelid = c.oid AND k.contype = 'c'),
  'bounds', CASE WHEN c.relispartition THEN pg_catalog.pg_get_partition_constraintdef(c.oid) END,
  'conflicts', NOT c.relhasrules AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_index AS i
    WHERE i.indrelid = c.oid AND (i.indisunique OR i.indisexclusion) AND NOT i.indimmediate)) AS table
FROM pg_catalog.pg_class AS c WHERE c.oid = ANY ($1::oid[])`;

/** The types of the columns, and what they are made of. */
const TYPES = `WITH RECURSIVE found (oid) AS (
  SELECT DISTINCT atttypid FROM pg_catalog.pg_attribute WHERE attrelid = ANY ($1::oid[]) AND attnum > 0 AND NOT attisdropped
  UNION
  SELECT part.oid FROM found JOIN pg_catalog.pg_type AS t ON t.oid = found.oid CROSS JOIN LATERAL (
    SELECT t.typbasetype AS oid WHERE t.typtype = 'd'
    UNION ALL SELECT t.typelem WHERE t.typcategory = 'A' AND t.typelem <> 0
    UNION ALL SELECT a.atttypid FROM pg_catalog.pg_attribute AS a
      WHERE t.typtype = 'c' AND a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped
    UNION ALL SELECT r.rngsubtype FROM pg_catalog.pg_range AS r WHERE r.rngtypid = t.oid
    UNION ALL SELECT r.rngtypid FROM pg_catalog.pg_range AS r WHERE (pg_catalog.to_jsonb(r) ->> 'rngmultitypid')::pg_catalog.oid = t.oid) AS part)
SELECT pg_catalog.json_build_object('oid', t.oid::text, 'name', t.typname, 'notNull', t.typnotnull,
  'kind', CASE WHEN t.typcategory = 'A' AND t.typlen = -1 AND t.typelem <> 0 AND t.typname NOT IN ('int2vector', 'oidvector')
      AND t.typtype = 'b' THEN 'array'
    ELSE CASE t.typtype WHEN 'b' THEN 'base' WHEN 'e' THEN 'enum' WHEN 'd' THEN 'domain' WHEN 'r' THEN 'range'
      WHEN 'm' THEN 'multirange' WHEN 'c' THEN 'composite' ELSE 'other' END END,
  'labels', (SELECT pg_catalog.json_agg(e.enumlabel ORDER BY e.enumsortorder) FROM pg_catalog.pg_enum AS e WHERE e.enumtypid = t.oid),
  'conditions', (SELECT pg_catalog.json_agg(pg_catalog.pg_get_expr(k.conbin, 0) ORDER BY k.conname)
    FROM pg_catalog.pg_constraint AS k WHERE k.contypid = t.oid AND k.contype = 'c'),
  'parts', (SELECT pg_catalog.json_agg(pg_catalog.json_build_object('type', p.oid::text,
      'sql', pg_catalog.format_type(p.oid, p.modifier), 'modifier', p.modifier) ORDER BY p.place) FROM (
    SELECT t.typbasetype, t.typtypmod, 0 WHERE t.typtype = 'd'
    UNION ALL SELECT t.typelem, -1, 0 WHERE t.typcategory = 'A' AND t.typelem <> 0
    UNION ALL SELECT a.atttypid, a.atttypmod, a.attnum FROM pg_catalog.pg_attribute AS a
      WHERE t.typtype = 'c' AND a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped
    UNION ALL SELECT r.rngsubtype, -1, 0 FROM pg_catalog.pg_range AS r WHERE r.rngtypid = t.oid
    UNION ALL SELECT r.rngtypid, -1, 0 FROM pg_catalog.pg_range AS r WHERE (pg_catalog.to_jsonb(r) ->> 'rngmultitypid')::pg_catalog.oid = t.oid
  ) AS p (oid, modifier, place))) AS type
FROM pg_catalog.pg_type AS t JOIN found ON found.oid = t.oid`;
