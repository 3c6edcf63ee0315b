import type { Upsert } from '../../backup/destruction.ts';
import { TEXT } from '../../backup/kept-sql.ts';
import type { Session } from '../../postgres/session.ts';
import { quoteIdentifier } from '../../sql/quote.ts';
import type { Relation } from './relations.ts';
import { nameOf, type Taking, updatedColumns } from './taking.ts';

/** The rows that INSERT ... ON CONFLICT DO UPDATE may overwrite: those with a key that it puts in. */
export async function upserted(session: Session, relation: Relation, upsert: Upsert): Promise<Taking[]> {
  const columns = updatedColumns(relation, upsert.columns);
  const keys = typeof upsert.conflict === 'string' ? await keysOf(session, relation, upsert.conflict) : upsert.conflict;
  if (columns.length === 0 || keys.length === 0) return [];
  const into = upsert.into.length > 0 ? upsert.into : relation.order;
  const places = keys.map((key) => into.indexOf(key));
  const why = places.includes(-1) ? { why: 'the key of the rows that it overwrites is made by the table' } : {};
  // Of the rows that it finds none has a NULL in them.
  const key = relation.key.length > 0 ? relation.key : keys;
  const from = `(${overwrittenSql(relation, upsert, places, keys)}) AS t`;
  return [
    {
      kind: 'updated',
      relation,
      columns,
      from,
      distinct: false,
      ofFile: true,
      superset: true,
      exclusive: false,
      key,
      ...why,
    },
  ];
}

async function keysOf(session: Session, { oid }: Relation, constraint: string): Promise<string[]> {
  const rows = await session.query(
    `SELECT a.attname AS name FROM pg_catalog.pg_constraint AS f CROSS JOIN LATERAL pg_catalog.unnest(f.conkey) AS k (attnum)
JOIN pg_catalog.pg_attribute AS a ON a.attrelid = f.conrelid AND a.attnum = k.attnum
WHERE f.conrelid = $1::pg_catalog.oid AND f.conname = $2`,
    [oid, constraint],
  );
  return rows.flatMap(({ name }) => name ?? []);
}

/** As text, a literal of VALUES gets the type of its column as INSERT would give it. */
function overwrittenSql(
  relation: Relation,
  { withClause, source }: Upsert,
  places: readonly number[],
  keys: readonly string[],
): string {
  const names = Array.from({ length: Math.max(...places) + 1 }, (_, i) => `c${i}`);
  const same = keys.map((key, i) => {
    const type = relation.columns.find((one) => one.name === key)?.type ?? TEXT;
    return `taskflow_source.c${places[i]}::${TEXT}::${type} = taskflow_target.${quoteIdentifier(key)}`;
  });
  return `${withClause} SELECT taskflow_target.*, taskflow_target.tableoid AS "@tableoid", taskflow_target.ctid AS "@ctid"
FROM ${nameOf(relation)} AS taskflow_target
WHERE EXISTS (SELECT FROM (${source}) AS taskflow_source (${names.join(', ')}) WHERE ${same.join(' AND ')})
FOR UPDATE OF taskflow_target`;
}
