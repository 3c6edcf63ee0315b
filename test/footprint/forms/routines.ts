import { F, type Form, T } from './form.ts';

export const ROUTINES: readonly Form[] = [
  {
    what: 'CALL',
    files: ["CREATE PROCEDURE p() LANGUAGE sql AS 'SELECT 1';", 'CALL p();'],
    edges: ['2 uses function p < 1'],
  },
  {
    what: 'the arguments of CALL',
    files: [F, "CREATE PROCEDURE p(int) LANGUAGE sql AS 'SELECT 1';", 'CALL p(f(1));'],
    edges: ['3 uses function p < 2', '3 uses function f < 1'],
  },
  {
    what: 'a body that RETURNs',
    files: [F, 'CREATE FUNCTION g(x int) RETURNS int RETURN f(x);'],
    edges: ['2 uses function f < 1'],
    since: 14,
  },
  {
    what: 'a body with BEGIN ATOMIC',
    files: [
      T,
      F,
      'CREATE FUNCTION g() RETURNS SETOF int BEGIN ATOMIC SELECT f(t.a) FROM t; END;',
      'ALTER TABLE t ADD c int;',
    ],
    edges: ['3 uses table t < 1', '3 uses function f < 2', '4 uses table t < 1'],
    since: 14,
  },
  {
    what: 'columns in a body with BEGIN ATOMIC',
    files: [T, 'ALTER TABLE t ADD c int;', 'CREATE FUNCTION g() RETURNS SETOF int BEGIN ATOMIC SELECT c FROM t; END;'],
    edges: ['2 uses table t < 1', '3 uses table t < 1', '3 uses column c of t < 2'],
    since: 14,
  },
  {
    what: 'overloads',
    files: [
      "CREATE FUNCTION g(int) RETURNS int LANGUAGE sql AS 'SELECT 1';",
      "CREATE FUNCTION g(int, int) RETURNS int LANGUAGE sql AS 'SELECT 1';",
      'CREATE VIEW v AS SELECT g(1);',
    ],
    edges: ['3 uses function g < 1', '(3 uses function g < 2)'],
  },
  {
    what: 'overloads by types',
    files: [
      "CREATE FUNCTION g(int) RETURNS int LANGUAGE sql AS 'SELECT 1';",
      "CREATE FUNCTION g(uuid) RETURNS int LANGUAGE sql AS 'SELECT 1';",
      "CREATE VIEW v AS SELECT g('00000000-0000-0000-0000-000000000000'::uuid);",
    ],
    edges: ['3 uses function g < 2', '(3 uses function g < 1)'],
  },
  {
    what: 'overloads in triggers',
    files: [
      "CREATE FUNCTION g() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';\nCREATE TABLE t (a int);",
      "CREATE FUNCTION g(int) RETURNS int LANGUAGE sql AS 'SELECT 1';",
      'CREATE TRIGGER x BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION g();',
    ],
    edges: ['3 uses table t < 1', '3 uses function g < 1', '(3 uses function g < 2)'],
  },
  {
    what: 'DROP of a procedure with OUT parameters',
    files: [
      "CREATE PROCEDURE p(a int, OUT b int) LANGUAGE sql AS 'SELECT 1';",
      "CREATE PROCEDURE p(a text, OUT b int) LANGUAGE sql AS 'SELECT 1';",
      'DROP PROCEDURE p(int, OUT int);',
    ],
    edges: ['3 drops function p < 1'],
    since: 14,
  },
  {
    what: 'DROP of a function with OUT parameters',
    files: [
      "CREATE FUNCTION g(a int, OUT b int) LANGUAGE sql AS 'SELECT 1';",
      "CREATE FUNCTION g(a text, OUT b int) LANGUAGE sql AS 'SELECT 1';",
      'DROP FUNCTION g(IN a int, OUT b int);',
    ],
    edges: ['3 drops function g < 1'],
  },
  {
    what: 'a language',
    files: [
      'CREATE TRUSTED LANGUAGE mylang HANDLER plpgsql_call_handler;',
      "CREATE FUNCTION g() RETURNS int LANGUAGE mylang AS 'BEGIN RETURN 1; END';",
    ],
    edges: ['2 uses language mylang < 1'],
  },
  {
    what: 'the handler of a language',
    files: [
      "CREATE FUNCTION h() RETURNS language_handler LANGUAGE c AS '$libdir/plpgsql', 'plpgsql_call_handler';\nCREATE FUNCTION val(oid) RETURNS void LANGUAGE c STRICT AS '$libdir/plpgsql', 'plpgsql_validator';",
      'CREATE LANGUAGE mylang HANDLER h VALIDATOR val;',
    ],
    edges: ['2 uses function h < 1', '2 uses function val < 1'],
  },
  {
    what: 'overloads by the types of columns',
    files: [
      "CREATE FUNCTION g(int) RETURNS int LANGUAGE sql AS 'SELECT 1';\nCREATE TABLE t (a uuid);",
      "CREATE FUNCTION g(uuid) RETURNS int LANGUAGE sql AS 'SELECT 1';",
      'CREATE VIEW v AS SELECT g(t.a) FROM t;',
    ],
    edges: ['3 uses table t < 1', '3 uses function g < 2'],
  },
  {
    what: 'an overload that is renamed',
    files: [
      "CREATE FUNCTION g(int) RETURNS int LANGUAGE sql AS 'SELECT 1';",
      "CREATE FUNCTION g(text) RETURNS int LANGUAGE sql AS 'SELECT 1';",
      'ALTER FUNCTION g(int) RENAME TO h;',
      'ALTER FUNCTION g(text) COST 5;',
    ],
    edges: ['3 changes function g < 1', '4 uses function g < 2'],
  },
  {
    what: 'properties of a function',
    files: [
      F,
      'ALTER FUNCTION f(int) COST 5;',
      "ALTER FUNCTION f(int) SET search_path = 'public';",
      'CREATE VIEW v AS SELECT f(1);',
    ],
    edges: [
      '2 uses function f < 1',
      '3 uses function f < 1',
      '4 uses function f < 1',
      '(4 uses cost of f < 2)',
      '(4 uses search_path of f < 3)',
    ],
  },
  {
    what: 'the volatility of a function',
    files: [
      "CREATE FUNCTION f(x int) RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN x; END';\nCREATE TABLE t (a int);",
      'ALTER FUNCTION f(int) IMMUTABLE;',
      'CREATE INDEX ON t (f(a));',
    ],
    edges: ['2 uses function f < 1', '3 uses table t < 1', '3 uses function f < 2'],
  },
  {
    what: 'an aggregate',
    files: [
      "CREATE FUNCTION plus(int, int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT $1 + $2';",
      'CREATE AGGREGATE total (int) (SFUNC = plus, STYPE = int);',
      'CREATE VIEW v AS SELECT total(x) FROM (VALUES (1)) AS y (x);',
    ],
    edges: ['2 uses function plus < 1', '3 uses function total < 2'],
  },
  {
    what: 'statements of BEGIN ATOMIC',
    files: [
      T,
      'ALTER TABLE t ADD c int;',
      'CREATE UNIQUE INDEX t_c ON t (c);',
      'CREATE PROCEDURE p(x int) BEGIN ATOMIC INSERT INTO t (id, c) VALUES (x, x) ON CONFLICT (c) DO NOTHING; UPDATE t SET c = 1 WHERE id = x; END;',
    ],
    edges: [
      '2 uses table t < 1',
      '3 uses table t < 1',
      '3 uses column c of t < 2',
      '4 uses table t < 1',
      '4 uses column c of t < 2',
      '4 uses index t_c of t < 3',
    ],
    since: 14,
  },
  {
    what: 'BEGIN ATOMIC and rows',
    files: [
      T,
      'INSERT INTO t VALUES (1);',
      'CREATE FUNCTION g() RETURNS bigint BEGIN ATOMIC SELECT count(*) FROM t; END;',
    ],
    edges: ['2 uses table t < 1', '3 uses table t < 1'],
    since: 14,
  },
];
