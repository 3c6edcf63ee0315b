/** Connection URLs as libpq reads them (manual, "Connection URIs"). */
import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { parseUrl } from '../../../src/postgres/target/url.ts';

function read(text: string): { values: Record<string, string>; complaints: string[] } {
  const complaints: string[] = [];
  const values = parseUrl(text, 'URL', (message, fields) => complaints.push(`${message} ${fields?.next ?? ''}`));
  return { values: Object.fromEntries(values), complaints };
}

// The manual's own examples, then the corners.
const RIGHT: Record<string, Record<string, string>> = {
  'postgresql://': {},
  'postgresql://localhost': { host: 'localhost' },
  'postgresql://localhost:5433': { host: 'localhost', port: '5433' },
  'postgresql://localhost/mydb': { host: 'localhost', dbname: 'mydb' },
  'postgresql://user@localhost': { user: 'user', host: 'localhost' },
  'postgresql://user:secret@localhost': { user: 'user', password: 'secret', host: 'localhost' },
  'postgresql://other@localhost/otherdb?connect_timeout=10&application_name=myapp': {
    user: 'other',
    host: 'localhost',
    dbname: 'otherdb',
    connect_timeout: '10',
    application_name: 'myapp',
  },
  'postgresql://host1:123,host2:456/somedb?target_session_attrs=any': {
    host: 'host1,host2',
    port: '123,456',
    dbname: 'somedb',
    target_session_attrs: 'any',
  },
  'postgresql:///mydb?host=localhost&port=5433': { dbname: 'mydb', host: 'localhost', port: '5433' },
  'postgresql://[2001:db8::1234]/database': { host: '2001:db8::1234', dbname: 'database' },
  'postgresql://[::1]:5433': { host: '::1', port: '5433' },
  'postgresql:///dbname?host=/var/lib/postgresql': { dbname: 'dbname', host: '/var/lib/postgresql' },
  'postgresql://%2Fvar%2Flib%2Fpostgresql/dbname': { host: '/var/lib/postgresql', dbname: 'dbname' },
  'postgres://a,b,c': { host: 'a,b,c' },
  'postgres://a,b:2': { host: 'a,b', port: ',2' },
  'postgres://:5433': { port: '5433' },
  'postgres://:@/': {},
  'postgres://u:p%40%3A%2F%3F%23%25%20%C3%A9@h': { user: 'u', password: 'p@:/?#% é', host: 'h' },
  'postgres://u:a?b#c@h/d': { user: 'u', password: 'a?b#c', host: 'h', dbname: 'd' },
  'postgres://h/d?user=x+y': { host: 'h', dbname: 'd', user: 'x+y' },
  'postgres://h?sslmode=require': { host: 'h', sslmode: 'require' },
  'postgres://h/d?ssl=true': { host: 'h', dbname: 'd', sslmode: 'require' },
  'postgres://h/d?host=': { host: '', dbname: 'd' },
  'postgres://h/d?%75ser=x': { host: 'h', dbname: 'd', user: 'x' },
};

for (const [text, values] of Object.entries(RIGHT)) {
  test(text, () => assert.deepEqual(read(text), { values, complaints: [] }));
}

const WRONG: Record<string, RegExp> = {
  'postgres://h/d?sslmod=require': /no connection parameter "sslmod".*Did you mean sslmode\?/,
  'postgres://h/d?schema=app': /no connection parameter "schema".*search_path/,
  'postgres://h/d?pgbouncer=true': /another client/,
  'postgres://h/d?ssl=no': /no connection parameter "ssl"/,
  'postgres://h/d?sslmode': /name=value/,
  'postgres://h/d?options=-cgeqo=off': /name=value.*%3D/,
  'postgres://h/d%5': /database name holds a %/,
  'postgres://h/d%zz': /database name holds a %/,
  'postgres://h/d%00': /%00/,
  'postgres://h/d%ff': /not UTF-8/,
  'postgres://[::1': /brackets/,
  'postgres://[]': /brackets/,
  'postgres://[::1]x': /brackets/,
  'postgres://::1/d': /not a port/,
  'postgres://u:canary/x@h/d': /@ stands after.*%2F/,
  'postgres://u:canary@x@h/d': /@ stands after.*%40/,
  'postgres://u:canary%zz@h/d': /password holds a %/,
  'postgres://u:canary%ff@h/d': /password is not UTF-8/,
  'postgres://u:can/ary': /not a port/,
};

for (const [text, complaint] of Object.entries(WRONG)) {
  test(`${text} is refused`, () => {
    const { complaints } = read(text);
    assert.match(complaints.join('\n'), complaint);
    assert.doesNotMatch(complaints.join('\n'), /canary|"can"/);
  });
}

test('every wrong parameter is told at once', () => {
  assert.equal(read('postgres://h%5/d%6?a=1&b=2&sslmode=%7').complaints.length, 5);
});

test('whatever is percent-encoded comes out as it went in', () => {
  const text = fc.string({ unit: 'binary', minLength: 1 }).filter((value) => !value.includes('\0'));
  fc.assert(
    fc.property(text, text, text, text, (user, password, dbname, app) => {
      const e = encodeURIComponent;
      const url = `postgres://${e(user)}:${e(password)}@h:5/${e(dbname)}?application_name=${e(app)}`;
      const values = { user, password, host: 'h', port: '5', dbname, application_name: app };
      assert.deepEqual(read(url), { values, complaints: [] });
    }),
  );
});

test('no text makes the reader fail, and no complaint shows a password', () => {
  const piece = fc.constantFrom(
    'canary',
    ':',
    '@',
    '/',
    '?',
    '#',
    '[',
    ']',
    '%',
    '%4',
    '%40',
    ',',
    '=',
    '&',
    '5432',
    'h',
  );
  fc.assert(
    fc.property(fc.array(piece), (pieces) => {
      const { complaints } = read(`postgres://u:canary${pieces.join('')}@h`);
      assert.ok(
        complaints.every((complaint) => !complaint.includes('canary')) || pieces.includes('?'),
        complaints.join(),
      );
    }),
    { numRuns: 2000 },
  );
});
