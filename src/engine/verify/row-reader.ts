import type { Session } from '../../postgres/session.ts';
import { setLocal } from '../../postgres/session-settings.ts';
import { quoteQualified } from '../../sql/quote.ts';
import type { Engine } from '../engine.ts';
import { type Table, tablesOf } from './rows.ts';

/**
 * Lends a session that sees every row of a scratch database's tables, in one transaction that is undone, with values written out
 * the same whatever the server is set to. Where policies would hide rows from it all the same, as those of a table of somebody
 * else, the server refuses to read it (42501).
 */
export async function withRowReader<T>(
  engine: Engine,
  use: (session: Session, tables: readonly Table[]) => Promise<T>,
): Promise<T> {
  const session = await engine.connect('control');
  try {
    await session.query('BEGIN');
    await session.batch([Object.entries(SETTINGS).map(([name, value]) => setLocal(name, value))]);
    await session.query(OWN_ROLE, [engine.settings.role ?? 'none']);
    await showToOwners(session);
    const result = await use(session, await tablesOf(session, engine.settings.trackingSchema));
    await session.query('ROLLBACK');
    return result;
  } finally {
    await session.end();
  }
}

const SETTINGS = {
  DateStyle: 'ISO, YMD',
  TimeZone: 'UTC',
  IntervalStyle: 'postgres',
  extra_float_digits: '1',
  bytea_output: 'hex',
  lc_monetary: 'C',
  row_security: 'off',
};

/** A superuser reads everything; anybody else, what the role owns that migrates. */
const OWN_ROLE = `SELECT pg_catalog.set_config('role', $1, true) FROM pg_catalog.pg_roles
WHERE rolname = current_user AND NOT rolsuper`;

/** Their policies hold for the owner, too, where they are forced. */
async function showToOwners(session: Session): Promise<void> {
  const forced = await session.query(`SELECT n.nspname AS schema, c.relname AS name
FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.relkind = 'r' AND c.relforcerowsecurity AND pg_catalog.row_security_active(c.oid)
  AND pg_catalog.pg_has_role(c.relowner, 'USAGE')`);
  for (const { schema, name } of forced)
    await session.query(`ALTER TABLE ${quoteQualified(schema ?? '', name ?? '')} NO FORCE ROW LEVEL SECURITY`);
}
