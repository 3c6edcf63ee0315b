import type { Session } from '../../postgres/session.ts';
import { quoteIdentifier, quoteQualified } from '../../sql/quote.ts';
import { without } from '../../verify/without.ts';
import type { ScratchDatabase } from '../scratch/scratch.ts';
import { withRowReader } from './row-reader.ts';
import { type Table, TIME_OR_CHANCE, tableName } from './rows.ts';

/** A table whose rows are not the same in two databases. */
export interface RowDifference {
  readonly table: string;
  /** How many rows each has. */
  readonly before: number;
  readonly after: number;
  /** Those that only one of them has, as JSON texts; undefined where there are too many rows to compare them one by one. */
  readonly only: { readonly before: readonly string[]; readonly after: readonly string[] } | undefined;
}

export interface ComparedRows {
  readonly rows: number;
  readonly differences: readonly RowDifference[];
}

/** Tables of so many rows are compared row by row where they differ. */
const ROWS_MAX = 10_000;

/**
 * Compares the rows of the tables that both have, in whatever order they are. Columns whose default differs from run to run are
 * left out: those of time and chance, and keys that are counted.
 */
export function compareRows(before: ScratchDatabase, after: ScratchDatabase): Promise<ComparedRows> {
  return withRowReader(before.engine, (mine, tables) =>
    withRowReader(after.engine, async (theirs, others) => {
      const [ours, those] = [await summed(mine, tables), await summed(theirs, others)];
      const differences: RowDifference[] = [];
      for (const [table, one] of ours) {
        const other = those.get(table);
        if (other && !(one.rows === other.rows && one.sum === other.sum))
          differences.push(await differenceOf(table, [mine, one], [theirs, other]));
      }
      return { rows: [...ours.values()].reduce((sum, { rows }) => sum + rows, 0), differences };
    }),
  );
}

async function differenceOf(table: string, before: Side, after: Side): Promise<RowDifference> {
  const counts = { table, before: before[1].rows, after: after[1].rows };
  if (Math.max(counts.before, counts.after) > ROWS_MAX) return { ...counts, only: undefined };
  const [mine, theirs] = [await rowsOf(before), await rowsOf(after)];
  return { ...counts, only: { before: without(mine, theirs, String), after: without(theirs, mine, String) } };
}

type Side = readonly [session: Session, table: Summed];

interface Summed {
  readonly rows: number;
  /** The same for the same rows, in whatever order. */
  readonly sum: string;
  /** Selects the rows, each as `row`. */
  readonly select: string;
}

/** By table, as people write it. */
async function summed(session: Session, tables: readonly Table[]): Promise<Map<string, Summed>> {
  const found = new Map<string, Summed>();
  for (const table of tables) {
    const columns = await session.query(SETTLED_COLUMNS, [table.schema, table.name]);
    if (columns.length === 0) continue;
    const values = columns.map(({ name }) => `${quoteIdentifier(name ?? '')}::text`);
    const select = `SELECT pg_catalog.to_json(ARRAY[${values.join(', ')}])::text AS row FROM ONLY ${quoteQualified(table.schema, table.name)}`;
    const [row] = await session.query(
      `SELECT count(*) AS rows, coalesce(sum(pg_catalog.hashtextextended(row, 0)), 0) AS sum FROM (${select}) AS rows`,
    );
    found.set(tableName(table), { rows: Number(row?.rows), sum: row?.sum ?? '', select });
  }
  return found;
}

async function rowsOf([session, { select }]: Side): Promise<string[]> {
  return (await session.query(select)).map(({ row }) => row ?? '');
}

const SETTLED_COLUMNS = `SELECT a.attname AS name FROM pg_catalog.pg_attribute AS a
JOIN pg_catalog.pg_class AS c ON c.oid = a.attrelid JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
LEFT JOIN pg_catalog.pg_attrdef AS d ON d.adrelid = c.oid AND d.adnum = a.attnum
WHERE n.nspname = $1 AND c.relname = $2 AND a.attnum > 0 AND NOT a.attisdropped AND a.attidentity = ''
  AND NOT coalesce(pg_catalog.pg_get_expr(d.adbin, d.adrelid) ~* '\\mnextval\\M|${TIME_OR_CHANCE}', false)
ORDER BY a.attname`;
