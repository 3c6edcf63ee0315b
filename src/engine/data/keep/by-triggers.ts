import type { Session } from '../../../postgres/session.ts';

/** A trigger of a table that writes more than the row that it is given, as far as that can be read of its function. */
export interface WritingTrigger {
  readonly name: string;
  /** It comes before a row is deleted, and may do something else in its place. */
  readonly comesBeforeDelete: boolean;
}

/** Of pg_trigger.tgtype: before 2, delete 8, update 16; row 1 (catalog/pg_trigger.h). */
const EVENT = { deleted: 8, updated: 16 } as const;

/** A function in another language than these two may do anything. */
const TRIGGERS = `SELECT DISTINCT t.tgname AS name, t.tgtype & 11 = 11 AS before_delete FROM pg_catalog.pg_trigger AS t
JOIN pg_catalog.pg_proc AS p ON p.oid = t.tgfoid JOIN pg_catalog.pg_language AS l ON l.oid = p.prolang
WHERE NOT t.tgisinternal AND t.tgenabled IN ('O', 'A') AND t.tgtype & $2::integer <> 0
  AND t.tgrelid IN (SELECT $1::pg_catalog.oid UNION SELECT i.relid FROM pg_catalog.pg_partition_tree($1::pg_catalog.oid::pg_catalog.regclass) AS i)
  AND (l.lanname NOT IN ('sql', 'plpgsql')
    OR p.prosrc ~* '\\m(insert|update|delete|merge|truncate|execute|perform|call|copy)\\M')
ORDER BY name`;

/** What the triggers of a table write is in no store. */
export async function writingTriggers(
  session: Session,
  table: string,
  kinds: readonly (keyof typeof EVENT)[],
): Promise<WritingTrigger[]> {
  const events = kinds.reduce((all, kind) => all | EVENT[kind], 0);
  const rows = await session.query(TRIGGERS, [table, String(events)]);
  return rows.map(({ name, before_delete: before }) => ({
    name: name ?? '',
    comesBeforeDelete: before === 't' && kinds.includes('deleted'),
  }));
}
