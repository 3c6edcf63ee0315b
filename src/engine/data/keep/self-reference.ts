import { holdsRows, type Kept, type KeptColumn } from '../../../backup/kept.ts';
import type { Session } from '../../../postgres/session.ts';
import { placeOf } from '../../keep/place.ts';

/** How the rows of a store refer to each other, which are to come back. */
export type SelfReference =
  | { readonly kind: 'none' }
  /** By the key of the table: the columns of each foreign key, as the store names them, in the order of that key. */
  | { readonly kind: 'key'; readonly references: readonly (readonly string[])[] }
  /** By other columns, for which the store has no index: all of it is one batch. */
  | { readonly kind: 'other' };

const NONE: SelfReference = { kind: 'none' };

/** By the foreign keys that the table has now. */
export async function selfReferenceOf(session: Session, put: Kept, events: string): Promise<SelfReference> {
  const place = holdsRows(put) ? await placeOf(session, put, events) : undefined;
  if (!place) return NONE;
  const { schema, table, key, columns } = place.now;
  const rows = await session.query(FOREIGN_KEYS, [schema, table]);
  if (rows.length === 0) return NONE;
  const references = rows.map(({ pairs }) => inOrderOfKey(key, columns, JSON.parse(pairs ?? '[]') as Pair[]));
  const found = references.filter((one) => one !== undefined);
  return found.length === references.length ? { kind: 'key', references: found } : { kind: 'other' };
}

/** A column that refers, and the one that it refers to. */
type Pair = readonly [string, string];

const FOREIGN_KEYS = `SELECT (SELECT pg_catalog.json_agg(pg_catalog.json_build_array(a.attname, b.attname))
  FROM ROWS FROM (pg_catalog.unnest(f.conkey), pg_catalog.unnest(f.confkey)) AS k (own, other)
  JOIN pg_catalog.pg_attribute AS a ON a.attrelid = f.conrelid AND a.attnum = k.own
  JOIN pg_catalog.pg_attribute AS b ON b.attrelid = f.confrelid AND b.attnum = k.other) AS pairs
FROM pg_catalog.pg_constraint AS f JOIN pg_catalog.pg_class AS c ON c.oid = f.conrelid AND c.oid = f.confrelid
JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
WHERE f.contype = 'f' AND n.nspname = $1 AND c.relname = $2`;

/** Undefined where it is another key, or one side is kept as text and the other is not. */
function inOrderOfKey(
  key: readonly KeptColumn[],
  columns: readonly KeptColumn[],
  pairs: readonly Pair[],
): string[] | undefined {
  if (key.length === 0 || key.length !== pairs.length) return undefined;
  const found = key.map((one) => {
    const own = pairs.find(([, other]) => other === (one.now ?? one.name))?.[0];
    const column = columns.find(({ name, now }) => (now ?? name) === own);
    return column && column.asText === one.asText ? column.name : undefined;
  });
  return found.every((name) => name !== undefined) ? found : undefined;
}
