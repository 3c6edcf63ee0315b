import type { Statement } from '../../migration/migration.ts';
import type { Session } from '../../postgres/session.ts';
import { isTrue } from '../check-verify.ts';

/**
 * Whether every VERIFY query holds as the database is now, in the session's open transaction, which is left as it was. One that
 * cannot be run, because what it asks about is not there, does not hold.
 */
export async function holdsAlready(session: Session, queries: readonly Statement[]): Promise<boolean> {
  for (const query of queries) if (!(await holds(session, query))) return false;
  return queries.length > 0;
}

async function holds(session: Session, { sql }: Statement): Promise<boolean> {
  const batch = await session.runBatch([[{ sql: 'SAVEPOINT taskflow_vacuous' }, { sql, rows: true }]]);
  await session.batch([
    [{ sql: 'ROLLBACK TO SAVEPOINT taskflow_vacuous' }, { sql: 'RELEASE SAVEPOINT taskflow_vacuous' }],
  ]);
  return !batch.failure && isTrue(batch.results[0]?.[1]?.rows ?? []);
}
