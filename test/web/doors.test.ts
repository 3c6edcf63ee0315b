import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { test } from 'node:test';
import { send, sendToken, signIn } from '../support/console.ts';
import { withBench, withChange } from '../support/console-server.ts';

const CHANGE = '/api/change/this';

test('only the names of the console are answered: a name that leads here is not one', async () => {
  await withBench({}, async ({ url }) => {
    const port = new URL(url).port;
    for (const host of [`127.0.0.1:${port}`, `localhost:${port}`, `[::1]:${port}`, `LOCALHOST:${port}`])
      assert.equal((await send(url, '/', { headers: { Host: host } })).status, 200, host);
    for (const host of ['evil.test', `evil.test:${port}`, 'localhost', '127.0.0.1', `127.0.0.1.evil.test:${port}`])
      for (const path of ['/', '/api/session', '/api/openapi.json']) {
        const answer = await send(url, path, { headers: { Host: host } });
        assert.equal(answer.status, 421, `${host} ${path}`);
        assert.doesNotMatch(answer.text, /<html/);
      }
  });
});

test('another site can have a browser neither read nor write', async () => {
  const { routes, done } = withChange();
  await withBench({ routes, mayWrite: true }, async ({ url, token }) => {
    const otto = await signIn(url, `${url}/#token=${token('otto')}`);
    for (const origin of ['https://evil.test', 'null', 'http://localhost:1', url.replace('http:', 'https:')]) {
      const forged = await otto.post(CHANGE, {}, { Origin: origin });
      assert.equal(forged.status, 403, origin);
      assert.equal(forged.json<{ problem: { code: string } }>().problem.code, 'origin-refused');
      assert.equal((await otto.get('/api/session', { Origin: origin })).status, 403, origin);
    }
    for (const site of ['cross-site', 'same-site']) {
      assert.equal((await otto.post(CHANGE, {}, { 'Sec-Fetch-Site': site })).status, 403, site);
      assert.equal((await otto.get('/api/session', { 'Sec-Fetch-Site': site })).status, 403, site);
      const stream = await otto.get('/api/targets/x/stream', { 'Sec-Fetch-Site': site, Accept: 'text/event-stream' });
      assert.equal(stream.status, 403, site);
    }
    assert.equal(done(), 0);
    const own = { Origin: url, 'Sec-Fetch-Site': 'same-origin' };
    assert.deepEqual((await otto.post(CHANGE, {}, own)).json(), { what: 'this', user: 'otto' });
    assert.equal(done(), 1);
  });
});

test('a link on another page may lead to the page, not to its data', async () => {
  await withBench({}, async ({ url }) => {
    const led = { 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Dest': 'document' };
    assert.equal((await send(url, '/t/production/plan', { headers: led })).status, 200);
    assert.equal((await send(url, '/api/session', { headers: led })).status, 403);
    const framed = { ...led, 'Sec-Fetch-Dest': 'iframe' };
    assert.equal((await send(url, '/', { headers: framed })).status, 403);
  });
});

test('there is no WebSocket', async () => {
  await withBench({}, async ({ url }) => {
    const { port } = new URL(url);
    const said = await new Promise<string>((resolve, reject) => {
      let text = '';
      const socket = connect(Number(port), '127.0.0.1', () => {
        socket.write(
          `GET /api/session HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nOrigin: http://evil.test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`,
        );
      });
      socket.on('data', (data) => {
        text += data;
      });
      socket.on('end', () => resolve(text));
      socket.on('error', reject);
    });
    assert.match(said, /^HTTP\/1\.1 403 /);
  });
});

test('no answer lets another site read it, be told of it or embed it', async () => {
  await withBench({}, async ({ url, token }) => {
    const vera = await signIn(url, `${url}/#token=${token('vera')}`);
    const script = /src="(\/assets\/[^"]+)"/.exec((await send(url, '/')).text)?.[1] ?? '';
    const answers = [
      await send(url, '/'),
      await send(url, script),
      await send(url, '/assets/none.js'),
      await send(url, '/api/session'),
      await vera.get('/api/session'),
      await vera.get('/api/openapi.json'),
      await send(url, '/', { headers: { Host: 'evil.test' } }),
      await send(url, '/api/session', { method: 'OPTIONS', headers: { Origin: url } }),
    ];
    for (const { headers, status } of answers) {
      assert.equal(
        headers['content-security-policy'],
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
      );
      assert.equal(headers['x-content-type-options'], 'nosniff');
      assert.equal(headers['referrer-policy'], 'no-referrer');
      assert.equal(headers['cross-origin-resource-policy'], 'same-origin');
      const open = Object.keys(headers).filter((name) => name.startsWith('access-control'));
      assert.deepEqual(open, [], `status ${status}`);
    }
    assert.equal(answers[1]?.status, 200);
    assert.equal(answers[7]?.status, 405);
  });
});

test('a page that reads nothing but its own files: no script and no style stands in it', async () => {
  await withBench({}, async ({ url }) => {
    const { text } = await send(url, '/t/some/migrations/001');
    assert.doesNotMatch(text, /<script(?![^>]* src="\/assets\/)|<style|\sstyle=|\son\w+=|https?:/);
  });
});

test('without --write what would change something does not exist', async () => {
  const { routes, done } = withChange();
  await withBench({ routes, mayWrite: false }, async ({ url, token }) => {
    for (const user of ['vera', 'otto', 'anna']) {
      const one = await signIn(url, `${url}/#token=${token(user)}`);
      assert.equal((await one.post(CHANGE, {})).status, 404, user);
      assert.equal(one && (await one.get(CHANGE)).status, 404, user);
      assert.doesNotMatch((await one.get('/api/openapi.json')).text, /\/api\/change/);
    }
    assert.equal(done(), 0);
  });
});

test('with --write a viewer is refused, however the request is forged, and an operator is not', async () => {
  const { routes, done } = withChange();
  await withBench({ routes, mayWrite: true }, async ({ url, token }) => {
    const vera = await signIn(url, `${url}/#token=${token('vera')}`);
    const otto = await signIn(url, `${url}/#token=${token('otto')}`);
    const anna = await signIn(url, `${url}/#token=${token('anna')}`);
    assert.equal((await vera.post(CHANGE, {})).status, 403);
    assert.equal((await vera.post(CHANGE, {}, { 'X-Taskflow-Token': otto.csrf })).status, 403);
    assert.equal((await vera.post(CHANGE, { user: 'otto', role: 'operator' })).status, 403);
    assert.equal(done(), 0);
    assert.equal((await otto.post(CHANGE, {})).status, 200);
    assert.equal((await anna.post(CHANGE, {})).status, 200);
    assert.match((await otto.get('/api/openapi.json')).text, /\/api\/change/);
  });
});

test('a request that changes something needs the token of its own session, and JSON', async () => {
  const { routes, done } = withChange();
  await withBench({ routes, mayWrite: true }, async ({ url, token }) => {
    const otto = await signIn(url, `${url}/#token=${token('otto')}`);
    const anna = await signIn(url, `${url}/#token=${token('anna')}`);
    const plain = { Cookie: otto.cookie, 'Content-Type': 'application/json' };
    const post = (headers: Record<string, string>, body = '{}') => send(url, CHANGE, { method: 'POST', headers, body });
    const codeOf = async (headers: Record<string, string>, body?: string) =>
      (await post(headers, body)).json<{ problem: { code: string } }>().problem.code;
    assert.equal(await codeOf(plain), 'csrf-refused');
    assert.equal(await codeOf({ ...plain, 'X-Taskflow-Token': '' }), 'csrf-refused');
    assert.equal(await codeOf({ ...plain, 'X-Taskflow-Token': anna.csrf }), 'csrf-refused');
    assert.equal(await codeOf({ 'Content-Type': 'application/json', 'X-Taskflow-Token': otto.csrf }), 'not-signed-in');
    const own = { Cookie: otto.cookie, 'X-Taskflow-Token': otto.csrf };
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'])
      assert.equal((await post({ ...own, 'Content-Type': type })).status, 415, type);
    assert.equal((await post({ ...own, 'Content-Type': 'application/json' }, 'no JSON')).status, 400);
    assert.equal((await post({ ...own, 'Content-Type': 'application/json' }, '[1]')).status, 400);
    assert.equal((await post({ ...own, 'Content-Type': 'application/json' }, `"${'x'.repeat(70_000)}"`)).status, 413);
    assert.equal(done(), 0);
    assert.equal((await post({ ...own, 'Content-Type': 'application/json; charset=utf-8' })).status, 200);
  });
});

test('the path decides, whatever the body says', async () => {
  const { routes } = withChange();
  await withBench({ routes, mayWrite: true }, async ({ url, token }) => {
    const otto = await signIn(url, `${url}/#token=${token('otto')}`);
    assert.deepEqual((await otto.post(CHANGE, { what: 'that' })).json(), { what: 'this', user: 'otto' });
    assert.equal((await otto.post('/api/change/%E0%A4%A', {})).status, 404);
    assert.equal((await otto.post('/api/change/', {})).status, 404);
  });
});

test('everything but signing in wants a session', async () => {
  await withBench({}, async ({ url }) => {
    for (const path of ['/api/session', '/api/openapi.json', '/api/targets/x/overview', '/api/targets/x/stream'])
      assert.equal((await send(url, path)).status, 401, path);
    assert.equal((await sendToken(url, '')).status, 403);
  });
});
