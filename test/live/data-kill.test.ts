import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { type DatabaseWorkplace, withCli } from '../support/cli.ts';
import { onServers } from '../support/on-servers.ts';
import { COUNTED, counting, requests } from './data-bed.ts';

const ROWS = 20_000;
const SMALL = '-- Batch: requests by id\n-- Target: 10ms\n-- Pause: 3';

/** Kills runs of `command` as often as it takes until one ends by itself; how often a row was changed by then. */
async function killUntilDone(at: DatabaseWorkplace, command: string): Promise<number> {
  const batches = 'SELECT count(*) FROM schema_data_batches';
  for (let kills = 0; ; kills++) {
    const [[before] = []] = await at.database.sql(batches);
    const { child, finished } = at.start([command, '--yes']);
    let ended = false;
    void finished.then(() => {
      ended = true;
    });
    // Some batches further, at no particular place of one.
    const wanted = Number(before) + 2 + ((kills * 7) % 5);
    while (!ended && Number((await at.database.sql(batches))[0]?.[0]) < wanted) await setTimeout(3);
    if (!ended) child.kill('SIGKILL');
    const { exit, output } = await finished;
    if (exit !== null) {
      assert.equal(exit, 0, output);
      return kills;
    }
  }
}

for (const engine of onServers(import.meta.url, 14, 18)) {
  describe(`on PostgreSQL ${engine}`, () => {
    test('a data migration that is killed again and again changes every row exactly once, in both directions', () =>
      withCli(engine, { ...requests(ROWS), ...counting(SMALL) }, async (at) => {
        assert.equal((await at.run(['migrate', '--to', '001'])).exit, 0);
        assert.ok((await killUntilDone(at, 'migrate')) >= 1);
        assert.deepEqual(await at.database.sql(COUNTED), [['1', String(ROWS)]]);
        assert.ok((await killUntilDone(at, 'rollback')) >= 1);
        assert.deepEqual(await at.database.sql(COUNTED), [['0', String(ROWS)]]);
      }));
  });
}
