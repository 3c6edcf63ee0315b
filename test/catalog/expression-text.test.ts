import assert from 'node:assert/strict';
import { test } from 'node:test';
import { expressionText } from '../../src/catalog/expression-text.ts';

test('a list of a varchar has one text, however PostgreSQL keeps it', () => {
  const parsed = `CHECK (((s)::text = ANY ((ARRAY['a'::character varying, 'it''s'::character varying, 'c, d'::character varying])::text[])))`;
  const again = `CHECK (((s)::text = ANY (ARRAY[('a'::character varying)::text, ('it''s'::character varying)::text, ('c, d'::character varying)::text])))`;
  assert.equal(expressionText('definition', parsed), again);
  assert.equal(expressionText('definition', again), again);
  assert.equal(expressionText('with check', parsed), again);
});

test('nothing else is touched', () => {
  const others = [
    `CHECK ((s = ANY ((ARRAY[lower('a'::text)])::text[])))`,
    `CHECK (((s)::text = ANY ((ARRAY['a'::character varying, 'b'::bpchar])::text[])))`,
    `CHECK (((s)::text = ANY ((ARRAY[]::character varying[])::text[])))`,
  ];
  for (const text of others) assert.equal(expressionText('definition', text), text);
  const body = `SELECT (ARRAY['a'::character varying])::text[]`;
  assert.equal(expressionText('body', body), body);
  assert.equal(expressionText('default', null as never), null);
});
