/** What a person reads when a connection fails: where, what was found, what to do next. */
import assert from 'node:assert/strict';
import test from 'node:test';
import type { Failure } from '../../../src/postgres/connect/failure.ts';
import { explain, summarise } from '../../../src/postgres/connect/failures.ts';
import { ConnectTimeout } from '../../../src/postgres/connect/socket.ts';
import { Secret } from '../../../src/postgres/target/secret.ts';
import { TlsRefused, WrongName } from '../../../src/postgres/tls.ts';
import { Problem } from '../../../src/problem/problem.ts';
import { resolve } from '../target/inputs.ts';

const target = resolve({ env: { DATABASE_URL: 'postgres://ada:canary@db.example:5433/task%20flow' } });
const socket = { host: '/run/pg', port: 5432 };

function failure(error: unknown, more: Partial<Failure> = {}): Failure {
  return { stage: 'reach', host: target.hosts[0]!, target, encrypted: false, error, ...more };
}

const system = (code: string) => Object.assign(new Error(`connect ${code}`), { code });
/** As the driver makes it: an Error whose name is "error". */
const server = (code: string, more: object = {}) =>
  Object.assign(new Error('said the server'), { name: 'error', code, severity: 'FATAL', ...more });
const startup = { stage: 'startup' } as const;

const CASES: [name: string, failure: Failure, code: string, said: RegExp][] = [
  [
    'refused',
    failure(system('ECONNREFUSED')),
    'connection',
    /db\.example:5433: connection refused.*no server listens.*--port/,
  ],
  [
    'no socket',
    failure(system('ENOENT'), { host: socket }),
    'connection',
    /no socket \/run\/pg\/\.s\.PGSQL\.5432.*--host localhost/,
  ],
  ['no name', failure(system('ENOTFOUND')), 'connection', /there is no host "db\.example"/],
  ['no name service', failure(system('EAI_AGAIN')), 'connection', /name service/],
  ['no route', failure(system('EHOSTUNREACH')), 'connection', /no way to that host/],
  ['forbidden socket', failure(system('EACCES'), { host: socket }), 'connection', /may not use the socket/],
  ['time-out', failure(new ConnectTimeout(2000)), 'connection', /no answer within 2 s.*firewall.*connect_timeout/],
  [
    'silent server',
    failure(new ConnectTimeout(2000), startup),
    'connection',
    /connection is open, but the server does not answer/,
  ],
  [
    'closed',
    failure(new Error('Connection terminated unexpectedly'), startup),
    'connection',
    /was closed.*sslmode=require/,
  ],
  ['not PostgreSQL', failure(new Error('received invalid response: 48'), startup), 'connection', /not PostgreSQL’s/],
  [
    'no database',
    failure(server('3D000'), startup),
    'connection',
    /no database "task flow".*createdb -h db\.example -p 5433 -U ada 'task flow'/,
  ],
  [
    'wrong password',
    failure(server('28P01'), { ...startup, secret: new Secret('canary', 'PGPASSWORD') }),
    'authentication',
    /turned down the password of "ada".*came from PGPASSWORD/,
  ],
  [
    'no role',
    failure(server('28000', { routine: 'InitializeSessionUserId' }), startup),
    'authentication',
    /no role "ada" that may log in/,
  ],
  [
    'no rule',
    failure(server('28000', { routine: 'ClientAuthentication', file: 'auth.c' }), startup),
    'authentication',
    /does not admit "ada".*without TLS.*sslmode=require.*pg_hba\.conf/,
  ],
  [
    'no rule with TLS',
    failure(server('28000', { file: 'auth.c' }), { ...startup, encrypted: true }),
    'authentication',
    /with TLS.*client certificate/,
  ],
  [
    'peer',
    failure(server('28000', { routine: 'auth_failed' }), { ...startup, host: socket }),
    'authentication',
    /unix socket.*--host localhost/,
  ],
  ['no right', failure(server('42501'), startup), 'authentication', /GRANT CONNECT ON DATABASE "task flow" TO ada;/],
  ['full', failure(server('53300'), startup), 'connection', /no connection left.*max_connections/],
  ['starting', failure(server('57P03'), startup), 'connection', /not ready.*Wait and try again/],
  ['closed database', failure(server('55000'), startup), 'connection', /ALLOW_CONNECTIONS true/],
  [
    'unknown setting',
    failure(server('42704'), { ...startup, target: { ...target, options: '-c x=1' } }),
    'connection',
    /sent were options \(PGOPTIONS\)/,
  ],
  ['anything else', failure(server('XX000'), startup), 'connection', /refused the session/],
  [
    'no TLS',
    failure(new TlsRefused('N', ''), { stage: 'tls' }),
    'connection',
    /server does not offer it.*sslmode=prefer/,
  ],
  ['odd answer', failure(new TlsRefused('unknown', 'odd'), { stage: 'tls' }), 'connection', /could not be agreed on/],
  ['wrong name', failure(new WrongName(['a', 'b']), { stage: 'tls' }), 'connection', /another name.*a, b.*db\.example/],
  [
    'self-signed',
    failure(system('SELF_SIGNED_CERT_IN_CHAIN'), { stage: 'tls' }),
    'connection',
    /cannot be verified.*sslrootcert \(now: \/home\/ada/,
  ],
  ['expired', failure(system('CERT_HAS_EXPIRED'), { stage: 'tls' }), 'connection', /outside its dates.*Renew/],
  ['revoked', failure(system('CERT_REVOKED'), { stage: 'tls' }), 'connection', /was revoked/],
  [
    'late alert',
    failure(system('ERR_SSL_TLSV1_ALERT_UNKNOWN_CA'), startup),
    'connection',
    /turned it down.*sslcert and sslkey/,
  ],
  ['versions', failure(system('ERR_SSL_UNSUPPORTED_PROTOCOL'), { stage: 'tls' }), 'connection', /no common version/],
];

for (const [name, one, code, said] of CASES) {
  test(name, () => {
    const problem = explain(one);
    const { cause: _, ...fields } = problem.fields;
    const text = `${problem.message} ${JSON.stringify(fields)}`.replaceAll('\\"', '"');
    assert.equal(problem.code, code);
    assert.match(text, said);
    assert.ok(problem.fields.next?.length);
    assert.doesNotMatch(text, /canary/);
  });
}

test('the server’s own words are kept', () => {
  const { server: said } = explain(failure(server('57P03', { detail: 'd', hint: 'h' }), startup)).fields;
  assert.deepEqual(said, { sqlstate: '57P03', message: 'said the server', severity: 'FATAL', detail: 'd', hint: 'h' });
});

test('several attempts: one host keeps its first problem, several are listed, repetitions are told once', () => {
  const [a, b] = [new Problem('connection', 'a'), new Problem('authentication', 'b')];
  assert.equal(summarise([a, new Problem('connection', 'a')], target), a);
  assert.deepEqual([summarise([a, b], target).message, summarise([a, b], target).fields.also?.length], ['a', 1]);
  const two = resolve({ env: { DATABASE_URL: 'postgres://h,g/d' } });
  const all = summarise([a, b], two);
  assert.match(all.message, /No host of h:5432, g:5432/);
  assert.deepEqual([all.code, all.fields.also?.map((each) => each.message)], ['authentication', ['a', 'b']]);
});
