/** Measures what a statement of the table of facts does on a server: locks, new files, rows read. */
import pg from 'pg';
import { LOCK_MODES, type LockMode } from '../../src/facts/form.ts';
import { bedSql } from '../facts/bed.ts';
import { type TestDatabase, type TestServer, templateDatabase } from '../support/servers.ts';

/** What one statement did to relations that were there before, by their names. */
export interface Measured {
  /** The strongest lock held (or waited for) on each. */
  readonly locks: ReadonlyMap<string, LockMode>;
  readonly rewrite: 'table' | 'indexes' | null;
  /** Which of all relations are indexes. */
  readonly indexes: ReadonlySet<string>;
  /** Tables that were read from end to end. */
  readonly scanned: readonly string[];
}

/** A database with the bed, to clone. */
export async function factsTemplate(on: TestServer): Promise<string> {
  const sql = bedSql(on.major);
  return templateDatabase(on, `facts ${sql}`, async (database) => {
    const client = await connectTo(database);
    await client.query('SET allow_in_place_tablespaces = on');
    await client.query("CREATE TABLESPACE facts_space LOCATION ''").catch(ifThere);
    await client.query(sql);
    await client.end();
  });
}

/** The tablespace is of the server, for beds of other tests too. */
function ifThere(error: Error): void {
  if (!/already exists|duplicate key/.test(error.message)) throw error;
}

export async function connectTo(database: TestDatabase): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: database.server.url(database.name) });
  client.on('error', () => {});
  await client.connect();
  await client.query("SET lock_timeout = '30s'");
  return client;
}

interface Row {
  readonly oid: number;
  readonly relname: string;
  readonly relkind: string;
  readonly relfilenode: number;
  readonly scans: number;
  readonly rows_read: number;
}

/** Relations of people, with the counters of this transaction. */
const RELATIONS = `SELECT c.oid, c.relname, c.relkind, c.relfilenode, pg_stat_get_xact_numscans(c.oid)::int AS scans,
  pg_stat_get_xact_tuples_returned(c.oid)::int AS rows_read
FROM pg_class AS c WHERE c.oid >= 16384 AND c.relnamespace::regnamespace::text NOT LIKE 'pg_toast%' AND c.relkind <> 'c'`;

export const LOCKS = `SELECT l.relation AS oid, l.mode FROM pg_locks AS l WHERE l.locktype = 'relation'
AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())`;

export interface Lock {
  readonly oid: number;
  readonly mode: LockMode;
}

/** Within a transaction that is rolled back. */
export async function measure(client: pg.Client, sql: string): Promise<Measured> {
  await client.query('BEGIN');
  try {
    const before = await relationsOf(client);
    await client.query(sql);
    const { rows: locks } = await client.query<Lock>(`${LOCKS} AND l.pid = pg_backend_pid()`);
    return compared(before, await relationsOf(client), locks);
  } finally {
    await client.query('ROLLBACK');
  }
}

export async function relationsOf(client: pg.Client): Promise<Row[]> {
  return (await client.query<Row>(RELATIONS)).rows;
}

/** As relationsOf, with what sessions have handed over to the server's statistics. */
export async function relationsCollected(client: pg.Client): Promise<Row[]> {
  const added = RELATIONS.replaceAll(/pg_stat_get_xact_(\w+)\(c\.oid\)/g, '(pg_stat_get_$1(c.oid) + $&)');
  return (await client.query<Row>(added)).rows;
}

export function compared(before: readonly Row[], after: readonly Row[], locks: readonly Lock[]): Measured {
  const names = new Map(before.map(({ oid, relname }) => [oid, relname]));
  const now = new Map(after.map((row) => [row.oid, row]));
  // An index that is made anew under its name may still have its file.
  const files = new Map(after.map(({ relname, relfilenode }) => [relname, relfilenode]));
  const rewritten = before.filter(({ oid, relname, relfilenode }) => {
    return (now.get(oid)?.relfilenode ?? files.get(relname) ?? relfilenode) !== relfilenode;
  });
  return {
    locks: strongest(locks, names),
    rewrite: rewriteOf(rewritten.map(({ relkind }) => relkind)),
    indexes: new Set(before.filter(({ relkind }) => 'iI'.includes(relkind)).map(({ relname }) => relname)),
    scanned: before
      .filter((row) => 'rm'.includes(row.relkind) && isRead(row, now.get(row.oid)))
      .map(({ relname }) => relname),
  };
}

/** TRUNCATE builds indexes of its empty new file, which is no reading. */
function isRead(before: Row, now: Row | undefined): boolean {
  return now !== undefined && now.scans > before.scans && now.rows_read > before.rows_read;
}

function rewriteOf(kinds: readonly string[]): Measured['rewrite'] {
  if (kinds.some((kind) => 'rm'.includes(kind))) return 'table';
  return kinds.includes('i') ? 'indexes' : null;
}

function strongest(locks: readonly Lock[], names: ReadonlyMap<number, string>): Map<string, LockMode> {
  const found = new Map<string, LockMode>();
  for (const { oid, mode } of locks) {
    const name = names.get(oid);
    if (name !== undefined && strength(mode) > strength(found.get(name))) found.set(name, mode);
  }
  return found;
}

export function strength(mode: LockMode | undefined): number {
  return mode === undefined ? -1 : LOCK_MODES.indexOf(mode);
}
