import type { Kept, KeptColumn } from '../../backup/kept.ts';
import { samePlace, storeName, TEXT } from '../../backup/kept-sql.ts';
import type { Session } from '../../postgres/session.ts';
import { quoteIdentifier } from '../../sql/quote.ts';
import { describe, type Relation } from './relations.ts';
import { nameOf, type Taking } from './taking.ts';

interface ForeignKey {
  readonly table: string;
  /** pg_constraint.confdeltype: `c` CASCADE, `n` SET NULL, `d` SET DEFAULT. */
  readonly action: string;
  readonly columns: readonly string[];
  readonly referred: readonly string[];
}

const FOREIGN_KEYS = `SELECT pg_catalog.json_build_object('table', f.conrelid::pg_catalog.oid::pg_catalog.text, 'action', f.confdeltype,
  'columns', (SELECT pg_catalog.json_agg(a.attname ORDER BY k.place) FROM pg_catalog.unnest(f.conkey) WITH ORDINALITY AS k (attnum, place)
    JOIN pg_catalog.pg_attribute AS a ON a.attrelid = f.conrelid AND a.attnum = k.attnum),
  'referred', (SELECT pg_catalog.json_agg(a.attname ORDER BY k.place) FROM pg_catalog.unnest(f.confkey) WITH ORDINALITY AS k (attnum, place)
    JOIN pg_catalog.pg_attribute AS a ON a.attrelid = f.confrelid AND a.attnum = k.attnum)) AS key
FROM pg_catalog.pg_constraint AS f
WHERE f.confrelid = $1::pg_catalog.oid AND f.contype = 'f' AND f.conparentid = 0 AND f.confdeltype IN ('c', 'n', 'd')
ORDER BY f.oid`;

/**
 * What the foreign keys of other tables do to their rows when those that are kept are deleted. `before`: what is kept of the
 * statement already; rows that refer to each other in a circle come only once.
 */
export async function childRows(
  session: Session,
  { relation: { oid }, superset = false }: Taking,
  deleted: Kept,
  before: readonly Kept[],
): Promise<Taking[]> {
  const rows = await session.query(FOREIGN_KEYS, [oid]);
  const keys = rows.map(({ key }) => JSON.parse(key ?? '{}') as ForeignKey);
  const takings: Taking[] = [];
  for (const key of keys) {
    const [relation] = await describe(session, [key.table]);
    if (!relation) continue;
    const columns =
      key.action === 'c' ? relation.columns : relation.columns.filter(({ name }) => key.columns.includes(name));
    takings.push({
      kind: key.action === 'c' ? 'deleted' : 'updated',
      relation,
      columns,
      from: `(SELECT c.*, c.tableoid AS "@tableoid", c.ctid AS "@ctid" FROM ${nameOf(relation)} AS c
WHERE ${[refers(key, deleted), ...known(relation, before)].join(' AND ')} FOR UPDATE OF c) AS t`,
      distinct: false,
      ofFile: false,
      superset,
      exclusive: false,
    });
  }
  return takings;
}

/** Not those of that table that are kept whole. */
function known({ schema, name }: Relation, before: readonly Kept[]): string[] {
  const mine = before.filter((one) => one.kind === 'deleted' && one.schema === schema && one.table === name);
  return mine.map((one) => `NOT EXISTS (SELECT FROM ${storeName(one)} AS s WHERE ${samePlace('c', 's')})`);
}

function refers({ columns, referred }: ForeignKey, deleted: Kept): string {
  const pairs = columns.map((column, i) => {
    const kept = deleted.columns.find(({ name }) => name === referred[i]);
    return `c.${quoteIdentifier(column)}${cast(kept)} = k.${quoteIdentifier(referred[i] ?? '')}`;
  });
  return `EXISTS (SELECT FROM ${storeName(deleted)} AS k WHERE ${pairs.join(' AND ')})`;
}

function cast(kept: KeptColumn | undefined): string {
  return kept?.asText ? `::${TEXT}` : '';
}
