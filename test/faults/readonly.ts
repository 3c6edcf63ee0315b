/** The server is a standby: it refuses, says so, and is left alone; once it is promoted the same command goes through. */
import { ownServer } from '../support/servers.ts';
import { startStandby } from '../support/standby.ts';
import { openBed } from './bed.ts';
import { checkEnd, Violation } from './check.ts';
import { type EngineRun, runEngine } from './engine-run.ts';
import type { Kind } from './kind.ts';

export const readonly: Kind = {
  name: 'readonly',
  parts: 2,
  sample: 1,
  cases: async () => ['readonly/18', 'readonly/14'],
  async run(_, name) {
    const { primary, standby } = await startStandby(await ownServer(Number(name.split('/')[1])));
    const bed = await openBed(primary);
    try {
      await bed.withDatabase('empty', async (database) => {
        await runEngine({ url: database.url, folder: bed.folder, action: 'migrate', to: '003_copy' });
        await standby.caughtUp();
        for (const action of ['migrate', 'rollback'] as const) {
          const run: EngineRun = { url: standby.url(database.name), folder: bed.folder, action };
          const { problem } = await runEngine(run);
          if (problem?.code !== 'server-read-only')
            throw new Violation(`a standby, and it says ${problem?.code} ${problem?.message}`);
        }
        await standby.promote();
        const told = await runEngine({ url: standby.url(database.name), folder: bed.folder, action: 'migrate' });
        const there = { ...database, sql: async (text: string) => (await standby.sql(database.name, text)).rows };
        await checkEnd(bed, there, told);
      });
    } finally {
      await bed.close();
      await standby.stop();
      await primary.stop();
    }
  },
};
