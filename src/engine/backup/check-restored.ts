import type { BackedUpTable } from '../../backup/manifest.ts';
import type { Session } from '../../postgres/session.ts';
import { displayIdentifier, quoteQualified } from '../../sql/quote.ts';
import { inSession } from './load-by-copy.ts';
import type { LoadInto } from './load-into.ts';

/** A table whose rows are not as many as the manifest says. */
export interface RowDifference {
  /** As people write it. */
  readonly table: string;
  readonly expected: number;
  /** Null where the table is not there. */
  readonly found: number | null;
}

/** What was compared, and what is different. */
export interface RowCheck {
  readonly tables: number;
  readonly rows: number;
  readonly differences: readonly RowDifference[];
}

/** Counts the rows of every table that the manifest has a count of, in several sessions. */
export async function checkRows(
  into: Pick<LoadInto, 'engine' | 'database' | 'signal' | 'jobs'>,
  tables: readonly BackedUpTable[],
): Promise<RowCheck> {
  const { emit } = into.engine;
  const counted = tables.flatMap((table) => (table.rows === null ? [] : [{ table, expected: table.rows }]));
  const waiting = [...counted];
  const differences: RowDifference[] = [];
  let done = 0;
  const workers = Array.from({ length: Math.min(into.jobs, waiting.length) }, () =>
    inSession(into, async (session) => {
      for (let next = waiting.shift(); next; next = waiting.shift()) {
        const found = await countIn(session, next.table);
        if (found !== next.expected) differences.push({ table: shown(next.table), expected: next.expected, found });
        emit({ kind: 'restore_progress', phase: 'counting', done: ++done, total: counted.length, unit: 'tables' });
      }
    }),
  );
  for (const end of await Promise.allSettled(workers)) if (end.status === 'rejected') throw end.reason;
  return { tables: counted.length, rows: counted.reduce((sum, one) => sum + one.expected, 0), differences };
}

async function countIn(session: Session, { schema, name }: BackedUpTable): Promise<number | null> {
  const table = quoteQualified(schema, name);
  const [there] = await session.query('SELECT pg_catalog.to_regclass($1) IS NOT NULL AS is_there', [table]);
  if (there?.is_there !== 't') return null;
  const [row] = await session.query(`SELECT pg_catalog.count(*) AS amount FROM ONLY ${table}`);
  return Number(row?.amount ?? 0);
}

function shown({ schema, name }: BackedUpTable): string {
  return `${displayIdentifier(schema)}.${displayIdentifier(name)}`;
}

/** A line a table, for people; the first of many. */
export function differenceLines(differences: readonly RowDifference[]): string[] {
  const some = differences.slice(0, SHOWN_MAX);
  const lines = some.map(({ table, expected, found }) =>
    found === null ? `${table}: it is not there` : `${table}: ${found} rows, and ${expected} in the backup`,
  );
  return differences.length > SHOWN_MAX ? [...lines, `and ${differences.length - SHOWN_MAX} more tables`] : lines;
}

const SHOWN_MAX = 10;
