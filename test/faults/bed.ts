/** A server with a proxy in front, the fault files, and what the database looks like after each of their steps. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readFolders } from '../../src/files/folders.ts';
import type { Migration, Statement } from '../../src/migration/migration.ts';
import { planSteps } from '../../src/plan/steps.ts';
import { writeFiles } from '../support/cli.ts';
import { type MessageProxy, startProxy } from '../support/proxy.ts';
import { createDatabase, type TestDatabase, type TestServer, templateDatabase } from '../support/servers.ts';
import { emptyDatabases } from './empty-databases.ts';
import { runEngine, succeeded } from './engine-run.ts';
import { faultFiles } from './files.ts';
import { difference, type Snapshot, snapshot } from './state.ts';

export interface Version {
  readonly name: string;
  /** With it applied, and all before it. */
  readonly after: Snapshot;
  /** After each of its statements, where it is not one transaction: the last equals `after`. */
  readonly steps: readonly Snapshot[];
  /** The same for its way back; the last equals `after` of the version before. */
  readonly backSteps: readonly Snapshot[];
}

export type Start = 'empty' | 'new' | 'full';

export interface Bed {
  readonly server: TestServer;
  readonly proxy: MessageProxy;
  readonly folder: string;
  readonly versions: readonly Version[];
  /**
   * A database with nothing applied, or everything; dropped afterwards. An empty one in which all went well is emptied and
   * used again, which takes a tenth of making one; `new`: for those who change the database itself.
   */
  withDatabase<T>(start: Start, body: (database: TestDatabase) => Promise<T>): Promise<T>;
  /** The database's URL through the proxy. */
  url(database: TestDatabase, user?: string): string;
  close(): Promise<void>;
}

export async function openBed(server: TestServer): Promise<Bed> {
  const folder = mkdtempSync(join(tmpdir(), 'tffault-'));
  writeFiles(folder, faultFiles(server.major));
  const proxy = await startProxy({ host: '127.0.0.1', port: server.tcpPort });
  const full = await templateDatabase(server, `faults ${JSON.stringify(faultFiles(server.major))}`, (draft) =>
    applyAll(draft, folder),
  );
  const empty = emptyDatabases(server);
  const withDatabase: Bed['withDatabase'] = async (start, body) => {
    const make = () => createDatabase(server, start === 'full' ? { template: full } : {});
    const database = await (start === 'empty' ? empty.take() : make());
    let isWell = false;
    try {
      const value = await body(database);
      isWell = start === 'empty';
      return value;
    } finally {
      await (isWell ? empty.giveBack(database) : database.drop());
    }
  };
  return {
    server,
    proxy,
    folder,
    withDatabase,
    versions: await learn(folder, withDatabase),
    url: ({ name }, user = 'postgres') => `postgresql://${user}@127.0.0.1:${proxy.port}/${name}`,
    close: async () => {
      await proxy.close();
      await empty.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function applyAll(database: TestDatabase, folder: string): Promise<void> {
  succeeded(await runEngine({ url: database.url, folder, action: 'migrate' }));
  await quiet(database);
}

/** The application name of a session that a test itself holds open beside the run. */
export const BYSTANDER = 'fault bystander';

/**
 * Waits until nobody but the asker is connected to the database; returns how long that took (ms), or throws. The server
 * itself looks again and again: a connection for each look would cost more than the look.
 */
export async function quiet(database: TestDatabase, withinMs = 20_000): Promise<number> {
  const begun = performance.now();
  await database.server.sql(
    'postgres',
    `DO $$
DECLARE others text; looks int := 0;
BEGIN
  LOOP
    PERFORM pg_stat_clear_snapshot();
    SELECT string_agg(concat_ws(' ', pid, application_name, state, query), ' | ') INTO others FROM pg_stat_activity
    WHERE datname = '${database.name}' AND backend_type = 'client backend' AND application_name <> '${BYSTANDER}';
    EXIT WHEN others IS NULL;
    looks := looks + 1;
    IF clock_timestamp() > now() + interval '${withinMs} ms' THEN
      RAISE 'sessions stay in the server for more than ${withinMs} ms: %', others;
    END IF;
    PERFORM pg_sleep(least(0.002 * looks, 0.05));
  END LOOP;
END $$`,
  );
  return performance.now() - begun;
}

/** Applies and undoes everything without a fault, and remembers each state on the way. */
async function learn(folder: string, withDatabase: Bed['withDatabase']): Promise<Version[]> {
  const files = readFolders([join(folder, 'm')], folder).files.map((file) => file.load());
  return withDatabase('empty', async (database) => {
    const up: Omit<Version, 'backSteps'>[] = [];
    for (const file of files) up.push(await learnUp(database, folder, file));
    const versions: Version[] = [];
    for (const [i, file] of [...files.entries()].reverse()) {
      const before = up[i - 1]?.after ?? { lines: [], half: [] };
      versions.unshift({ ...up[i]!, backSteps: await learnBack(database, folder, file, before) });
    }
    return versions;
  });
}

async function learnUp(
  database: TestDatabase,
  folder: string,
  migration: Migration,
): Promise<Omit<Version, 'backSteps'>> {
  const steps = await statesOf(database, migration, migration.statements);
  succeeded(await runEngine({ url: database.url, folder, action: 'migrate', to: migration.version }));
  await quiet(database);
  return { name: migration.version, after: await snapshot(database), steps };
}

async function learnBack(
  database: TestDatabase,
  folder: string,
  migration: Migration,
  before: Snapshot,
): Promise<Snapshot[]> {
  const statements = migration.rollback.kind === 'sql' ? migration.rollback.statements : [];
  const states = await statesOf(database, migration, statements);
  succeeded(await runEngine({ url: database.url, folder, action: 'rollback', steps: 1 }));
  await quiet(database);
  const left = difference(await snapshot(database), before);
  if (left.length > 0) throw new Error(`the way back of ${migration.version} leaves:\n${left.join('\n')}`);
  return states;
}

/** Found out only when the server has refused it in one transaction. */
const STEPS_ALL_THE_SAME = '011_label';

/** The states of a copy of the database after each statement by itself; none where all of them are one transaction. */
async function statesOf(
  database: TestDatabase,
  { headers, version }: Migration,
  statements: readonly Statement[],
): Promise<Snapshot[]> {
  const isPlanned = planSteps(statements, database.server.major * 10_000).mode === 'steps';
  if (!isPlanned && headers.transaction !== 'none' && version !== STEPS_ALL_THE_SAME) return [];
  const copy = await createDatabase(database.server, { template: database.name });
  try {
    const states: Snapshot[] = [];
    for (const { sql } of statements) {
      await copy.sql(sql);
      states.push(await snapshot(copy));
    }
    return states;
  } finally {
    await copy.drop();
  }
}
