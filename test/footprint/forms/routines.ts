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
];
