/** The service file and the password file (manual, chapters of these names). */
import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { findPassword } from '../../../src/postgres/target/passfile.ts';
import { findService } from '../../../src/postgres/target/service-file.ts';
import { describeTarget } from '../../../src/postgres/target/target.ts';
import { refusal, resolve } from './inputs.ts';

const asked = { host: 'h', port: 5432, database: 'd', user: 'u' };

const LINES: [file: string, password: string | undefined][] = [
  ['h:5432:d:u:secret', 'secret'],
  ['*:*:*:*:any\nh:5432:d:u:secret', 'any'],
  ['#h:5432:d:u:no\n\nx:*:*:*:no\nh:*:*:u:secret\r\n', 'secret'],
  ['h:5432:d:u:a\\:b\\\\c', 'a:b\\c'],
  ['h:5432:d:u:a:b', 'a'],
  ['h:5432:d:*x:no', undefined],
  ['H:5432:d:u:no', undefined],
  ['h:5432:d:u', undefined],
  ['\\h:5432:d:u:secret', 'secret'],
  ['h:5432:d:u:\nh:5432:d:u:later', ''],
  ['', undefined],
];

for (const [file, password] of LINES)
  test(JSON.stringify(file), () => assert.equal(findPassword(file, asked), password));

test('an escaped line always answers for its own connection', () => {
  const escaped = (field: string) => field.replace(/[:\\]/g, '\\$&').replace(/^\*$/, '\\*');
  const field = fc.string({ unit: 'grapheme-ascii', minLength: 1 }).filter((text) => !text.startsWith('#'));
  fc.assert(
    fc.property(field, field, field, field, (host, database, user, password) => {
      const line = [escaped(host), '1', escaped(database), escaped(user), escaped(password)].join(':');
      assert.equal(findPassword(line, { host, port: 1, database, user }), password === '*' ? '*' : password);
    }),
  );
});

const PASSFILE = {
  '/home/ada/.pgpass': 'localhost:*:*:*:local\n/srv:*:*:*:srv\nh:*:*:*:first\ng:*:*:*:second\n10.0.0.1:*:*:*:ip',
};
const passwords = (url: string, files = {}) =>
  resolve({ env: { DATABASE_URL: url }, files: { ...PASSFILE, ...files } }).hosts.map((host) =>
    host.password?.reveal(),
  );

test('each host has its own line; a default socket folder is localhost; hostaddr counts where there is no name', () => {
  assert.deepEqual(passwords('postgres://h,g,x/d'), ['first', 'second', undefined]);
  assert.deepEqual(passwords('host=/tmp,/var/run/postgresql,/srv'), ['local', 'local', 'srv']);
  assert.deepEqual(passwords('hostaddr=10.0.0.1'), ['ip']);
  assert.deepEqual(passwords('host=h hostaddr=10.0.0.1'), ['first']);
  assert.deepEqual(passwords('postgres:///d', { '/tmp/.s.PGSQL.5432': { text: '', isFile: false } }), ['local']);
});

test('a password file that others can read is ignored, and that is said', () => {
  for (const mode of [0o640, 0o604, 0o660, 0o644, 0o601]) {
    const file = { text: '*:*:*:*:secret', mode };
    const target = resolve({ env: { PGHOST: 'h' }, files: { '/home/ada/.pgpass': file } });
    assert.equal(target.hosts[0]!.password, undefined);
    assert.match(target.warnings.join(), /\.pgpass .* ignored until "chmod 0600/);
  }
  const windows = { env: { PGHOST: 'h', APPDATA: 'C:\\data' }, platform: 'win32' };
  const files = { 'C:\\data\\postgresql\\pgpass.conf': { text: '*:*:*:*:secret', mode: 0o666 } };
  assert.equal(resolve({ ...windows, files }).hosts[0]!.password?.reveal(), 'secret');
});

test('a password file that is a folder is ignored, and that is said; PGPASSFILE names another', () => {
  const folder = { '/home/ada/.pgpass': { text: '', isFile: false } };
  assert.match(resolve({ env: { PGHOST: 'h' }, files: folder }).warnings.join(), /not a plain file/);
  const files = { ...folder, '/else': '*:*:*:*:secret' };
  const target = resolve({ env: { PGHOST: 'h', PGPASSFILE: '/else' }, files });
  assert.deepEqual([target.hosts[0]!.password?.reveal(), target.passfile, target.warnings], ['secret', '/else', []]);
});

test('a password that is given keeps the file closed', () => {
  const open = { text: '*:*:*:*:secret', mode: 0o644 };
  const target = resolve({ env: { PGHOST: 'h', PGPASSWORD: 'given' }, files: { '/home/ada/.pgpass': open } });
  assert.deepEqual([target.hosts[0]!.password?.reveal(), target.warnings], ['given', []]);
});

const SERVICES = `
# comment
[one]
host=h1
host=ignored
  port=1
dbname = spaced
[two]
host=h2
user=a=b
`;

test('a section of the service file, to the next one; the first mention counts', () => {
  const complaints: string[] = [];
  const find = (text: string, name: string) => {
    const found = findService(text, name, '/f', (message, fields) =>
      complaints.push(`${fields?.where?.line}: ${message}`),
    );
    return found && Object.fromEntries(found);
  };
  assert.deepEqual(find(SERVICES, 'two'), { host: 'h2', user: 'a=b' });
  assert.deepEqual(find(SERVICES, 'tw'), undefined);
  assert.deepEqual(complaints, []);
  assert.deepEqual(find(SERVICES, 'one'), { host: 'h1', port: '1' });
  find('[x]\nldap://server/dn\nnonsense\nservice=one\n', 'x');
  assert.deepEqual(complaints, [
    '7: In the service file there is no connection parameter "dbname ".',
    '2: An LDAP lookup in the service file is not supported.',
    '3: A line of the service file is not keyword=value.',
    '4: A service cannot name another service.',
  ]);
});

test('a service fills gaps before variables do; the user’s file stands before the system’s', () => {
  const files = {
    '/home/ada/.pg_service.conf': '[it]\nhost=mine\nport=1\n',
    '/etc/postgresql-common/pg_service.conf': '[it]\nhost=system\n[other]\nhost=other\n',
    '/conf/pg_service.conf': '[it]\nhost=conf\n[third]\nhost=third\n',
  };
  const where = (env: Record<string, string>) => describeTarget(resolve({ env, files }));
  assert.equal(where({ PGSERVICE: 'it', PGHOST: 'variable', PGUSER: 'eve' }), 'mine:1/eve as eve');
  assert.equal(where({ DATABASE_URL: 'postgres://u@:2/d?service=it' }), 'mine:2/d as u');
  assert.equal(where({ PGSERVICE: 'other' }), 'other:5432/ada as ada');
  assert.equal(where({ PGSERVICE: 'third', PGSYSCONFDIR: '/conf' }), 'third:5432/ada as ada');
  assert.equal(where({ PGSERVICE: 'it', PGSERVICEFILE: '/conf/pg_service.conf' }), 'conf:5432/ada as ada');
  assert.equal(where({ DATABASE_URL: 'service=it servicefile=/conf/pg_service.conf' }), 'conf:5432/ada as ada');
  assert.match(
    refusal({ env: { PGSERVICE: 'none' }, files }).text,
    /no service .*none.*looked in .*\.pg_service\.conf/,
  );
});
