/** A database with orders and customers, and migrations that are to be planned. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PlanReport } from '../../src/forecast/plan-report.ts';
import { type DatabaseWorkplace, type Files, type Finished, withCli } from '../support/cli.ts';

export const BASE = `-- Orders and customers
CREATE TABLE customers (id bigint PRIMARY KEY, old text);
CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint, note text, CHECK (id > 0));
INSERT INTO orders SELECT i, i, repeat('x', 20) FROM generate_series(1, 1000) AS i;
ANALYZE orders;
-- IRREVERSIBLE: test
`;
export const STATE = `-- A state
ALTER TABLE orders ADD COLUMN state text;
-- ROLLBACK:
-- ALTER TABLE orders DROP COLUMN state;
`;
export const OLD = `-- Away with it
ALTER TABLE customers DROP COLUMN old;
-- IRREVERSIBLE: it was copied before
`;
export const PENDING = { 'm/002_state.sql': STATE, 'm/003_old.sql': OLD };

/** The base applied, and these pending. */
export function withPending<T>(files: Files, body: (at: DatabaseWorkplace) => Promise<T>): Promise<T> {
  return withCli(18, { 'm/001_base.sql': BASE }, async (at) => {
    await done(at.run(['migrate']));
    at.write(files);
    return body(at);
  });
}

export async function done(running: Promise<Finished>): Promise<Finished> {
  const finished = await running;
  assert.equal(finished.exit, 0, finished.output);
  return finished;
}

export async function applied({ database }: DatabaseWorkplace): Promise<string> {
  const rows = await database.sql('SELECT version FROM schema_migrations WHERE success ORDER BY version');
  return rows.map(([version]) => version).join(' ');
}

export const kept = (at: DatabaseWorkplace, file: string) => readFileSync(join(at.folder, file), 'utf8');

export async function planJson(at: DatabaseWorkplace, ...args: string[]): Promise<PlanReport> {
  return (await done(at.run(['plan', '--json', ...args]))).json<PlanReport & Record<string, unknown>>();
}
