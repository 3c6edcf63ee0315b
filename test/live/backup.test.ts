/** Full backups: what is loaded from one, by other people's programs or by hand, is what was there when it began. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withCli } from '../support/cli.ts';
import { checkFiles, EVERYTHING, folderOf, loadByHand, look, manifestIn } from './backup-bed.ts';

const ENV = { TASKFLOW_BACKUP_RESERVE: '0' };

/** The server, the arguments, and how it is taken. pg_dump of this machine is 15: too old for 18. */
const CASES: readonly (readonly [14 | 18, readonly string[], 'pg_dump' | 'copy'])[] = [
  [14, ['--format', 'custom'], 'pg_dump'],
  [14, ['--format', 'directory', '--jobs', '2', '--compression', 'none'], 'pg_dump'],
  [14, ['--method', 'copy', '--jobs', '3'], 'copy'],
  [18, ['--compression', 'none'], 'copy'],
];

for (const [major, args, method] of CASES) {
  test(`PostgreSQL ${major}, backup ${args.join(' ')}: all of it comes back`, () =>
    withCli(major, {}, async (at) => {
      await at.database.sql(EVERYTHING);
      const before = await look(at.database);
      const done = await at.run(['backup', ...args], { env: ENV });
      assert.equal(done.exit, 0, done.output);
      const folder = folderOf(done.stdout);
      const manifest = manifestIn(folder);
      assert.equal(manifest.method, method);
      assert.deepEqual(
        [manifest.source.database, Math.trunc(manifest.source.serverVersionNum / 10_000)],
        [at.database.name, major],
      );
      const rows = Object.fromEntries(manifest.tables.map((one) => [one.name, one.rows]));
      assert.deepEqual([rows.people, rows.parts_other, rows.nothing, rows.parts], [300, 1, 2, undefined]);
      assert.deepEqual(
        manifest.sequences.find(({ name }) => name === 'loose'),
        { schema: 'public', name: 'loose', lastValue: '10', isCalled: true },
      );
      checkFiles(folder);
      const copy = await loadByHand(at.database.server, folder);
      try {
        assert.deepEqual(await look(copy), before);
      } finally {
        await copy.drop();
      }
    }));
}
