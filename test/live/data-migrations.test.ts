import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { withCli } from '../support/cli.ts';
import { onServers } from '../support/on-servers.ts';
import { COUNTED, counting, requests } from './data-bed.ts';

for (const engine of onServers(import.meta.url, 14, 18)) {
  describe(`a data migration on PostgreSQL ${engine}`, () => {
    test('runs in batches within migrate, is counted, verified and recorded, and rolled back in batches', () =>
      withCli(engine, { ...requests(30_000), ...counting() }, async (at) => {
        const done = await at.run(['migrate', '--json']);
        assert.equal(done.exit, 0, done.output);
        assert.deepEqual(await at.database.sql(COUNTED), [['1', '30000']]);
        assert.deepEqual(
          await at.database.sql(
            "SELECT type, success, error_message FROM schema_migrations WHERE version = '002_count'",
          ),
          [['data', 't', null]],
        );
        const batches = await at.database.sql(
          "SELECT count(*) > 3, sum(rows), sum(keys), bool_and(rows = keys) FROM schema_data_batches WHERE version = '002_count'",
        );
        assert.deepEqual(batches, [['t', '30000', '30000', 't']]);
        assert.match((await at.run(['migrate'])).stdout, /nothing to apply/);

        const undone = await at.run(['rollback', '--yes']);
        assert.equal(undone.exit, 0, undone.output);
        assert.deepEqual(await at.database.sql(COUNTED), [['0', '30000']]);
        const back = "SELECT count(*) > 3 FROM schema_data_batches WHERE direction = 'down'";
        assert.deepEqual(await at.database.sql(back), [['t']]);

        assert.equal((await at.run(['migrate'])).exit, 0);
        assert.deepEqual(await at.database.sql(COUNTED), [['1', '30000']]);
      }));
  });
}
