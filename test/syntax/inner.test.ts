/** The statements inside DO blocks and functions, each with its place. */
import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import { loadParser, loadPlpgsqlParser } from '../../src/parser/parser.ts';
import type { Inner } from '../../src/syntax/inner/statement.ts';
import { innerStatements } from '../../src/syntax/inner.ts';
import { isTree } from '../../src/syntax/tree.ts';

const parse = await loadParser();
const parsePlpgsql = await loadPlpgsqlParser();

function read(sql: string): Inner {
  const tree = parse(sql);
  assert.ok(isTree(tree), 'the grammar does not take it');
  return innerStatements(tree, sql, parsePlpgsql, parse);
}

/** Each statement as the outer text has it at its offset, so that both text and place are seen. */
function found(sql: string): string[] {
  return read(sql).statements.map(({ sql: inner, offset, inLoop, commits }) => {
    const written = sql.slice(offset, offset + inner.length);
    return `${inLoop ? 'loop ' : ''}${commits ? 'commits ' : ''}${written === inner ? inner : `${inner} <- ${written}`}`;
  });
}

function unknown(sql: string): string[] {
  return read(sql).unknown.map(({ offset, why }) => `${why}: ${sql.slice(offset).split(/[;\n]/)[0]}`);
}

describe('a DO block', () => {
  test('statements of every branch, each at its place behind text that is not ASCII', () => {
    const sql = `DO $é$
BEGIN
  -- DELETE FROM a; é
  IF (SELECT count(*) FROM a) > 0 THEN DELETE FROM a; ELSIF true THEN DELETE FROM a; ELSE TRUNCATE a; END IF;
  CASE 1 WHEN 1 THEN DROP TABLE b; ELSE DROP TABLE c; END CASE;
  BEGIN
    ALTER TABLE "é" ADD COLUMN x int;
  EXCEPTION WHEN duplicate_column THEN DROP TABLE d;
  END;
END $é$`;
    assert.deepEqual(found(sql), [
      'DELETE FROM a',
      'DELETE FROM a',
      'TRUNCATE a',
      'DROP TABLE b',
      'DROP TABLE c',
      'ALTER TABLE "é" ADD COLUMN x int',
      'DROP TABLE d',
    ]);
    const places = read(sql).statements.map(({ offset }) => offset);
    assert.deepEqual(
      places.toSorted((a, b) => a - b),
      places,
      'in the order of the text',
    );
    assert.equal(new Set(places).size, places.length, 'no two at one place');
    assert.ok((places[0] ?? 0) > sql.indexOf('IF '), 'the comment is none');
  });

  test('between single quotes: the place counts doubled quotes', () => {
    const sql = `DO LANGUAGE plpgsql 'BEGIN INSERT INTO a VALUES (''x''); DELETE FROM a; END'`;
    const [insert, remove] = read(sql).statements;
    assert.equal(insert?.sql, "INSERT INTO a VALUES ('x')");
    assert.equal(sql.slice(insert?.placeOf(insert.sql.length - 1)).slice(0, 2), ');');
    assert.equal(sql.slice(remove?.offset).slice(0, 13), 'DELETE FROM a');
  });

  test('with escapes', () => {
    assert.deepEqual(found(String.raw`DO E'BEGIN\n DELETE FROM a; END'`), ['DELETE FROM a']);
  });

  test('loops, and whether they commit', () => {
    const sql = `DO $$
DECLARE r record; n int;
BEGIN
  FOR r IN SELECT id FROM a LOOP
    UPDATE a SET x = 1 WHERE id = r.id;
  END LOOP;
  WHILE n > 0 LOOP
    DELETE FROM b;
    IF n = 3 THEN COMMIT; END IF;
  END LOOP;
  FOR i IN 1..10 LOOP PERFORM f(i); END LOOP;
  DELETE FROM c;
END $$`;
    assert.deepEqual(found(sql), [
      'SELECT id FROM a',
      'loop UPDATE a SET x = 1 WHERE id = r.id',
      'loop commits DELETE FROM b',
      'loop SELECT f(i) <- ERFORM f(i)',
      'DELETE FROM c',
    ]);
  });

  test('INTO reads as blanks, and what follows keeps its place', () => {
    const sql = `DO $$ DECLARE n int; BEGIN
  SELECT count(*) INTO n FROM a; INSERT INTO a VALUES (1) RETURNING id INTO n; DELETE FROM a;
END $$`;
    assert.deepEqual(
      read(sql).statements.map(({ sql: inner, offset }) => [
        inner.replaceAll(/ {2,}/g, ' '),
        sql.slice(offset, offset + 6),
      ]),
      [
        ['SELECT count(*) FROM a', 'SELECT'],
        ['INSERT INTO a VALUES (1) RETURNING id', 'INSERT'],
        ['DELETE FROM a', 'DELETE'],
      ],
    );
  });
});

describe('EXECUTE', () => {
  test('of a constant: the statement at its place', () => {
    assert.deepEqual(
      found(`DO $$ BEGIN EXECUTE 'DROP TABLE a'; EXECUTE $x$ALTER TABLE b ADD c int; DROP TABLE d$x$; END $$`),
      ['DROP TABLE a', 'ALTER TABLE b ADD c int', 'DROP TABLE d'],
    );
  });

  test('of constants put together: the statement, at the expression', () => {
    const sql = `DO $$ BEGIN
  EXECUTE format('ALTER TABLE %I ADD COLUMN %2$I int DEFAULT %3$L', 'Orders', 'total', 0);
  EXECUTE 'DROP TABLE ' || quote_ident('Old one');
END $$`;
    const { statements } = read(sql);
    assert.deepEqual(
      statements.map((one) => one.sql),
      [`ALTER TABLE "Orders" ADD COLUMN total int DEFAULT '0'`, 'DROP TABLE "Old one"'],
    );
    assert.equal(statements[0]?.offset, sql.indexOf('format('));
    assert.equal(statements[1]?.offset, sql.indexOf("'DROP"));
  });

  test('of what is known only when it runs: said', () => {
    const sql = `DO $$ DECLARE t text; BEGIN
  EXECUTE format('DROP TABLE %I', t);
  FOR t IN EXECUTE 'SELECT ' || t LOOP NULL; END LOOP;
END $$`;
    assert.deepEqual(found(sql), []);
    assert.deepEqual(unknown(sql), [
      "EXECUTE of a text that is known only when it runs: format('DROP TABLE %I', t)",
      "EXECUTE of a text that is known only when it runs: 'SELECT ' || t LOOP NULL",
    ]);
  });

  test('of what is no SQL: the rest is read all the same', () => {
    const sql = `DO $$ BEGIN DELETE FROM a; EXECUTE 'SELECT ''x'; DELETE FROM b; END $$`;
    assert.deepEqual(found(sql), ['DELETE FROM a', 'DELETE FROM b']);
    assert.deepEqual(unknown(sql), ["EXECUTE of a text that cannot be read: 'SELECT ''x'"]);
  });

  test('of a DO block: its statements too', () => {
    const sql = `DO $$ BEGIN LOOP EXECUTE 'DO $x$ BEGIN DROP TABLE a; END $x$'; END LOOP; END $$`;
    assert.deepEqual(found(sql), ['loop DO $x$ BEGIN DROP TABLE a; END $x$', 'loop DROP TABLE a']);
  });
});

describe('functions', () => {
  test('in PL/pgSQL, with RETURN QUERY and cursors', () => {
    const sql = `CREATE FUNCTION f(a bigint) RETURNS TABLE (x int) LANGUAGE plpgsql AS $$
DECLARE c refcursor;
BEGIN
  OPEN c FOR SELECT 1 FROM b;
  RETURN QUERY DELETE FROM a RETURNING 1;
  RETURN QUERY EXECUTE 'SELECT 2';
END $$`;
    assert.deepEqual(found(sql), ['SELECT 1 FROM b', 'DELETE FROM a RETURNING 1', 'SELECT 2']);
  });

  test('a trigger function', () => {
    const sql = `CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.x := now(); DELETE FROM a; RETURN NEW; END $$`;
    assert.deepEqual(found(sql), ['DELETE FROM a']);
  });

  test('in SQL, as a text', () => {
    assert.deepEqual(
      found(`CREATE FUNCTION f() RETURNS void LANGUAGE sql AS $$ DELETE FROM a; -- one; two
      SELECT ';' $$`),
      ['DELETE FROM a', "SELECT ';'"],
    );
  });

  test('in SQL, as BEGIN ATOMIC', () => {
    const sql = `CREATE PROCEDURE p() LANGUAGE sql BEGIN ATOMIC
  UPDATE a SET x = CASE WHEN y THEN 1 ELSE 2 END;
  DELETE FROM a;
END`;
    assert.deepEqual(found(sql), ['UPDATE a SET x = CASE WHEN y THEN 1 ELSE 2 END', 'DELETE FROM a']);
    assert.deepEqual(found('CREATE FUNCTION f() RETURNS int RETURN 1'), []);
  });

  test('in other languages: said, and nothing of C', () => {
    assert.deepEqual(unknown(`DO LANGUAGE plpython3u $$ x = 1 $$`), ['a body in plpython3u:  x = 1 $$']);
    assert.deepEqual(read(`CREATE FUNCTION f() RETURNS int LANGUAGE c AS 'lib', 'f'`), { statements: [], unknown: [] });
  });

  test('a body that is not PL/pgSQL: said', () => {
    assert.deepEqual(unknown('DO $$ BEGIN nonsense $$'), ['a body that cannot be read:  BEGIN nonsense $$']);
  });
});

test('any other statement has none', () => {
  assert.deepEqual(read('DELETE FROM a'), { statements: [], unknown: [] });
});
