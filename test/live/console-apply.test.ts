import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as v from 'valibot';
import type { ActionAnswer } from '../../src/web/answers/action.ts';
import type { RunAnswer } from '../../src/web/answers/run.ts';
import { ROUTES } from '../../src/web/routes.ts';
import { type DatabaseWorkplace, withCli } from '../support/cli.ts';
import { type SignedIn, type StartedConsole, signIn, withConsole } from '../support/console.ts';
import { engines } from '../support/servers.ts';

const newest = engines.at(-1)!;

const FILES = {
  'm/001_people.sql':
    '-- People\nCREATE TABLE people (id integer PRIMARY KEY, name text);\n\n-- ROLLBACK:\n-- DROP TABLE people;\n',
  'm/002_orders.sql':
    '-- Orders\nCREATE TABLE orders (id integer PRIMARY KEY, person integer REFERENCES people);\n\n-- ROLLBACK:\n-- DROP TABLE orders;\n',
  'm/003_index.sql':
    '-- Index\nCREATE INDEX CONCURRENTLY people_name ON people (name);\n\n-- ROLLBACK:\n-- DROP INDEX CONCURRENTLY people_name;\n',
};

interface Bed {
  readonly at: DatabaseWorkplace;
  readonly console: StartedConsole;
  readonly one: SignedIn;
  /** Behind the target's address. */
  act(part: string, body: object): Promise<ActionAnswer<{ migrations: { version: string; state: string }[] }>>;
  /** The action when it is over. */
  ended(id: string): Promise<ActionAnswer>;
}

async function withActing(files: Readonly<Record<string, string>>, args: string[], body: (bed: Bed) => Promise<void>) {
  await withCli(newest, files, (at) =>
    withConsole(at, ['--write', '--scratch', at.database.url, ...args], async (console) => {
      const one = await signIn(console.url, console.links[0]!.url);
      const base = `/api/targets/${at.database.name}`;
      const act: Bed['act'] = async (part, given) => {
        const answer = await one.post(`${base}/${part}`, given);
        assert.equal(answer.status, 200, answer.text);
        return answer.json();
      };
      const ended: Bed['ended'] = async (id) => {
        for (;;) {
          const now = (await one.get(`${base}/actions/${id}`)).json<ActionAnswer>();
          if (now.state !== 'running') return now;
          await new Promise((done) => setTimeout(done, 50));
        }
      };
      await body({ at, console, one, act, ended });
    }),
  );
}

/** What the API describes is all that an answer holds. */
function documented(name: string, value: unknown): void {
  const found = v.safeParse(ROUTES.find((one) => one.name === name)!.output, value);
  assert.deepEqual(found.issues, undefined, name);
  assert.deepEqual(found.output, value, `${name} gives something that the API does not describe`);
}

test('every action gives what the API says, and all of it is described', async () => {
  await withActing(FILES, [], async ({ at, one, act, ended }) => {
    documented('rehearseMigrations', await ended((await act('rehearse', {})).id));
    documented('applyMigrations', await ended((await act('apply', {})).id));
    documented('readRun', (await one.get(`/api/targets/${at.database.name}/run`)).json());
    documented('readWayBack', (await one.get(`/api/targets/${at.database.name}/way-back?to=001`)).json());
    documented('tryRollback', await ended((await act('rollback/dry-run', { version: '002' })).id));
    const refused = await ended((await act('rollback', { version: '002', expected: ['001_people'] })).id);
    assert.equal(refused.problem?.code, 'plan-moved');
    const undone = await ended((await act('rollback', { to: '001' })).id);
    documented('rollBackMigrations', undone);
    assert.equal(undone.state, 'done', JSON.stringify(undone.problem));
    documented('tryMigrations', await ended((await act('dry-run', { to: '002' })).id));
    documented('cancelRun', await ended((await act('run/cancel', { id: undone.runId })).id));
    documented('endBlocker', await ended((await act('run/blockers/1', { transaction: '1/1' })).id));
    documented('readAction', undone);
    const run = (await one.get(`/api/targets/${at.database.name}/run?id=${undone.runId}`)).json<RunAnswer>().run;
    assert.deepEqual([run?.kind, run?.outcome, run?.by.console !== null], ['roll back', 'done', true]);
    assert.deepEqual(
      run?.migrations.map(({ version }) => version),
      ['003_index', '002_orders'],
    );
  });
});

const EVENTS = `SELECT event, version, detail -> 'console' ->> 'user', detail -> 'console' ->> 'address', detail -> 'console' ->> 'request'
FROM schema_migration_events ORDER BY seq`;

test('what is applied from the console is on record as by the command, with the person, and the chain is whole', async () => {
  await withActing(FILES, ['--person', 'otto:operator'], async ({ at, act, ended }) => {
    const begun = await act('apply', { expected: ['001_people', '002_orders', '003_index'] });
    const done = await ended(begun.id);
    assert.equal(done.state, 'done', JSON.stringify(done.problem));
    const versions = (done as typeof begun).result?.migrations.map(({ version, state }) => `${version} ${state}`);
    assert.deepEqual(versions, ['001_people applied', '002_orders applied', '003_index applied']);
    const rows = await at.database.sql(EVENTS);
    const kinds = rows.map(([event, version]) => `${event} ${version}`);
    for (const kind of ['started 001_people', 'applied 001_people', 'started 002_orders', 'applied 003_index'])
      assert.ok(kinds.includes(kind), `${kind} in ${kinds.join(', ')}`);
    assert.deepEqual([...new Set(rows.map(([, , ...who]) => who.join(' ')))], [`otto 127.0.0.1 ${begun.id}`]);
    assert.equal((await at.run(['history', '--verify'])).exit, 0);
    assert.match((await at.run(['history'])).stdout, /otto at the console, from 127\.0\.0\.1/);
  });
});

test('a migration that fails is a result with its place, and what came before it is applied', async () => {
  const files = {
    ...FILES,
    'm/002_orders.sql': '-- Orders\nCREATE TABLE orders (id integer);\nSELECT no_such_column;\n',
  };
  await withActing(files, [], async ({ at, act, ended }) => {
    const { problem, state } = await ended((await act('apply', {})).id);
    assert.equal(state, 'failed');
    assert.deepEqual([problem?.where?.line, problem?.server?.sqlstate], [3, '42703']);
    assert.match(problem?.state ?? '', /Rolled back/);
    assert.deepEqual(await at.database.sql('SELECT version, success FROM schema_migrations ORDER BY 1'), [
      ['001_people', 't'],
      ['002_orders', 'f'],
    ]);
  });
});

test('what was not shown is not applied', async () => {
  await withActing(FILES, [], async ({ at, act, ended }) => {
    const { state, problem } = await ended((await act('apply', { expected: ['001_people'] })).id);
    assert.deepEqual([state, problem?.code], ['failed', 'plan-moved']);
    assert.match(problem?.found ?? '', /003_index/);
    assert.deepEqual(await at.database.sql("SELECT to_regclass('people')::text"), [[null]]);
  });
});

test('an action that is cancelled leaves nothing, and who cancelled it is on record', async () => {
  const files = { 'm/001_slow.sql': '-- Slow\nCREATE TABLE slow (id integer);\nSELECT pg_sleep(60);\n' };
  await withActing(files, ['--person', 'otto:operator', '--person', 'anna:approver'], async ({ at, console, act }) => {
    const begun = await act('apply', {});
    assert.equal(begun.state, 'running');
    const anna = await signIn(console.url, console.links[1]!.url);
    const path = `/api/targets/${at.database.name}/actions/${begun.id}/cancel`;
    const { state, problem } = (await anna.post(path, {})).json<ActionAnswer>();
    assert.deepEqual([state, problem?.code], ['cancelled', 'cancelled']);
    const rows = await at.database.sql(EVENTS);
    assert.deepEqual(
      rows.slice(-3).map(([event, , user]) => `${event} ${user}`),
      ['started otto', 'cancelled otto', 'cancel_requested anna'],
    );
    assert.deepEqual(await at.database.sql("SELECT to_regclass('slow')::text"), [[null]]);
  });
});

/** What was refused, as the audit trail has it, once there is so much of it. */
async function refusals(at: DatabaseWorkplace, amount: number) {
  const sql = `SELECT detail -> 'console' ->> 'user', detail ->> 'action', detail ->> 'asked', detail ->> 'code', detail ->> 'message'
FROM schema_migration_events WHERE event = 'refused' ORDER BY seq`;
  for (let tries = 0; ; tries++) {
    const rows = await at.database.sql(sql);
    if (rows.length >= amount || tries === 100) return rows;
    await new Promise((done) => setTimeout(done, 50));
  }
}

test('what was refused is on record with who wanted it, and not without bound', async () => {
  await withActing(
    FILES,
    ['--person', 'otto:operator', '--person', 'vera:viewer'],
    async ({ at, console, act, ended, one }) => {
      await ended((await act('apply', { to: '001' })).id);
      const apply = `/api/targets/${at.database.name}/apply`;
      const vera = await signIn(console.url, console.links[1]!.url);
      assert.equal((await vera.post(apply, {})).status, 403);
      // Who has sent this is not known: it may be anybody's page.
      assert.equal((await one.post(apply, {}, { 'X-Taskflow-Token': 'x' })).status, 403);
      const moved = await ended((await act('apply', { expected: ['003_index'] })).id);
      assert.equal(moved.problem?.code, 'plan-moved');
      const [first, second, ...more] = await refusals(at, 2);
      const needed = 'This needs the role operator; vera is viewer.';
      assert.deepEqual(first, ['vera', 'applyMigrations', null, 'role-refused', needed]);
      assert.deepEqual(second?.slice(0, 4), ['otto', 'applyMigrations', 'apply what is pending', 'plan-moved']);
      assert.match(second?.[4] ?? '', /is not what was shown any more/);
      assert.deepEqual(more, []);
      for (let i = 0; i < 40; i++) assert.equal((await vera.post(apply, {})).status, 403);
      assert.equal((await refusals(at, 20)).length, 20);
      assert.equal((await at.run(['history', '--verify'])).exit, 0);
    },
  );
});

test('a database that is marked production in itself wants its name typed', async () => {
  await withActing(FILES, [], async ({ at, one, act, ended }) => {
    await ended((await act('apply', { to: '001' })).id);
    await at.database.sql("INSERT INTO schema_migration_settings (key, value) VALUES ('production', 'true')");
    const refused = await one.post(`/api/targets/${at.database.name}/apply`, {});
    assert.equal(refused.status, 409, refused.text);
    assert.match(refused.text, /confirm-needed/);
    assert.deepEqual(
      (await refusals(at, 1)).map(([, action, , code]) => [action, code]),
      [['applyMigrations', 'confirm-needed']],
    );
    assert.equal((await ended((await act('apply', { confirm: at.database.name })).id)).state, 'done');
  });
});
