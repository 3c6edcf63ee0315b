/** `squash`: one file in the place of many, for databases that have all, none or some of what it stands for. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { describe } from 'node:test';
import { onServers } from '../support/on-servers.ts';
import {
  ARCHIVE,
  anew,
  assertNoDrift,
  FOLDED,
  good,
  run,
  scratchOf,
  sqlFiles,
  squash,
  squashAlone,
  statesOf,
  withFiles,
} from './squash-bed.ts';

for (const engine of onServers(import.meta.url, 14, 18)) {
  describe(`squash, PostgreSQL ${engine}`, () => {
    test('a database that has all of them goes on as it was, and a new one begins with the squash', () =>
      withFiles(engine, async (at) => {
        await run(at, 'migrate', '--to', '4');
        const before = readFileSync(join(at.folder, 'db/m/003_index.sql'));
        const written = good(await squash(at, '--to', '4'));
        assert.match(written.stdout, /Proven equal on scratch databases: \d+ objects and 2 rows/);
        assert.deepEqual(sqlFiles(at), ['004_squash.sql', '005_paid.sql']);
        assert.deepEqual(
          sqlFiles(at, ARCHIVE),
          FOLDED.map((one) => `${one}.sql`),
        );
        assert.deepEqual(readFileSync(join(at.folder, ARCHIVE, '003_index.sql')), before);
        const folded = FOLDED.map((one) => `${one} applied 004_squash`);
        assert.deepEqual(await statesOf(at), [...folded, '004_squash baseline', '005_paid pending']);

        await run(at, 'migrate');
        assert.deepEqual(await statesOf(at), [...folded, '004_squash baseline', '005_paid applied']);
        await assertNoDrift(at);
        assert.equal((await run(at, 'rollback', '--yes')).exit, 0);
        assert.match((await run(at, 'rollback', '--yes')).stdout, /Nothing to roll back/);
        const history = await run(at, 'history', '--version', '2');
        assert.match(history.stdout, /applied +002_orders/);
        const own = await run(at, 'history', '--version', '4');
        assert.match(own.stdout, /baselined +004_squash[\s\S]*all of the 4 migrations/);

        await anew(at);
        assert.deepEqual(await statesOf(at), ['004_squash pending', '005_paid pending']);
        await run(at, 'migrate');
        assert.deepEqual(await statesOf(at), ['004_squash applied', '005_paid applied']);
        await assertNoDrift(at);
        assert.equal((await at.database.sql('INSERT INTO users (email) VALUES ($$c$$) RETURNING id'))[0]?.[0], '3');
        const refused = await at.run(['rollback', '--to', '2', '--yes']);
        assert.match(refused.said, /version-unknown.*004_squash/);
        assert.match((await at.run(['rollback', '--version', '4', '--yes'])).said, /irreversible|stands on/i);
        good(await at.run(['verify', ...scratchOf(at)]));
      }));

    test('a database that has some of them is refused, and the command that is named completes it', () =>
      withFiles(engine, async (at) => {
        await run(at, 'migrate', '--to', '2');
        const refused = await squash(at, '--to', '4');
        assert.match(refused.said, /squash-refused.*003_index is pending.*004_columns is pending/);
        assert.equal(sqlFiles(at).length, 5);
        good(await squashAlone(at, '--to', '4'));

        const stopped = await at.run(['migrate']);
        assert.equal(stopped.exit, 1);
        const command = /taskflow-db (migrate --dir \S+ --to \S+)/.exec(stopped.said)?.[1] ?? '';
        assert.match(stopped.said, /squash-incomplete.*not applied: 003_index, 004_columns/);
        assert.equal((await at.run(['status', '--check'])).exit, 3);
        await run(at, ...command.split(' '));
        await run(at, 'migrate');
        assert.deepEqual((await statesOf(at)).slice(-2), ['004_squash baseline', '005_paid applied']);
        await assertNoDrift(at);
      }));

    test('a squash of a squash is one for databases of every age', () =>
      withFiles(engine, async (at) => {
        await run(at, 'migrate');
        good(await squash(at, '--to', '3', '--name', 'first'));
        good(await squash(at, '--to', '5', '--name', 'second'));
        assert.deepEqual(sqlFiles(at), ['005_second.sql']);
        await run(at, 'migrate');
        assert.equal((await statesOf(at)).at(-1), '005_second baseline');
        await assertNoDrift(at);

        await anew(at);
        await run(at, 'migrate', '--dir', 'db/m/squashed/005_second', '--to', '004_columns');
        const stopped = await at.run(['migrate']);
        assert.match(stopped.said, /not applied: 005_paid .*--dir db\/m\/squashed\/005_second --to 005_paid/);
        await run(at, 'migrate', '--dir', 'db/m/squashed/005_second');
        await run(at, 'migrate');
        assert.deepEqual(await statesOf(at), [
          '003_first applied 005_second',
          '004_columns applied 005_second',
          '005_paid applied 005_second',
          '005_second baseline',
        ]);
        await assertNoDrift(at);
      }));
  });
}
