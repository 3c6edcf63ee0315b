/** What has moved between a reviewed plan and now. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Bound, whatMoved } from '../../src/plan/bound.ts';

const THEN: Bound = {
  database: 'shop',
  databaseOid: '16384',
  systemIdentifier: '7300000000000000001',
  role: 'deployer',
  searchPath: 'public',
  serverVersion: '18.4',
  trackingSchema: 'public',
  choice: { to: null, only: null, allowLate: false, singleTransaction: false },
  migrations: [
    { version: '002_b', file: 'm/002_b.sql', checksum: 'b', statements: 1, stepsDone: 0 },
    { version: '003_c', file: 'm/003_c.sql', checksum: 'c', statements: 2, stepsDone: 0 },
  ],
  skipped: [],
  applied: [{ version: '001_a', checksum: 'a' }],
  schema: { table: 'before', index: 'before', subscription: 'before' },
};

test('nothing has moved while everything is the same', () => {
  assert.deepEqual(whatMoved(THEN, structuredClone(THEN)), []);
});

const [SECOND, THIRD] = THEN.migrations as [Bound['migrations'][number], Bound['migrations'][number]];

const MOVES: readonly [what: string, now: Partial<Bound>, said: readonly string[]][] = [
  ['another database', { database: 'shop2' }, ['the database is shop2, the plan is for shop']],
  ['a new major version', { serverVersion: '19.0' }, ['the server is PostgreSQL 19, the plan is for PostgreSQL 18']],
  ['another role', { role: 'ada' }, ['the role is ada, the plan is for deployer']],
  ['no role', { role: null }, ['the role is the user that logs in, the plan is for deployer']],
  ['another search_path', { searchPath: 'app' }, ['the search_path is app, the plan is for public']],
  [
    'other tracking tables',
    { trackingSchema: 'ops' },
    ['the schema of the tracking tables is ops, the plan is for public'],
  ],
  [
    'the same database on another cluster',
    { systemIdentifier: '7300000000000000002', databaseOid: '16385' },
    ['this shop is in another cluster (system identifier 7300000000000000002, the plan is for 7300000000000000001)'],
  ],
  [
    'a copy that took the name over',
    { databaseOid: '16999' },
    ['this shop is another database of that name (OID 16999, was 16384)'],
  ],
  [
    'a schema changed by hand',
    { schema: { table: 'before', index: 'after' } },
    ['the schema was changed since, and not by a migration: index (see: taskflow-db diff)'],
  ],
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

test('an update of the server, or a role that may not ask for the identifier, moves nothing', () => {
  assert.deepEqual(whatMoved(THEN, { ...THEN, serverVersion: '18.5' }), []);
  assert.deepEqual(whatMoved(THEN, { ...THEN, systemIdentifier: null }), []);
});

const DONE: Bound = {
  ...THEN,
  migrations: [],
  applied: [...THEN.applied, { version: '002_b', checksum: 'b' }, { version: '003_c', checksum: 'c' }],
  schema: { table: 'after' },
};

test('where another run has applied the same plan, nothing is left to do', () => {
  assert.deepEqual(whatMoved(THEN, DONE), []);
});

const NOT_QUITE: readonly [what: string, now: Partial<Bound>, said: RegExp][] = [
  ['another file was applied too', { applied: [...DONE.applied, { version: '004_d', checksum: 'd' }] }, /^004_d was/m],
  [
    'one was applied in another form',
    { applied: [...DONE.applied.slice(0, 2), { version: '003_c', checksum: 'x' }] },
    /^003_c was/m,
  ],
  ['it was another database', { databaseOid: '1' }, /another database/],
  ['more is pending', { migrations: [{ ...SECOND, version: '005_e' }] }, /^005_e .* is not in the plan$/m],
];

for (const [what, now, said] of NOT_QUITE) {
  test(`not so where ${what}`, () => assert.match(whatMoved(THEN, { ...DONE, ...now }).join('\n'), said));
}

test('a change of the schema is told only where nothing else explains it', () => {
  const moved = whatMoved(THEN, { ...THEN, applied: [], schema: { table: 'after' } });
  assert.deepEqual(moved, ['001_a was rolled back since']);
});

for (const [what, now, said] of MOVES) {
  test(`${what} is told`, () => assert.deepEqual(whatMoved(THEN, { ...THEN, ...now }), said));
}
