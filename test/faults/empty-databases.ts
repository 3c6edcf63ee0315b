/** Databases with nothing in them, used again and again: making and dropping one costs more than most cases. */
import { createDatabase, type TestDatabase, type TestServer } from '../support/servers.ts';

/** How often a database is emptied before it is made anew: its catalogs keep dead rows, and so grow. */
const EMPTIED_MAX = 40;

export interface EmptyDatabases {
  take(): Promise<TestDatabase>;
  giveBack(database: TestDatabase): Promise<void>;
  close(): Promise<void>;
}

export function emptyDatabases(server: TestServer): EmptyDatabases {
  const spare: TestDatabase[] = [];
  const uses = new Map<string, number>();
  return {
    take: async () => spare.pop() ?? createDatabase(server),
    giveBack: async (database) => {
      const count = (uses.get(database.name) ?? 0) + 1;
      uses.set(database.name, count);
      const isEmpty = count < EMPTIED_MAX && (await emptied(database));
      if (isEmpty) spare.push(database);
      else await database.drop();
    },
    // A server that is gone has taken them with it.
    close: async () => void (await Promise.allSettled(spare.splice(0).map((database) => database.drop()))),
  };
}

const EMPTY = `SET client_min_messages = error; DROP SCHEMA IF EXISTS app, keep, public CASCADE; CREATE SCHEMA public;`;
/** Nothing of anybody's but the schema itself. */
const ALL_THERE_IS = `SELECT count(*) FROM pg_depend WHERE refclassid = 'pg_namespace'::regclass AND deptype = 'n' AND objid >= 16384`;

/** Whether it is as new. A session that stays in it, or a lock that somebody holds, and it is not. */
async function emptied(database: TestDatabase): Promise<boolean> {
  try {
    await database.sql(`SET lock_timeout = '2s'; ${EMPTY}`);
    const [row] = await database.sql(ALL_THERE_IS);
    return row?.[0] === '0';
  } catch {
    return false;
  }
}
