import { BACKUP_SCHEMA } from '../../backup/kept.ts';
import { isOwnObject } from '../../ledger/layout/own-objects.ts';
import type { Session } from '../../postgres/session.ts';
import type { Control } from '../control.ts';
import type { Engine } from '../engine.ts';

/** What people's tables hold before a statement whose doings cannot be read from its text; by oid. */
export type Standing = ReadonlyMap<string, TableStanding>;

interface TableStanding {
  /** Where its rows are: another file after TRUNCATE and where it was written anew. */
  readonly file: string;
  readonly droppedColumns: string;
  /** Rows that this transaction has updated or deleted, as the server counts them. */
  readonly changes: string;
}

/** Of the tables that were there before the transaction: what it has made itself, nobody misses. */
export async function standingOf(
  { engine, control }: { readonly engine: Engine; readonly control: Control },
  session: Session,
): Promise<Standing> {
  const { trackingSchema } = engine.settings;
  const committed = (await control.session.query(TABLES)).filter(
    ({ schema, name }) => !isOwnObject({ kind: 'table', schema: schema ?? '', name: name ?? '' }, trackingSchema),
  );
  return read(
    session,
    committed.flatMap(({ oid }) => oid ?? []),
  );
}

/** Whether rows, columns or whole tables of those went since. Where rows are not counted, that cannot be ruled out. */
export async function hasLost(session: Session, before: Standing): Promise<boolean> {
  if (before.size === 0) return false;
  const [counted] = await session.query("SELECT pg_catalog.current_setting('track_counts') AS on");
  if (counted?.on !== 'on') return true;
  const now = await read(session, [...before.keys()]);
  return [...before].some(([oid, { file, droppedColumns, changes }]) => {
    const found = now.get(oid);
    return found?.file !== file || found.droppedColumns !== droppedColumns || found.changes !== changes;
  });
}

async function read(session: Session, oids: readonly string[]): Promise<Standing> {
  if (oids.length === 0) return new Map();
  const rows = await session.query(STANDING, [`{${oids.join(',')}}`]);
  return new Map(
    rows.map(({ oid, file, dropped_columns, changes }) => [
      oid ?? '',
      { file: file ?? '', droppedColumns: dropped_columns ?? '', changes: changes ?? '' },
    ]),
  );
}

const TABLES = `SELECT c.oid, n.nspname AS schema, c.relname AS name
FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND c.relpersistence <> 't' AND n.nspname !~ '^pg_'
  AND n.nspname NOT IN ('information_schema', '${BACKUP_SCHEMA}')`;

const STANDING = `SELECT c.oid, c.relfilenode AS file, (SELECT pg_catalog.count(*) FROM pg_catalog.pg_attribute AS a
    WHERE a.attrelid = c.oid AND a.attisdropped) AS dropped_columns,
  pg_catalog.pg_stat_get_xact_tuples_updated(c.oid) + pg_catalog.pg_stat_get_xact_tuples_deleted(c.oid) AS changes
FROM pg_catalog.pg_class AS c WHERE c.oid = ANY ($1::pg_catalog.oid[])`;
