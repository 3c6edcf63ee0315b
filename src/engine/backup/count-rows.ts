import { quoteQualified } from '../../sql/quote.ts';
import type { SourceTable } from './contents.ts';
import type { Job } from './job.ts';

/** How many rows each table has in the leader's snapshot, by oid; the leader counts, one table after the other. */
export async function countRows(
  { leader, contents }: Pick<Job, 'leader' | 'contents'>,
  signal: AbortSignal,
): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  const stop = () => void leader.session.cancel();
  signal.addEventListener('abort', stop, { once: true });
  try {
    for (const table of contents.tables) {
      if (signal.aborted) break;
      const [row] = await leader.session.query(`SELECT pg_catalog.count(*) AS rows FROM ${rowsOf(table)}`);
      counts.set(table.oid, Number(row?.rows ?? 0));
    }
    return counts;
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

/** A table with the condition of its extension, if it is of one: what stands behind FROM. */
export function rowsOf({ schema, name, condition }: SourceTable): string {
  return `ONLY ${quoteQualified(schema, name)}${condition ? ` ${condition}` : ''}`;
}
