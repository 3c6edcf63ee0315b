import type { SharedObject } from '../../../sql/outside.ts';
import { displayIdentifier } from '../../../sql/quote.ts';
import { type Ask, done, halfDone, notDone, type Probe } from './probe.ts';

/** Whether it is there, and whether it was left half dropped: such a database has the connection limit -2. */
const LOOK: Readonly<Record<SharedObject, string>> = {
  database: 'SELECT datconnlimit = -2 AS half FROM pg_catalog.pg_database WHERE datname = $1',
  tablespace: 'SELECT false AS half FROM pg_catalog.pg_tablespace WHERE spcname = $1',
  subscription: `SELECT false AS half FROM pg_catalog.pg_subscription WHERE subname = $1
  AND subdbid = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())`,
};

/** CREATE DATABASE, TABLESPACE, SUBSCRIPTION: done when it is there and was not before. */
export function createdProbe(object: SharedObject, name: string): Probe {
  const what = `the ${object} ${displayIdentifier(name)}`;
  return {
    before: async (ask) => ({ there: await look(ask, object, name) }),
    outcome: async (ask, before) => {
      const there = await look(ask, object, name);
      if (there === 'no') return notDone(`${what} is not there`);
      if (there === 'half') return notDone(`${what} is half dropped`);
      return before.there === 'no' ? done(`${what} is there`) : notDone(`${what} was there before`);
    },
  };
}

/** DROP DATABASE, TABLESPACE, SUBSCRIPTION: done when it is gone; a half-dropped database can only be dropped again. */
export function droppedProbe(object: SharedObject, name: string): Probe {
  const what = `the ${object} ${displayIdentifier(name)}`;
  return {
    before: async (ask) => ({ there: await look(ask, object, name) }),
    outcome: async (ask, before) => {
      const there = await look(ask, object, name);
      if (there === 'no')
        return before.there === 'no'
          ? notDone(`there was no ${object} ${displayIdentifier(name)}`)
          : done(`${what} is gone`);
      return there === 'half' ? halfDone(`${what} is half dropped`) : notDone(`${what} is there`);
    },
  };
}

async function look(ask: Ask, object: SharedObject, name: string): Promise<'yes' | 'half' | 'no'> {
  const [row] = await ask(LOOK[object], [name]);
  if (!row) return 'no';
  return row.half === 't' ? 'half' : 'yes';
}

/** ALTER DATABASE ... SET TABLESPACE: done when it lies there. */
export function movedDatabaseProbe(name: string, tablespace: string): Probe {
  return {
    before: async () => ({}),
    outcome: async (ask) => {
      const [row] = await ask(
        `SELECT t.spcname AS tablespace FROM pg_catalog.pg_database AS d
JOIN pg_catalog.pg_tablespace AS t ON t.oid = d.dattablespace WHERE d.datname = $1`,
        [name],
      );
      const because = `the database ${displayIdentifier(name)} lies in ${row?.tablespace ?? 'no tablespace: it is not there'}`;
      return row?.tablespace === tablespace ? done(because) : notDone(because);
    },
  };
}
