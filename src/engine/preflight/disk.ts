import { readFileSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import type { Row } from '../../postgres/row.ts';
import { formatBytes } from '../../problem/quantity.ts';
import type { PreflightFinding } from '../../report/events.ts';
import { FOUND_RELATIONS } from '../locks/relations.ts';
import type { Check } from './check.ts';

const LEAST_BYTES = 256 * 1024 * 1024;

/** How far the two ways in which a server tells its start may lie apart, in seconds. */
const START_TOLERANCE_S = 5;

/**
 * Room for a copy of the largest table concerned with its indexes, which is what a rewrite takes. Only where the server's
 * data directory can be seen from here, and is that of this very server; its path is told to members of pg_read_all_settings.
 * Sizes are those of the last VACUUM or ANALYZE: to ask for the size of a table takes a lock on it.
 */
export const diskRoom: Check = {
  name: 'disk-room',
  ofRelations: true,
  sql: `SELECT s.setting AS folder, extract(epoch FROM pg_catalog.pg_postmaster_start_time())::bigint AS started,
  (SELECT max(sizes.bytes) FROM (SELECT (c.relpages + (SELECT coalesce(sum(x.relpages), 0) FROM pg_catalog.pg_index AS i
      JOIN pg_catalog.pg_class AS x ON x.oid = i.indexrelid WHERE i.indrelid = c.oid))
      * pg_catalog.current_setting('block_size')::bigint AS bytes
    FROM pg_catalog.pg_class AS c WHERE c.oid = ANY (${FOUND_RELATIONS}) AND c.relkind IN ('r', 'm')) AS sizes) AS bytes
FROM pg_catalog.pg_settings AS s WHERE s.name = 'data_directory'`,
  findings: ([row]) => (row?.folder ? diskFindings(row, row.folder) : []),
};

function diskFindings(row: Row, folder: string): PreflightFinding[] {
  const free = isOfServer(folder, Number(row.started)) ? freeBytes(folder) : undefined;
  const needed = Math.max(LEAST_BYTES, Number(row.bytes ?? 0));
  if (free === undefined || free >= needed) return [];
  return [
    {
      check: 'disk-room',
      found: `the server's disk has ${formatBytes(free)} free; a rewrite of the largest table concerned needs ${formatBytes(needed)}`,
      next: 'Make room first: a full disk stops the whole server.',
    },
  ];
}

/** The third line of postmaster.pid is the server's start, in seconds (source, miscadmin.h). */
function isOfServer(folder: string, started: number): boolean {
  try {
    const line = readFileSync(join(folder, 'postmaster.pid'), 'utf8').split('\n')[2];
    return Math.abs(Number(line) - started) <= START_TOLERANCE_S;
  } catch {
    return false;
  }
}

function freeBytes(folder: string): number | undefined {
  try {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize;
  } catch {
    return undefined;
  }
}
