/** What psql 15 cannot be compared in: newer parameters of libpq, and the tool's own promises about a connection. */
import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { connect as connectSocket } from 'node:net';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { createServer, type TlsOptions } from 'node:tls';
import { inspect } from 'node:util';
import type { Client } from 'pg';
import { type ConnectOptions, cancel, connect } from '../../src/postgres/connect.ts';
import type { TargetEnvironment, TargetFlags } from '../../src/postgres/target/inputs.ts';
import { machineInputs } from '../../src/postgres/target/process.ts';
import { resolveTarget } from '../../src/postgres/target/resolve.ts';
import { Problem } from '../../src/problem/problem.ts';
import { type Fakes, startFakes } from './connection-fakes.ts';
import {
  type Certificates,
  makeCertificates,
  startServer,
  type TestServer,
  temporaryFolder,
} from './connection-server.ts';

const folder = temporaryFolder();
const SCRAMMED = `scrammed:${encodeURIComponent('canary-Pa55:w\\ord')}`;
let tls: Certificates;
let server: TestServer;
let fakes: Fakes;

before(async () => {
  tls = makeCertificates(join(folder.path, 'tls'));
  server = await startServer({ folder: join(folder.path, 'server'), certificates: tls });
  fakes = await startFakes();
});

after(() => {
  fakes?.stop();
  server?.stop();
  folder.remove();
});

interface Given {
  readonly env?: Record<string, string>;
  readonly flags?: TargetFlags;
  readonly environment?: TargetEnvironment;
  readonly options?: Partial<ConnectOptions>;
}

async function open({ env = {}, flags = {}, environment, options = {} }: Given): Promise<Client> {
  const target = resolveTarget(machineInputs({ HOME: folder.path, ...env }, flags, environment));
  assert.ok(target);
  return await connect(target, { applicationName: 'test', ...options });
}

/** Connects to the server as somebody; `rest` is the end of the URL. */
const to = (who: string, rest = '', given: Given = {}) =>
  open({ ...given, flags: { url: `postgres://${who}@127.0.0.1:${server.port}/taskflow_db${rest}` } });

async function refusal(attempt: Promise<Client>): Promise<Problem> {
  const outcome = await attempt.then(
    (client) => client.end(),
    (error: unknown) => error,
  );
  assert.ok(outcome instanceof Problem, inspect(outcome));
  assert.doesNotMatch(inspect(outcome, { depth: 20, showHidden: true }), /canary/);
  return outcome;
}

async function value(client: Client, sql: string): Promise<string> {
  const { rows } = await client.query<string[]>({ text: sql, rowMode: 'array' });
  return String(rows[0]?.[0]);
}

async function ask(attempt: Promise<Client>, sql: string): Promise<string> {
  const client = await attempt;
  const result = await value(client, sql);
  await client.end();
  return result;
}

test('require_auth lets through what it names', async () => {
  for (const [who, method] of [
    [SCRAMMED, 'scram-sha-256'],
    ['hashed:canary-md5', 'md5'],
    ['spoken:canary-spoken', 'password'],
    ['trusted', 'none'],
  ] as const) {
    const user = who.split(':')[0];
    assert.equal(await ask(to(who, `?require_auth=${method}`), 'SELECT current_user'), user);
    assert.equal(await ask(to(who, '?require_auth=!gss'), 'SELECT current_user'), user);
    assert.match((await refusal(to(who, `?require_auth=!${method}`))).message, /require_auth forbids/);
    assert.equal((await refusal(to(who, '?require_auth=gss'))).code, 'authentication');
  }
});

test('a password is not sent in a way that require_auth forbids', async () => {
  const url = `postgres://u:canary-password@127.0.0.1:${fakes.ports.curious}/d?require_auth=scram-sha-256`;
  assert.match((await refusal(open({ flags: { url } }))).fields.found ?? '', /asked for password/);
  assert.deepEqual(fakes.heard, []);
});

test('a server that asks for GSSAPI is refused, and this process lives on', async () => {
  const url = `postgres://u@127.0.0.1:${fakes.ports.gssapi}/d`;
  assert.equal((await refusal(open({ flags: { url } }))).code, 'connection');
});

test('sslrootcert=system trusts what this machine trusts, and nothing less than verify-full', async () => {
  const before = process.env.SSL_CERT_FILE;
  const attempt = () => to('trusted', '?sslrootcert=system');
  assert.match((await refusal(attempt())).message, /cannot be verified/);
  process.env.SSL_CERT_FILE = tls.root;
  try {
    assert.equal(await ask(attempt(), 'SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()'), 'true');
    const other = `postgres://trusted@other:${server.port}/taskflow_db?hostaddr=127.0.0.1&sslrootcert=system`;
    assert.match((await refusal(open({ flags: { url: other } }))).message, /another name/);
  } finally {
    if (before === undefined) delete process.env.SSL_CERT_FILE;
    else process.env.SSL_CERT_FILE = before;
  }
});

test('sslnegotiation=direct begins with TLS and insists on ALPN', async () => {
  const pem = (name: string) => readFileSync(join(tls.folder, name));
  const options = { cert: pem('server.crt'), key: pem('server.key') };
  const query = (port: number) =>
    `postgres://trusted@127.0.0.1:${port}/taskflow_db?sslmode=require&sslnegotiation=direct`;
  const behind = await tlsProxy({ ...options, ALPNProtocols: ['postgresql'] });
  assert.equal(await ask(open({ flags: { url: query(behind.port) } }), 'SELECT current_user'), 'trusted');
  behind.stop();
  const silent = await tlsProxy(options);
  assert.match(inspect(await refusal(open({ flags: { url: query(silent.port) } }))), /ALPN/);
  silent.stop();
});

function tlsProxy(options: TlsOptions): Promise<{ port: number; stop(): void }> {
  const proxy = createServer(options, (secure) => {
    const plain = connectSocket(server.port, '127.0.0.1');
    secure.pipe(plain).pipe(secure);
    for (const socket of [secure, plain]) socket.on('error', () => {});
  });
  return new Promise((resolve) => {
    proxy.listen(0, '127.0.0.1', () => {
      const address = proxy.address();
      resolve({ port: typeof address === 'object' && address ? address.port : 0, stop: () => proxy.close() });
    });
  });
}

test('load_balance_hosts=random begins with either host', async () => {
  const url = `postgres://trusted@127.0.0.1,localhost:${server.port}/taskflow_db?port=${server.port}&load_balance_hosts=random`;
  const first = new Set<string>();
  for (let i = 0; i < 40 && first.size < 2; i++) {
    const client = await open({ flags: { url } });
    first.add(client.host);
    await client.end();
  }
  assert.deepEqual([...first].sort(), ['127.0.0.1', 'localhost']);
});

test('a client key in DER form, and a folder of revocation lists', async () => {
  const der = join(folder.path, 'key.der');
  execFileSync('openssl', ['pkcs8', '-topk8', '-nocrypt', '-in', tls.clientKey, '-outform', 'DER', '-out', der]);
  chmodSync(der, 0o600);
  assert.equal(
    await ask(to('certified', `?sslcert=${tls.clientCert}&sslkey=${der}`), 'SELECT current_user'),
    'certified',
  );
  const lists = join(folder.path, 'lists');
  execFileSync('sh', ['-c', 'mkdir "$1" && cp "$2" "$1"/0.r0', 'sh', lists, tls.crl]);
  assert.match(
    (await refusal(to('trusted', `?sslmode=verify-ca&sslrootcert=${tls.root}&sslcrldir=${lists}`))).message,
    /revoked/,
  );
});

test('the password of an environment from a file and from a command', async () => {
  const passwordFile = join(folder.path, 'password');
  writeFileSync(passwordFile, 'canary-Pa55:w\\ord\n');
  const environment = {
    name: 'live',
    host: '127.0.0.1',
    port: String(server.port),
    database: 'taskflow_db',
    user: 'scrammed',
  };
  assert.equal(await ask(open({ environment: { ...environment, passwordFile } }), 'SELECT current_user'), 'scrammed');
  const secrets: string[] = [];
  const options = { onSecret: (secret: string) => secrets.push(secret) };
  const passwordCommand = ['cat', passwordFile];
  assert.equal(await ask(open({ environment: { ...environment, passwordCommand }, options }), 'SELECT 1'), '1');
  assert.deepEqual(secrets, ['canary-Pa55:w\\ord']);
  assert.equal(
    (await refusal(open({ environment: { ...environment, passwordCommand: ['echo', 'no'] } }))).code,
    'authentication',
  );
});

test('nothing of this process decides but the target', async () => {
  const meddling = {
    PGOPTIONS: '-c nonesuch=1',
    PGAPPNAME: 'wrong',
    PGPASSWORD: 'wrong',
    PGDATABASE: 'wrong',
    PGSSLMODE: 'verify-full',
    PGSSLNEGOTIATION: 'odd',
  };
  Object.assign(process.env, meddling);
  try {
    assert.equal(await ask(to(SCRAMMED), "SELECT current_setting('application_name')"), 'test');
  } finally {
    for (const name of Object.keys(meddling)) delete process.env[name];
  }
});

test('settings of the start-up message stand before PGTZ; a chosen application name before ours', async () => {
  const settings =
    "SELECT concat_ws(' ', current_setting('timezone'), current_setting('geqo'), current_setting('application_name'))";
  const env = { PGTZ: 'Asia/Tokyo', PGGEQO: 'off', PGAPPNAME: 'mine' };
  assert.equal(
    await ask(to('trusted', '', { env, options: { settings: { timezone: 'UTC' } } }), settings),
    'UTC off mine',
  );
});

test('notices come through, from the first moment on', async () => {
  const heard: (string | undefined)[] = [];
  const client = await to('trusted', '', { options: { onNotice: (notice) => heard.push(notice.message) } });
  await client.query("DO $$BEGIN RAISE NOTICE 'hello'; END$$");
  await client.end();
  assert.deepEqual(heard, ['hello']);
});

/** A cancel request that comes before the statement does nothing. */
async function untilActive(client: Client): Promise<void> {
  const { processID } = client as unknown as { processID: number };
  const watcher = await to('trusted');
  while ((await value(watcher, `SELECT state FROM pg_stat_activity WHERE pid = ${processID}`)) !== 'active');
  await watcher.end();
}

for (const rest of ['?sslmode=disable', '?sslmode=require']) {
  test(`cancel stops the statement, ${rest}`, async () => {
    const client = await to('trusted', rest);
    const sleep = client.query('SELECT pg_sleep(120)').catch((error: { code?: string }) => error.code);
    await untilActive(client);
    await cancel(client);
    assert.equal(await sleep, '57014');
    await client.end();
    await cancel(client);
  });
}

test('an idle session that the server ends does not end this process, and its next query fails', async () => {
  const client = await to('trusted');
  const ended = new Promise((resolve) => client.once('end', resolve));
  const pid = await value(client, 'SELECT pg_backend_pid()');
  const admin = await open({ flags: { url: `postgres://trusted@127.0.0.1:${server.port}/taskflow_db` } });
  await admin.query(`SELECT pg_terminate_backend(${pid})`);
  await admin.end();
  await ended;
  await assert.rejects(client.query('SELECT 1'));
});

test('giving up: the signal ends the attempt at once', async () => {
  const stop = new AbortController();
  const url = `postgres://u@127.0.0.1:${fakes.ports.silent},127.0.0.1:${server.port}/d`;
  const attempt = open({ flags: { url }, options: { signal: stop.signal } });
  setTimeout(() => stop.abort(new Problem('cancelled', 'Stopped.')), 50);
  assert.equal((await refusal(attempt)).code, 'cancelled');
});

test('what is left over after a refusal does not keep this process from ending', () => {
  const program = `
    import { connect } from './src/postgres/connect.ts';
    import { machineInputs } from './src/postgres/target/process.ts';
    import { resolveTarget } from './src/postgres/target/resolve.ts';
    for (const url of process.argv.slice(1)) {
      await connect(resolveTarget(machineInputs({}, { url })), { applicationName: 'x' }).then((c) => c.end(), (e) => console.log(e.code));
    }`;
  const port = server.port;
  const urls = [
    `postgres://trusted@127.0.0.1:${port}/nonesuch`,
    `postgres://trusted@127.0.0.1:${port}/taskflow_db`,
    `postgres://u@127.0.0.1:${fakes.ports.silent}/d?connect_timeout=2`,
  ];
  const loader = './test/node_modules/tsx/dist/loader.mjs';
  return new Promise<void>((resolve, reject) => {
    const args = ['--import', loader, '--input-type=module', '-e', program, ...urls];
    execFile(process.execPath, args, { timeout: 60_000 }, (error, stdout) => {
      if (error) return reject(error);
      assert.equal(stdout, 'connection\nconnection\n');
      resolve();
    });
  });
});
