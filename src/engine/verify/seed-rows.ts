import type { Session } from '../../postgres/session.ts';
import { quoteIdentifier, quoteQualified } from '../../sql/quote.ts';
import type { ScratchDatabase } from '../scratch/scratch.ts';
import { TIME_OR_CHANCE, tableName, tablesOf } from './rows.ts';

/** Rows of one table that only one of two databases has, as JSON texts. */
export interface RowDifference {
  readonly table: string;
  readonly onlyBefore: readonly string[];
  readonly onlyAfter: readonly string[];
}

export interface ComparedRows {
  readonly rows: number;
  readonly differences: readonly RowDifference[];
}

/** So many rows of a table are compared; seed rows are few. */
const ROWS_MAX = 10_000;

/**
 * Compares the rows of the tables that both have. Columns whose default differs from run to run are left out: those of time
 * and chance, and keys that are counted.
 */
export async function compareRows(before: ScratchDatabase, after: ScratchDatabase): Promise<ComparedRows> {
  const [a, b] = [await rowsOf(before), await rowsOf(after)];
  const tables = [...a.keys()].filter((table) => b.has(table));
  const differences = tables.flatMap((table): RowDifference[] => {
    const [onlyBefore, onlyAfter] = [without(a.get(table)!, b.get(table)!), without(b.get(table)!, a.get(table)!)];
    return onlyBefore.length + onlyAfter.length === 0 ? [] : [{ table, onlyBefore, onlyAfter }];
  });
  return { rows: [...a.values()].reduce((sum, rows) => sum + rows.length, 0), differences };
}

/** Those of the first list that the second has not, one for one. */
function without(rows: readonly string[], others: readonly string[]): string[] {
  const left = new Map<string, number>();
  for (const row of others) left.set(row, (left.get(row) ?? 0) + 1);
  return rows.filter((row) => {
    const count = left.get(row) ?? 0;
    left.set(row, count - 1);
    return count <= 0;
  });
}

async function rowsOf({ engine }: ScratchDatabase): Promise<Map<string, string[]>> {
  const session = await engine.connect('control');
  try {
    const found = new Map<string, string[]>();
    for (const table of await tablesOf(session, engine.settings.trackingSchema)) {
      found.set(tableName(table), await rowsIn(session, table.schema, table.name));
    }
    return found;
  } finally {
    await session.end();
  }
}

async function rowsIn(session: Session, schema: string, name: string): Promise<string[]> {
  const columns = await session.query(SETTLED_COLUMNS, [schema, name]);
  if (columns.length === 0) return [];
  const parts = columns.map(({ name: column }) => `${quoteIdentifier(column ?? '')}::text`);
  const rows = await session.query(
    `SELECT pg_catalog.to_json(ARRAY[${parts.join(', ')}]) AS row FROM ONLY ${quoteQualified(schema, name)} LIMIT ${ROWS_MAX}`,
  );
  return rows.map(({ row }) => row ?? '');
}

const SETTLED_COLUMNS = `SELECT a.attname AS name FROM pg_catalog.pg_attribute AS a
JOIN pg_catalog.pg_class AS c ON c.oid = a.attrelid JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
LEFT JOIN pg_catalog.pg_attrdef AS d ON d.adrelid = c.oid AND d.adnum = a.attnum
WHERE n.nspname = $1 AND c.relname = $2 AND a.attnum > 0 AND NOT a.attisdropped AND a.attidentity = ''
  AND NOT coalesce(pg_catalog.pg_get_expr(d.adbin, d.adrelid) ~* '\\mnextval\\M|${TIME_OR_CHANCE}', false)
ORDER BY a.attname`;
