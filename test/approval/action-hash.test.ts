/** What the hash of a plan covers: everything that decides what is run, and nothing else. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import type { PlannedAction } from '../../src/approval/action.ts';
import { hashOfAction, hashOfApplied } from '../../src/approval/action-hash.ts';
import { whatMovedSince } from '../../src/approval/moved.ts';
import { PLAN } from './bed.ts';

const [SECOND, THIRD] = PLAN.migrations as [PlannedAction['migrations'][number], PlannedAction['migrations'][number]];
const target = (more: Partial<PlannedAction['target']>) => ({ target: { ...PLAN.target, ...more } });
const manner = (more: Partial<PlannedAction['manner']>) => ({ manner: { ...PLAN.manner, ...more } });

const MOVES: readonly [what: string, now: Partial<PlannedAction>, said: RegExp][] = [
  ['another action', { action: 'rollback' }, /this is a rollback, the plan is for a migrate/],
  ['another database', target({ database: 'shop2' }), /the database is shop2/],
  ['a copy of that name', target({ databaseOid: '16999' }), /another database of that name/],
  ['another cluster', target({ systemIdentifier: '7300000000000000002' }), /in another cluster/],
  ['a cluster that is not told', target({ systemIdentifier: null }), /this role may not ask for the system identifier/],
  ['another major version', target({ serverVersion: '19.0' }), /PostgreSQL 19/],
  ['another role', target({ role: null }), /the role is the user that logs in/],
  ['another search_path', target({ searchPath: 'app' }), /the search_path is app/],
  ['other tracking tables', target({ trackingSchema: 'ops' }), /tracking tables is ops/],
  ['an edited file', { migrations: [SECOND, { ...THIRD, checksum: 'c2' }] }, /^m\/003_c\.sql was changed since$/],
  ['a file less', { migrations: [SECOND] }, /^003_c is not in the plan any more$/],
  [
    'a file more',
    { migrations: [SECOND, THIRD, { ...THIRD, version: '004_d', file: 'm/004_d.sql' }] },
    /^004_d \(m\/004_d\.sql\) is not in the plan$/,
  ],
  ['another order', { migrations: [THIRD, SECOND] }, /^the order is now 003_c, 002_b$/],
  ['steps that were done', { migrations: [SECOND, { ...THIRD, stepsDone: 1 }] }, /^1 step of 003_c done by now$/],
  ['one in the background', { migrations: [SECOND], background: [THIRD] }, /003_c/],
  ['something applied', { applied: ['000_z', '001_a'], appliedSha256: 'c' }, /^000_z was applied since$/],
  ['something rolled back', { applied: [], appliedSha256: 'd' }, /^001_a was rolled back since$/],
  [
    'an applied one with another checksum',
    { appliedSha256: 'b' },
    /^the record of an applied migration was changed since$/,
  ],
  ['one transaction', manner({ singleTransaction: true }), /^it is one transaction now$/],
  ['data that is not kept', manner({ keeps: false }), /^data that is destroyed is not kept any more$/],
  ['data that is put back', manner({ putsBack: true }), /^kept data is put back now$/],
  ['a contract that is forced', manner({ forced: ['003_c'] }), /^contracts are forced: 003_c$/],
];

for (const [what, now, said] of MOVES) {
  test(`${what} voids an approval, and is named`, () => {
    const other = { ...PLAN, ...now };
    assert.notEqual(hashOfAction(other), hashOfAction(PLAN));
    assert.match(whatMovedSince(PLAN, other).join('; '), said);
  });
}

test('every two of these plans have different hashes', () => {
  const hashes = MOVES.map(([, now]) => hashOfAction({ ...PLAN, ...now }));
  assert.equal(new Set([hashOfAction(PLAN), ...hashes]).size, MOVES.length + 1);
});

test('where the files lie, and a minor version of the server, change nothing', () => {
  const moved = {
    ...PLAN,
    target: { ...PLAN.target, serverVersion: '18.7' },
    migrations: PLAN.migrations.map((one) => ({ ...one, file: `/srv/${one.file}` })),
  };
  assert.equal(hashOfAction(moved), hashOfAction(PLAN));
  assert.deepEqual(whatMovedSince(PLAN, moved), []);
});

test('the hash is that of the text which FORMATS.md describes', () => {
  const text =
    '["taskflow-approval-1","migrate",["7300000000000000001","16384","shop","PostgreSQL 18","public","deployer","\\"$user\\", public"],' +
    '[false,true,false,[]],[["002_b","b",0],["003_c","c",0]],[],"a"]';
  assert.equal(hashOfAction(PLAN), createHash('sha256').update(text).digest('hex'));
  const lines = '001_a 5f\n002_b -\n';
  const applied = [
    { version: '001_a', checksum: '5f' },
    { version: '002_b', checksum: null },
  ];
  assert.equal(hashOfApplied(applied), createHash('sha256').update(lines).digest('hex'));
});
