import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import * as v from 'valibot';
import type { Engine } from '../../src/engine/engine.ts';
import { Problem } from '../../src/problem/problem.ts';
import type { Acting } from '../../src/web/actions/action.ts';
import { action } from '../../src/web/actions/route.ts';
import type { ActionAnswer, ActionsAnswer } from '../../src/web/answers/action.ts';
import type { Route } from '../../src/web/route.ts';
import { ROUTES } from '../../src/web/routes.ts';
import type { Target } from '../../src/web/target.ts';
import { send, signIn } from '../support/console.ts';
import { withBench } from '../support/console-server.ts';

/** A target whose database is never asked. */
function targetOf(name: string, production = false, signal = new AbortController().signal): Target {
  const engine = {
    settings: { production, directories: [], trackingSchema: 'public' },
    cwd: '/',
    target: { database: `${name}_db` },
    run: { runId: 'of the console', host: 'here', toolVersion: '1.2.3', gitCommit: null },
    signal,
    mask: (text: string) => text.replaceAll('secret', '***'),
    connect: () => Promise.reject(new Problem('connection', 'there is no database in this test')),
  } as unknown as Engine;
  return { name, description: name, environment: null, engine, withScratch: () => Promise.reject(new Error('none')) };
}

interface Work {
  readonly acting: Acting;
  end(problem?: Problem): void;
}

/** An action that goes on until the test ends it, and one that may stand beside it. */
function withWork(): { routes: readonly Route[]; works: Work[] } {
  const works: Work[] = [];
  const begin = (acting: Acting, what: string) =>
    new Promise<{ result: { what: string }; problem: Problem | null }>((done) => {
      const end = (problem: Problem | null = null) => done({ result: { what }, problem });
      works.push({ acting, end });
      acting.engine.signal.addEventListener('abort', () => end(new Problem('cancelled', 'stopped on request')));
    });
  const common = { summary: 'do it', role: 'operator', result: v.object({ what: v.string() }) } as const;
  const task = action({
    ...common,
    name: 'task',
    path: 'task/:what',
    input: { what: v.string(), much: v.optional(v.number()) },
    title: ({ what }) => `do ${what}`,
    run: (acting, { what }) => begin(acting, what),
  });
  const hold = action({
    ...common,
    name: 'hold',
    path: 'hold',
    input: {},
    isBeside: true,
    isHarmless: true,
    title: () => 'hold it',
    run: async () => ({ result: { what: 'held' }, problem: null }),
  });
  return { routes: [...ROUTES, task, hold], works };
}

const codeIn = (answer: { json<T>(): T }) => answer.json<{ problem: { code: string } }>().problem.code;
const pathOf = ({ path }: Route) => path.replace(':target', 'here').replaceAll(/:\w+/g, 'x');

test('every route that changes something is not there without --write, whoever asks', async () => {
  const changing = ROUTES.filter(({ changes }) => changes);
  assert.ok(changing.length >= 2, 'there are such routes');
  await withBench({ targets: [targetOf('here')], mayWrite: false }, async ({ url, token }) => {
    for (const user of ['vera', 'otto', 'anna']) {
      const one = await signIn(url, `${url}/#token=${token(user)}`);
      for (const route of changing) assert.equal((await one.post(pathOf(route), {})).status, 404, route.name);
      const document = (await one.get('/api/openapi.json')).text;
      for (const route of changing) assert.ok(!document.includes(`"${route.name}"`), route.name);
    }
  });
});

test('every route that changes something refuses who may not, another site, and what is not JSON', async () => {
  const changing = ROUTES.filter(({ changes }) => changes);
  await withBench({ targets: [targetOf('here')], mayWrite: true }, async ({ url, token }) => {
    const [vera, otto, anna] = await Promise.all(
      ['vera', 'otto', 'anna'].map((user) => signIn(url, `${url}/#token=${token(user)}`)),
    );
    for (const route of changing) {
      const path = pathOf(route);
      assert.notEqual(route.method, 'GET', route.name);
      assert.ok(route.role === 'operator' || route.role === 'approver', route.name);
      assert.equal(codeIn(await vera!.post(path, { confirm: 'here_db' })), 'role-refused', route.name);
      if (route.role === 'approver') assert.equal(codeIn(await otto!.post(path, {})), 'role-refused', route.name);
      const wrong = await anna!.post(path, {}, { 'X-Taskflow-Token': otto!.csrf });
      assert.deepEqual([wrong.status, codeIn(wrong)], [403, 'csrf-refused'], route.name);
      const headers = { Cookie: anna!.cookie, 'Content-Type': 'application/json' };
      const none = await send(url, path, { method: 'POST', headers, body: '{}' });
      assert.deepEqual([none.status, codeIn(none)], [403, 'csrf-refused'], route.name);
      assert.equal((await anna!.post(path, {}, { 'Content-Type': 'text/plain' })).status, 415, route.name);
      for (const foreign of [{ Origin: 'https://evil.test' }, { 'Sec-Fetch-Site': 'cross-site' }])
        assert.equal(codeIn(await anna!.post(path, {}, foreign)), 'origin-refused', route.name);
      assert.equal((await anna!.get(path)).status, 405, `${route.name}: GET changes nothing`);
    }
  });
});

test('an action names who began it, from where and by which request; its lines and its result are kept', async () => {
  const { routes, works } = withWork();
  await withBench(
    { routes, targets: [targetOf('here')], mayWrite: true, mask: (text) => text.replaceAll('secret', '***') },
    async ({ url, token }) => {
      const otto = await signIn(url, `${url}/#token=${token('otto')}`);
      const vera = await signIn(url, `${url}/#token=${token('vera')}`);
      const begun = (await otto.post('/api/targets/here/task/it', {})).json<ActionAnswer>();
      assert.deepEqual([begun.state, begun.title, begun.user, begun.result], ['running', 'do it', 'otto', null]);
      const [{ acting, end }] = works as [Work];
      assert.deepEqual(acting.engine.run.console, { user: 'otto', address: '127.0.0.1', request: begun.id });
      assert.notEqual(acting.engine.run.runId, 'of the console');
      assert.equal(acting.engine.run.runId, begun.runId);
      acting.engine.emit({ kind: 'note', message: 'the secret is out' });
      acting.engine.emit({ kind: 'started', version: '001_a', index: 1, total: 2, statements: 3 });
      const seen = (await vera.get('/api/targets/here/actions')).json<ActionsAnswer>();
      assert.deepEqual(
        seen.actions[0]?.lines.map(({ number, text }) => [number, text]),
        [[1, 'the *** is out']],
      );
      assert.match(seen.actions[0]?.progress ?? '', /001_a/);
      end();
      await sleep(10);
      const ended = (await vera.get(`/api/targets/here/actions/${begun.id}`)).json<ActionAnswer>();
      assert.deepEqual([ended.state, ended.result, ended.problem], ['done', { what: 'it' }, null]);
      assert.equal((await vera.get('/api/targets/here/actions/none')).status, 404);
    },
  );
});

test('one at a time at a target; what may stand beside it does', async () => {
  const { routes, works } = withWork();
  const targets = [targetOf('here'), targetOf('there')];
  await withBench({ routes, targets, mayWrite: true }, async ({ url, token }) => {
    const otto = await signIn(url, `${url}/#token=${token('otto')}`);
    const first = (await otto.post('/api/targets/here/task/it', {})).json<ActionAnswer>();
    const second = await otto.post('/api/targets/here/task/that', {});
    assert.deepEqual([second.status, codeIn(second)], [409, 'action-busy']);
    assert.match(second.text, /otto is at it: do it/);
    assert.equal((await otto.post('/api/targets/there/task/it', {})).status, 200);
    const held = (await otto.post('/api/targets/here/hold', {})).json<ActionAnswer>();
    assert.deepEqual([held.state, held.result], ['done', { what: 'held' }]);
    const stopped = (await otto.post(`/api/targets/here/actions/${first.id}/cancel`, {})).json<ActionAnswer>();
    assert.deepEqual([stopped.state, stopped.problem?.code], ['cancelled', 'cancelled']);
    assert.match(stopped.lines.map(({ text }) => text).join('\n'), /otto has cancelled it/);
    assert.equal((await otto.post('/api/targets/here/task/that', {})).status, 200);
    for (const { end } of works) end();
  });
});

test('what fails says why, and a fault of ours is told to who has started the console alone', async () => {
  const failing = action({
    name: 'fail',
    path: 'fail/:how',
    summary: 'fail',
    role: 'operator',
    input: { how: v.string() },
    result: v.null(),
    title: () => 'fail',
    run: async (_, { how }) => {
      if (how === 'ours') throw new TypeError('oops');
      throw new Problem('rollback-refused', 'it does not go back', { state: 'Nothing was run.' });
    },
  });
  const bench = { routes: [...ROUTES, failing], targets: [targetOf('here')], mayWrite: true };
  await withBench(bench, async ({ url, token, told }) => {
    const otto = await signIn(url, `${url}/#token=${token('otto')}`);
    const theirs = (await otto.post('/api/targets/here/fail/theirs', {})).json<ActionAnswer>();
    assert.deepEqual(
      [theirs.state, theirs.problem?.code, theirs.problem?.state],
      ['failed', 'rollback-refused', 'Nothing was run.'],
    );
    const ours = (await otto.post('/api/targets/here/fail/ours', {})).json<ActionAnswer>();
    assert.deepEqual([ours.state, ours.problem?.code], ['failed', 'internal']);
    assert.doesNotMatch(JSON.stringify(ours), /oops/);
    assert.ok(told.some((news) => news.kind === 'fault'));
  });
});

test('on a production database the name is asked for by the server, but not to hold something', async () => {
  const { routes, works } = withWork();
  await withBench({ routes, targets: [targetOf('here', true)], mayWrite: true }, async ({ url, token }) => {
    const otto = await signIn(url, `${url}/#token=${token('otto')}`);
    for (const body of [{}, { confirm: '' }, { confirm: 'here' }, { confirm: 'HERE_DB' }]) {
      const answer = await otto.post('/api/targets/here/task/it', body);
      assert.deepEqual([answer.status, codeIn(answer)], [409, 'confirm-needed']);
    }
    assert.equal((await otto.post('/api/targets/here/task/it', { confirm: ['here_db'] })).status, 400);
    assert.equal((await otto.post('/api/targets/here/task/it', { confirm: 'here_db', much: 'x' })).status, 400);
    assert.equal(works.length, 0);
    assert.equal((await otto.post('/api/targets/here/hold', {})).status, 200);
    assert.equal((await otto.post('/api/targets/here/task/it', { confirm: 'here_db' })).status, 200);
    assert.equal((await otto.get('/api/targets/here/actions')).json<ActionsAnswer>().production, true);
    works[0]?.end();
  });
});

test('lines and actions are kept within bounds, and what is left is numbered', async () => {
  const { routes, works } = withWork();
  await withBench({ routes, targets: [targetOf('here')], mayWrite: true }, async ({ url, token }) => {
    const otto = await signIn(url, `${url}/#token=${token('otto')}`);
    const { id } = (await otto.post('/api/targets/here/task/it', {})).json<ActionAnswer>();
    for (let i = 0; i < 5000; i++) works[0]?.acting.say(`line ${i}`);
    const { lines } = (await otto.get(`/api/targets/here/actions/${id}`)).json<ActionAnswer>();
    assert.equal(lines.at(-1)?.number, 5000);
    assert.equal(lines.at(-1)?.text, 'line 4999');
    assert.ok(lines.length <= 1000, `${lines.length} lines`);
    works[0]?.end();
    for (let i = 0; i < 30; i++) assert.equal((await otto.post('/api/targets/here/hold', {})).status, 200);
    const { actions } = (await otto.get('/api/targets/here/actions')).json<ActionsAnswer>();
    assert.ok(actions.length <= 25, `${actions.length} actions`);
  });
});

test('when the console ends, what is under way is stopped and waited for', async () => {
  const { routes, works } = withWork();
  const end = new AbortController();
  let wasStopped = false;
  await withBench(
    { routes, targets: [targetOf('here', false, end.signal)], mayWrite: true },
    async ({ url, token }) => {
      const otto = await signIn(url, `${url}/#token=${token('otto')}`);
      await otto.post('/api/targets/here/task/it', {});
      works[0]?.acting.engine.signal.addEventListener('abort', () => {
        wasStopped = true;
      });
      end.abort();
    },
  );
  assert.ok(wasStopped);
});
