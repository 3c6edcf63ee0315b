import { done, notDone, type Probe } from './probe.ts';

/** COMMIT PREPARED and ROLLBACK PREPARED: done when the prepared transaction is gone. */
export function endPreparedProbe(gid: string): Probe {
  const look = 'SELECT true FROM pg_catalog.pg_prepared_xacts WHERE gid = $1';
  return {
    before: async (ask) => ({ prepared: (await ask(look, [gid])).length > 0 }),
    outcome: async (ask, before) => {
      if ((await ask(look, [gid])).length > 0) return notDone('the prepared transaction is there');
      return before.prepared === true
        ? done('the prepared transaction is ended')
        : notDone('there was no such prepared transaction');
    },
  };
}
