/** What has moved between a reviewed plan and now. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Bound, whatMoved } from '../../src/plan/bound.ts';

const THEN: Bound = {
  database: 'shop',
  serverVersion: '18.4',
  trackingSchema: 'public',
  choice: { to: null, only: null, allowLate: false, singleTransaction: false },
  migrations: [
    { version: '002_b', file: 'm/002_b.sql', checksum: 'b', statements: 1, stepsDone: 0 },
    { version: '003_c', file: 'm/003_c.sql', checksum: 'c', statements: 2, stepsDone: 0 },
  ],
  skipped: [],
  applied: [{ version: '001_a', checksum: 'a' }],
  schema: 'before',
};

test('nothing has moved while everything is the same', () => {
  assert.deepEqual(whatMoved(THEN, structuredClone(THEN)), []);
});

const [SECOND, THIRD] = THEN.migrations as [Bound['migrations'][number], Bound['migrations'][number]];

const MOVES: readonly [what: string, now: Partial<Bound>, said: readonly string[]][] = [
  ['another database', { database: 'shop2' }, ['the database is shop2, the plan is for shop']],
  ['an upgraded server', { serverVersion: '18.5' }, ['the server is PostgreSQL 18.5, the plan is for PostgreSQL 18.4']],
  ['a schema changed by hand', { schema: 'after' }, ['the schema of the database has changed since']],
  ['an edited file', { migrations: [SECOND, { ...THIRD, checksum: 'c2' }] }, ['m/003_c.sql was changed since']],
  ['a deleted file', { migrations: [SECOND] }, ['003_c is not there to be applied any more']],
  [
    'a new file',
    { migrations: [SECOND, THIRD, { ...THIRD, version: '004_d', file: 'm/004_d.sql' }] },
    ['004_d (m/004_d.sql) is not in the plan'],
  ],
  ['another order', { migrations: [THIRD, SECOND] }, ['the order is now 003_c, 002_b']],
  ['a step that is done', { migrations: [SECOND, { ...THIRD, stepsDone: 1 }] }, ['1 step of 003_c done by now']],
  [
    'a migration that another run has applied',
    { applied: [...THEN.applied, { version: '002_b', checksum: 'b' }], migrations: [THIRD] },
    ['002_b was applied since'],
  ],
  ['a migration that was rolled back', { applied: [] }, ['001_a was rolled back since']],
  ['a repaired record', { applied: [{ version: '001_a', checksum: 'z' }] }, ['the record of 001_a was changed since']],
  [
    'an extension that is gone',
    { migrations: [SECOND], skipped: ['003_c'] },
    ['003_c is not there to be applied any more', '003_c is skipped now'],
  ],
];

for (const [what, now, said] of MOVES) {
  test(`${what} is told`, () => assert.deepEqual(whatMoved(THEN, { ...THEN, ...now }), said));
}
