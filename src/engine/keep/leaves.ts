import type { Session } from '../../postgres/session.ts';
import { quoteQualified } from '../../sql/quote.ts';
import type { Taking } from './taking.ts';

/** The tables that hold the rows, with their pages. */
export async function leavesOf(
  session: Session,
  { relation, from }: Taking,
): Promise<{ name: string; pages: number }[]> {
  const children = from.startsWith('ONLY ')
    ? ''
    : 'UNION SELECT i.inhrelid FROM below AS b JOIN pg_catalog.pg_inherits AS i ON i.inhparent = b.oid';
  const rows = await session.query(
    `WITH RECURSIVE below (oid) AS (SELECT $1::pg_catalog.oid ${children})
SELECT n.nspname AS schema, c.relname AS name, pg_catalog.pg_relation_size(c.oid) / pg_catalog.current_setting('block_size')::bigint AS pages
FROM below AS b JOIN pg_catalog.pg_class AS c ON c.oid = b.oid JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.relkind = 'r' ORDER BY c.oid`,
    [relation.oid],
  );
  return rows.map(({ schema, name, pages }) => ({ name: quoteQualified(schema!, name!), pages: Number(pages) }));
}
