/** `plan` as people call it: what it shows. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type { PlanReport } from '../../src/forecast/plan-report.ts';
import { padding, writeLarge } from './large-file-bed.ts';
import { whileHeld } from './locks-bed.ts';
import { applied, done, kept, PENDING, planJson, withPending } from './plan-bed.ts';

describe('plan shows what will happen', { concurrency: 2 }, () => {
  test('the order, the locks with the size of the table, what is destroyed, and what decides stands first', () =>
    withPending(PENDING, async (at) => {
      const { stdout, exit } = await at.run(['plan']);
      assert.equal(exit, 0);
      assert.match(
        stdout,
        /^Plan for \S+ \(PostgreSQL 18\.\d+\): 2 migrations, 2 statements\nLook at this first: data is/,
      );
      assert.match(
        stdout,
        /^Destroyed:\n {2}- 003_old: column old of customers\n {2}It is kept first, in the schema taskflow_backup, /m,
      );
      assert.match(stdout, /^1\. 002_state \(m\/002_state\.sql\)$/m);
      assert.match(stdout, /^ {3}line 2 {4}ALTER TABLE orders ADD COLUMN state text$/m);
      assert.match(stdout, /ACCESS EXCLUSIVE on orders \(1,000 rows, \d+ kB\): reads and writes\s+wait$/m);
      assert.match(stdout, /^ {3}way back {2}loses column state of orders$/m);
      assert.match(stdout, /^ {3}way back {2}none: it was copied before$/m);
      assert.match(stdout, /Nothing was run\.\n$/);
      for (const line of stdout.split('\n')) assert.ok(line.length <= 80, line);
      assert.equal(await applied(at), '001_base', 'and nothing is written');
    }));

  test('who holds now what will be asked for, by pid and with what to do', () =>
    withPending(PENDING, (at) =>
      whileHeld(at.database, 'SELECT FROM orders', async ({ pid }) => {
        const { stdout } = await done(at.run(['plan']));
        assert.match(stdout, /1 lock not to be had now/);
        assert.match(stdout, new RegExp(`^  - orders \\(ACCESS EXCLUSIVE is needed\\): pid ${pid} \\(cron `, 'm'));
        assert.match(stdout, new RegExp(`pg_terminate_backend\\(${pid}\\)`));
        assert.deepEqual(
          (await planJson(at)).blockers.map(({ relation, pid: who }) => [relation, String(who)]),
          [['public.orders', pid]],
        );
      }),
    ));

  test('who holds a partition alone, where its parent is to be changed', () =>
    withPending({ 'm/002_parts.sql': 'ALTER TABLE parts ADD COLUMN n int;\n-- IRREVERSIBLE: test\n' }, async (at) => {
      await at.database.sql('CREATE TABLE parts (id int) PARTITION BY LIST (id)');
      await at.database.sql('CREATE TABLE parts_1 PARTITION OF parts FOR VALUES IN (1)');
      await whileHeld(at.database, 'SELECT FROM parts_1', async ({ pid }) => {
        const { blockers } = await planJson(at);
        assert.deepEqual(
          blockers.map((one) => [one.relation, String(one.pid)]),
          [['public.parts_1', pid]],
        );
      });
    }));

  test('CREATE INDEX CONCURRENTLY waits for who writes to the table, though their locks get along', () =>
    withPending(
      { 'm/002_index.sql': 'CREATE INDEX CONCURRENTLY made ON orders (note);\n-- IRREVERSIBLE: test\n' },
      (at) =>
        whileHeld(at.database, 'LOCK TABLE orders IN ROW EXCLUSIVE MODE', async ({ pid }) => {
          const { blockers } = await planJson(at);
          assert.deepEqual(
            blockers.map((one) => [one.relation, one.lock, String(one.pid)]),
            [['public.orders', 'SHARE UPDATE EXCLUSIVE', pid]],
          );
        }),
    ));

  test('a lock is held to the end of its transaction, and what nobody foresees is said', () =>
    withPending(
      {
        'm/002_many.sql': `ALTER TABLE customers ADD COLUMN n int;
CALL work();
DO $$ BEGIN EXECUTE (SELECT note FROM orders LIMIT 1); END $$;
-- IRREVERSIBLE: test
`,
      },
      async (at) => {
        const { holds, migrations } = await planJson(at);
        assert.deepEqual(
          holds.map(({ relation, stalls, time, line, goesOn }) => [relation, stalls, time, line, goesOn]),
          [['public.customers', 'reads and writes', 'unknown', 1, true]],
        );
        const why = migrations[0]?.steps[0]?.statements.map(({ unforeseen }) => unforeseen);
        assert.match(why?.join() ?? '', /^,what the procedure does is not known,EXECUTE of a text that is known only/);
        const { stdout } = await at.run(['plan']);
        assert.match(stdout, /reads and writes wait, how long is not known, from\s+line\s+1 of 002_many to the end/);
        assert.match(stdout, /^Not foreseen:\n {2}- 002_many, line 2: what the procedure does/m);
      },
    ));

  test('secrets stay out of the text, the JSON and the file', () =>
    withPending(
      { 'm/002_role.sql': "CREATE ROLE r PASSWORD 'hunter2hunter2';\n-- IRREVERSIBLE: test\n" },
      async (at) => {
        const text = await done(at.run(['plan', '--verbose', '--out', 'p.json']));
        const json = await done(at.run(['plan', '--json']));
        for (const shown of [text.output, json.output, kept(at, 'p.json')]) {
          assert.doesNotMatch(shown, /hunter2/);
          assert.match(shown, /CREATE ROLE r PASSWORD '\*+'/);
        }
      },
    ));

  test('nothing to apply is a plan, too', () =>
    withPending({}, async (at) => {
      assert.match((await done(at.run(['plan', '--out', 'p.json']))).stdout, /^Nothing to apply to \S+\.\n$/);
      assert.match((await done(at.run(['migrate', '--plan', 'p.json']))).output, /is up to date: nothing to apply/);
      at.write(PENDING);
      assert.match(
        (await at.run(['migrate', '--plan', 'p.json'])).output,
        /002_state \(m\/002_state\.sql\) is not in the/,
      );
    }));

  test('a file that is too large to be held in memory, in brief', () =>
    withPending({}, async (at) => {
      const rows = 'INSERT INTO orders VALUES (7, 7, NULL);\n'.repeat(20);
      const parts = ['ALTER TABLE orders ADD COLUMN state text;\n', rows, ...padding(), '-- IRREVERSIBLE: test\n'];
      writeLarge(join(at.folder, 'm/002_large.sql'), parts);
      const { stdout } = await done(at.run(['plan', '--out', 'p.json']));
      assert.match(stdout, /20 more that nobody notices/);
      const { migrations, holds, bound } = JSON.parse(kept(at, 'p.json')) as PlanReport;
      const [step] = migrations[0]?.steps ?? [];
      assert.deepEqual([step?.statementCount, bound.migrations[0]?.statements], [21, 21]);
      assert.deepEqual(
        step?.statements.map(({ line }) => line),
        [1],
      );
      assert.deepEqual(
        holds.map(({ relation }) => relation),
        ['public.orders'],
      );
    }));
});
