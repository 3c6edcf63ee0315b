import { type SentStatement, statementsOf } from '../../known/statements.ts';
import type { RelationStatistics, StatementsStatistics } from '../../known/statistics.ts';
import { quoteIdentifier } from '../../sql/quote.ts';
import type { Control } from '../control.ts';
import { statementsSinceSql, statementsSql } from './queries.ts';

/** `schema`: of the extension, undefined where it is not there. Null where it is not loaded, or may not be read. */
export async function readStatements(
  { session, server }: Control,
  schema: string | undefined,
  relations: readonly RelationStatistics[],
): Promise<StatementsStatistics | null> {
  if (schema === undefined) return null;
  const quoted = quoteIdentifier(schema);
  const batch = await session.runBatch([
    [{ sql: statementsSql(quoted), rows: true }],
    ...(server.versionNum < 140_000 ? [] : [[{ sql: statementsSinceSql(quoted), rows: true }]]),
  ]);
  const found = batch.results[0]?.[0]?.rows[0]?.found;
  if (found === undefined || found === null) return null;
  const { track, hidden, sent } = JSON.parse(found) as { track?: string; hidden: number; sent: SentStatement[] };
  const { since, evicted } = batch.results[1]?.[0]?.rows[0] ?? {};
  return {
    since: since ?? null,
    ...(track ? { track } : {}),
    hidden,
    evicted: evicted == null ? null : Number(evicted),
    list: statementsOf(sent, relations),
  };
}
