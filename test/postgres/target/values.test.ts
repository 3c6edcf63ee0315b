/** Hosts, TLS and the other parameters: libpq's defaults, its lists, and what cannot be honoured. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { inspect } from 'node:util';
import { describeTarget, secretsOf, withPassword } from '../../../src/postgres/target/target.ts';
import { refusal, resolve } from './inputs.ts';

const at = (conninfo: string, given: Parameters<typeof resolve>[0] = {}) =>
  resolve({ ...given, env: { DATABASE_URL: conninfo, ...given.env } });
const refused = (conninfo: string, env: Record<string, string> = {}) =>
  refusal({ env: { DATABASE_URL: conninfo, ...env } }).text;

test('the default host is the socket folder of a server here, else Debian’s folder, else localhost', () => {
  const socket = { text: '', isFile: false };
  const host = (files: Record<string, typeof socket>, platform = 'linux') =>
    at('port=5433 dbname=d', { files, platform }).hosts[0]!.host;
  assert.equal(host({}), 'localhost');
  assert.equal(host({ '/var/run/postgresql': socket }), '/var/run/postgresql');
  assert.equal(
    host({ '/var/run/postgresql': socket, '/tmp': socket, '/tmp/.s.PGSQL.5432': socket }),
    '/var/run/postgresql',
  );
  assert.equal(host({ '/var/run/postgresql': socket, '/tmp/.s.PGSQL.5433': socket }), '/tmp');
  assert.equal(host({ '/tmp/.s.PGSQL.5433': socket }, 'win32'), 'localhost');
});

test('lists of hosts, addresses and ports', () => {
  const hosts = (conninfo: string) =>
    at(conninfo).hosts.map(({ host, hostaddr, port }) => [host, hostaddr ?? '', port]);
  assert.deepEqual(hosts('host=a,b'), [
    ['a', '', 5432],
    ['b', '', 5432],
  ]);
  assert.deepEqual(hosts('host=a,b port=7'), [
    ['a', '', 7],
    ['b', '', 7],
  ]);
  assert.deepEqual(hosts('host=a,,c port=1,,3'), [
    ['a', '', 1],
    ['localhost', '', 5432],
    ['c', '', 3],
  ]);
  assert.deepEqual(hosts('host=a, hostaddr=,::1'), [
    ['a', '', 5432],
    ['', '::1', 5432],
  ]);
  assert.deepEqual(hosts('host=@abstract,/srv'), [
    ['@abstract', '', 5432],
    ['/srv', '', 5432],
  ]);
});

test('descriptions', () => {
  assert.equal(describeTarget(at('postgres://ada:canary@[::1]:7,b/d')), '[::1]:7,b:5432/d as ada');
  assert.equal(describeTarget(at('host=/srv user=u dbname=d')), '/srv:5432/d as u');
});

test('everything wrong is told at once, with where it stands', () => {
  const env = { PGSSLMODE: 'required', PGCONNECT_TIMEOUT: 'soon', PGPORT: '70000', PGTARGETSESSIONATTRS: 'master' };
  const { complaints, text } = refusal({ env: { DATABASE_URL: 'postgres://h/d?keepalives=maybe', ...env } });
  assert.equal(complaints.length, 5);
  assert.match(text, /PGSSLMODE: \\"required\\" is not one of its values.*Did you mean require\?/);
  assert.match(text, /PGPORT: \\"70000\\" is not a port/);
  assert.match(text, /DATABASE_URL, keepalives/);
});

const REFUSED: [conninfo: string, complaint: RegExp, env?: Record<string, string>][] = [
  ['host=a,b port=1,2,3', /3 ports for 2 hosts/],
  ['host=a hostaddr=::1,::2', /1 host, hostaddr 2/],
  ['hostaddr=name', /not an IP address/],
  ['host=h port=0', /not a port/],
  ['host=h port=-1', /not a port/],
  [`host=/${'x'.repeat(100)}`, /longer than 107 bytes/],
  ['host=h gssencmode=require', /no GSSAPI/],
  ['host=h gssencmode=maybe', /cannot be honoured|not one of/],
  ['host=/srv requirepeer=postgres', /requirepeer cannot be checked/],
  ['host=h sslcertmode=require', /cannot be honoured/],
  ['host=h replication=database', /replication/],
  ['host=h min_protocol_version=3.2', /protocol 3\.0/],
  ['host=h scram_client_key=canary', /the password itself/],
  ['host=h sslmode=require sslrootcert=system', /too weak.*verify-full/],
  ['host=h sslmode=prefer sslnegotiation=direct', /too weak.*require/],
  ['host=h sslnegotiation=direct', /too weak/],
  ['host=h sslkey=pkcs11:canary', /engine/],
  ['host=h ssl_min_protocol_version=TLSv1.4', /not one of its values/],
  ['host=h ssl_min_protocol_version=TLSv1.3 ssl_max_protocol_version=tlsv1.2', /above the highest/],
  ['host=h require_auth=magic', /not a kind of authentication/],
  ['host=h require_auth=md5,!password', /all with ! or all without/],
  ['host=h require_auth=md5,md5', /twice/],
  ['host=h', /not one of its values/, { PGCHANNELBINDING: 'yes' }],
  ['host=h', /no GSSAPI/, { PGGSSENCMODE: 'require' }],
];

for (const [conninfo, complaint, env] of REFUSED) {
  test(`${conninfo} ${JSON.stringify(env ?? {})} is refused`, () => {
    assert.match(refused(conninfo, env), complaint);
    assert.doesNotMatch(refused(conninfo, env), /canary/);
  });
}

test('no user name is to be had', () => {
  assert.match(refusal({ env: { PGHOST: 'h' }, osUser: '' }).text, /No user is named/);
  assert.equal(resolve({ env: { PGHOST: 'h', PGUSER: 'u' }, osUser: '' }).user, 'u');
});

test('what only matters elsewhere is ignored', () => {
  const ignored =
    'krbsrvname=x gssdelegation=1 sslcompression=1 tcp_user_timeout=1 keepalives_count=3 max_protocol_version=latest';
  assert.equal(
    describeTarget(at(`host=h requirepeer=postgres client_encoding=LATIN1 ${ignored}`)),
    'h:5432/ada as ada',
  );
});

test('TLS: defaults in ~/.postgresql, everything by its variable', () => {
  const home = '/home/ada/.postgresql';
  assert.deepEqual(at('host=h').ssl, {
    sslmode: 'prefer',
    sslnegotiation: 'postgres',
    sslrootcert: `${home}/root.crt`,
    sslcert: `${home}/postgresql.crt`,
    sslkey: `${home}/postgresql.key`,
    sslcrl: `${home}/root.crl`,
    sslsni: true,
    minVersion: 'TLSv1.2',
  });
  const env = {
    PGSSLMODE: 'verify-ca',
    PGSSLNEGOTIATION: 'direct',
    PGSSLROOTCERT: '/r',
    PGSSLCERT: '/c',
    PGSSLKEY: '/k',
    PGSSLCRLDIR: '/l',
    PGSSLSNI: '0',
    PGSSLMINPROTOCOLVERSION: 'tlsv1.2',
    PGSSLMAXPROTOCOLVERSION: 'TLSv1.3',
  };
  assert.deepEqual(at('host=h', { env }).ssl, {
    sslmode: 'verify-ca',
    sslnegotiation: 'direct',
    sslrootcert: '/r',
    sslcert: '/c',
    sslkey: '/k',
    sslcrldir: '/l',
    sslsni: false,
    minVersion: 'TLSv1.2',
    maxVersion: 'TLSv1.3',
  });
  assert.equal(at('host=h sslrootcert=system').ssl.sslmode, 'verify-full');
  assert.equal(at('host=h sslcertmode=disable').ssl.sslcert, undefined);
});

test('times, keepalives, attributes', () => {
  const timeout = (text: string) => at(`host=h ${text}`).connectTimeoutMs;
  const given = ['', 'connect_timeout=0', 'connect_timeout=-1', 'connect_timeout=1', 'connect_timeout=15'].map(timeout);
  assert.deepEqual(given, [60_000, 0, 0, 2000, 15_000]);
  const target = at(
    'host=h keepalives_idle=30 load_balance_hosts=random target_session_attrs=primary channel_binding=require',
  );
  assert.deepEqual([target.keepalives, target.keepalivesIdleMs, target.loadBalanceHosts], [true, 30_000, true]);
  assert.deepEqual([target.targetSessionAttrs, target.channelBinding], ['primary', 'require']);
  assert.equal(at('host=h keepalives=0').keepalives, false);
});

test('session defaults come from PGTZ, PGDATESTYLE and PGGEQO; "default" leaves one to the server', () => {
  const env = { PGTZ: 'UTC', PGDATESTYLE: 'default', PGGEQO: 'off', PGOPTIONS: '-c x=y', PGAPPNAME: 'mine' };
  const target = at('host=h', { env });
  assert.deepEqual(target.sessionDefaults, { timezone: 'UTC', geqo: 'off' });
  assert.deepEqual([target.options, target.applicationName], ['-c x=y', 'mine']);
});

test('require_auth names what is allowed, or with ! what is not', () => {
  assert.deepEqual(at('host=h require_auth=scram-sha-256,none').requireAuth, ['scram-sha-256', 'none']);
  const rest = ['gss', 'sspi', 'scram-sha-256', 'oauth', 'none'];
  assert.deepEqual(at('host=h', { env: { PGREQUIREAUTH: '!password,!md5' } }).requireAuth, rest);
});

test('a target never prints its secrets, and names them to the gate', () => {
  const target = at('postgres://u:canary-1@h/d?sslpassword=canary-2');
  const shown = [
    inspect(target, { depth: 9, showHidden: true }),
    JSON.stringify(target),
    `${target.hosts[0]!.password}`,
  ];
  for (const text of shown) assert.doesNotMatch(text, /canary/);
  assert.deepEqual(secretsOf(target), ['canary-1', 'canary-2']);
  assert.deepEqual(secretsOf(withPassword(target, 'typed')), ['typed', 'canary-2']);
});
