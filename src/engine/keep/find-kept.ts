import type { Kept } from '../../backup/kept.ts';
import { BACKUP_SCHEMA } from '../../backup/kept.ts';
import type { Control } from '../control.ts';

/**
 * What was kept when this version was applied last, and has not been put back since, in the order in which it was kept; of what
 * was kept in the database, only that whose store is still there.
 */
export async function keptOf(control: Control, version: string): Promise<{ kept: Kept[]; lost: Kept[] }> {
  const [trail] = await control.session.query('SELECT pg_catalog.to_regclass($1) AS found', [control.names.events]);
  // An older layout of the tracking tables has no events, and nothing was kept.
  if (trail?.found == null) return { kept: [], lost: [] };
  const rows = await control.session.query(
    `SELECT e.detail FROM ${control.names.events} AS e
WHERE e.version = $1 AND e.event = 'backed_up' AND e.detail ->> 'scope' = 'scoped' AND e.detail ->> 'direction' = 'apply'
  AND e.seq > coalesce((SELECT pg_catalog.max(o.seq) FROM ${control.names.events} AS o
    WHERE o.version = $1 AND o.event IN ('rolled_back', 'put_back')), 0) ORDER BY e.seq`,
    [version],
  );
  const all = rows.flatMap(({ detail }) => (JSON.parse(detail ?? '{}') as { kept: Kept[] }).kept);
  const there = new Set(
    (
      await control.session.query(
        `SELECT c.relname AS name FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
WHERE n.nspname = $1 AND c.relname = ANY ($2::pg_catalog.text[])`,
        [BACKUP_SCHEMA, arrayOf(all.map(({ store }) => store))],
      )
    ).map(({ name }) => name),
  );
  return { kept: all.filter(({ store }) => there.has(store)), lost: all.filter(({ store }) => !there.has(store)) };
}

/** As PostgreSQL reads an array of texts. */
export function arrayOf(texts: readonly string[]): string {
  return `{${texts.map((text) => `"${text.replaceAll(/["\\]/g, '\\$&')}"`).join(',')}}`;
}
