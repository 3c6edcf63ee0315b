/** Where in a file the place of a server's error is shown: line and column, counted in characters. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { placeOfError } from '../../src/engine/error-place.ts';
import { parseMigration } from '../../src/migration/parse.ts';
import type { DatabaseError } from '../../src/postgres/database-error.ts';

/** Fields as the server sends them: positions count characters from 1. */
type Told = Partial<Record<'position' | 'where' | 'internalPosition' | 'internalQuery', string>>;

/** `line:column` of an error that the given statement (from 0) of the file met. */
function placed(text: string, index: number, told: Told): string {
  const migration = parseMigration({ file: 'm/1_x.sql', stem: '1_x', bytes: Buffer.from(text) });
  const error = Object.assign(new Error('it failed'), { code: '42703', ...told }) as unknown as DatabaseError;
  const { line, column } = placeOfError(error, migration, migration.statements[index]!, migration.statements);
  return `${line}:${column}`;
}

test('a position in the statement is one in the file', () => {
  const text = '-- A comment\n\nSELECT 1;\n  SELECT a,\n    b FROM t;\n';
  assert.equal(placed(text, 0, { position: '8' }), '3:8');
  assert.equal(placed(text, 1, { position: '1' }), '4:3');
  assert.equal(placed(text, 1, { position: '15' }), '5:5');
});

test('without a position it is the first character of the statement, behind its comments', () => {
  assert.equal(placed('SELECT 1;\n-- why\n/* and */ SELECT 2;\n', 1, {}), '3:11');
});

test('characters are counted, not bytes or UTF-16 units; CRLF and a byte order mark take no place', () => {
  assert.equal(placed("SELECT '🎉é', oops;", 0, { position: '14' }), '1:14');
  assert.equal(placed("\ufeffSELECT '🎉é',\r\n oops;", 0, { position: '15' }), '2:2');
});

test('in a DO block: the line that the server counts from the opening quote', () => {
  const where = 'PL/pgSQL function inline_code_block line 3 at RAISE';
  assert.equal(placed("SELECT 1;\nDO $$\nBEGIN\n    RAISE 'no';\nEND $$;", 1, { where }), '4:5');
  assert.equal(placed("DO LANGUAGE plpgsql $x$ BEGIN\n\n\tRAISE 'no';\nEND $x$;", 0, { where }), '3:2');
});

test('in a query of a DO block: the character itself', () => {
  const text = 'DO $$\nBEGIN\n  UPDATE t\n     SET a = nope;\nEND $$;';
  const told = {
    where: 'PL/pgSQL function inline_code_block line 3 at SQL statement',
    internalQuery: 'UPDATE t\n     SET a = nope',
    internalPosition: '23',
  };
  assert.equal(placed(text, 0, told), '4:14');
});

test('the same where the server blanks out what is PL/pgSQL: SELECT ... INTO', () => {
  const text = 'DO $$\nDECLARE total int;\nBEGIN\n  SELECT sum(nope) INTO total FROM t;\nEND $$;';
  const told = {
    where: 'PL/pgSQL function inline_code_block line 4 at SQL statement',
    internalQuery: 'SELECT sum(nope)            FROM t',
    internalPosition: '12',
  };
  assert.equal(placed(text, 0, told), '4:14');
});

test('the same for expressions, which the server runs without their keyword', () => {
  const text = 'DO $$\nBEGIN\n  IF nope > 3 THEN\n    NULL;\n  END IF;\nEND $$;';
  const told = {
    where: 'PL/pgSQL function inline_code_block line 3 at IF',
    internalQuery: 'nope > 3',
    internalPosition: '1',
  };
  assert.equal(placed(text, 0, told), '3:6');
});

test('in a function of this very file: there, the last definition before the call', () => {
  const text = `CREATE FUNCTION f(n int) RETURNS int LANGUAGE plpgsql AS $$
BEGIN
  RETURN 1;
END $$;
CREATE OR REPLACE FUNCTION public."f"(n int) RETURNS int LANGUAGE plpgsql AS $$
BEGIN
  RETURN n / 0;
END $$;
SELECT f(1);
`;
  const where = 'PL/pgSQL function f(integer) line 3 at RETURN';
  assert.equal(placed(text, 2, { where }), '7:3');
  assert.equal(placed(text, 2, { where: where.replace('f(', 'other(') }), '9:1');
});

test('the innermost function counts, as far as this file has it', () => {
  const text = `CREATE FUNCTION inner_one() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  RAISE 'here';
END $$;
DO $$
BEGIN
  PERFORM inner_one();
END $$;
`;
  const told = {
    where:
      'PL/pgSQL function inner_one() line 3 at RAISE\nSQL statement "SELECT inner_one()"\nPL/pgSQL function inline_code_block line 3 at PERFORM',
  };
  assert.equal(placed(text, 1, told), '3:3');
});

test('a function of another file: the statement of this one that ran it is the place, or the line of its block', () => {
  const text = 'DO $$\nBEGIN\n  PERFORM elsewhere();\nEND $$;\n';
  const where =
    'PL/pgSQL function elsewhere() line 3 at RAISE\nSQL statement "SELECT elsewhere()"\nPL/pgSQL function inline_code_block line 3 at PERFORM';
  assert.equal(placed(text, 0, { where }), '3:3');
});

test('the call of a function of another file, which failed inside, is shown in a function of this file too', () => {
  const text = `CREATE FUNCTION mine() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM elsewhere();
END $$;
SELECT mine();
`;
  const told = {
    where:
      'PL/pgSQL function elsewhere() line 3 at SQL statement\nSQL statement "SELECT elsewhere()"\nPL/pgSQL function mine() line 3 at PERFORM',
    internalQuery: 'SELECT nope',
    internalPosition: '8',
  };
  assert.equal(placed(text, 1, told), '3:5');
});
