/** A session that a test holds open beside the run: with a lock, an old snapshot or an open change. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { TestDatabase } from '../support/servers.ts';
import { BYSTANDER } from './bed.ts';

export interface Bystander {
  /** Ends it; what it held is free. */
  leave(): Promise<void>;
}

/** `sql` begins a transaction, which stays open. Resolves once it has run. */
export async function standBy(database: TestDatabase, sql: string): Promise<Bystander> {
  const stays = database.sql(`SET application_name = '${BYSTANDER}'; ${sql}; SELECT pg_sleep(280)`).catch(() => {});
  const there = `FROM pg_stat_activity WHERE datname = current_database() AND application_name = '${BYSTANDER}' AND wait_event = 'PgSleep'`;
  await until('the bystander stands', async () => (await database.sql(`SELECT 1 ${there}`)).length > 0);
  return {
    leave: async () => {
      await database.sql(`SELECT pg_terminate_backend(pid) ${there}`).catch(() => {});
      await stays;
    },
  };
}

export async function until(what: string, holds: () => Promise<boolean>, withinMs = 150_000): Promise<void> {
  const end = performance.now() + withinMs;
  for (let pauseMs = 5; performance.now() < end; pauseMs = Math.min(1.2 * pauseMs, 50)) {
    if (await holds()) return;
    await sleep(pauseMs);
  }
  throw new Error(`${what}: not within ${withinMs} ms`);
}
