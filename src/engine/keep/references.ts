import { tableName } from '../../backup/kept-sql.ts';
import type { Session } from '../../postgres/session.ts';
import { arrayOf } from './find-kept.ts';
import type { Placed } from './place.ts';

/** Tables before those whose foreign keys refer to them; else as given. Rows that refer to each other stay as given. */
export async function inOrderOfReferences(session: Session, all: readonly Placed[]): Promise<Placed[]> {
  const names = [...new Set(all.map(({ now }) => tableName(now)))];
  if (names.length < 2) return [...all];
  const rows = await session.query(
    `WITH named (name, oid) AS (SELECT n, pg_catalog.to_regclass(n)::pg_catalog.oid FROM pg_catalog.unnest($1::pg_catalog.text[]) AS n)
SELECT DISTINCT a.name AS from_name, b.name AS to_name FROM pg_catalog.pg_constraint AS f
JOIN named AS a ON a.oid = f.conrelid JOIN named AS b ON b.oid = f.confrelid WHERE f.contype = 'f' AND a.oid <> b.oid`,
    [arrayOf(names)],
  );
  const rank = new Map(
    ranked(
      names,
      rows.map((row) => [row.from_name!, row.to_name!] as const),
    ).map((name, i) => [name, i]),
  );
  return [...all].sort((a, b) => rank.get(tableName(a.now))! - rank.get(tableName(b.now))!);
}

/** `pairs`: who refers to whom. */
function ranked(names: readonly string[], pairs: readonly (readonly [string, string])[]): string[] {
  const done: string[] = [];
  let rest = [...names];
  while (rest.length > 0) {
    const free = rest.filter((name) => !pairs.some(([from, to]) => from === name && rest.includes(to)));
    const next = free.length > 0 ? free : rest;
    done.push(...next);
    rest = rest.filter((name) => !next.includes(name));
  }
  return done;
}
