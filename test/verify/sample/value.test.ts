import assert from 'node:assert/strict';
import test from 'node:test';
import type { SampleType } from '../../../src/verify/sample/table.ts';
import { countedValue, sampleValue } from '../../../src/verify/sample/value.ts';

const base = (name: string, sql = name, modifier = -1): SampleType => ({
  kind: 'base',
  name,
  sql,
  modifier,
  labels: [],
  parts: [],
  conditions: [],
  notNull: false,
});
const made = (kind: SampleType['kind'], sql: string, ...parts: SampleType[]): SampleType => ({
  ...base(sql),
  kind,
  parts,
});
/** The modifier of numeric(precision, scale), as numeric.c packs it. */
const numeric = (precision: number, scale: number) =>
  base('numeric', `numeric(${precision},${scale})`, ((precision << 16) | (scale & 0x7ff)) + 4);

const CASES: readonly [what: string, type: SampleType, plain: string | undefined, wide?: string][] = [
  [
    'a limited text',
    base('varchar', 'character varying(12)', 16),
    "'1 Sample'::character varying(12)",
    "'1 Samplexxxx'::character varying(12)",
  ],
  ['a short text, by its number', base('bpchar', 'character(1)', 5), "'1'::character(1)"],
  ['a number within its digits', numeric(5, 2), "'1.01'::numeric(5,2)", "'991.91'::numeric(5,2)"],
  ['a number of places alone', numeric(2, 4), "'0.0001'::numeric(2,4)", "'0.0091'::numeric(2,4)"],
  ['a number without places', numeric(3, 0), "'1'::numeric(3,0)", "'991'::numeric(3,0)"],
  ['a number that is rounded to hundreds', numeric(3, -2), "'1'::numeric(3,-2)"],
  ['bits of the right length', base('bit', 'bit(4)', 4), "'0001'::bit(4)"],
  ['a vector of the right length', base('vector', 'vector(4)', 4), "'[1,1,1,1]'::vector(4)"],
  [
    'an enum by its labels',
    { ...base('mood', 'public."Mood"'), kind: 'enum', labels: ["it's"] },
    `'it''s'::public."Mood"`,
  ],
  [
    'an array of elements',
    made('array', 'integer[]', base('int4', 'integer')),
    "ARRAY['1001'::integer, '1002'::integer]::integer[]",
  ],
  [
    'a range of values in order',
    made('range', 'daterange', base('date')),
    "daterange('2020-01-02'::date, '2020-01-03'::date)",
  ],
  [
    'a row of attributes, NULL where none is known',
    made('composite', 'pair', base('int4', 'integer'), base('unknown_type')),
    "ROW('1001'::integer, NULL)::pair",
  ],
  ['a domain by what it is made of', made('domain', 'email', base('text')), "('1 Sample'::text)::email"],
];
for (const [what, type, plain, wide] of CASES) {
  test(`makes ${what}`, () => {
    assert.equal(sampleValue(type, 1), plain);
    if (wide !== undefined) assert.equal(sampleValue(type, 1, true), wide);
  });
}

test('knows no value of a type that it does not know, nor of what is made of it', () => {
  assert.equal(sampleValue(base('unknown_type'), 1), undefined);
  assert.equal(sampleValue(made('array', 'unknown_type[]', base('unknown_type')), 1), undefined);
  assert.equal(sampleValue({ ...base('empty'), kind: 'enum' }, 1), undefined);
});

test('numbers give other values, the same ones every time', () => {
  for (const name of ['text', 'int4', 'uuid', 'date', 'timestamptz', 'inet', 'jsonb', 'macaddr', 'ltree', 'interval']) {
    const values = [1, 2, 3, 4, 5, 6].map((n) => sampleValue(base(name), n));
    assert.equal(new Set(values).size, 6, name);
    assert.equal(sampleValue(base(name), 3), values[2]);
  }
});

test('keys that are counted are far from where their sequences count', () => {
  assert.equal(countedValue(base('int4', 'integer'), 2), "'2100000002'::integer");
});
