/** Steps outside a transaction that are interrupted: what holds them up, how they are cut off, what is left. */
import assert from 'node:assert/strict';
import type { DatabaseWorkplace, Finished, Started } from '../support/cli.ts';
import type { TestDatabase } from '../support/servers.ts';
import { until } from './group-bed.ts';

/** A session of another's that stays in a transaction until it is released. */
export interface Holder {
  release(): Promise<void>;
}

let holders = 0;

/** Opens a transaction that has run the statement, and leaves it open. */
export async function holding(database: TestDatabase, statement: string): Promise<Holder> {
  const name = `holder ${++holders}`;
  const session = database.sql(`SET application_name = '${name}'; BEGIN; ${statement}; SELECT pg_sleep(280)`);
  session.catch(() => {});
  const find = `SELECT pid FROM pg_stat_activity WHERE application_name = '${name}' AND query LIKE '%pg_sleep%' AND wait_event = 'PgSleep'
    AND datname = current_database()`;
  await until(`${name} holds`, async () => (await database.sql(find)).length > 0);
  return {
    release: async () => {
      await database.sql(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = '${name}' AND datname = current_database()`,
      );
      await session.catch(() => {});
    },
  };
}

/** The server processes that run a statement like this, of any client but the test's own. */
export const running = (database: TestDatabase, pattern: string) =>
  database.sql(
    `SELECT pid FROM pg_stat_activity WHERE query LIKE '${pattern}' AND state = 'active' AND pid <> pg_backend_pid()
       AND query NOT LIKE '%pg_stat_activity%' AND datname = current_database()`,
  );

/** Starts the tool and waits until the server runs a statement like this one and waits for somebody. */
export async function startedUntil(
  at: DatabaseWorkplace,
  pattern: string,
  args: readonly string[] = ['migrate'],
): Promise<Started> {
  const started = at.start(args);
  let ended: Finished | undefined;
  void started.finished.then((finished) => {
    ended = finished;
  });
  await until(`runs ${pattern}`, async () => {
    assert.equal(ended, undefined, ended?.output);
    const waiting = `SELECT 1 FROM pg_stat_activity WHERE query LIKE '${pattern}' AND state = 'active'
      AND wait_event_type = 'Lock' AND query NOT LIKE '%pg_stat_activity%' AND datname = current_database()`;
    return (await at.database.sql(waiting)).length > 0;
  });
  return started;
}

/** kill -9 of the tool; the server does not know yet. */
export async function killed({ child, finished }: Started): Promise<void> {
  child.kill('SIGKILL');
  await finished;
}

/** Ends the server process that runs such a statement, and waits until it is gone. */
export async function backendEnded(database: TestDatabase, pattern: string): Promise<void> {
  for (const [pid] of await running(database, pattern)) await database.sql(`SELECT pg_terminate_backend(${pid})`);
  await until(`${pattern} is gone`, async () => (await running(database, pattern)).length === 0);
}

/** The events of a version, with what was found out about a step: `step_checked: half done`. */
export async function story(database: TestDatabase, version: string): Promise<string[]> {
  const rows = await database.sql(
    `SELECT event || coalesce(': ' || (detail ->> 'outcome'), '') FROM schema_migration_events
      WHERE version = '${version}' ORDER BY seq`,
  );
  return rows.map(([event]) => event ?? '');
}

export async function stateOf(at: DatabaseWorkplace, version: string): Promise<{ state: string; notes: string[] }> {
  const status = await at.run(['status', '--json']);
  const { migrations } = status.json<{ migrations: { version: string; state: string; notes: string[] }[] }>();
  const found = migrations.find((one) => one.version === version);
  assert.ok(found, status.output);
  return { state: found.state, notes: found.notes };
}

/** The index names of a table with whether each is valid. */
export const indexes = (database: TestDatabase, table: string) =>
  database.sql(
    `SELECT indexrelid::regclass::text, indisvalid::text FROM pg_index WHERE indrelid = '${table}'::regclass ORDER BY 1`,
  );

/**
 * Applies what is there, then adds a file, which runs while an old transaction holds the table `base`, and is cut off by
 * kill -9 of the tool and pg_terminate_backend of its server process.
 */
export async function cutOff(at: DatabaseWorkplace, file: string, pattern: string): Promise<void> {
  assert.equal((await at.run(['migrate'])).exit, 0);
  at.write({ 'm/002_step.sql': `${file}\n${IRREVERSIBLE}` });
  const [[table] = []] = await at.database.sql("SELECT oid::regclass FROM pg_class WHERE relname = 'base'");
  const holder = await holding(at.database, `LOCK TABLE ${table} IN ROW EXCLUSIVE MODE`);
  await killed(await startedUntil(at, pattern));
  await backendEnded(at.database, pattern);
  await holder.release();
}

export async function succeeded(at: DatabaseWorkplace, args: readonly string[] = ['migrate']): Promise<Finished> {
  const run = await at.run(args);
  assert.equal(run.exit, 0, run.output);
  return run;
}

/** Every index of the database that is not valid, system tables included. */
export const invalid = (database: TestDatabase) =>
  database.sql('SELECT indexrelid::regclass FROM pg_index WHERE NOT indisvalid');

export const IRREVERSIBLE = '-- IRREVERSIBLE: test\n';

export const BASE = {
  'm/001_base.sql': `CREATE TABLE base (id int NOT NULL, name text);
INSERT INTO base SELECT g, 'name ' || g FROM generate_series(1, 500) AS g;
CREATE INDEX base_old ON base (id);
-- IRREVERSIBLE: the beginning
`,
};
