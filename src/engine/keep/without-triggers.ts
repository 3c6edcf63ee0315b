import type { Kept } from '../../backup/kept.ts';
import { tableName } from '../../backup/kept-sql.ts';
import type { Session } from '../../postgres/session.ts';
import { quoteIdentifier } from '../../sql/quote.ts';

/** pg_trigger.tgenabled, and how ALTER TABLE names it. */
const ENABLE: Readonly<Record<string, string>> = { O: 'ENABLE', R: 'ENABLE REPLICA', A: 'ENABLE ALWAYS' };

/**
 * Runs `use` while the table's own triggers are off: the rows come back as they were, not as a trigger would write them (an
 * updated_at of today). Each is set again as it was. Those of constraints stay on.
 */
export async function withoutTriggers(session: Session, kept: Kept, use: () => Promise<void>): Promise<void> {
  const table = tableName(kept);
  const rows = await session.query(
    `SELECT t.tgname AS name, t.tgenabled AS enabled FROM pg_catalog.pg_trigger AS t
WHERE t.tgrelid = $1::pg_catalog.regclass AND NOT t.tgisinternal AND t.tgenabled <> 'D' ORDER BY t.tgname`,
    [table],
  );
  const set = (how: string, name: string) => ({ sql: `ALTER TABLE ${table} ${how} TRIGGER ${quoteIdentifier(name)}` });
  if (rows.length > 0) await session.batch([rows.map(({ name }) => set('DISABLE', name!))]);
  await use();
  if (rows.length === 0) return;
  await session.batch([
    [
      { sql: 'SET CONSTRAINTS ALL IMMEDIATE' },
      ...rows.map(({ name, enabled }) => set(ENABLE[enabled ?? 'O'] ?? 'ENABLE', name!)),
    ],
  ]);
}
