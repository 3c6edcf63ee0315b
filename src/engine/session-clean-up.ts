import type { BatchItem } from '../postgres/pipeline.ts';

/** A lock that a session took outlives its transaction. */
export const UNLOCK_ALL: BatchItem = { sql: 'SELECT pg_catalog.pg_advisory_unlock_all()' };

/** As the worker sends it. */
interface CleanUpItem {
  readonly item: BatchItem;
}

const RESET_BUT_NAME = `DO $$ BEGIN
  EXECUTE 'RESET ALL';
  PERFORM pg_catalog.set_config('application_name', 'taskflow-db migration', false);
END $$`;

/**
 * What DISCARD ALL does (its manual page lists these), except that plans and prepared statements are kept: those of our own
 * would have to be made again for every file (DEALLOCATE ALL is added behind a file that speaks of PREPARE). Unlike
 * DISCARD ALL it runs inside a transaction, so it costs no round trip.
 */
export const CLEAN_UP: readonly CleanUpItem[] = [
  'SET SESSION AUTHORIZATION DEFAULT',
  'RESET ALL',
  'CLOSE ALL',
  'UNLISTEN *',
  UNLOCK_ALL.sql,
  'DISCARD TEMP',
  'DISCARD SEQUENCES',
].map((sql) => ({ item: { sql } }));

/**
 * The same behind a pooler. RESET ALL alone would take the name of the client away for good, as the pooler is told of it: the
 * name by which the session is found by its own run, and one that has fallen silent by the next.
 */
export const CLEAN_UP_POOLED: readonly CleanUpItem[] = CLEAN_UP.map(({ item }) => ({
  item: item.sql === 'RESET ALL' ? { sql: RESET_BUT_NAME } : item,
}));
