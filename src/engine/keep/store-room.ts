import { readFileSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import { storeName } from '../../backup/kept-sql.ts';
import { shownTable } from '../../backup/wanted-table.ts';
import type { Session } from '../../postgres/session.ts';
import { Problem } from '../../problem/problem.ts';
import { formatBytes } from '../../problem/quantity.ts';
import type { Engine } from '../engine.ts';
import type { Taking } from './taking.ts';

type Settings = Pick<Engine, 'settings'>;

/**
 * Before a large table is copied within its database: Problem `backup-refused` where the copy is larger than `backupMaxSize`, or
 * would leave less than `backupReserve` on the disk. Only a server on this machine lets that be seen: PostgreSQL tells nobody how
 * much is free.
 */
export async function refuseWithoutRoom(
  engine: Settings,
  session: Session,
  { relation, columns }: Taking,
): Promise<void> {
  const { reserveBytes } = engine.settings.backup;
  const share = Math.min(1, (columns.length + relation.key.length) / Math.max(1, relation.columns.length));
  const bytes = Math.round(relation.bytes * share);
  const name = shownTable(relation);
  const large = tooMuch(engine, bytes, `the copy of ${name} will take about ${formatBytes(bytes)}`);
  if (large) throw large;
  const free = await freeOn(session);
  if (free === undefined || free - bytes >= reserveBytes) return;
  throw new Problem('backup-refused', `there is no room to keep what is removed from ${name}`, {
    found: `${formatBytes(free)} are free on the disk of the server; the copy will take about ${formatBytes(bytes)}`,
    expected: `room for it, and ${formatBytes(reserveBytes)} that stay free ("backupReserve")`,
    next: [
      'Make room on the server, or see what of the kept data may go: taskflow-db backup list',
      'Or take a full backup elsewhere, and keep nothing of this run: taskflow-db backup, then migrate --backup=never',
    ],
  });
}

/** Behind a copy, in its transaction, with all that was kept in that: how many rows a DELETE or UPDATE takes is not known before. */
export async function refuseLargeStores(engine: Settings, session: Session, stores: readonly string[]): Promise<void> {
  if (engine.settings.backup.maxBytes === 0) return;
  const names = [...new Set(stores)].map((store) => storeName({ store }));
  const [row] = await session.query(
    `SELECT pg_catalog.sum(pg_catalog.pg_table_size(pg_catalog.to_regclass(n.name))) AS bytes
FROM pg_catalog.json_array_elements_text($1::pg_catalog.json) AS n (name)`,
    [JSON.stringify(names)],
  );
  const bytes = Number(row?.bytes ?? 0);
  const large = tooMuch(engine, bytes, `what is kept takes ${formatBytes(bytes)}`);
  if (large) throw large;
}

function tooMuch({ settings }: Settings, bytes: number, found: string): Problem | undefined {
  const { maxBytes } = settings.backup;
  if (maxBytes === 0 || bytes <= maxBytes) return undefined;
  return new Problem('backup-refused', 'what this removes is more than may be kept', {
    found,
    expected: `at most ${formatBytes(maxBytes)} ("backupMaxSize")`,
    next: [
      'Allow more in "backupMaxSize".',
      'Or take a full backup, and keep nothing of this run: taskflow-db backup, then migrate --backup=never',
    ],
  });
}

/** Free bytes where the server puts new tables; undefined where that cannot be seen from here. */
async function freeOn(session: Session): Promise<number | undefined> {
  const [row] = await session.query(PLACE).catch(() => []);
  const { data, space, port, started } = row ?? {};
  if (data == null || !isThatServer(data, port ?? '', Number(started))) return undefined;
  try {
    const { bavail, bsize } = statfsSync(space || data);
    return bavail * bsize;
  } catch {
    return undefined;
  }
}

/** data_directory is for pg_read_all_settings; others get NULL. */
const PLACE = `SELECT CASE WHEN pg_catalog.pg_has_role('pg_read_all_settings', 'USAGE')
    THEN pg_catalog.current_setting('data_directory') END AS data,
  pg_catalog.current_setting('port') AS port,
  pg_catalog.floor(extract(epoch FROM pg_catalog.pg_postmaster_start_time())) AS started,
  (SELECT pg_catalog.pg_tablespace_location(d.dattablespace) FROM pg_catalog.pg_database AS d
    WHERE d.datname = pg_catalog.current_database()) AS space`;

/** A folder of that path may be another server's, on this machine. Its postmaster.pid says when it was started, and its port. */
function isThatServer(data: string, port: string, started: number): boolean {
  try {
    const lines = readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n');
    return lines[3]?.trim() === port && Math.abs(Number(lines[2]) - started) <= 2;
  } catch {
    return false;
  }
}
