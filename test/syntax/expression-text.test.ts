/** An expression that is written out means what was read, or is not written at all. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withoutPlaces } from '../../src/known/expression.ts';
import { loadParser } from '../../src/parser/parser.ts';
import { expressionText } from '../../src/syntax/expression-text.ts';
import { all, as, isTree, type Node } from '../../src/syntax/tree.ts';

const parse = await loadParser();

function expressionOf(text: string): Node | undefined {
  const parsed = parse(`SELECT ${text}`);
  assert.ok(isTree(parsed), text);
  return all('ResTarget', as('SelectStmt', parsed.node)?.targetList)[0]?.val;
}

for (const text of [
  "'it''s'::text",
  '(-1)::numeric(10,2)',
  '1 - -1 * 2',
  '(1 + 2) * 3',
  'NULL',
  'NOT a AND (b OR NOT c) AND d IS NOT NULL',
  'a = ANY (ARRAY[1, 2]) OR a <> ALL (b)',
  "x NOT IN ('a', 'b') AND y BETWEEN 1 AND 2 AND z NOT BETWEEN a AND b",
  "name LIKE 'a%' OR name NOT ILIKE 'b%' OR name !~ 'c'",
  'a IS DISTINCT FROM b AND (c IS NOT TRUE) AND d IS NOT DISTINCT FROM 3',
  'nextval(\'app."Odd seq"\')',
  "now() + ('1 day'::interval) > CURRENT_TIMESTAMP AND CURRENT_DATE = b",
  'lower(btrim("User")) COLLATE "C" || coalesce(a, \'x\') || nullif(b, \'\')',
  "(settings->>'a')::integer[] && '{1}'",
  '\'new\'::app."Mood"',
  'true AND NOT false AND "left"(a, 2) = b.c',
  'pg_catalog.lower(a)',
])
  test(`as it was read: ${text}`, () => {
    const read = expressionOf(text);
    const written = expressionText(read);
    assert.ok(written !== undefined, 'written');
    assert.deepEqual(withoutPlaces(expressionOf(written)), withoutPlaces(read));
  });

for (const text of [
  '(SELECT 1)',
  'count(*)',
  'a::interval day',
  'extract(year FROM a)',
  'sum(a) OVER ()',
  'CASE WHEN a THEN 1 END',
  'a OPERATOR(pg_catalog.=) b',
])
  test(`not written: ${text}`, () => assert.equal(expressionText(expressionOf(text)), undefined));
