import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { request } from 'node:https';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { Problem } from '../../src/problem/problem.ts';
import { sendToken } from '../support/console.ts';
import { withBench } from '../support/console-server.ts';

const nothing = async () => {};
const isUsage = (pattern: RegExp) => (error: unknown) =>
  error instanceof Problem && error.code === 'usage' && pattern.test(error.message);

test('other machines do not reach it without TLS', async () => {
  for (const host of ['0.0.0.0', '::', '192.0.2.1', 'db.example.com', '128.0.0.1'])
    await assert.rejects(
      withBench({ listen: { host, port: 0, isDefault: false } }, nothing),
      isUsage(/not opened to other machines .* without TLS/),
      host,
    );
});

test('with TLS it says by which name it is reached, and holds browsers to it', async () => {
  const tls = certificate();
  await assert.rejects(
    withBench({ tls, listen: { host: '0.0.0.0', port: 0, isDefault: false } }, nothing),
    isUsage(/by which name/),
  );
  const publicUrl = new URL('https://db.example.com:8443');
  await withBench({ tls, publicUrl, listen: { host: '0.0.0.0', port: 0, isDefault: false } }, async (bench) => {
    assert.equal(bench.url, 'https://db.example.com:8443');
  });
  await withBench({ tls }, async ({ url, token }) => {
    assert.match(url, /^https:/);
    const body = JSON.stringify({ token: token('vera') });
    const { status, headers } = await overTls(url, body);
    assert.equal(status, 200);
    assert.match(headers['set-cookie']?.[0] ?? '', /; Secure$/);
    assert.ok(headers['strict-transport-security']);
  });
});

test('behind a proxy the public name is answered too, and the cookie is for TLS alone', async () => {
  await withBench({ publicUrl: new URL('https://db.example.com') }, async ({ token, port }) => {
    const answer = await sendToken(`http://127.0.0.1:${port}`, token('vera'));
    assert.match(answer.headers['set-cookie']?.[0] ?? '', /; Secure$/);
  });
});

test('a port that nobody asked for may be another, one that was named may not', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  await new Promise((done) => taken.once('listening', done));
  const { port } = taken.address() as { port: number };
  try {
    await assert.rejects(
      withBench({ listen: { host: 'localhost', port, isDefault: false } }, nothing),
      isUsage(/cannot listen on localhost, port/),
    );
    await withBench({ listen: { host: 'localhost', port, isDefault: true } }, async ({ url }) => {
      assert.notEqual(new URL(url).port, String(port));
    });
  } finally {
    taken.close();
  }
});

function certificate(): { cert: Buffer; key: Buffer } {
  const folder = mkdtempSync(join(tmpdir(), 'tfconsole-'));
  try {
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    const args = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=localhost'];
    execFileSync('openssl', [...args, '-keyout', key, '-out', cert], { stdio: 'ignore' });
    return { key: readFileSync(key), cert: readFileSync(cert) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function overTls(
  url: string,
  body: string,
): Promise<{ status: number; headers: Record<string, string[] | string | undefined> }> {
  const options = { method: 'POST', rejectUnauthorized: false, headers: { 'Content-Type': 'application/json' } };
  return new Promise((resolve, reject) => {
    const asked = request(`${url}/api/session`, options, (response) => {
      response.resume();
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers }));
    });
    asked.on('error', reject);
    asked.end(body);
  });
}
