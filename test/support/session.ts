/** One more session on a test's database, as an application would hold it. */
import pg from 'pg';
import type { TestDatabase } from './servers.ts';

export interface OpenSession {
  /** Rejects with the server's error, which has its SQLSTATE as `code`. */
  query(sql: string): Promise<pg.QueryResult>;
  end(): Promise<void>;
}

export async function openSession({ url }: Pick<TestDatabase, 'url'>): Promise<OpenSession> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => {});
  await client.connect();
  return { query: (sql) => client.query(sql), end: () => client.end() };
}
