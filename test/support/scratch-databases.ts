import { LOCK_CLASS, lockKeyOf, runOfName } from '../../src/engine/scratch/scratch-name.ts';
import type { TestServer } from './servers.ts';

/** Scratch databases whose run is over. Those of runs that go on belong to other tests on the same server. */
export async function leftScratchDatabases(server: TestServer): Promise<string[]> {
  const listed = await scratchDatabases(server);
  const { rows } = await server.sql(
    'postgres',
    `SELECT objid::bigint FROM pg_locks WHERE locktype = 'advisory' AND classid = ${LOCK_CLASS}`,
  );
  const alive = new Set(rows.map(([key]) => Number(key) | 0));
  const still = await scratchDatabases(server);
  return listed.filter((name) => {
    const run = runOfName(name);
    return run !== undefined && !alive.has(lockKeyOf(run)) && still.includes(name);
  });
}

async function scratchDatabases(server: TestServer): Promise<string[]> {
  const { rows } = await server.sql(
    'postgres',
    "SELECT datname FROM pg_database WHERE datname LIKE 'taskflow_scratch%'",
  );
  return rows.map(([name]) => name ?? '');
}
