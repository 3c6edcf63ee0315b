/** `migrate --plan FILE`: exactly what was reviewed is applied, or nothing. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { promisify } from 'node:util';
import type { PlanReport } from '../../src/forecast/plan-report.ts';
import { withCli } from '../support/cli.ts';
import { systemBin } from '../support/engines.ts';
import { startPooler } from '../support/pgbouncer.ts';
import { server, uniqueName } from '../support/servers.ts';
import { atGate, GATE, openGate } from './gate.ts';
import { whileHeld } from './locks-bed.ts';
import { applied, BASE, done, kept, OLD, PENDING, STATE, withPending } from './plan-bed.ts';

describe('a plan is applied as it was reviewed, or not at all', { concurrency: 2 }, () => {
  test('the file is the JSON document; it is applied once, and whoever comes second finds nothing to do', () =>
    withPending(PENDING, async (at) => {
      const { stdout, stderr } = await done(at.run(['plan', '--json', '--out', 'p.json']));
      assert.deepEqual(JSON.parse(kept(at, 'p.json')), JSON.parse(stdout));
      assert.equal(stderr, '');
      const first = await done(at.run(['migrate', '--plan', 'p.json', '--json']));
      assert.deepEqual(
        first.json<{ migrations: { version: string }[] }>().migrations.map(({ version }) => version),
        ['002_state', '003_old'],
      );
      assert.match((await done(at.run(['migrate', '--plan', 'p.json']))).output, /is up to date: nothing to apply/);
      assert.equal(await applied(at), '001_base 002_state 003_old');
    }));

  test('two runners with one plan: one applies it, the other waits and succeeds', () =>
    withPending(
      {
        'm/002_gate.sql': `${GATE};\n-- IRREVERSIBLE: test\n`,
        ...PENDING,
        'm/002_state.sql': `-- Depends: 002_gate\n${STATE}`,
      },
      async (at) => {
        await done(at.run(['plan', '--out', 'p.json']));
        const first = at.start(['migrate', '--plan', 'p.json']);
        await atGate(at.database);
        const second = at.start(['migrate', '--plan', 'p.json']);
        await second.said(/wait/i);
        await openGate(at.database);
        for (const finished of [await first.finished, await second.finished])
          assert.equal(finished.exit, 0, finished.output);
        assert.equal(await applied(at), '001_base 002_gate 002_state 003_old');
      },
    ));

  test('everything that may move is found, and nothing is run', () =>
    withPending(PENDING, async (at) => {
      await done(at.run(['plan', '--out', 'p.json']));
      const refused = async (pattern: RegExp, args: readonly string[] = [], env = {}) => {
        const run = await at.run(['migrate', '--plan', 'p.json', ...args], { env });
        assert.equal(run.exit, 1, run.output);
        assert.match(run.said, /^error\[plan-moved\]: the plan does not fit \S+ any more /);
        assert.match(run.said, pattern);
        assert.match(run.said, /now: Nothing was run\./);
      };
      at.write({ 'm/003_old.sql': OLD.replace('-- Away', '-- Out') });
      await refused(/found: m\/003_old\.sql was changed since /);
      at.write(PENDING);
      at.write({ 'm/004_more.sql': STATE.replaceAll('state', 'more') });
      await refused(/found: 004_more \(m\/004_more\.sql\) is not in the plan /);
      at.remove('m/004_more.sql', 'm/003_old.sql');
      await refused(/found: 003_old is not there to be applied any more /);
      at.write(PENDING);
      await at.database.sql('CREATE INDEX by_hand ON orders (note)');
      await refused(/found: the schema was changed since, and not by a migration: index \(see/);
      await at.database.sql('DROP INDEX by_hand');
      await refused(/found: the search_path is app, public, the plan is for public/, [], {
        TASKFLOW_SEARCH_PATH: 'app, public',
      });
      await at.database.sql(`ALTER DATABASE ${at.database.name} SET search_path = app, public`);
      await refused(/found: the search_path is app, public, the plan is for public/);
      await at.database.sql(`ALTER DATABASE ${at.database.name} RESET search_path`);
      await done(at.run(['migrate', '--to', '2']));
      await refused(/found: 002_state was applied since /);
      await done(at.run(['rollback', '--version', '2', '--yes']));
      assert.equal(await applied(at), '001_base');
      await done(at.run(['migrate', '--plan', 'p.json']));
    }));

  test('through PgBouncer in transaction mode, where nothing stays in the pool', async () => {
    const pooler = await startPooler(await server(18), { poolSize: 2 });
    await withPending(PENDING, async (at) => {
      const env = { DATABASE_URL: pooler.url(at.database.name) };
      for (const args of [['plan', '--out', 'p.json'], ['plan'], ['migrate', '--plan', 'p.json']]) {
        const run = await at.run(args, { env });
        assert.equal(run.exit, 0, run.output);
        // Both server processes of the pool are asked.
        const left = () =>
          promisify(execFile)(join(systemBin(), 'psql'), [
            '-XAtqd',
            env.DATABASE_URL,
            '-c',
            'SELECT name FROM pg_prepared_statements',
          ]);
        for (const { stdout } of [await left(), await left()]) assert.equal(stdout, '');
      }
      assert.equal(await applied(at), '001_base 002_state 003_old');
    });
    await pooler.kill();
  });

  test('planned by a user that may only look, applied by the owner', () =>
    withPending(PENDING, async (at) => {
      const { database } = at;
      const reader = uniqueName('reader');
      await database.sql(`CREATE ROLE ${reader} LOGIN`);
      await database.sql(`GRANT SELECT ON schema_migrations, schema_migration_settings TO ${reader}`);
      const env = { DATABASE_URL: database.server.url(database.name, reader) };
      const planned = await at.run(['plan', '--out', 'p.json'], { env });
      assert.equal(planned.exit, 0, planned.output);
      assert.match(planned.stdout, /ACCESS EXCLUSIVE on orders \(1,000 rows/);
      const refused = await at.run(['migrate', '--plan', 'p.json'], { env });
      assert.equal(refused.exit, 1, refused.output);
      await done(at.run(['migrate', '--plan', 'p.json']));
      await database.sql(`DROP OWNED BY ${reader}`);
      await database.sql(`DROP ROLE ${reader}`);
    }));

  test('a copy of the same name is another database', () =>
    withPending(PENDING, async (at) => {
      const { name, server } = at.database;
      await done(at.run(['plan', '--out', 'p.json']));
      await server.sql('postgres', `CREATE DATABASE ${name}_copy TEMPLATE ${name}`);
      await server.sql('postgres', `ALTER DATABASE ${name} RENAME TO ${name}_was`);
      await server.sql('postgres', `ALTER DATABASE ${name}_copy RENAME TO ${name}`);
      const run = await at.run(['migrate', '--plan', 'p.json']);
      await server.sql('postgres', `DROP DATABASE ${name}_was`);
      assert.equal(run.exit, 1, run.output);
      assert.match(run.said, /found: this \S+ is another database of that name \(OID \d+, was \d+\)/);
    }));

  test('what the plan was asked for counts, also before there are tracking tables', () =>
    withCli(18, { 'm/001_base.sql': BASE, ...PENDING }, async (at) => {
      assert.match((await done(at.run(['plan', '--to', '2', '--out', 'p.json']))).stdout, /create the tracking tables/);
      await done(at.run(['init']));
      await done(at.run(['migrate', '--plan', 'p.json']));
      assert.equal(await applied(at), '001_base 002_state');
    }));

  test('the version that it was made up to is gone', () =>
    withPending(PENDING, async (at) => {
      await done(at.run(['plan', '--to', '3', '--out', 'p.json']));
      at.remove('m/003_old.sql');
      const run = await at.run(['migrate', '--plan', 'p.json']);
      assert.equal(run.exit, 1, run.output);
      assert.match(run.said, /^error\[plan-moved\]: .* found: there is no version 3 /);
      assert.equal(await applied(at), '001_base');
    }));

  test('a file that an earlier run has half done is planned from where that got', () =>
    withPending(
      {
        'm/002_steps.sql': `CREATE INDEX CONCURRENTLY a ON orders (note);
CREATE UNIQUE INDEX CONCURRENTLY b ON orders ((id % 2));
-- IRREVERSIBLE: test
`,
      },
      async (at) => {
        assert.equal((await at.run(['migrate'])).exit, 1);
        await done(at.run(['plan', '--out', 'p.json']));
        const { migrations, bound } = JSON.parse(kept(at, 'p.json')) as PlanReport;
        assert.deepEqual(
          migrations[0]?.steps.map((step) => step.done),
          [true, false],
        );
        assert.equal(bound.migrations[0]?.stepsDone, 1);
        assert.match(
          (await at.run(['plan'])).stdout,
          /2 steps, each recorded by itself, 1 of them done by an earlier run/,
        );
        await at.database.sql('DELETE FROM orders WHERE id > 2');
        await done(at.run(['migrate', '--plan', 'p.json']));
      },
    ));

  test('a table that another session holds alone: shown all the same, not kept, and not applied', () =>
    withPending(PENDING, async (at) => {
      await done(at.run(['plan', '--out', 'p.json']));
      await whileHeld(at.database, 'LOCK TABLE orders', async ({ pid }) => {
        const shown = await done(at.run(['plan']));
        assert.match(
          shown.stdout,
          new RegExp(`In the way now:\n  - orders \\(ACCESS EXCLUSIVE is needed\\): pid ${pid} `),
        );
        assert.match(
          shown.stdout.replace(/\s+/g, ' '),
          /the schema of \S+ cannot be read: a table is locked: .*; this plan cannot be applied/,
        );
        for (const args of [
          ['plan', '--out', 'q.json'],
          ['migrate', '--plan', 'p.json'],
        ]) {
          const refused = await at.run(args);
          assert.equal(refused.exit, 4, refused.output);
          assert.match(
            refused.said,
            new RegExp(`found: \\S*orders is held by pid ${pid} \\(cron .*pg_terminate_backend`),
          );
        }
      });
      await done(at.run(['migrate', '--plan', 'p.json']));
    }));
});

describe('what is no plan is refused', () => {
  test('other files, a changed one, a newer one, and flags that contradict it', () =>
    withPending(PENDING, async (at) => {
      await done(at.run(['plan', '--out', 'p.json']));
      const plan = JSON.parse(kept(at, 'p.json')) as PlanReport & { format: number };
      at.write({
        'not.json': 'hello',
        'other.json': '{"a": 1}',
        'cut.json': kept(at, 'p.json').slice(0, 900),
        'edited.json': JSON.stringify({ ...plan, holds: [] }),
        'newer.json': JSON.stringify({ ...plan, format: 99 }),
        'pretty.json': JSON.stringify(plan, null, '\t'),
      });
      const said: Readonly<Record<string, RegExp>> = {
        'absent.json': /absent\.json/,
        'not.json': /found: it is not JSON/,
        'other.json': /found: it says no "format" that is known/,
        'cut.json': /found: it is not JSON/,
        'edited.json': /found: its content and its digest do not agree: it was changed by hand, or cut/,
        'newer.json': /newer\.json was written by a newer taskflow-db \(format 99\)/,
      };
      for (const [file, pattern] of Object.entries(said)) {
        const run = await at.run(['migrate', '--plan', file]);
        assert.equal(run.exit, 1, run.output);
        assert.match(run.said, pattern);
      }
      for (const flag of [['--to', '2'], ['--only', '2'], ['--dry-run'], ['--allow-late'], ['--single-transaction']]) {
        const run = await at.run(['migrate', '--plan', 'p.json', ...flag]);
        assert.equal(run.exit, 2, run.output);
        assert.match(run.said, /do not go together/);
      }
      assert.equal(await applied(at), '001_base');
      await done(at.run(['migrate', '--plan', 'pretty.json']));
    }));
});
