import type { Session } from '../../postgres/session.ts';
import { describe } from './relations.ts';
import { nameOf, type Taking } from './taking.ts';

/**
 * The columns whose values lose an attribute that is dropped from a composite type: those of the type, and of arrays of it; of
 * a table OF the type the column itself. A value is kept as text, so it comes back only where the attribute was the last one.
 */
export async function attributeTakings(session: Session, oid: string, attribute: string): Promise<Taking[]> {
  const rows = await session.query(USED_BY, [oid, attribute]);
  const relations = await describe(
    session,
    rows.map((row) => row.relation ?? ''),
  );
  return rows.flatMap(({ column, kind, last }, i): Taking[] => {
    const relation = relations[i];
    const columns = relation?.columns.filter(({ name }) => name === column) ?? [];
    if (!relation || columns.length === 0) return [];
    const why = kind === 'retyped' && last === 'f' ? { why: `${attribute} is not the last attribute` } : {};
    const from = `${nameOf(relation)} AS t`;
    return [
      {
        kind: kind === 'column' ? 'column' : 'retyped',
        relation,
        columns,
        from,
        distinct: false,
        ofFile: false,
        exclusive: true,
        ...why,
      },
    ];
  });
}

const USED_BY = `WITH type AS (SELECT y.oid, y.typarray, y.typrelid,
  NOT EXISTS (SELECT FROM pg_catalog.pg_attribute AS a JOIN pg_catalog.pg_attribute AS later ON later.attrelid = a.attrelid
    AND later.attnum > a.attnum AND NOT later.attisdropped WHERE a.attrelid = y.typrelid AND a.attname = $2) AS last
  FROM pg_catalog.pg_type AS y WHERE y.oid = $1::pg_catalog.oid AND y.typtype = 'c')
SELECT c.oid AS relation, a.attname AS column, 'retyped' AS kind, y.last FROM type AS y
JOIN pg_catalog.pg_attribute AS a ON a.atttypid IN (y.oid, y.typarray) AND a.attnum > 0 AND NOT a.attisdropped
JOIN pg_catalog.pg_class AS c ON c.oid = a.attrelid AND c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relpersistence <> 't'
UNION ALL SELECT c.oid, a.attname, 'column', y.last FROM type AS y
JOIN pg_catalog.pg_class AS c ON c.reloftype = y.oid AND c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relpersistence <> 't'
JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid AND a.attname = $2
ORDER BY 1, 2`;
