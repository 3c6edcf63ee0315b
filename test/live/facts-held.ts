/** Measures statements that refuse a transaction: they are held up halfway, and what they hold then is read by another session. */

import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import type { FormId, FormSample } from '../../src/facts/form.ts';
import type { TestDatabase } from '../support/servers.ts';
import { compared, connectTo, LOCKS, type Lock, type Measured, relationsCollected, relationsOf } from './facts-bed.ts';
import { until } from './group-bed.ts';

const WRITES = "UPDATE target SET note = 'held'";
/** Locks the last of the indexes and not its table. */
const MOVES_INDEX = 'ALTER INDEX target_solo_idx SET TABLESPACE facts_space';

/** What another transaction does so that the statement has to wait, with its locks in hand. */
const HOLDERS: { readonly [id in FormId]?: string } = {
  'create-index-concurrently': WRITES,
  'drop-index-concurrently': WRITES,
  'reindex-concurrently': WRITES,
  'reindex-all': MOVES_INDEX,
  'reindex-partitioned-index': 'ALTER INDEX keyed_one_id_idx SET TABLESPACE facts_space',
  'reindex-partitioned': 'LOCK TABLE keyed_none IN ROW EXCLUSIVE MODE',
  'detach-partition-concurrently': 'LOCK TABLE first_half IN ACCESS SHARE MODE',
  vacuum: MOVES_INDEX,
  'vacuum-full': MOVES_INDEX,
  'cluster-all': MOVES_INDEX,
};

/** In a database of its own, which it changes. */
export async function measureHeld(database: TestDatabase, id: FormId, { given, sql }: FormSample): Promise<Measured> {
  const [runner, holder, watcher] = [await connectTo(database), await connectTo(database), await connectTo(database)];
  try {
    if (given) await runner.query(given);
    const marker = await markIn(runner);
    // What it reads itself is no business of the statistics.
    await holder.query('SET track_counts = off');
    await holder.query(`BEGIN; ${HOLDERS[id] ?? `${id} has no holder`}`);
    const before = await relationsOf(runner);
    const running = runner.query(sql);
    const locks = await locksWhileWaiting(watcher, await pidOf(holder), running);
    await holder.query('ROLLBACK');
    await running;
    return compared(before, await relationsBehind(runner, marker), locks);
  } finally {
    for (const client of [runner, holder, watcher]) await client.end();
  }
}

interface Marker {
  readonly oid: string;
  /** How often it was read. */
  readonly scans: number;
}

/** A scan that the session counts beside those of the statement: between two statements it may hand over what it has counted. */
async function markIn(runner: pg.Client): Promise<Marker> {
  await runner.query('CREATE TEMPORARY TABLE marker AS SELECT 1 AS n');
  const { rows } = await runner.query<{ oid: string }>("SELECT 'marker'::regclass::oid::text AS oid");
  const oid = rows[0]!.oid;
  let scans = 0;
  await until('it is counted', async () => {
    await runner.query('SELECT n FROM marker');
    scans += 1;
    return (await scansOf(runner, oid, 'pg_stat_get_xact_numscans')) > 0;
  });
  return { oid, scans };
}

/** Behind the statement; where the counts were handed over, as a slow one's are, when they have arrived. */
async function relationsBehind(runner: pg.Client, { oid, scans }: Marker) {
  if ((await scansOf(runner, oid, 'pg_stat_get_xact_numscans')) > 0) return relationsOf(runner);
  await until('the counts have arrived', async () => (await scansOf(runner, oid, 'pg_stat_get_numscans')) === scans);
  return relationsCollected(runner);
}

async function scansOf(runner: pg.Client, oid: string, counter: string): Promise<number> {
  const { rows } = await runner.query<{ n: number }>(`SELECT ${counter}(${oid})::int AS n`);
  return rows[0]!.n;
}

async function pidOf(client: pg.Client): Promise<number> {
  const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  return rows[0]!.pid;
}

/** Those of the session that waits for the holder. */
async function locksWhileWaiting(watcher: pg.Client, holder: number, running: Promise<unknown>): Promise<Lock[]> {
  let ended = false;
  void running.catch(() => {}).then(() => (ended = true));
  for (;;) {
    const { rows } = await watcher.query<{ pid: number }>(
      'SELECT DISTINCT pid FROM pg_locks WHERE NOT granted AND $1 = ANY (pg_blocking_pids(pid))',
      [holder],
    );
    const pid = rows[0]?.pid;
    if (pid) return (await watcher.query<Lock>(`${LOCKS} AND l.pid = $1`, [pid])).rows;
    if (ended) {
      await running;
      throw new Error('it did not wait for the holder');
    }
    await sleep(5);
  }
}
