/** Approvals where several want the same at once, where something fails, and where rows are changed behind a run. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ActionChoice } from '../../src/approval/action.ts';
import { useApproval } from '../../src/engine/approval/gate.ts';
import { readRequests } from '../../src/engine/approval/read-requests.ts';
import { withControl } from '../../src/engine/control.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { loadSettings, openEngine, Problem } from '../../src/index.ts';
import { type DatabaseWorkplace, type Files, type Finished, withCli } from '../support/cli.ts';
import { COUNTED, counting, requests } from './data-bed.ts';

const REQUIRED = { TASKFLOW_APPROVAL: 'required' };

async function asked(at: DatabaseWorkplace, ...args: readonly string[]): Promise<string> {
  const { exit, stdout, output } = await at.run(['approval', 'request', ...args, '--by', 'ada', '--quiet']);
  assert.equal(exit, 0, output);
  return stdout.trim();
}

async function approved(at: DatabaseWorkplace, ...args: readonly string[]): Promise<string> {
  const hash = await asked(at, ...args);
  const { exit, output } = await at.run(['approval', 'approve', hash, '--by', 'bob']);
  assert.equal(exit, 0, output);
  return hash;
}

async function count(at: DatabaseWorkplace, event: string): Promise<number> {
  return Number(
    (await at.database.sql(`SELECT count(*) FROM schema_migration_events WHERE event = '${event}'`))[0]?.[0],
  );
}

const ONE: Files = { 'm/001_a.sql': 'CREATE TABLE a (id integer);\n-- ROLLBACK:\n-- DROP TABLE a;\n' };

/** Fails behind its first statement, and leaves all as it was: the plan stays the same. */
const FAILING: Files = { 'm/001_a.sql': 'CREATE TABLE a (id integer);\nSELECT pg_sleep(0.3), 1/0;\n' };

test('of several runs with one approval one begins, and the others are refused before they run anything', () =>
  withCli(
    18,
    FAILING,
    async (at) => {
      await at.run(['init']);
      const hash = await approved(at);
      const runs = await Promise.all([1, 2, 3].map(() => at.run(['migrate', '--by', 'ada'])));
      const failed = runs.filter(({ said }) => /division by zero/.test(said));
      const late = runs.filter(({ said }) => /approval-needed.*used by ada/.test(said));
      assert.deepEqual([failed.length, late.length], [1, 2], runs.map(({ output }) => output).join('\n---\n'));
      assert.equal(await count(at, 'approval_used'), 1);
      assert.equal(await count(at, 'failed'), 1);
      assert.equal(await asked(at), hash, 'it is asked for anew');
      assert.equal(await count(at, 'approval_requested'), 2);
    },
    REQUIRED,
  ));

test('runs that come later find what the first has applied, and need no approval for nothing', () =>
  withCli(
    18,
    ONE,
    async (at) => {
      await at.run(['init']);
      await approved(at);
      const runs = await Promise.all([1, 2, 3].map(() => at.run(['migrate', '--by', 'ada'])));
      const done = runs.filter(({ exit }) => exit === 0);
      assert.ok(done.length >= 1, runs.map(({ output }) => output).join('\n---\n'));
      for (const { exit, said } of runs)
        if (exit !== 0) assert.match(said, /approval-needed|meanwhile|in the meantime/);
      assert.equal(await count(at, 'approval_used'), 1);
      assert.equal(await count(at, 'applied'), 1);
    },
    REQUIRED,
  ));

test('of two who decide at the same time the first counts, and the other is told', () =>
  withCli(18, ONE, async (at) => {
    await at.run(['init']);
    const hash = await asked(at);
    const both = await Promise.all([
      at.run(['approval', 'approve', hash, '--by', 'bob']),
      at.run(['approval', 'reject', hash, '--by', 'cyd', '--reason', 'no']),
    ]);
    const won = both.filter(({ exit }) => exit === 0);
    assert.equal(won.length, 1, both.map(({ output }) => output).join('\n'));
    const lost = both.find(({ exit }) => exit !== 0) as Finished;
    assert.match(lost.said, /approval-refused/);
    const { requests: listed } = (await at.run(['approval', 'list', '--json'])).json<{
      requests: { state: string }[];
    }>();
    assert.deepEqual(
      listed.map(({ state }) => state),
      [both[0]?.exit === 0 ? 'approved' : 'rejected'],
    );
  }));

async function engineOf(at: DatabaseWorkplace, by: string): Promise<Engine> {
  return openEngine({
    settings: loadSettings({ cwd: at.folder, env: { TASKFLOW_DIRECTORIES: 'm', ...REQUIRED }, flags: {} }),
    flags: {},
    env: { DATABASE_URL: at.database.url },
    cwd: at.folder,
    toolVersion: 'test',
    by,
    emit: () => {},
    signal: new AbortController().signal,
    live: false,
    mayCreateEmbedded: false,
    mask: (text) => text,
    onSecret: () => {},
  });
}

const CHOICE: ActionChoice = {
  action: 'migrate',
  to: null,
  only: null,
  allowLate: false,
  singleTransaction: false,
  forceContract: null,
};

for (const [what, end, said] of [
  ['revoked', ['revoke', '--reason', 'stop'], /approval of a second person/],
  ['used by another run', [], /approval of a second person/],
] as const) {
  test(`what is ${what} between the look at it and its use is not used`, () =>
    withCli(
      18,
      ONE,
      async (at) => {
        await at.run(['init']);
        const hash = await approved(at);
        const engine = await engineOf(at, 'ada');
        await withControl(engine, async (control) => {
          const [request] = await readRequests(control);
          assert.equal(request?.state, 'approved');
          if (end.length > 0) {
            const { exit, output } = await at.run(['approval', end[0]!, hash, ...end.slice(1), '--by', 'bob']);
            assert.equal(exit, 0, output);
          } else {
            const other = await engineOf(at, 'cyd');
            await withControl(other, (elsewhere) =>
              useApproval(other, elsewhere, { action: request!.plan, choice: CHOICE, request: request! }),
            );
          }
          const use = () => useApproval(engine, control, { action: request!.plan, choice: CHOICE, request: request! });
          await assert.rejects(
            use,
            (error) => error instanceof Problem && error.code === 'approval-needed' && said.test(error.message),
          );
        });
        assert.equal(await count(at, 'approval_used'), end.length > 0 ? 0 : 1);
      },
      REQUIRED,
    ));
}

test('a use whose answer was lost is one use', () =>
  withCli(
    18,
    ONE,
    async (at) => {
      await at.run(['init']);
      await approved(at);
      const engine = await engineOf(at, 'ada');
      await withControl(engine, async (control) => {
        const [request] = await readRequests(control);
        for (const _ of [1, 2])
          await useApproval(engine, control, { action: request!.plan, choice: CHOICE, request: request! });
      });
      assert.equal(await count(at, 'approval_used'), 1);
    },
    REQUIRED,
  ));

test('what an approved run has queued is run as it was approved, and not when its file was changed since', () =>
  withCli(
    18,
    { ...requests(500), ...counting('-- Batch: requests by id\n-- Background: yes') },
    async (at) => {
      await at.run(['init']);
      const file = counting('-- Batch: requests by id\n-- Background: yes');
      const harmful = counting(
        '-- Batch: requests by id\n-- Background: yes',
        'UPDATE requests SET n = n + 7 WHERE :batch;',
      );
      await approved(at);
      const queued = await at.run(['migrate', '--by', 'ada']);
      assert.equal(queued.exit, 0, queued.output);
      assert.equal((await at.run(['migrate', '--by', 'ada'])).exit, 0, 'it is in the queue already');

      at.write(harmful);
      const refused = await at.run(['data', 'run']);
      assert.equal(refused.exit, 1);
      assert.match(refused.said, /approval-needed.*002_count.*Restore the file as it was approved/);
      assert.deepEqual(await at.database.sql(COUNTED), [['0', '500']]);
      assert.match((await at.run(['migrate', '--by', 'ada'])).said, /approval-needed/);

      at.write(file);
      const run = await at.run(['data', 'run']);
      assert.equal(run.exit, 0, run.output);
      assert.deepEqual(await at.database.sql(COUNTED), [['1', '500']]);
    },
    REQUIRED,
  ));
