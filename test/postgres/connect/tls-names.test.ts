/** Whose certificate it is: libpq's rule for verify-full (manual, "Client Verification of Server Certificates"). */
import assert from 'node:assert/strict';
import test from 'node:test';
import { certificateIsFor, readNames } from '../../../src/postgres/connect/tls-names.ts';

type Names = Partial<Parameters<typeof certificateIsFor>[1]>;

const CASES: [host: string, names: Names, yes: boolean][] = [
  ['db.example', { dns: ['db.example'] }, true],
  ['DB.Example', { dns: ['db.eXample'] }, true],
  ['db.example', { dns: ['other', 'db.example'] }, true],
  ['db.example', { dns: ['db.example.org'] }, false],
  ['db.example', { commonName: 'db.example' }, true],
  ['db.example', { dns: ['other'], commonName: 'db.example' }, false],
  ['db.example', { ip: ['10.0.0.1'], commonName: 'db.example' }, true],
  ['a.example', { dns: ['*.example'] }, true],
  ['a.b.example', { dns: ['*.example'] }, false],
  ['.example', { dns: ['*.example'] }, false],
  ['example', { dns: ['*.example'] }, false],
  ['a.example', { commonName: '*.example' }, true],
  ['ab.example', { dns: ['a*.example'] }, false],
  ['a.b.example', { dns: ['a.*.example'] }, false],
  ['anything', { dns: ['*'] }, false],
  ['10.0.0.1', { ip: ['10.0.0.1'] }, true],
  ['10.0.0.1', { dns: ['10.0.0.1'] }, true],
  ['10.0.0.2', { ip: ['10.0.0.1'], commonName: '10.0.0.2' }, false],
  ['10.0.0.1', { dns: ['other'], commonName: '10.0.0.1' }, true],
  ['::1', { ip: ['0:0:0:0:0:0:0:1'] }, true],
  ['fe80::1', { ip: ['FE80:0:0:0:0:0:0:1'] }, true],
  ['::2', { ip: ['0:0:0:0:0:0:0:1'] }, false],
  ['db', {}, false],
];

for (const [host, names, yes] of CASES) {
  test(`${JSON.stringify(names)} is ${yes ? '' : 'not '}for ${host}`, () => {
    assert.equal(certificateIsFor(host, { dns: [], ip: [], ...names }), yes);
  });
}

test('names out of Node’s text form; a quoted name with commas stays one', () => {
  const text =
    'DNS:a.example, IP Address:10.0.0.1, email:x@y, DNS:"b.example, DNS:evil.example", IP Address:0:0:0:0:0:0:0:1';
  assert.deepEqual(readNames(text, 'cn'), {
    dns: ['a.example', 'b.example, DNS:evil.example'],
    ip: ['10.0.0.1', '0:0:0:0:0:0:0:1'],
    commonName: 'cn',
  });
  assert.deepEqual(readNames(undefined, undefined), { dns: [], ip: [] });
});
