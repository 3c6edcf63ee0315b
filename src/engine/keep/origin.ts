import type { KeptOrigin } from '../../backup/kept.ts';
import type { Control } from '../control.ts';
import type { Relation } from './relations.ts';

/**
 * By what a relation is found again when it has got other names. The control session sees the names from before the
 * migration; undefined for what the migration itself has made.
 */
export async function originOf(
  { session, names }: Pick<Control, 'session' | 'names'>,
  { oid, columns }: Relation,
): Promise<KeptOrigin | undefined> {
  const [row] = await session.query(ORIGIN, [oid, names.events]);
  if (!row) return undefined;
  const before = JSON.parse(row.columns ?? '{}') as Readonly<Record<string, string>>;
  const numbered = columns.map(({ name, attnum }) => {
    const was = before[attnum];
    return [name, was === undefined || was === name ? { attnum } : { attnum, was }] as const;
  });
  return {
    oid,
    events: row.events ?? '',
    schema: row.schema ?? '',
    table: row.name ?? '',
    columns: Object.fromEntries(numbered),
  };
}

const ORIGIN = `SELECT n.nspname AS schema, c.relname AS name, pg_catalog.to_regclass($2)::pg_catalog.oid AS events,
  (SELECT pg_catalog.json_object_agg(a.attnum, a.attname) FROM pg_catalog.pg_attribute AS a
    WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) AS columns
FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.oid = $1::pg_catalog.oid`;
