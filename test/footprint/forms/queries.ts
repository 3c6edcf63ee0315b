import { type Form, LESS } from './form.ts';

export const QUERIES: readonly Form[] = [
  {
    what: 'JOIN USING',
    files: [
      'CREATE TABLE t (a int);\nCREATE TABLE u (b int);',
      'ALTER TABLE t ADD k int;',
      'ALTER TABLE u ADD k int;',
      'CREATE VIEW v AS SELECT t.a FROM t JOIN u USING (k);',
    ],
    edges: [
      '2 uses table t < 1',
      '3 uses table u < 1',
      '4 uses table t < 1',
      '4 uses table u < 1',
      '4 uses column k of t < 2',
      '4 uses column k of u < 3',
    ],
  },
  {
    what: 'NATURAL JOIN',
    files: [
      'CREATE TABLE t (a int);\nCREATE TABLE u (b int);',
      'ALTER TABLE t ADD k int;',
      'ALTER TABLE u ADD k int;',
      'CREATE VIEW v AS SELECT t.a FROM t NATURAL JOIN u;',
    ],
    edges: [
      '2 uses table t < 1',
      '3 uses table u < 1',
      '4 uses table t < 1',
      '4 uses table u < 1',
      '4 uses column k of t < 2',
      '4 uses column k of u < 3',
    ],
  },
  {
    what: 'GROUP BY a primary key',
    files: [
      'CREATE TABLE t (id int NOT NULL, a int);\nCREATE TABLE u (t_id int);',
      'ALTER TABLE t ADD PRIMARY KEY (id);',
      'CREATE VIEW v AS SELECT t.id, t.a, count(*) FROM t JOIN u ON t.id = u.t_id GROUP BY t.id;',
    ],
    edges: ['2 uses table t < 1', '3 uses table t < 1', '3 uses table u < 1', '3 uses constraint t_pkey of t < 2'],
  },
  {
    what: 'GROUP BY of all columns needs no key',
    files: [
      'CREATE TABLE t (id int NOT NULL, a int);',
      'ALTER TABLE t ADD PRIMARY KEY (id);',
      'CREATE VIEW v AS SELECT id, a, count(*) FROM t GROUP BY id, a;',
    ],
    edges: ['2 uses table t < 1', '3 uses table t < 1'],
  },
  {
    what: 'a field of a composite column',
    files: [
      'CREATE TYPE addr AS (street text);\nCREATE TABLE t (a addr);',
      'ALTER TYPE addr ADD ATTRIBUTE city text;',
      'CREATE VIEW v AS SELECT (a).city FROM t;',
    ],
    edges: ['2 uses composite type addr < 1', '3 uses table t < 1', '3 uses column city of addr < 2'],
  },
  {
    what: 'aliases of columns',
    files: ['CREATE TABLE t (p int);', 'ALTER TABLE t ADD q int;', 'CREATE VIEW v AS SELECT x.b FROM t AS x (a, b);'],
    edges: ['2 uses table t < 1', '3 uses table t < 1', '3 uses column q of t < 2'],
  },
  {
    what: 'a column by the alias of another',
    files: ['CREATE TABLE t (p int, b int);', 'ALTER TABLE t ADD q int;', 'CREATE VIEW v AS SELECT b FROM t AS x (a);'],
    edges: ['2 uses table t < 1', '3 uses table t < 1'],
  },
  {
    what: 'an operator with ANY',
    files: [
      LESS,
      'CREATE OPERATOR <<< (LEFTARG = int, RIGHTARG = int, FUNCTION = less);',
      'CREATE VIEW v AS SELECT 1 <<< ANY (ARRAY[1, 2]) AS x, 1 <<< ANY (SELECT 2) AS y;',
    ],
    edges: ['2 uses function less < 1', '3 uses operator "<<<" < 2'],
  },
  {
    what: 'an operator of a subquery alone',
    files: [
      LESS,
      'CREATE OPERATOR <<< (LEFTARG = int, RIGHTARG = int, FUNCTION = less);',
      'CREATE VIEW v AS SELECT 1 <<< ALL (SELECT 2) AS y;',
    ],
    edges: ['2 uses function less < 1', '3 uses operator "<<<" < 2'],
  },
  {
    what: 'ORDER BY USING',
    files: [
      "CREATE FUNCTION tlt(text, text) RETURNS bool LANGUAGE sql IMMUTABLE AS 'SELECT $1 < $2';\nCREATE FUNCTION tcmp(text, text) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 0';\nCREATE TABLE t (b text);",
      'CREATE OPERATOR <<< (LEFTARG = text, RIGHTARG = text, FUNCTION = tlt);\nCREATE OPERATOR CLASS tops FOR TYPE text USING btree AS OPERATOR 1 <<<, OPERATOR 3 =, FUNCTION 1 tcmp(text, text);',
      'CREATE VIEW v AS SELECT b FROM t ORDER BY b USING <<<;',
    ],
    edges: ['2 uses function tlt < 1', '2 uses function tcmp < 1', '3 uses table t < 1', '3 uses operator "<<<" < 2'],
  },
  {
    what: 'a cast that files make',
    files: [
      "CREATE TYPE pair AS (a int, b int);\nCREATE FUNCTION to_pair(int) RETURNS pair LANGUAGE sql IMMUTABLE AS 'SELECT ROW($1, $1)::pair';",
      'CREATE CAST (int AS pair) WITH FUNCTION to_pair(int);',
      'CREATE VIEW v AS SELECT 1::pair AS x;',
    ],
    edges: [
      '2 uses composite type pair < 1',
      '2 uses function to_pair < 1',
      '3 uses composite type pair < 1',
      '3 uses cast "int4 as public.pair" < 2',
    ],
  },
  {
    what: 'the alias of a function',
    files: [
      "CREATE FUNCTION g() RETURNS SETOF int LANGUAGE sql AS 'SELECT 1';",
      'CREATE VIEW v AS SELECT n FROM g() AS x (n);',
    ],
    edges: ['2 uses function g < 1'],
  },
];
