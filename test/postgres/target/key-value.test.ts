/** Keyword/value strings as libpq reads them (manual, "Keyword/Value Connection Strings"). */
import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { parseKeyValue } from '../../../src/postgres/target/key-value.ts';

function read(text: string): { values: Record<string, string>; complaints: string[] } {
  const complaints: string[] = [];
  const values = parseKeyValue(text, 'it', (message, fields) => complaints.push(`${message} ${fields?.next ?? ''}`));
  return { values: Object.fromEntries(values), complaints };
}

const RIGHT: [string, Record<string, string>][] = [
  [
    'host=localhost port=5432 dbname=mydb connect_timeout=10',
    { host: 'localhost', port: '5432', dbname: 'mydb', connect_timeout: '10' },
  ],
  ['  host =  h\tport\n= 1  ', { host: 'h', port: '1' }],
  ["user='a b'dbname=''", { user: 'a b', dbname: '' }],
  [String.raw`password='it\'s \\ here' user=a\ b\'c`, { password: String.raw`it's \ here`, user: "a b'c" }],
  ["dbname=a'b'c", { dbname: "a'b'c" }],
  ['user=x user=y', { user: 'y' }],
  ['options=-cgeqo=off', { options: '-cgeqo=off' }],
  ['host=h user=', { host: 'h', user: '' }],
];

for (const [text, values] of RIGHT) test(text, () => assert.deepEqual(read(text), { values, complaints: [] }));

const WRONG: [string, RegExp][] = [
  ["dbname='x", /quote without an end at character 1\b/],
  ['host=h user', /keyword without a value at character 7\b/],
  ['host=h =x', /without a keyword/],
  ['hots=h', /no connection parameter "hots".*Did you mean host\?/],
  ['password=a canary b=c', /keyword without a value/],
  ['password=a canary=c', /what follows the password/],
];

for (const [text, complaint] of WRONG) {
  test(`${text} is refused`, () => {
    assert.match(read(text).complaints.join('\n'), complaint);
    assert.doesNotMatch(read(text).complaints.join('\n'), /canary/);
  });
}

test('whatever is quoted and escaped comes out as it went in', () => {
  const quote = (value: string) => `'${value.replace(/['\\]/g, '\\$&')}'`;
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string(), (password, user) => {
      const { values, complaints } = read(`password = ${quote(password)} user=${quote(user)}`);
      assert.deepEqual([values, complaints], [{ password, user }, []]);
    }),
  );
});
