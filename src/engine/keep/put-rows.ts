import type { Kept } from '../../backup/kept.ts';
import { putRowsBack, putRowsBackByBlock, tableName } from '../../backup/kept-sql.ts';
import type { Session } from '../../postgres/session.ts';
import { quoteQualified } from '../../sql/quote.ts';

/** Puts rows into their table, but for those whose place another row has. */
export async function putRows(session: Session, group: readonly [Kept, ...Kept[]]): Promise<void> {
  const rows = await session.query(IN_THE_WAY, [tableName(group[0])]);
  const unique = rows.flatMap(({ schema, name }) => (schema && name ? [quoteQualified(schema, name)] : []));
  const sql = rows.length === 0 ? putRowsBack(group) : putRowsBackByBlock(group, unique);
  await session.batch([[{ sql }]]);
}

/** ON CONFLICT is refused where there is a rule, even one that is off, and where a unique constraint may wait. */
const IN_THE_WAY = `SELECT NULL AS schema, r.rulename AS name FROM pg_catalog.pg_rewrite AS r
WHERE r.ev_class = $1::pg_catalog.regclass AND r.ev_type IN ('2', '3')
UNION ALL SELECT n.nspname, f.conname FROM pg_catalog.pg_constraint AS f
JOIN pg_catalog.pg_namespace AS n ON n.oid = f.connamespace
WHERE f.conrelid = $1::pg_catalog.regclass AND f.contype IN ('p', 'u', 'x') AND f.condeferrable`;
