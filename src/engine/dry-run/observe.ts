import type { BatchItem } from '../../postgres/pipeline.ts';
import type { Row } from '../../postgres/row.ts';
import type { MetRelation, Rewrite, Scan, TakenLock } from '../../report/dry-run.ts';
import { lockBlocks, lockStalls } from '../../sql/lock-modes.ts';
import { displayIdentifier } from '../../sql/quote.ts';

/** Clock (seconds) and WAL (bytes), before and behind a statement. Others write WAL, too: its growth is "about". */
export const MARK: BatchItem = {
  sql: `SELECT extract(epoch FROM pg_catalog.clock_timestamp()) AS at,
  pg_catalog.pg_wal_lsn_diff(pg_catalog.pg_current_wal_insert_lsn(), '0/0') AS wal`,
  rows: true,
};

/** Objects that people made; what initdb makes is below (manual, "OID Assignment"). */
const FIRST_NORMAL_OID = 16384;

/**
 * Relations that are there before anything is tried, without taking a lock on any of them: so their sizes are those of the
 * statistics. The counters are those of this session that it has not passed on yet, of a try before too. Rows for `Observer`.
 */
export const KNOWN_RELATIONS: BatchItem = {
  sql: `SELECT c.oid, n.nspname, c.relname, c.relkind, c.relfilenode, c.reltuples, c.relpages::bigint * pg_catalog.current_setting('block_size')::bigint AS bytes, i.indrelid,
  pg_catalog.pg_stat_get_xact_numscans(c.oid) AS scans, pg_catalog.pg_stat_get_xact_tuples_returned(c.oid) AS rows_read
FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
  LEFT JOIN pg_catalog.pg_index AS i ON i.indexrelid = c.oid
WHERE c.oid >= ${FIRST_NORMAL_OID} AND c.relkind IN ('r', 'p', 'm', 'i', 'I', 'S', 'v', 'f') AND n.nspname !~ '^pg_(?:toast|temp_)'`,
  rows: true,
};

/**
 * What the session's own transaction holds of them now, and what it has done there. Only who holds a relation alone can have
 * rewritten it. What counts of the counters is by how much they grow.
 */
export const OWN_LOCKS: BatchItem = {
  sql: `SELECT l.relation AS oid, l.mode, c.relfilenode, pg_catalog.pg_stat_get_xact_numscans(l.relation) AS scans,
  pg_catalog.pg_stat_get_xact_tuples_returned(l.relation) AS rows_read
FROM pg_catalog.pg_locks AS l LEFT JOIN pg_catalog.pg_class AS c ON c.oid = l.relation
WHERE l.pid = pg_catalog.pg_backend_pid() AND l.locktype = 'relation' AND l.granted AND l.relation >= ${FIRST_NORMAL_OID}
  AND l.database = (SELECT d.oid FROM pg_catalog.pg_database AS d WHERE d.datname = pg_catalog.current_database())`,
  rows: true,
};

/** The sizes of relations that the transaction holds alone: to ask for one takes a lock. Rows for `rewritten`. */
export function sizesItem(relations: readonly string[]): BatchItem {
  return {
    sql: 'SELECT r.oid, pg_catalog.pg_relation_size(r.oid) AS bytes FROM pg_catalog.unnest($1::pg_catalog.oid[]) AS r (oid)',
    params: [`{${relations.join(',')}}`],
    rows: true,
  };
}

/** What KNOWN_RELATIONS answered, without what is only for comparing. */
export function relationsIn(rows: readonly Row[]): MetRelation[] {
  const names = new Map(rows.map((row) => [row.oid ?? '', nameOf(row)]));
  return rows.map((row) => knownOf(row, names).met);
}

/** What one statement did, as far as others notice. */
export interface Observation {
  readonly locks: readonly TakenLock[];
  readonly scans: readonly Scan[];
  /** OIDs of the relations that have another file than before. */
  readonly rewritten: readonly string[];
}

interface Known {
  readonly met: MetRelation;
  /** Changes with every rewrite. */
  fileNode: string;
  scans: number;
  rowsRead: number;
  readonly modes: Set<string>;
}

/** Tells what each statement did from what the transaction holds and has counted behind it. */
export class Observer {
  readonly #known: ReadonlyMap<string, Known>;

  /** The rows of KNOWN_RELATIONS, and those of OWN_LOCKS before the first statement. */
  constructor(relations: readonly Row[], held: readonly Row[]) {
    const names = new Map(relations.map((row) => [row.oid ?? '', nameOf(row)]));
    this.#known = new Map(relations.map((row) => [row.oid ?? '', knownOf(row, names)]));
    this.observe(held);
  }

  /** The rows of OWN_LOCKS behind a statement. */
  observe(rows: readonly Row[]): Observation {
    const locks: TakenLock[] = [];
    const rewritten: string[] = [];
    const scans: Scan[] = [];
    for (const row of rows) {
      const known = this.#known.get(row.oid ?? '');
      if (!known) continue;
      const lock = newLock(known, row.mode ?? '');
      if (lock) locks.push(lock);
      if (hasNewFile(known, row)) rewritten.push(row.oid ?? '');
      const scan = newScan(known, row);
      if (scan) scans.push(scan);
    }
    return { locks: locks.sort(byName), scans: scans.sort(byName), rewritten };
  }

  /** The rows of sizesItem. */
  rewrites(rows: readonly Row[]): Rewrite[] {
    const all = rows.flatMap(({ oid, bytes }) => {
      const known = this.#known.get(oid ?? '');
      return known ? [{ ...known.met, bytes: Number(bytes ?? 0) }] : [];
    });
    return all.sort(byName);
  }

  /** OIDs of the sequences that were used or changed. */
  get sequences(): ReadonlySet<string> {
    const used = [...this.#known].filter(([, { met, modes }]) => met.type === 'sequence' && modes.size > 0);
    return new Set(used.map(([oid]) => oid));
  }
}

function byName(a: MetRelation, b: MetRelation): number {
  return a.relation < b.relation ? -1 : a.relation > b.relation ? 1 : 0;
}

function newLock(known: Known, mode: string): TakenLock | undefined {
  if (known.modes.has(mode)) return undefined;
  known.modes.add(mode);
  return { ...known.met, mode, blocks: lockBlocks(mode), stalls: lockStalls(mode) };
}

function hasNewFile(known: Known, { mode, relfilenode }: Row): boolean {
  const alone = mode === 'AccessExclusiveLock' && relfilenode != null && relfilenode !== '0';
  if (!alone || relfilenode === known.fileNode) return false;
  known.fileNode = relfilenode;
  return true;
}

/** Counters of a relation that was dropped are gone, which is no scan. */
function newScan(known: Known, row: Row): Scan | undefined {
  const scans = Number(row.scans ?? 0) - known.scans;
  const rowsRead = Number(row.rows_read ?? 0) - known.rowsRead;
  if (scans === 0 && rowsRead === 0) return undefined;
  known.scans += scans;
  known.rowsRead += rowsRead;
  if (scans <= 0 || known.met.type === 'index') return undefined;
  return { ...known.met, scans, rowsRead: Math.max(0, rowsRead) };
}

const TYPES: Readonly<Record<string, MetRelation['type']>> = {
  r: 'table',
  p: 'table',
  i: 'index',
  I: 'index',
  S: 'sequence',
  v: 'view',
  m: 'materialized view',
  f: 'foreign table',
};

function knownOf(row: Row, names: ReadonlyMap<string, string>): Known {
  const rows = Number(row.reltuples ?? -1);
  const met: MetRelation = {
    relation: nameOf(row),
    type: TYPES[row.relkind ?? ''] ?? 'table',
    table: row.indrelid ? (names.get(row.indrelid) ?? null) : null,
    // -1 from PostgreSQL 14 on; before, 0 with no page.
    estimatedRows: rows < 0 || (rows === 0 && row.bytes === '0') ? null : rows,
    estimatedBytes: Number(row.bytes ?? 0),
  };
  const { relfilenode, scans, rows_read: rowsRead } = row;
  return {
    met,
    fileNode: relfilenode ?? '',
    scans: Number(scans ?? 0),
    rowsRead: Number(rowsRead ?? 0),
    modes: new Set(),
  };
}

function nameOf(row: Row): string {
  return `${displayIdentifier(row.nspname ?? '')}.${displayIdentifier(row.relname ?? '')}`;
}
