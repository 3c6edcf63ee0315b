/** Approvals where several want the same at once, where something fails, and where rows are changed behind a run. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ActionChoice } from '../../src/approval/action.ts';
import { useApproval } from '../../src/engine/approval/gate.ts';
import { readRequests } from '../../src/engine/approval/read-requests.ts';
import { withControl } from '../../src/engine/control.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { loadSettings, openEngine, Problem } from '../../src/index.ts';
import { eventItem } from '../../src/ledger/write.ts';
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

/** Fails in its second file, when the first is applied. */
const HALF: Files = { ...ONE, 'm/002_b.sql': 'CREATE TABLE b (id integer);\nSELECT pg_sleep(0.3), 1/0;\n' };

test('of several runs with one approval one begins, and the others are refused when it has applied something', () =>
  withCli(
    18,
    HALF,
    async (at) => {
      await at.run(['init']);
      const hash = await approved(at);
      const runs = await Promise.all([1, 2, 3].map(() => at.run(['migrate', '--by', 'ada'])));
      const failed = runs.filter(({ said }) => /division by zero/.test(said));
      const late = runs.filter(({ said }) =>
        /approval-needed.*(?:nobody has asked|an approval is for one run)/.test(said),
      );
      assert.deepEqual([failed.length, late.length], [1, 2], runs.map(({ output }) => output).join('\n---\n'));
      assert.deepEqual([await count(at, 'approval_used'), await count(at, 'failed')], [1, 1]);
      assert.notEqual(await asked(at), hash, 'what is left is another plan');
    },
    REQUIRED,
  ));

/** What a run needs that is not there yet: it is no part of the plan. */
const NEEDY: Files = { 'm/001_a.sql': 'INSERT INTO missing VALUES (1);\n-- ROLLBACK:\n-- DELETE FROM missing;\n' };

test('a run that has failed and done nothing leaves the approval as it was; what it has done ends it for good', () =>
  withCli(
    18,
    NEEDY,
    async (at) => {
      await at.run(['init']);
      const hash = await approved(at);
      for (const _ of [1, 2]) assert.match((await at.run(['migrate', '--by', 'ada'])).said, /missing.*does not exist/);
      const listed = await at.run(['approval', 'list']);
      assert.match(listed.stdout, /approved by bob.*a run that ada .*has done nothing so far/s);
      assert.match(
        (await at.run(['migrate', '--by', 'bob'])).said,
        /another person has to run it/,
        'the rule holds for every run',
      );

      await at.database.sql('CREATE TABLE missing (id integer)');
      const done = await at.run(['migrate', '--by', 'ada']);
      assert.equal(done.exit, 0, done.output);
      const [ran, shown] = [await count(at, 'approval_used'), await at.run(['approval', 'show', hash])];
      assert.equal(ran, 3, 'each run is on record');
      assert.match(shown.stdout, /used by ada/);

      assert.equal((await at.run(['rollback', '--yes'], { env: { TASKFLOW_APPROVAL: 'none' } })).exit, 1);
      const way = await approved(at, 'rollback');
      assert.equal((await at.run(['rollback', '--yes', '--by', 'ada'])).exit, 0, way);
      const again = await at.run(['migrate', '--by', 'ada']);
      assert.match(again.said, /approval-needed.*used by ada/, 'the plan has the same hash again, and was run');
      assert.equal(await asked(at), hash);
    },
    REQUIRED,
  ));

test('an approval that is revoked behind a run that failed begins no other', () =>
  withCli(
    18,
    NEEDY,
    async (at) => {
      await at.run(['init']);
      const hash = await approved(at);
      assert.equal((await at.run(['migrate', '--by', 'ada'])).exit, 1);
      assert.equal((await at.run(['approval', 'revoke', hash, '--by', 'bob', '--reason', 'look first'])).exit, 0);
      assert.match((await at.run(['migrate', '--by', 'ada'])).said, /approval-needed.*revoked by bob.*look first/);
    },
    REQUIRED,
  ));

test('a run that was killed before it had done anything leaves the approval to the next', () =>
  withCli(
    18,
    { 'm/001_a.sql': 'CREATE TABLE a (id integer);\nSELECT count(pg_sleep(2)) FROM gate;\n' },
    async (at) => {
      await at.run(['init']);
      await approved(at);
      await at.database.sql('CREATE TABLE gate AS SELECT 1 AS one');
      const { child, finished } = at.start(['migrate', '--by', 'ada']);
      while ((await count(at, 'started')) === 0) await sleep(50);
      child.kill('SIGKILL');
      await finished;
      await at.database.sql('DELETE FROM gate');
      const next = await at.run(['migrate', '--by', 'ada']);
      assert.equal(next.exit, 0, next.output);
      assert.deepEqual([await count(at, 'approval_used'), await count(at, 'applied')], [2, 1]);
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
  ['used up by another run', [], /approval of a second person/],
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
            await withControl(other, async (elsewhere) => {
              await useApproval(other, elsewhere, { action: request!.plan, choice: CHOICE, request: request! });
              const done = { event: 'applied', version: '001_a' } as const;
              await elsewhere.session.batch([[eventItem(elsewhere.names, other.run, done)]]);
            });
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
