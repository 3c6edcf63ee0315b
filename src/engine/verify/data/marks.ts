import { OWN_NAMES } from '../../../ledger/layout/own-objects.ts';
import type { Session } from '../../../postgres/session.ts';
import type { Touched } from './trial.ts';

/** What a transaction cannot take back or tell later: how far sequences have counted, and which tables there were. */
export interface Marks {
  /** OIDs of people's tables. */
  readonly tables: ReadonlySet<string>;
  /** The last value of each sequence by OID; null where none was taken yet. */
  readonly sequences: ReadonlyMap<string, string | null>;
}

export async function readMarks(session: Session, trackingSchema: string): Promise<Marks> {
  const { results } = await session.batch([
    [
      { sql: TABLES, name: 'taskflow_mark_tables', params: [trackingSchema, OWN_NAMES.source], rows: true },
      { sql: SEQUENCES, name: 'taskflow_mark_sequences', rows: true },
    ],
  ]);
  const [tables, sequences] = results[0] ?? [];
  return {
    tables: new Set((tables?.rows ?? []).map(({ oid }) => oid ?? '')),
    sequences: new Map((sequences?.rows ?? []).map(({ oid, last }) => [oid ?? '', last ?? null])),
  };
}

const TABLES = `SELECT c.oid FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'f') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND NOT (n.nspname = $1 AND c.relname ~ $2)`;

const SEQUENCES = `SELECT s.seqrelid AS oid, pg_catalog.pg_sequence_last_value(s.seqrelid) AS last
FROM pg_catalog.pg_sequence AS s JOIN pg_catalog.pg_class AS c ON c.oid = s.seqrelid
WHERE c.relpersistence <> 't' AND pg_catalog.has_sequence_privilege(s.seqrelid, 'SELECT')
  AND pg_catalog.has_sequence_privilege(s.seqrelid, 'UPDATE')`;

/** Sequences count on whatever is rolled back: sets those back that did, so that rows of later migrations get the same keys. */
export async function restoreSequences(session: Session, trackingSchema: string, { sequences }: Marks): Promise<void> {
  const now = await readMarks(session, trackingSchema);
  const moved = [...sequences].filter(([oid, last]) => now.sequences.has(oid) && now.sequences.get(oid) !== last);
  const items = moved.map(([oid, last]) => ({
    sql:
      last === null
        ? 'SELECT pg_catalog.setval(seqrelid, seqstart, false) FROM pg_catalog.pg_sequence WHERE seqrelid = $1::oid'
        : 'SELECT pg_catalog.setval($1::oid::pg_catalog.regclass, $2::bigint)',
    params: last === null ? [oid] : [oid, last],
  }));
  if (items.length > 0) await session.batch([items]);
}

/** The tables among these that the open transaction has locked in a way that lets it change their rows. */
export async function touchedTables(session: Session, known: ReadonlySet<string>): Promise<Touched> {
  const locks = await session.query(LOCKS);
  const tables = locks.filter(({ oid }) => known.has(oid ?? ''));
  return {
    all: new Set(tables.map(({ oid }) => oid ?? '')),
    written: new Set(tables.filter(({ written }) => written === 't').map(({ oid }) => oid ?? '')),
  };
}

/** To write rows, or to do anything to the table (manual, "Table-Level Locks"): the other modes leave rows as they are. */
const LOCKS = `SELECT l.relation AS oid, pg_catalog.bool_or(l.mode = 'RowExclusiveLock') AS written
FROM pg_catalog.pg_locks AS l
WHERE l.pid = pg_catalog.pg_backend_pid() AND l.locktype = 'relation' AND l.mode IN ('RowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock')
  AND l.database = (SELECT d.oid FROM pg_catalog.pg_database AS d WHERE d.datname = pg_catalog.current_database())
GROUP BY l.relation`;
