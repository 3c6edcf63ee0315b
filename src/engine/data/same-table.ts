import type { BatchItem } from '../../postgres/pipeline.ts';
import { Problem } from '../../problem/problem.ts';
import { placeOf } from './key.ts';
import type { Lane } from './lane.ts';

/**
 * Fails where the name means another table than the one that was begun with, or none: dropped and made anew, or exchanged for another. Behind
 * the statements of a batch, which keep what they have met from being dropped, and before the record.
 */
export function sameTableItem({ table }: Pick<Lane, 'table'>): BatchItem {
  return {
    name: 'taskflow_same_table',
    sql: `SELECT CASE WHEN pg_catalog.to_regclass($1)::pg_catalog.oid = $2::pg_catalog.oid THEN 1
  ELSE ('${OTHER_TABLE}' || pg_catalog.clock_timestamp()::pg_catalog.text)::integer END`,
    params: [table.name, table.oid],
  };
}

/** In the message of the error that sameTableItem ends with. */
const OTHER_TABLE = 'another table by now: ';

export function isOtherTable(error: unknown): boolean {
  return error instanceof Error && error.message.includes(OTHER_TABLE);
}

/** Problem `data-moved`, and what it says in short. */
export function otherTable({ work, table }: Pick<Lane, 'work' | 'table'>): { message: string; problem: Problem } {
  const message = `${table.shown} is not the table that was begun with: it was dropped, made anew or exchanged meanwhile`;
  const problem = new Problem('data-moved', `${work.version}: ${message}`, {
    version: work.version,
    where: placeOf(work),
    next: [
      `If this is the table that is meant, begin from its first row: taskflow-db data retry ${work.version} --from-start`,
    ],
  });
  return { message, problem };
}
