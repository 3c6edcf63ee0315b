import { type Form, LESS, T } from './form.ts';

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
  {
    what: 'GROUP BY by places',
    files: [
      'CREATE TABLE t (id int NOT NULL, a int);',
      'ALTER TABLE t ADD PRIMARY KEY (id);',
      'CREATE VIEW v AS SELECT id, a, sum(a) FROM t GROUP BY 1;',
    ],
    edges: ['2 uses table t < 1', '3 uses table t < 1', '3 uses constraint t_pkey of t < 2'],
  },
  {
    what: 'GROUP BY with aggregates alone',
    files: [
      'CREATE TABLE t (id int NOT NULL, a int);',
      'ALTER TABLE t ADD PRIMARY KEY (id);',
      'CREATE VIEW v AS SELECT id, sum(a) AS s, string_agg(a::text, id::text) AS x FROM t GROUP BY id;',
    ],
    edges: ['2 uses table t < 1', '3 uses table t < 1'],
  },
  {
    what: 'USING of three tables',
    files: [
      'CREATE TABLE t (k int);\nCREATE TABLE u (k int);\nCREATE TABLE w (a int);',
      'ALTER TABLE w ADD k int;',
      'CREATE VIEW v AS SELECT a FROM t JOIN u USING (k) LEFT JOIN w USING (k);',
    ],
    edges: [
      '2 uses table w < 1',
      '3 uses table t < 1',
      '3 uses table u < 1',
      '3 uses table w < 1',
      '3 uses column k of w < 2',
    ],
  },
  {
    what: 'a subquery with USING',
    files: [
      'CREATE TABLE t (a int);\nCREATE TABLE u (k int);',
      'ALTER TABLE t ADD k int;',
      'CREATE VIEW v AS SELECT x.a FROM (SELECT * FROM t) x JOIN u USING (k);',
    ],
    edges: ['2 uses table t < 1', '3 uses table t < 1', '3 uses table u < 1', '3 uses column k of t < 2'],
  },
  {
    what: 'a field of a field',
    files: [
      'CREATE TYPE geo AS (x int);\nCREATE TYPE addr AS (g geo);\nCREATE TABLE t (a addr);',
      'ALTER TYPE geo ADD ATTRIBUTE y int;',
      'CREATE VIEW v AS SELECT ((t.a).g).y FROM t;',
    ],
    edges: [
      '2 uses composite type geo < 1',
      '3 uses table t < 1',
      '3 uses column g of addr < 1',
      '3 uses column y of geo < 2',
    ],
  },
  {
    what: 'a whole row of fields',
    files: [
      'CREATE TYPE addr AS (street text);\nCREATE TABLE t (a addr);',
      'ALTER TYPE addr ADD ATTRIBUTE city text;',
      'CREATE VIEW v AS SELECT (a).* FROM t;',
    ],
    edges: [
      '2 uses composite type addr < 1',
      '3 uses table t < 1',
      '3 uses column street of addr < 1',
      '3 uses column city of addr < 2',
    ],
  },
  {
    what: 'a join of tables under aliases',
    files: [
      'CREATE TABLE t (p int);\nCREATE TABLE u (p int, q int);',
      'ALTER TABLE t ADD q int;',
      'CREATE VIEW v AS SELECT y.b FROM u AS x (c, d) JOIN t AS y (a, b) ON x.c = y.a;',
    ],
    edges: ['2 uses table t < 1', '3 uses table u < 1', '3 uses table t < 1', '3 uses column q of t < 2'],
  },
  {
    what: 'a cast to a type of PostgreSQL',
    files: [
      "CREATE TYPE pair AS (a int, b int);\nCREATE FUNCTION of_pair(pair) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 1';",
      'CREATE CAST (pair AS int) WITH FUNCTION of_pair(pair);',
      "CREATE VIEW v AS SELECT '1'::int AS x;",
      'CREATE VIEW w AS SELECT ROW(1, 2)::pair::int AS x;',
      'DROP VIEW w;',
      'DROP CAST (pair AS int);',
    ],
    edges: [
      '2 uses composite type pair < 1',
      '2 uses function of_pair < 1',
      '4 uses composite type pair < 1',
      '4 uses cast "public.pair as int4" < 2',
      '5 drops view w < 4',
      '(5 uses composite type pair < 1)',
      '(5 uses cast "public.pair as int4" < 2)',
      '6 drops cast "public.pair as int4" < 2',
      '(6 drops cast "public.pair as int4" < 4)',
      '(6 drops cast "public.pair as int4" < 5)',
      '(6 uses composite type pair < 1)',
      '(6 uses function of_pair < 1)',
    ],
  },
  {
    what: 'all columns and their defaults',
    files: [
      T,
      'ALTER TABLE t ALTER a SET DEFAULT 1;',
      'ALTER TABLE t ADD c int;',
      'CREATE VIEW v AS SELECT * FROM t;',
      'ALTER TABLE t ADD d int;',
      'ALTER TABLE t DROP COLUMN d;',
      'CREATE VIEW w AS SELECT * FROM t;',
    ],
    edges: [
      '2 uses table t < 1',
      '3 uses table t < 1',
      '4 uses table t < 1',
      '(4 uses default of column a of t < 2)',
      '4 uses column c of t < 3',
      '5 uses table t < 1',
      '(5 creates column d of t < 4)',
      '6 uses table t < 1',
      '(6 drops column d of t < 4)',
      '6 drops column d of t < 5',
      '7 uses table t < 1',
      '(7 uses default of column a of t < 2)',
      '7 uses column c of t < 3',
      '(7 uses column d of t < 6)',
    ],
  },
];
