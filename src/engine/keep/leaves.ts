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

/** A table, or one below it, as SQL names it. */
export interface TableNow {
  readonly oid: string;
  readonly name: string;
}

/** It, and what is below it. */
export async function tablesOf(session: Session, taking: Taking): Promise<TableNow[]> {
  const all = await relationsOf(session, taking);
  return all.filter(({ kind }) => kind === 'r' || kind === 'p').map(({ oid, name }) => ({ oid, name }));
}

/** No partition or child has come or gone. */
export function areSameTables(before: readonly TableNow[], now: readonly TableNow[]): boolean {
  const told = (all: readonly TableNow[]) => all.map(({ oid }) => oid).join(' ');
  return told(before) === told(now);
}

/** A partition was attached or detached. */
export const OTHERS = 'got other partitions, or other tables inherit from it';

/** What else could have happened, for people. */
export const MOVED = 'was written anew (VACUUM FULL, CLUSTER, TRUNCATE, ALTER TABLE), or got other partitions';

/** Their rows are where they were: what was read piece by piece is all of it. */
export function areSame(before: readonly LeafNow[], now: readonly LeafNow[]): boolean {
  const told = (all: readonly LeafNow[]) => all.map(({ name, file }) => `${file} ${name}`).join('\n');
  return told(before) === told(now);
}

async function relationsOf(
  session: Session,
  { relation, from }: Taking,
): Promise<(LeafNow & TableNow & { kind: string })[]> {
  const children = from.startsWith('ONLY ')
    ? ''
    : 'UNION SELECT i.inhrelid FROM below AS b JOIN pg_catalog.pg_inherits AS i ON i.inhparent = b.oid';
  const rows = await session.query(
    `WITH RECURSIVE below (oid) AS (SELECT $1::pg_catalog.oid ${children})
SELECT c.oid, n.nspname AS schema, c.relname AS name, c.relkind AS kind, pg_catalog.pg_relation_filenode(c.oid) AS file,
  CASE c.relkind WHEN 'r' THEN pg_catalog.pg_relation_size(c.oid) / pg_catalog.current_setting('block_size')::bigint END AS pages
FROM below AS b JOIN pg_catalog.pg_class AS c ON c.oid = b.oid JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
ORDER BY c.oid`,
    [relation.oid],
  );
  return rows.map(({ oid, schema, name, pages, kind, file }) => ({
    oid: oid ?? '',
    name: quoteQualified(schema!, name!),
    pages: Number(pages ?? 0),
    kind: kind ?? '',
    file: file ?? '',
  }));
}
