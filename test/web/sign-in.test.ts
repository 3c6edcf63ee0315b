import assert from 'node:assert/strict';
import { test } from 'node:test';
import { send, sendToken, signIn } from '../support/console.ts';
import { type Bench, withBench } from '../support/console-server.ts';

const linkOf = ({ url, token }: Bench, user: string) => `${url}/#token=${token(user)}`;

test('a link works once, and then there is another', async () => {
  await withBench({}, async (bench) => {
    const first = bench.token('vera');
    assert.ok(Buffer.from(first, 'base64url').length >= 16, 'at least 128 bits');
    assert.equal((await sendToken(bench.url, first)).status, 200);
    assert.equal((await sendToken(bench.url, first)).status, 403);
    const second = bench.token('vera');
    assert.notEqual(second, first);
    assert.equal((await sendToken(bench.url, second)).status, 200);
    assert.deepEqual(
      bench.told.filter(({ kind }) => kind === 'signed-in').map((news) => 'address' in news && news.address),
      ['127.0.0.1', '127.0.0.1'],
    );
  });
});

test('the cookie is for the API alone, and no script reads it', async () => {
  await withBench({}, async (bench) => {
    const answer = await sendToken(bench.url, bench.token('vera'));
    const [cookie = ''] = answer.headers['set-cookie'] ?? [];
    assert.match(cookie, /^taskflow_\d+=[\w-]{43}; Path=\/api; HttpOnly; SameSite=Strict$/);
    assert.ok(!answer.text.includes(cookie.split('=')[1]!.split(';')[0]!), 'the body does not repeat it');
  });
});

test('ten wrong links lock an address out for 15 minutes, even with the right one', async () => {
  await withBench({}, async (bench) => {
    for (let i = 0; i < 10; i++) assert.equal((await sendToken(bench.url, `wrong ${i}`)).status, 403);
    const locked = await sendToken(bench.url, bench.token('vera'));
    assert.equal(locked.status, 429);
    assert.equal(locked.headers['retry-after'], '900');
    assert.ok(bench.told.some(({ kind }) => kind === 'locked-out'));
    bench.clock += 14 * 60_000;
    assert.equal((await sendToken(bench.url, bench.token('vera'))).status, 429);
    bench.clock += 61_000;
    assert.equal((await sendToken(bench.url, bench.token('vera'))).status, 200);
  });
});

test('who is signed in goes on while others are locked out', async () => {
  await withBench({}, async (bench) => {
    const vera = await signIn(bench.url, linkOf(bench, 'vera'));
    for (let i = 0; i < 11; i++) await sendToken(bench.url, 'wrong');
    assert.equal((await vera.get('/api/session')).status, 200);
  });
});

test('what a proxy says of an address counts only where the proxy is trusted', async () => {
  const wrong = (bench: Bench, address: string) =>
    send(bench.url, '/api/session', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'X-Forwarded-For': address },
      body: '{"token":"wrong"}',
    });
  await withBench({}, async (bench) => {
    for (let i = 0; i < 10; i++) await wrong(bench, `10.0.0.${i}`);
    assert.equal((await wrong(bench, '10.0.0.99')).status, 429, 'another address every time does not help');
  });
  await withBench({ trustedProxies: ['127.0.0.1'] }, async (bench) => {
    for (let i = 0; i < 10; i++) await wrong(bench, '10.0.0.1');
    assert.equal((await wrong(bench, '10.0.0.1')).status, 429);
    assert.equal((await wrong(bench, '10.0.0.2')).status, 403);
    assert.equal((await wrong(bench, '10.0.0.2, 10.0.0.1')).status, 429, 'the last one is what the proxy has seen');
  });
});

test('a session ends when nobody uses it, and a page that looks by itself does not use it', async () => {
  await withBench({ idleMs: 60_000 }, async (bench) => {
    const vera = await signIn(bench.url, linkOf(bench, 'vera'));
    for (let i = 0; i < 5; i++) {
      bench.clock += 50_000;
      assert.equal((await vera.get('/api/session')).status, 200);
    }
    bench.clock += 50_000;
    assert.equal((await vera.get('/api/session', { 'X-Taskflow-Background': '1' })).status, 200);
    bench.clock += 20_000;
    const over = await vera.get('/api/session');
    assert.equal(over.status, 401);
    assert.equal(over.json<{ problem: { code: string } }>().problem.code, 'not-signed-in');
  });
});

test('a session ends after twelve hours, however busy it was', async () => {
  await withBench({ idleMs: 3_600_000 }, async (bench) => {
    const vera = await signIn(bench.url, linkOf(bench, 'vera'));
    for (let i = 0; i < 24; i++) {
      assert.equal((await vera.get('/api/session')).status, 200);
      bench.clock += 1_800_000;
    }
    bench.clock += 1000;
    assert.equal((await vera.get('/api/session')).status, 401);
  });
});

test('signing out ends the session and takes the cookie away', async () => {
  await withBench({}, async (bench) => {
    const vera = await signIn(bench.url, linkOf(bench, 'vera'));
    const out = await send(bench.url, '/api/session', {
      method: 'DELETE',
      headers: { Cookie: vera.cookie, 'X-Taskflow-Token': vera.csrf, 'Content-Type': 'application/json' },
    });
    assert.equal(out.status, 200);
    assert.match(out.headers['set-cookie']?.[0] ?? '', /^taskflow_\d+=; .*Max-Age=0/);
    assert.equal((await vera.get('/api/session')).status, 401);
  });
});

test('somebody else’s console on the same machine does not take the cookie', async () => {
  await withBench({}, async (one) => {
    await withBench({}, async (other) => {
      const vera = await signIn(one.url, linkOf(one, 'vera'));
      assert.equal((await send(other.url, '/api/session', { headers: { Cookie: vera.cookie } })).status, 401);
    });
  });
});
