import assert from 'node:assert/strict';
import test from 'node:test';
import type { Change, Difference } from '../../src/catalog/compare.ts';
import { parseMigration } from '../../src/migration/parse.ts';
import { Problem } from '../../src/problem/problem.ts';
import { type Facts, SAME } from '../../src/verify/facts.ts';
import { judge } from '../../src/verify/judge.ts';

const TEXT = `CREATE TABLE tags (id integer);
CREATE INDEX tags_id ON tags (id);
INSERT INTO tags VALUES (1);

-- VERIFY:
-- SELECT true;

-- ROLLBACK:
-- DROP INDEX tags_id;
-- DROP TABLE tags;
`;
const MIGRATION = parseMigration({ file: 'm/1_tags.sql', stem: '1_tags', bytes: Buffer.from(TEXT) });
const RIGHT: Facts = {
  version: '1_tags',
  wayBack: { kind: 'ran', undone: SAME, again: SAME },
  rerun: { kind: 'ran', changed: SAME, rows: [] },
  verify: { kind: 'holds' },
};
const REFUSED = new Problem('statement-failed', '1_tags failed', {
  where: { file: 'm/1_tags.sql', line: 1 },
  server: { sqlstate: '42P07', message: 'relation "tags" already exists' },
});

const differing = (...changes: Change[]): Difference => ({ ...SAME, equal: false, changes });
const index: Change = {
  kind: 'added',
  type: 'index',
  name: 'public.tags_id',
  identity: ['public', 'tags', 'tags_id'],
  detail: {},
};

/** What is not ok, as `state name line: detail`. */
function said(facts: Partial<Facts>, rerun: 'strict' | 'note' = 'note'): string[] {
  return judge(MIGRATION, { ...RIGHT, ...facts }, { rerun })
    .filter(({ state }) => state !== 'ok')
    .map(({ state, name, where, detail }) => `${state} ${name} ${where?.line ?? '-'}: ${detail}`);
}

const CASES: readonly [what: string, facts: Partial<Facts>, expected: string[]][] = [
  ['nothing, where all is as it must be', {}, []],
  ['nothing of what is irreversible', { wayBack: { kind: 'irreversible', reason: 'data' } }, []],
  [
    'no way back',
    { wayBack: { kind: 'none' } },
    ['note rollback -: no way back: the file has neither ROLLBACK nor IRREVERSIBLE'],
  ],
  [
    'what the way back leaves, at its own statement on it',
    { wayBack: { kind: 'ran', undone: differing(index), again: SAME } },
    ['failed rollback 9: its rollback leaves index public.tags_id behind'],
  ],
  [
    'what it restores in another way',
    {
      wayBack: {
        kind: 'ran',
        undone: differing({ ...index, kind: 'changed', detail: { definition: { before: 'a', after: 'b' } } }),
        again: SAME,
      },
    },
    ['failed rollback 9: its rollback restores index public.tags_id, but not as it was (definition)'],
  ],
  [
    'that it cannot be applied again, unless the way back is to blame',
    { wayBack: { kind: 'not again', undone: SAME, problem: REFUSED } },
    ['failed rollback 1: after its rollback it cannot be applied again: relation "tags" already exists'],
  ],
  [
    'the way back first',
    { wayBack: { kind: 'not again', undone: differing({ ...index, kind: 'removed' }), problem: REFUSED } },
    ['failed rollback 9: its rollback loses index public.tags_id'],
  ],
  [
    'columns at another position as a note',
    {
      wayBack: {
        kind: 'ran',
        undone: {
          ...SAME,
          notes: [
            { type: 'table', name: 'public.t', identity: ['public', 't'], before: ['a', 'b'], after: ['b', 'a'] },
          ],
        },
        again: SAME,
      },
    },
    ['note rollback -: columns come back at another position: public.t'],
  ],
  [
    'a second run that changes something',
    { rerun: { kind: 'ran', changed: differing(index), rows: [] } },
    ['failed rerun 2: a second run changes index public.tags_id'],
  ],
  [
    'a second run that changes rows, where they are written',
    { rerun: { kind: 'ran', changed: SAME, rows: ['public.tags'] } },
    ['failed rerun 3: a second run changes rows of public.tags'],
  ],
  [
    'a refused second run as a note',
    { rerun: { kind: 'refused', problem: REFUSED, changed: SAME } },
    ['note rerun 1: a second run is refused: relation "tags" already exists'],
  ],
  [
    'a refused second run that changed something before',
    { rerun: { kind: 'refused', problem: REFUSED, changed: differing(index) } },
    ['failed rerun 2: a second run changes index public.tags_id'],
  ],
  ['what was not tried', { rerun: { kind: 'not checked', reason: 'too large' } }, ['not-checked rerun -: too large']],
  [
    'a vacuous VERIFY',
    { verify: { kind: 'vacuous', idle: false } },
    ['failed verify 6: VERIFY is vacuous: every query is true without the migration, too'],
  ],
  [
    'a VERIFY of which nothing can be told',
    { verify: { kind: 'vacuous', idle: true } },
    ['note verify 6: VERIFY holds without the migration, which changes nothing of an empty database'],
  ],
];
for (const [what, facts, expected] of CASES) test(`says ${what}`, () => assert.deepEqual(said(facts), expected));

test('a refused second run is a failure where the configuration is strict', () => {
  const [one] = said({ rerun: { kind: 'refused', problem: REFUSED, changed: SAME } }, 'strict');
  assert.match(one ?? '', /^failed rerun 1/);
});
