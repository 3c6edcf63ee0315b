import { locate } from '../migration/locate.ts';
import type { Migration } from '../migration/migration.ts';
import type { Row } from '../postgres/row.ts';
import { Problem } from '../problem/problem.ts';
import { correctAndGoOn } from './advice.ts';
import { isDatabaseError, statementProblem } from './failure.ts';
import type { WorkWatch } from './work-items.ts';
import type { Worker } from './worker.ts';

/**
 * Runs the VERIFY queries where the worker's session stands now. Every column of every row of every query must be true;
 * no row, false and NULL all fail. `role`: who runs them. Throws `verify-failed`, or the query's own error.
 */
export async function checkVerify(
  worker: Pick<Worker, 'session'>,
  migration: Migration,
  watch: WorkWatch,
  role?: string,
): Promise<void> {
  if (migration.verify.length === 0) return;
  const items = migration.verify.map((query) => ({ sql: query.sql, rows: true }));
  const batch = await worker.session.runBatch([items], watch.onNotice ? { onNotice: watch.onNotice } : {});
  if (batch.failure) {
    const query = migration.verify[batch.failure.item]!;
    if (!isDatabaseError(batch.failure.error)) throw batch.failure.error;
    throw statementProblem(batch.failure.error, migration, query, migration.verify, role);
  }
  migration.verify.forEach((query, i) => {
    const found = whyNotTrue(batch.results[0]?.[i]?.rows ?? []);
    if (found === undefined) return;
    const where = locate(migration, query, 0);
    throw new Problem('verify-failed', `${migration.version}: a VERIFY query is not true`, {
      version: migration.version,
      where,
      statement: query.sql,
      found,
      expected: 'at least one row, and every value true',
      next: [correctAndGoOn(`the query (${where.file}, line ${where.line}), or what the file does before it`)],
    });
  });
}

/** Whether a query's answer counts as true. */
export function isTrue(rows: readonly Row[]): boolean {
  return whyNotTrue(rows) === undefined;
}

function whyNotTrue(rows: readonly Row[]): string | undefined {
  if (rows.length === 0) return 'no row';
  for (const [i, row] of rows.entries()) {
    for (const [column, value] of Object.entries(row)) {
      if (value !== 't')
        return `${value === null ? 'NULL' : value === 'f' ? 'false' : value} in column ${column} of row ${i + 1}`;
    }
  }
  return undefined;
}
