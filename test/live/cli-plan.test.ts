/** `plan` as people call it: what it shows, what it keeps, and that exactly this is applied or nothing. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type { PlanReport } from '../../src/forecast/plan-report.ts';
import { type DatabaseWorkplace, type Files, type Finished, withCli } from '../support/cli.ts';
import { atGate, GATE, openGate } from './gate.ts';
import { padding, writeLarge } from './large-file-bed.ts';
import { whileHeld } from './locks-bed.ts';

const BASE = `-- Orders and customers
CREATE TABLE customers (id bigint PRIMARY KEY, old text);
CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint, note text, CHECK (id > 0));
INSERT INTO orders SELECT i, i, repeat('x', 20) FROM generate_series(1, 1000) AS i;
ANALYZE orders;
-- IRREVERSIBLE: test
`;
const STATE = `-- A state
ALTER TABLE orders ADD COLUMN state text;
-- ROLLBACK:
-- ALTER TABLE orders DROP COLUMN state;
`;
const OLD = `-- Away with it
ALTER TABLE customers DROP COLUMN old;
-- IRREVERSIBLE: it was copied before
`;
const PENDING = { 'm/002_state.sql': STATE, 'm/003_old.sql': OLD };

/** The base applied, and these pending. */
function withPending<T>(files: Files, body: (at: DatabaseWorkplace) => Promise<T>): Promise<T> {
  return withCli(18, { 'm/001_base.sql': BASE }, async (at) => {
    await done(at.run(['migrate']));
    at.write(files);
    return body(at);
  });
}

async function done(running: Promise<Finished>): Promise<Finished> {
  const finished = await running;
  assert.equal(finished.exit, 0, finished.output);
  return finished;
}

async function applied({ database }: DatabaseWorkplace): Promise<string> {
  const rows = await database.sql('SELECT version FROM schema_migrations WHERE success ORDER BY version');
  return rows.map(([version]) => version).join(' ');
}

const kept = (at: DatabaseWorkplace, file: string) => readFileSync(join(at.folder, file), 'utf8');

describe('plan shows what will happen', () => {
  test('the order, the locks with the size of the table, what is destroyed, and what decides stands first', () =>
    withPending(PENDING, async (at) => {
      const { stdout, exit } = await at.run(['plan']);
      assert.equal(exit, 0);
      assert.match(
        stdout,
        /^Plan for \S+ \(PostgreSQL 18\.\d+\): 2 migrations, 2 statements\nLook at this first: data is/,
      );
      assert.match(stdout, /^Destroyed:\n {2}- 003_old: column old of customers\n {2}No backup is taken of it: /m);
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
        assert.match(stdout, /reads and writes wait, nobody knows how\s+long, from line 1 of 002_many to the end/);
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

async function planJson(at: DatabaseWorkplace, ...args: string[]): Promise<PlanReport> {
  return (await done(at.run(['plan', '--json', ...args]))).json<PlanReport & Record<string, unknown>>();
}

describe('a plan is applied as it was reviewed, or not at all', () => {
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
      await refused(/found: the schema of the database was changed since, and not by a migration/);
      await at.database.sql('DROP INDEX by_hand');
      await refused(/found: the search_path is app, public, the plan is for the server's own/, [], {
        TASKFLOW_SEARCH_PATH: 'app, public',
      });
      await done(at.run(['migrate', '--to', '2']));
      await refused(/found: 002_state was applied since /);
      await done(at.run(['rollback', '--version', '2']));
      assert.equal(await applied(at), '001_base');
      await done(at.run(['migrate', '--plan', 'p.json']));
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
