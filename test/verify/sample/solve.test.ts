import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import { candidatesOf } from '../../../src/verify/sample/candidates.ts';
import { literalsIn } from '../../../src/verify/sample/literals.ts';
import { patternText } from '../../../src/verify/sample/pattern-text.ts';
import { foundValues, searchesOf } from '../../../src/verify/sample/solve.ts';
import type { SampleColumn, SampleCondition, SampleTable, SampleType } from '../../../src/verify/sample/table.ts';

const type = (name: string, more: Partial<SampleType> = {}): SampleType => ({
  kind: 'base',
  name,
  sql: name,
  modifier: -1,
  labels: [],
  parts: [],
  conditions: [],
  notNull: false,
  ...more,
});
const column = (name: string, of: SampleType, more: Partial<SampleColumn> = {}): SampleColumn => ({
  name,
  number: 1,
  type: of,
  nullable: false,
  hasDefault: false,
  generated: false,
  always: false,
  counted: false,
  ...more,
});
const table = (columns: readonly SampleColumn[], ...conditions: SampleCondition[]): SampleTable => ({
  oid: '1',
  schema: 'public',
  name: 't',
  columns,
  conditions,
  conflicts: true,
});

test('reads the constants of an expression, and none from names', () => {
  const { texts, numbers } = literalsIn(
    `((("a 1" = 'it''s'::text) OR (b2 ~ E'^\\\\d$')) AND (c > '-5'::integer) AND (d < 10.5))`,
  );
  assert.deepEqual([texts, numbers], [["it's", '^\\d$', '-5'], ['10.5']]);
});

describe('a text for a pattern', () => {
  const CASES: readonly [pattern: string, expected: string | undefined][] = [
    ['^[A-Z]{3}$', 'AAA'],
    ['^\\d{2}-(x|y)+$', '11-y'],
    ['^[a-z0-9_]{2,}@[^@ ]+\\.[a-z]{2}$', 'aa@a.aa'],
    ['^#(?:[0-9a-f]{3}){1,2}$', '#000'],
    ['^(?=a)b', undefined],
    ['^[[:alpha:]]+$', undefined],
    ['(a', undefined],
  ];
  for (const [pattern, expected] of CASES) {
    test(pattern, () => {
      const text = patternText(pattern, 1);
      assert.equal(text, expected);
      if (text !== undefined) assert.match(text, new RegExp(pattern));
    });
  }

  test('another one for another number', () => assert.equal(patternText('^[A-Z]{3}$', 2), 'BBB'));
});

describe('candidates', () => {
  const CASES: readonly [what: string, of: SampleType, condition: string, ...expected: string[]][] = [
    ['from a list', type('text'), "(state = ANY (ARRAY['new'::text, 'done'::text]))", "'new'::text", "'done'::text"],
    ['as long as a number says', type('text'), '(length(code) = 4)', "'aaaa'::text"],
    ['beside a bound', type('int4'), '(age > 17)', "'18'::int4", "'17'::int4"],
    ['between two bounds', type('numeric'), '((r > 0) AND (r < 1))', "'0.5'::numeric"],
    ['whole ones only of whole numbers', type('int4'), '((r > 0) AND (r < 1))', "'0'::int4"],
    ['within the bounds of a partition', type('date'), "(at >= '2031-01-01'::date)", "'2031-01-01'::date"],
    ['with the keys that are asked for', type('jsonb'), "(payload ? 'kind'::text)", `'{"kind":"a"}'::jsonb`],
    ['of each label', type('mood', { kind: 'enum', labels: ['sad', 'glad'] }), "(m <> 'sad')", "'glad'::mood"],
    [
      'empty arrays, too',
      type('text[]', { kind: 'array', parts: [type('text')] }),
      "(a <@ ARRAY['x'])",
      "ARRAY['x'::text]::text[]",
      "'{}'::text[]",
    ],
  ];
  for (const [what, of, condition, ...expected] of CASES) {
    test(what, () => {
      const found = candidatesOf(of, [condition]);
      for (const one of expected) assert.ok(found.includes(one), `${one} in ${found.join(' ')}`);
      assert.equal(new Set(found).size, found.length);
    });
  }
});

test('conditions that share a column are searched together, others apart', () => {
  const columns = ['a', 'b', 'c'].map((name) => column(name, type('int4')));
  const searches = searchesOf(
    table(
      columns,
      { sql: '(a < b)', columns: ['a', 'b'] },
      { sql: '(b > 2)', columns: ['b'] },
      { sql: '(c > 0)', columns: ['c'] },
    ),
  );
  assert.deepEqual(
    searches.map((one) => one.columns.map(({ name }) => name).join(' ')),
    ['a b', 'c'],
  );
  assert.match(searches[0]!.sql, /WHERE \(\(a < b\)\) IS NOT FALSE AND \(\(b > 2\)\) IS NOT FALSE LIMIT 60$/);
});

test('a domain is asked by its own condition, NULL only where it may be', () => {
  const positive = type('positive', { kind: 'domain', parts: [type('int4')], conditions: ['(VALUE > 0)'] });
  const [strict] = searchesOf(table([column('a b', positive)]));
  assert.match(
    strict!.sql,
    /FROM \(VALUES .*\) AS c0\("a b"\) WHERE .*SELECT \(VALUE > 0\) FROM \(SELECT "a b" AS value\)/,
  );
  assert.doesNotMatch(strict!.sql, /NULL::/);
  const [loose] = searchesOf(table([column('a b', positive, { nullable: true })]));
  assert.match(loose!.sql, /\(NULL::int4\)\) AS c0/);
});

test('rows get combinations that have nothing in common, where there are as many', () => {
  const columns = [column('a', type('int4')), column('b', type('text'))];
  const search = { columns, sql: '' };
  const rows = [
    ['1', 'x'],
    ['1', 'y'],
    ['2', 'x'],
    ['2', 'y'],
    ['3', 'z'],
  ];
  const values = [1, 2, 3].map((n) => [...foundValues(search, rows, n).values()].join(' '));
  assert.deepEqual(values, ["'1'::int4 'x'::text", "'2'::int4 'y'::text", "'3'::int4 'z'::text"]);
});
