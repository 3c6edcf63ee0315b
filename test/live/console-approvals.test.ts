/** Approvals by the API of the console: who is signed in is who asks, decides and runs. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type DatabaseWorkplace, withCli } from '../support/cli.ts';
import { type SignedIn, signIn, withConsole } from '../support/console.ts';

const FILES = {
  'm/001_people.sql': 'CREATE TABLE people (id integer PRIMARY KEY);\n-- ROLLBACK:\n-- DROP TABLE people;\n',
  'm/002_orders.sql': 'CREATE TABLE orders (id integer PRIMARY KEY);\n-- ROLLBACK:\n-- DROP TABLE orders;\n',
};
const PEOPLE = ['--write', '--person', 'otto:operator', '--person', 'anna:approver', '--person', 'vera:viewer'];

interface Action {
  readonly id: string;
  readonly state: string;
  readonly problem: { readonly code: string; readonly message: string; readonly found?: string } | null;
  readonly result: { readonly hash: string; readonly state: string } | null;
}

interface Approvals {
  readonly required: boolean;
  readonly requests: readonly {
    readonly hash: string;
    readonly state: string;
    readonly whyNotApprove: string | null;
  }[];
  readonly current: { readonly hash: string; readonly mayRun: boolean; readonly said: string } | null;
}

interface Scene {
  readonly at: DatabaseWorkplace;
  readonly otto: SignedIn;
  readonly anna: SignedIn;
  readonly vera: SignedIn;
  /** Begins an action and waits for its end. */
  act(who: SignedIn, part: string, body?: object): Promise<Action>;
  look(who: SignedIn, query?: string): Promise<Approvals>;
}

function withPeople(body: (scene: Scene) => Promise<void>, env: Readonly<Record<string, string>> = {}): Promise<void> {
  return withCli(
    18,
    FILES,
    async (at) => {
      assert.equal((await at.run(['migrate'], { env: { TASKFLOW_APPROVAL: 'none' } })).exit, 0);
      await withConsole(at, PEOPLE, async ({ url, links }) => {
        const base = `/api/targets/${at.database.name}`;
        const [otto, anna, vera] = await Promise.all(links.map((link) => signIn(url, link.url)));
        const act = async (who: SignedIn, part: string, given: object = {}) => {
          const answer = await who.post(`${base}/${part}`, given);
          assert.equal(answer.status, 200, answer.text);
          for (let now = answer.json<Action>(); ; now = (await who.get(`${base}/actions/${now.id}`)).json<Action>()) {
            if (now.state !== 'running') return now;
            await sleep(50);
          }
        };
        const look = async (who: SignedIn, query = '') =>
          (await who.get(`${base}/approvals${query}`)).json<Approvals>();
        await body({ at, otto: otto!, anna: anna!, vera: vera!, act, look });
      });
    },
    { TASKFLOW_APPROVAL: 'required', ...env },
  );
}

const BACK = '?action=rollback&version=002';

test('a rollback is asked for, approved and run, each by who is signed in', () =>
  withPeople(async ({ at, otto, anna, vera, act, look }) => {
    const refused = await act(otto, 'rollback', { version: '002' });
    assert.deepEqual([refused.state, refused.problem?.code], ['failed', 'approval-needed']);
    const before = await look(vera, BACK);
    assert.deepEqual([before.required, before.current?.mayRun], [true, false]);
    assert.match(before.current?.said ?? '', /nobody has asked/);

    const moved = await act(otto, 'approvals/request', { action: 'rollback', version: '002', hash: 'f'.repeat(64) });
    assert.equal(moved.problem?.code, 'plan-moved');
    const asked = await act(otto, 'approvals/request', { action: 'rollback', version: '002', reason: 'back' });
    assert.equal(asked.result?.hash, before.current?.hash);
    const hash = asked.result!.hash;
    assert.match((await look(otto)).requests[0]?.whyNotApprove ?? '', /another person has to decide on it: otto/);
    assert.equal((await look(anna)).requests[0]?.whyNotApprove, null);

    const agreed = await act(anna, `approvals/${hash}/approve`, { reason: 'yes' });
    assert.deepEqual([agreed.state, agreed.result?.state], ['done', 'approved']);
    assert.equal((await look(otto, BACK)).current?.mayRun, true);
    const own = await look(anna, BACK);
    assert.deepEqual(
      [own.current?.mayRun, /another person has to run it: anna/.test(own.current?.said ?? '')],
      [false, true],
    );
    assert.equal((await act(anna, 'rollback', { version: '002' })).problem?.code, 'approval-needed');

    assert.equal((await act(otto, 'rollback', { version: '002' })).state, 'done');
    const [[left] = []] = await at.database.sql("SELECT to_regclass('orders')");
    assert.equal(left, null);
    assert.equal((await look(vera)).requests[0]?.state, 'used');
    assert.equal((await act(otto, 'apply')).problem?.code, 'approval-needed');
  }));

test('the console and the command line are one register: what one asks for the other approves', () =>
  withPeople(async ({ at, anna, otto, act, look }) => {
    const asked = await at.run(['approval', 'request', 'rollback', '--by', 'cyd', '--quiet']);
    const hash = asked.stdout.trim();
    assert.equal((await act(anna, `approvals/${hash.slice(0, 12)}/approve`)).result?.state, 'approved');
    assert.equal((await act(otto, `approvals/${hash}/revoke`, { reason: 'wait' })).result?.state, 'revoked');
    assert.equal((await look(otto)).requests[0]?.state, 'revoked');
    const again = await act(otto, 'approvals/request', { action: 'rollback' });
    assert.equal((await at.run(['approval', 'approve', again.result!.hash, '--by', 'Otto'])).exit, 1);
    assert.equal((await at.run(['approval', 'approve', again.result!.hash, '--by', 'bob'])).exit, 0);
    assert.equal((await act(otto, 'rollback', {})).state, 'done');
  }));

test('by roles, nobody at one console approves what was asked for at it', () =>
  withPeople(
    async ({ anna, otto, act, look }) => {
      const { result } = await act(otto, 'approvals/request', { action: 'rollback' });
      const why = (await look(anna)).requests[0]?.whyNotApprove ?? '';
      assert.match(why, /somebody with another database role has to decide on it: otto asked for it as postgres, too/);
      const refused = await act(anna, `approvals/${result!.hash}/approve`);
      assert.equal(refused.problem?.code, 'approval-refused');
      assert.equal((await look(anna)).requests[0]?.state, 'requested');
    },
    { TASKFLOW_APPROVAL_BY: 'role' },
  ));
