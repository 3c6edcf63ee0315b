/** Sessions of an application beside a run, which hold and want locks. */
import pg from 'pg';
import type { RunEvent } from '../../src/index.ts';
import type { TestDatabase } from '../support/servers.ts';

/** An open session of an application; `run` takes any number of statements. */
export interface Session {
  readonly pid: string;
  run(sql: string): Promise<unknown>;
  end(): Promise<void>;
}

export async function session(database: TestDatabase, application: string, user?: string): Promise<Session> {
  const connectionString = database.server.url(database.name, user);
  const client = new pg.Client({ connectionString, application_name: application });
  // It may be ended by the run.
  client.on('error', () => {});
  await client.connect();
  const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  return { pid: String(rows[0]?.pid), run: (sql) => client.query(sql), end: () => client.end() };
}

/** Runs the body while a session holds what its statements lock; the session rolls back afterwards. */
export async function whileHeld<T>(
  database: TestDatabase,
  sql: string,
  body: (holder: Session) => Promise<T>,
  application = 'cron',
): Promise<T> {
  const holder = await session(database, application);
  try {
    await holder.run(`BEGIN; ${sql}`);
    return await body(holder);
  } finally {
    await holder.run('ROLLBACK').catch(() => {});
    await holder.end();
  }
}

export type LockWait = Extract<RunEvent, { kind: 'lock_wait' }>;

export function lockWaits(events: readonly RunEvent[]): LockWait[] {
  return events.filter((event) => event.kind === 'lock_wait');
}

export const BUSY: Readonly<Record<string, string>> = {
  'm/001_busy.sql':
    'CREATE TABLE busy (id int PRIMARY KEY, n int) WITH (autovacuum_enabled = off);\nINSERT INTO busy SELECT i, 0 FROM generate_series(1, 100) AS i;\n-- IRREVERSIBLE: test\n',
};
export const ALTER: Readonly<Record<string, string>> = {
  'm/002_alter.sql': 'ALTER TABLE busy ADD COLUMN m int;\n-- ROLLBACK:\n-- ALTER TABLE busy DROP COLUMN m;\n',
};
