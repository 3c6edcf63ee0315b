import type { Leaf } from '../../backup/page-shares.ts';
import type { Session } from '../../postgres/session.ts';
import { quoteQualified } from '../../sql/quote.ts';
import type { Taking } from './taking.ts';

/** A table that holds rows. */
export interface LeafNow extends Leaf {
  /** Another one after whatever moves its rows to other places: VACUUM FULL, CLUSTER, TRUNCATE, ALTER TABLE. */
  readonly file: string;
}

/** The tables that hold the rows, with their pages. */
export async function leavesOf(session: Session, taking: Taking): Promise<LeafNow[]> {
  const all = await relationsOf(session, taking);
  return all.filter(({ kind }) => kind === 'r').map(({ name, pages, file }) => ({ name, pages, file }));
}

/** It, and what is below it, as SQL names them. */
export async function tablesOf(session: Session, taking: Taking): Promise<string[]> {
  const all = await relationsOf(session, taking);
  return all.filter(({ kind }) => kind === 'r' || kind === 'p').map(({ name }) => name);
}

/** What else could have happened, for people. */
export const MOVED = 'was written anew (VACUUM FULL, CLUSTER, TRUNCATE, ALTER TABLE), or got other partitions';

/** Their rows are where they were: what was read piece by piece is all of it. */
export function areSame(before: readonly LeafNow[], now: readonly LeafNow[]): boolean {
  const told = (all: readonly LeafNow[]) => all.map(({ name, file }) => `${file} ${name}`).join('\n');
  return told(before) === told(now);
}

async function relationsOf(session: Session, { relation, from }: Taking): Promise<(LeafNow & { kind: string })[]> {
  const children = from.startsWith('ONLY ')
    ? ''
    : 'UNION SELECT i.inhrelid FROM below AS b JOIN pg_catalog.pg_inherits AS i ON i.inhparent = b.oid';
  const rows = await session.query(
    `WITH RECURSIVE below (oid) AS (SELECT $1::pg_catalog.oid ${children})
SELECT n.nspname AS schema, c.relname AS name, c.relkind AS kind, pg_catalog.pg_relation_filenode(c.oid) AS file,
  CASE c.relkind WHEN 'r' THEN pg_catalog.pg_relation_size(c.oid) / pg_catalog.current_setting('block_size')::bigint END AS pages
FROM below AS b JOIN pg_catalog.pg_class AS c ON c.oid = b.oid JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
ORDER BY c.oid`,
    [relation.oid],
  );
  return rows.map(({ schema, name, pages, kind, file }) => ({
    name: quoteQualified(schema!, name!),
    pages: Number(pages ?? 0),
    kind: kind ?? '',
    file: file ?? '',
  }));
}
