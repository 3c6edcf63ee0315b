/** Measures statements that refuse a transaction: they are held up halfway, and what they hold then is read by another session. */

import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import type { FormId, FormSample } from '../../src/facts/form.ts';
import type { TestDatabase } from '../support/servers.ts';
import { compared, connectTo, LOCKS, type Lock, type Measured, relationsOf } from './facts-bed.ts';

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
    await holder.query(`BEGIN; ${HOLDERS[id] ?? `${id} has no holder`}`);
    const before = await relationsOf(runner);
    const running = runner.query(sql);
    const locks = await locksWhileWaiting(watcher, await pidOf(holder), running);
    await holder.query('ROLLBACK');
    await running;
    return compared(before, await relationsOf(runner), locks);
  } finally {
    for (const client of [runner, holder, watcher]) await client.end();
  }
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
