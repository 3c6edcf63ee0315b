/** Index builds that were cut off: the next migrate finds out what became of them, and ends with a valid index. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withCli } from '../support/cli.ts';
import { onServers } from '../support/on-servers.ts';
import { BASE, cutOff, IRREVERSIBLE, indexes, stateOf, story, succeeded } from './steps-bed.ts';

for (const major of onServers(import.meta.url, 14, 18)) {
  for (const [what, sql, index] of [
    ['with a name', 'CREATE INDEX CONCURRENTLY made ON base (name);', 'made'],
    ['without a name', 'CREATE INDEX CONCURRENTLY ON base (name);', 'base_name_idx'],
    ['IF NOT EXISTS', 'CREATE INDEX CONCURRENTLY IF NOT EXISTS made ON public.base (name);', 'made'],
    ['UNIQUE', 'CREATE UNIQUE INDEX CONCURRENTLY "Made" ON base (name);', '"Made"'],
  ] as const) {
    test(`PostgreSQL ${major}: CREATE INDEX CONCURRENTLY ${what}: what is INVALID is dropped and built again`, () =>
      withCli(major, BASE, async (at) => {
        await cutOff(at, `${sql}`, '%INDEX CONCURRENTLY%');
        assert.deepEqual(
          await indexes(at.database, 'base'),
          [
            [index, 'false'],
            ['base_old', 'true'],
          ].sort(),
        );
        const { state, notes } = await stateOf(at, '002_step');
        assert.equal(state, 'interrupted');
        assert.match(notes.join(), /step 1 of 1 was under way: CREATE .*INDEX CONCURRENTLY/);
        assert.match(notes.join('\n'), /^run taskflow-db migrate: it looks what became of the step/m);
        const run = await succeeded(at);
        assert.match(run.said, /step 1 was interrupted: the index public\.\S+ is there, but INVALID/);
        assert.deepEqual(
          await indexes(at.database, 'base'),
          [
            [index, 'true'],
            ['base_old', 'true'],
          ].sort(),
        );
        assert.deepEqual(await story(at.database, '002_step'), [
          'started',
          'step_started',
          'taken_over',
          'started',
          'step_checked: half done',
          'step_cleaned',
          'step_started',
          'step_finished',
          'applied',
        ]);
      }));
  }

  test(`PostgreSQL ${major}: on the search_path that the file has set, in a schema of its own`, () =>
    withCli(major, BASE, async (at) => {
      const file = `CREATE SCHEMA s; CREATE TABLE s.base (n int); SET search_path = s, public;
CREATE INDEX CONCURRENTLY made ON base (n);
INSERT INTO base VALUES (1);`;
      await cutOff(at, file, '%INDEX CONCURRENTLY%');
      assert.deepEqual(await indexes(at.database, 's.base'), [['s.made', 'false']]);
      await succeeded(at);
      assert.deepEqual(await indexes(at.database, 's.base'), [['s.made', 'true']]);
      assert.deepEqual(await at.database.sql('SELECT n FROM s.base'), [['1']]);
    }));

  test(`PostgreSQL ${major}: an INVALID index that was there before is not ours, and IF NOT EXISTS does not hide it`, () =>
    withCli(major, BASE, async (at) => {
      assert.equal((await at.run(['migrate'])).exit, 0);
      await at.database.sql("INSERT INTO base VALUES (1, 'twice'), (2, 'twice')");
      await assert.rejects(at.database.sql('CREATE UNIQUE INDEX CONCURRENTLY made ON base (name)'));
      at.write({ 'm/002_step.sql': `CREATE INDEX CONCURRENTLY IF NOT EXISTS made ON base (name);\n${IRREVERSIBLE}` });
      for (let time = 0; time < 2; time++) {
        const failed = await at.run(['migrate']);
        assert.equal(failed.exit, 1, failed.output);
        assert.match(failed.said, /public\.made is there, but INVALID, and was so before this migration/);
        assert.match(failed.said, /REINDEX INDEX CONCURRENTLY public\.made/);
      }
      await at.database.sql('DROP INDEX CONCURRENTLY made');
      await succeeded(at);
      assert.deepEqual(await indexes(at.database, 'base'), [
        ['base_old', 'true'],
        ['made', 'true'],
      ]);
    }));

  test(`PostgreSQL ${major}: duplicates fail a unique build; what it left is removed by the next run, in an edited file too`, () =>
    withCli(major, BASE, async (at) => {
      assert.equal((await at.run(['migrate'])).exit, 0);
      await at.database.sql("INSERT INTO base VALUES (501, 'twice'), (502, 'twice')");
      at.write({ 'm/002_step.sql': `CREATE UNIQUE INDEX CONCURRENTLY made ON base (name);\n${IRREVERSIBLE}` });
      const failed = await at.run(['migrate']);
      assert.equal(failed.exit, 1, failed.output);
      assert.match(
        failed.said,
        /Left behind: the index public\.made is there, but INVALID; the next run removes it first\./,
      );
      assert.equal((await stateOf(at, '002_step')).state, 'failed');
      at.write({ 'm/002_step.sql': `CREATE UNIQUE INDEX CONCURRENTLY made ON base (name, id);\n${IRREVERSIBLE}` });
      await succeeded(at);
      assert.deepEqual(await indexes(at.database, 'base'), [
        ['base_old', 'true'],
        ['made', 'true'],
      ]);
    }));
}
