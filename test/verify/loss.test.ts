import assert from 'node:assert/strict';
import test from 'node:test';
import { remarkLines, remarksOf } from '../../src/verify/data-facts.ts';
import { dataDifference, type RowTexts, type Seen, type TableRows } from '../../src/verify/loss.ts';

const users = (rows: readonly RowTexts[], columns = ['id', 'name'], more: Partial<TableRows> = {}): TableRows => ({
  oid: '1',
  name: 'public.users',
  columns: columns.map((name, i) => ({ name, number: i + 1 })),
  key: ['id'],
  rows,
  ...more,
});
const ROWS: RowTexts[] = [
  ['1', 'a'],
  ['2', 'b'],
  ['3', 'c'],
];
const said = (seen: Partial<Seen>) => {
  const difference = dataDifference({
    before: [],
    sampledBefore: new Map([['1', 3]]),
    entered: [],
    after: [],
    ...seen,
  });
  return remarkLines(remarksOf({ sampled: 1, difference, refusals: [], unsampled: [] }));
};

const CASES: readonly [what: string, seen: Partial<Seen>, expected: string[]][] = [
  ['nothing, where all rows are as they were', { before: [users(ROWS)], after: [users([...ROWS].reverse())] }, []],
  [
    'values that are gone, by their column',
    { before: [users(ROWS)], after: [users(ROWS.map(([id]) => [id!, null]))] },
    ['loses: the values of public.users.name (3 of 3 sample rows)'],
  ],
  [
    'values that were cut, and only those',
    {
      before: [users(ROWS)],
      after: [
        users([
          ['1', 'a'],
          ['2', 'b'],
          ['3', ''],
        ]),
      ],
    },
    ['loses: the values of public.users.name (1 of 3 sample rows)'],
  ],
  [
    'rows that are gone, where there were others than sample rows',
    { before: [users([...ROWS, ['4', 'd']])], after: [users(ROWS)] },
    ['loses: the rows of public.users (1 of 4 rows)'],
  ],
  [
    'rows of a table that came back empty, whose OID is another one',
    { before: [users(ROWS)], after: [users([], ['name', 'id'], { oid: '9' })] },
    ['loses: the rows of public.users (3 of 3 sample rows)'],
  ],
  [
    'without a key, the row that is most alike',
    {
      before: [users(ROWS, ['id', 'name'], { key: [] })],
      after: [
        users(
          [
            ['3', 'c'],
            ['1', 'x'],
            ['2', 'b'],
          ],
          ['id', 'name'],
          { key: [] },
        ),
      ],
    },
    ['loses: the values of public.users.name (1 of 3 sample rows)'],
  ],
  [
    'the column that was added',
    {
      before: [users(ROWS)],
      entered: [
        users(
          [
            ['4', 'd', 'x'],
            ['5', 'e', null],
          ],
          ['id', 'name', 'nick'],
        ),
      ],
      after: [users([...ROWS, ['4', 'd'], ['5', 'e']])],
    },
    ['loses: the values of public.users.nick (1 of 2 sample rows)'],
  ],
  [
    'what all partitions of a table lose, at once',
    {
      before: [
        users(ROWS, undefined, { root: 'public.all' }),
        users(ROWS, undefined, { root: 'public.all', oid: '2', name: 'public.more' }),
      ],
      sampledBefore: new Map([
        ['1', 3],
        ['2', 3],
      ]),
      after: [users([]), users(ROWS.slice(1), undefined, { oid: '2' })],
    },
    ['loses: the rows of public.all (4 of 6 sample rows)'],
  ],
  ['the table that was added', { entered: [users(ROWS)] }, ['loses: the rows of public.users']],
  [
    'rows that the rollback deletes with its own',
    {
      before: [users(ROWS)],
      entered: [
        users([
          ['4', 'd'],
          ['5', 'e'],
        ]),
      ],
      after: [users([...ROWS, ['4', 'd']])],
    },
    ['loses: the rows of public.users (1 of 2 sample rows entered while it is applied)'],
  ],
  [
    'rows that the migration brought in and its rollback leaves',
    { before: [users(ROWS)], after: [users([...ROWS, ['7', 'g'], ['8', 'h']])] },
    ['leaves 2 rows in public.users'],
  ],
  [
    'nothing of a column that only has another name meanwhile',
    { before: [users(ROWS)], entered: [users([['4', 'd']], ['id', 'label'])], after: [users([...ROWS, ['4', 'd']])] },
    [],
  ],
  [
    'nothing of values that a column of another number has taken over',
    {
      before: [users(ROWS)],
      entered: [
        users([['4', 'd']], ['id', 'label'], {
          columns: [
            { name: 'id', number: 1 },
            { name: 'label', number: 3 },
          ],
        }),
      ],
      after: [users([...ROWS, ['4', 'd']])],
    },
    [],
  ],
  [
    'nothing of a value that is only written in another way',
    {
      before: [users([['1.50', '04:05:06+00']])],
      after: [users([['1.5', '04:05:06']], ['id', 'name'])],
      sampledBefore: new Map(),
    },
    [],
  ],
];
for (const [what, seen, expected] of CASES) test(`says ${what}`, () => assert.deepEqual(said(seen), expected));

test('says what is refused, and where there are no rows', () => {
  const lines = remarkLines(
    remarksOf({
      sampled: 0,
      difference: { losses: [], left: [] },
      refusals: [
        { by: 'rollback', table: 'public.users', message: 'column "x" contains null values', wide: false },
        { by: 'rollback', message: 'value too long', wide: true },
      ],
      unsampled: [{ table: 'public.odd', why: 'no value is known' }],
      notChecked: 'too large',
    }),
  );
  assert.deepEqual(lines, [
    'the rollback fails on sample rows of public.users: column "x" contains null values',
    'the rollback fails on NULL, or the longest or largest values, of a table: value too long',
    'no sample rows: public.odd: no value is known',
    'data not checked: too large',
  ]);
});
