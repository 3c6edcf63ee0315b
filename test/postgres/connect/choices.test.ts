/** What is tried, in which order, and which session will do. */
import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { encryptions } from '../../../src/postgres/connect/attempt.ts';
import { passes, unsuitable } from '../../../src/postgres/connect/session-attributes.ts';
import { shuffled } from '../../../src/postgres/connect.ts';
import { SSL_MODES } from '../../../src/postgres/target/target.ts';

test('encryption by sslmode: a unix socket is never encrypted', () => {
  const tcp = SSL_MODES.map((mode) => encryptions(mode, { host: 'h', port: 1 }).join());
  assert.deepEqual(tcp, ['plain', 'plain,tls', 'tls,plain', 'tls', 'tls', 'tls']);
  for (const host of ['/srv', '@abstract']) {
    assert.deepEqual(encryptions('verify-full', { host, port: 1 }), ['plain']);
  }
});

test('target_session_attrs on a primary, a read-only primary and a standby', () => {
  const servers = { primary: [false, false], locked: [true, false], standby: [true, true] } as const;
  const suits = (wanted: Parameters<typeof unsuitable>[0]) =>
    Object.entries(servers).flatMap(([name, [readOnly, standby]]) =>
      unsuitable(wanted, { readOnly, standby }) ? [] : [name],
    );
  assert.deepEqual(suits('any'), ['primary', 'locked', 'standby']);
  assert.deepEqual(suits('read-write'), ['primary']);
  assert.deepEqual(suits('read-only'), ['locked', 'standby']);
  assert.deepEqual(suits('primary'), ['primary', 'locked']);
  assert.deepEqual(suits('standby'), ['standby']);
  assert.deepEqual(suits('prefer-standby'), ['standby']);
  assert.deepEqual(passes('prefer-standby'), ['prefer-standby', 'any']);
});

test('a shuffle loses nothing, and every host can be the first', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer()),
      fc.infiniteStream(fc.double({ min: 0, max: 0.999, noNaN: true })),
      (list, randoms) => {
        const result = shuffled(list, () => Number(randoms.next().value));
        assert.deepEqual([...result].sort(), [...list].sort());
      },
    ),
  );
  const firsts = [0, 0.4, 0.8].map((random) => shuffled(['a', 'b', 'c'], () => random)[0]);
  assert.ok(new Set(firsts).size > 1);
});
