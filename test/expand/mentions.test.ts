import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withColumn } from '../../src/expand/mentions.ts';

const CASES: readonly (readonly [text: string, from: string, to: string, expected: string])[] = [
  ["((status)::text <> 'status'::text)", 'status', 'state', "((state)::text <> 'status'::text)"],
  ["(kind = 'x'::public.status)", 'status', 'state', "(kind = 'x'::public.status)"],
  ["(status = 'x'::status)", 'status', 'state', "(state = 'x'::status)"],
  ['(status(status) AND (address).status)', 'status', 'state', '(status(state) AND (address).status)'],
  ['("Odd ""name" > 0)', 'Odd "name', 'order', '("order" > 0)'],
  ["('x'::timestamp without time zone)", 'time', 'at', "('x'::timestamp without time zone)"],
  ['(name COLLATE status)', 'status', 'state', '(name COLLATE status)'],
];

test('mentions of a column follow its name, and nothing else does', () => {
  for (const [text, from, to, expected] of CASES) assert.equal(withColumn(text, from, to), expected);
});

test('behind a name that may stand before it, it is the column', () => {
  const text = 'WHEN ((old.status IS DISTINCT FROM new.status) AND other.status)';
  assert.equal(
    withColumn(text, 'status', 'state', ['old', 'new']),
    'WHEN ((old.state IS DISTINCT FROM new.state) AND other.status)',
  );
});
