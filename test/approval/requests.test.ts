/** What has become of a request, by the events of the audit trail; who may decide on it, and who may run. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { choiceFlags } from '../../src/approval/choice-flags.ts';
import type { Person } from '../../src/approval/person.ts';
import { type ApprovalRequest, requestsOf } from '../../src/approval/requests.ts';
import { stateText, whyNotDecide, whyNotUse } from '../../src/approval/verdict.ts';
import { PLAN, type Told, trail } from './bed.ts';

const NOON = '2026-11-22T12:00:00Z';
const ASKED: Told = ['approval_requested', 'ada', 'app', { reason: 'release 4.2' }];
const AGREED: Told = ['approved', 'bob', 'app', { hours: 24 }];
const USED: Told = ['approval_used', 'ada', 'app'];
/** By the run of USED, where that is the third. */
const DID: Told = ['applied', '', 'app', {}, 'run-3'];
const person = (name: string, role = 'app'): Person => ({ name, role, via: 'cli' });

function only(told: readonly Told[], now = NOON): ApprovalRequest {
  const requests = requestsOf(trail(...told), now);
  assert.equal(requests.length, 1);
  return requests[0]!;
}

const STATES: readonly [what: string, told: readonly Told[], state: string, said: RegExp][] = [
  ['asked for', [ASKED], 'requested', /^asked for by ada \(role app\) at 2026-11-22 10:00 UTC; nobody has approved/],
  [
    'approved',
    [ASKED, AGREED],
    'approved',
    /^approved by bob \(role app\) at 2026-11-22 10:01 UTC until 2026-11-23 10:01 UTC$/,
  ],
  ['expired', [ASKED, ['approved', 'bob', 'app', { hours: 1 }]], 'expired', /ended at 2026-11-22 11:01 UTC$/],
  [
    'rejected',
    [ASKED, ['approval_rejected', 'bob', 'app', { reason: 'not today' }]],
    'rejected',
    /rejected by bob .*: not today$/,
  ],
  ['withdrawn', [ASKED, ['approval_revoked', 'ada', 'app', { reason: 'no' }]], 'revoked', /^revoked by ada/],
  ['revoked', [ASKED, AGREED, ['approval_revoked', 'cyd', 'app', { reason: 'no' }]], 'revoked', /^revoked by cyd/],
  [
    'used by a run that has done nothing',
    [ASKED, AGREED, ['approval_used', 'ada', 'app']],
    'approved',
    /^approved by bob .* until 2026-11-23 10:01 UTC; a run that ada .* began at 2026-11-22 10:02 UTC has done nothing so far$/,
  ],
  ['used', [ASKED, AGREED, USED, DID], 'used', /^used by ada .*10:02 UTC: an approval is for one run$/],
  [
    'used again by another run',
    [ASKED, AGREED, USED, ['approval_used', 'eve', 'app'], ['rolled_back', '', 'app', {}, 'run-4']],
    'used',
    /^used by eve .*10:03 UTC/,
  ],
  [
    'used, with something done by a run that had no part in it',
    [ASKED, AGREED, USED, ['applied', '', 'app']],
    'approved',
    /bob/,
  ],
  [
    'revoked behind a run that had begun',
    [ASKED, AGREED, USED, ['approval_revoked', 'bob', 'app'], DID],
    'used',
    /^used by ada/,
  ],
  [
    'revoked behind a run that did nothing',
    [ASKED, AGREED, USED, ['approval_revoked', 'bob', 'app']],
    'revoked',
    /bob/,
  ],
  [
    'used by a run that did nothing, and has expired',
    [ASKED, ['approved', 'bob', 'app', { hours: 1 }], USED],
    'expired',
    /ended at 2026-11-22 11:01 UTC$/,
  ],
  ['rejected first', [ASKED, ['approval_rejected', 'cyd', 'app'], AGREED], 'rejected', /cyd/],
  ['approved twice', [ASKED, AGREED, ['approved', 'cyd', 'app', { hours: 99 }]], 'approved', /bob/],
  ['used and then revoked', [ASKED, AGREED, USED, DID, ['approval_revoked', 'bob', 'app']], 'used', /ada/],
  ['used before it was approved', [ASKED, ['approval_used', 'ada', 'app']], 'requested', /nobody/],
];

for (const [what, told, state, said] of STATES) {
  test(`a request that was ${what} is ${state}`, () => {
    const request = only(told);
    assert.equal(request.state, state);
    assert.match(stateText(request), said);
  });
}

test('what is no record of ours is no request, and decides nothing', () => {
  const [asked] = trail(ASKED);
  const amiss: readonly unknown[] = [
    null,
    [],
    'text',
    {},
    { ...(asked?.detail as object), hash: 'f'.repeat(64) },
    { ...(asked?.detail as object), plan: { ...PLAN, migrations: [] } },
    { ...(asked?.detail as object), plan: { ...PLAN, migrations: [{}] } },
    { ...(asked?.detail as object), choice: { action: 'rollback' } },
    { ...(asked?.detail as object), by: ' ' },
  ];
  for (const detail of amiss) assert.deepEqual(requestsOf([{ ...asked!, detail }], NOON), [], JSON.stringify(detail));
  const decisions: readonly Told[] = [
    ['approved', 'bob', 'app', { hash: 'f'.repeat(64), hours: 24 }],
    ['approved', 'bob', 'app', { request: 7, hours: 24 }],
    ['approved', '', 'app', { hours: 24 }],
    ['toString', 'bob', 'app'],
  ];
  for (const decision of decisions) assert.equal(only([ASKED, decision]).state, 'requested', JSON.stringify(decision));
  assert.equal(only([ASKED, ['approved', 'bob', 'app', { hours: 'many' }]]).state, 'expired');
});

test('an approval holds to its last moment and not beyond', () => {
  const told: readonly Told[] = [ASKED, ['approved', 'bob', 'app', { hours: 1 }]];
  assert.equal(only(told, '2026-11-22T11:00:59.999Z').state, 'approved');
  assert.equal(only(told, '2026-11-22T11:01:00Z').state, 'expired');
});

test('nobody approves or rejects what they have asked for, in no writing of their name', () => {
  const request = only([ASKED]);
  for (const name of ['ada', 'Ada', ' ADA ', 'ａｄａ']) {
    assert.match(whyNotDecide(request, 'approve', person(name), 'person') ?? '', /another person has to decide/, name);
    assert.match(whyNotDecide(request, 'reject', person(name), 'person') ?? '', /another person/, name);
  }
  assert.equal(whyNotDecide(request, 'revoke', person('ada'), 'person'), undefined);
  assert.equal(whyNotDecide(request, 'approve', person('bob'), 'person'), undefined);
});

test('by roles, two names with one database role are one person', () => {
  const request = only([ASKED]);
  assert.match(
    whyNotDecide(request, 'approve', person('bob'), 'role') ?? '',
    /somebody with another database role has to decide on it: ada asked for it as app, too/,
  );
  assert.equal(whyNotDecide(request, 'approve', person('bob', 'bob'), 'role'), undefined);
  assert.match(whyNotDecide(request, 'approve', person('ada', 'bob'), 'role') ?? '', /another person/);
});

test('a run is of somebody who has not approved it, with an approval of somebody who has not asked', () => {
  const request = only([ASKED, AGREED]);
  assert.equal(whyNotUse(request, person('ada'), 'person'), undefined);
  assert.equal(whyNotUse(request, person('cyd'), 'person'), undefined);
  assert.match(
    whyNotUse(request, person('bob'), 'person') ?? '',
    /another person has to run it: bob \(role app\) approved it/,
  );
  assert.match(whyNotUse(request, person('cyd'), 'role') ?? '', /another database role has to approve it/);
  const own = only([ASKED, ['approved', 'ada', 'app', { hours: 24 }]]);
  assert.match(whyNotUse(own, person('bob'), 'person') ?? '', /another person has to approve it/);
  for (const [, told, state] of STATES)
    if (state !== 'approved') assert.ok(whyNotUse(only(told), person('eve'), 'person'), state);
});

test('a choice is written as the flags that make it', () => {
  const up = {
    action: 'migrate',
    to: null,
    only: null,
    allowLate: false,
    singleTransaction: false,
    forceContract: null,
  } as const;
  assert.equal(choiceFlags(up), '');
  assert.equal(choiceFlags({ ...up, to: '012', allowLate: true }), '--to 012 --allow-late');
  assert.equal(
    choiceFlags({ ...up, only: '012_a', forceContract: "it's old" }),
    `--only 012_a --force-contract 'it'\\''s old'`,
  );
  const down = { action: 'rollback', to: null, version: null, cascade: false, steps: null, data: true } as const;
  assert.equal(choiceFlags({ ...down, steps: 2, data: false }), '--steps 2 --no-data');
  assert.equal(choiceFlags({ ...down, version: '012', cascade: true }), '--version 012 --cascade');
});
