/** A plan's file is somebody's text until its fields are found to be of their kinds. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Bound } from '../../src/plan/bound.ts';
import { readBound } from '../../src/plan/read-bound.ts';

const GOOD: Bound = {
  database: 'shop',
  databaseOid: '16384',
  systemIdentifier: null,
  serverVersion: '18.4',
  role: 'deployer',
  searchPath: 'public',
  trackingSchema: 'public',
  choice: { to: '002', only: null, allowLate: false, singleTransaction: true },
  migrations: [{ version: '002_b', file: 'm/002_b.sql', checksum: 'b', statements: 1, stepsDone: 0 }],
  skipped: ['003_c'],
  applied: [{ version: '001_a', checksum: null }],
  schema: { table: 'x' },
};

test('what plan --out writes is read, whatever a later version adds', () => {
  const more = { ...structuredClone(GOOD), added: true };
  assert.deepEqual(readBound(more), more);
});

test('each field that is missing or of another kind is named', () => {
  for (const name of Object.keys(GOOD)) {
    assert.deepEqual(readBound({ ...GOOD, [name]: undefined }), [name]);
    assert.deepEqual(readBound({ ...GOOD, [name]: [7] }), [name]);
  }
  assert.deepEqual(readBound({ ...GOOD, choice: { ...GOOD.choice, allowLate: 'yes' } }), ['choice']);
  assert.deepEqual(readBound({ ...GOOD, migrations: [{ ...GOOD.migrations[0], stepsDone: -1 }] }), ['migrations']);
  assert.deepEqual(readBound({ ...GOOD, schema: null }), ['schema']);
});

for (const value of [null, undefined, 7, 'text', []]) {
  test(`${JSON.stringify(value)} is no plan`, () =>
    assert.deepEqual(readBound(value), Object.keys(GOOD).sort(byOrder)));
}

const ORDER = readBound(null) as readonly string[];
function byOrder(a: string, b: string): number {
  return ORDER.indexOf(a) - ORDER.indexOf(b);
}
