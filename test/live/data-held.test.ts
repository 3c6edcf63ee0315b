/** A data migration that gives way: on a live server, through the command line. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withCli } from '../support/cli.ts';
import { onServers } from '../support/on-servers.ts';
import { COUNTED, counting, requests } from './data-bed.ts';
import { until } from './group-bed.ts';
import { session } from './locks-bed.ts';

for (const engine of onServers(import.meta.url, 14, 18)) {
  test(`PostgreSQL ${engine}: an old snapshot holds a run, by name and on record, as long as it is there`, () =>
    withCli(
      engine,
      requests(20_000),
      async (at) => {
        assert.equal((await at.run(['migrate'])).exit, 0);
        at.write(counting());
        const report = await session(at.database, 'report');
        await report.run('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM requests');
        const running = at.start(['migrate']);
        const throttle = "SELECT throttle, throttle_since FROM schema_data_migrations WHERE version = '002_count'";
        const [held, since] = await until('it is held', async () => {
          const [row] = await at.database.sql(throttle);
          return row?.[0] ? row : undefined;
        });
        assert.match(
          held!,
          new RegExp(`^held by oldest-snapshot: pid ${report.pid} \\(report, idle in transaction\\) has kept`),
        );
        // Its numbers go on, the moment from which it is held does not.
        await until('it looks again', async () => (await at.database.sql(throttle))[0]?.[0] !== held);
        assert.equal((await at.database.sql(throttle))[0]?.[1], since);
        assert.deepEqual(await at.database.sql(COUNTED), [['0', '20000']]);
        await report.run('ROLLBACK');
        const done = await running.finished;
        assert.equal(done.exit, 0, done.output);
        assert.deepEqual(await at.database.sql(COUNTED), [['1', '20000']]);
        assert.equal((await at.database.sql(throttle))[0]?.[0], null);
        await report.end();
      },
      { TASKFLOW_DATA_SNAPSHOT_AGE: '1ms' },
    ));
}
