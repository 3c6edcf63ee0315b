import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { nextToken } from '../../src/sql/lexer.ts';
import { oddCharacters } from '../../src/sql/odd-characters.ts';
import { displayIdentifier, quoteIdentifier, quoteLiteral, quoteQualified } from '../../src/sql/quote.ts';
import { parse } from './postgres-parser.ts';

const name = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 15 }).filter((text) => !text.includes('\0'));

function columnName(sql: string): unknown {
  const target = JSON.stringify(parse(sql).stmts?.[0]?.stmt);
  return JSON.parse(/"sval":("(?:[^"\\]|\\.)*")/.exec(target)?.[1] ?? '""');
}

test('PostgreSQL reads a quoted name back unchanged, one token and no more', () => {
  fc.assert(
    fc.property(
      name.filter((text) => Buffer.byteLength(text) <= 63),
      (text) => {
        assert.equal(columnName(`SELECT ${quoteIdentifier(text)}`), text);
        assert.equal(columnName(`SELECT ${displayIdentifier(text)}`), text);
      },
    ),
  );
});

test('PostgreSQL reads a quoted literal back unchanged, backslashes and quotes too', () => {
  fc.assert(
    fc.property(fc.oneof(name, fc.constantFrom("'", '\\', "\\'", "'';--")), (text) => {
      const literal = quoteLiteral(text);
      assert.deepEqual(nextToken(literal, 0, true), { kind: 'string', start: 0, end: literal.length });
      assert.equal(columnName(`SELECT ${literal}`), text);
    }),
  );
});

test('names are shown unquoted where PostgreSQL takes them so', () => {
  assert.deepEqual(
    ['users', 'order', 'Users', 'a b', 'user', 'left', 'between', 'name', 'a$1', '1a'].map(displayIdentifier),
    ['users', '"order"', '"Users"', '"a b"', '"user"', '"left"', '"between"', 'name', 'a$1', '"1a"'],
  );
  assert.equal(quoteQualified('public', 'a.b'), '"public"."a.b"');
});

test('a NUL character can be in no name and no literal', () => {
  assert.throws(() => quoteIdentifier('a\0'), { code: 'usage' });
  assert.throws(() => quoteLiteral('\0'), { code: 'usage' });
});

test('odd blanks and quotes outside quotes are pointed at, those inside are not', () => {
  const found = oddCharacters('SELECT\u00a01, \'\u00a0\', "\u2003" -- \u00a0\n, \u201cx\u201d');
  assert.deepEqual(
    found.map((one) => [one.offset, one.description]),
    [
      [6, 'U+00A0 (no-break space)'],
      [26, 'U+201C (a typographic quotation mark)'],
      [28, 'U+201D (a typographic quotation mark)'],
    ],
  );
});
