/** Which migrations stand on which, by their SQL: two files and the edge between them, by kinds of objects. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { edgesOf, footprints } from './edges-of.ts';

/** Files, and the edges that are expected: none where the list is empty. */
type Case = readonly [what: string, files: readonly string[], edges: readonly string[]];

const T = 'CREATE TABLE t (id int PRIMARY KEY, a int, b text);';

const TABLES: readonly Case[] = [
  ['another table', [T, 'CREATE TABLE u (id int);'], []],
  ['a foreign key', [T, 'CREATE TABLE u (t_id int REFERENCES t);'], ['2 uses table t < 1']],
  ['a column', [T, 'ALTER TABLE t ADD COLUMN c int;'], ['2 uses table t < 1']],
  [
    'two columns do not mind each other',
    [T, 'ALTER TABLE t ADD c int;', 'ALTER TABLE t ADD d int;'],
    ['2 uses table t < 1', '3 uses table t < 1'],
  ],
  [
    'an index on a new column',
    [T, 'ALTER TABLE t ADD c int;', 'CREATE INDEX ON t (c);'],
    ['2 uses table t < 1', '3 uses table t < 1', '3 uses column c of t < 2'],
  ],
  [
    'a column that is dropped stands on what dropped its index',
    [T, 'CREATE INDEX t_a ON t (a);', 'DROP INDEX t_a;', 'ALTER TABLE t DROP COLUMN a;'],
    [
      '2 uses table t < 1',
      '3 drops index t_a of t < 2',
      '(3 uses table t < 1)',
      '4 uses table t < 1',
      '(4 drops column a of t < 2)',
      '(4 drops column a of t < 3)',
    ],
  ],
  [
    'a table that is made again',
    ['CREATE TABLE t (id int);', 'DROP TABLE t;', 'CREATE TABLE t (id bigint);'],
    ['2 drops table t < 1', '3 creates table t again < 2'],
  ],
  [
    'a table that was renamed',
    [T, 'ALTER TABLE t RENAME TO u;', 'CREATE INDEX ON u (a);'],
    ['2 changes table t < 1', '3 uses table u < 2'],
  ],
  [
    'a default does not concern who reads the column',
    [T, 'ALTER TABLE t ALTER a SET DEFAULT 1;', 'CREATE INDEX ON t (a);'],
    ['2 uses table t < 1', '3 uses table t < 1'],
  ],
  [
    'its type does',
    [T, 'ALTER TABLE t ALTER a TYPE bigint;', 'CREATE INDEX ON t (a);'],
    ['2 uses table t < 1', '3 uses table t < 1', '3 uses column a of t < 2'],
  ],
  [
    'a default that is set again',
    [T, 'ALTER TABLE t ALTER a SET DEFAULT 1;', 'ALTER TABLE t ALTER a SET DEFAULT 2;'],
    ['2 uses table t < 1', '3 uses table t < 1', '3 changes default of column a of t < 2'],
  ],
  [
    'a constraint that is validated',
    [T, 'ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0) NOT VALID;', 'ALTER TABLE t VALIDATE CONSTRAINT c;'],
    ['2 uses table t < 1', '3 uses table t < 1', '3 changes constraint c of t < 2'],
  ],
  [
    'a partition',
    [
      'CREATE TABLE p (id int) PARTITION BY LIST (id);',
      'CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1);',
      'CREATE TABLE p2 PARTITION OF p FOR VALUES IN (2);',
    ],
    ['2 uses table p < 1', '3 uses table p < 1'],
  ],
  ['a schema', ['CREATE SCHEMA app;', 'CREATE TABLE app.t (id int);'], ['2 uses schema app < 1']],
  [
    'the search_path',
    [
      'CREATE SCHEMA app;\nCREATE TABLE app.t (id int);',
      'CREATE TABLE public.t (id int);',
      'SET search_path TO app, public;\nALTER TABLE t ADD c int;',
    ],
    ['3 uses table app.t < 1'],
  ],
];

const OTHERS: readonly Case[] = [
  [
    'a view',
    [T, 'CREATE VIEW v AS SELECT a FROM t;', 'CREATE VIEW w AS SELECT * FROM v;'],
    ['2 uses table t < 1', '3 uses view v < 2'],
  ],
  [
    'a view names a column that came later',
    [T, 'ALTER TABLE t ADD c int;', 'CREATE VIEW v AS SELECT x.c FROM t AS x;'],
    ['2 uses table t < 1', '3 uses table t < 1', '3 uses column c of t < 2'],
  ],
  [
    'all columns',
    [T, 'ALTER TABLE t ADD c int;', 'CREATE VIEW v AS SELECT * FROM t;'],
    ['2 uses table t < 1', '3 uses table t < 1', '3 uses column c of t < 2'],
  ],
  ['a name in WITH is no table', [T, 'CREATE VIEW v AS WITH t AS (SELECT 1) SELECT * FROM t;'], []],
  [
    'a type',
    ["CREATE TYPE mood AS ENUM ('ok');", 'CREATE TABLE t (m mood);', "ALTER TYPE mood ADD VALUE 'sad';"],
    ['2 uses type mood < 1', '3 uses type mood < 1'],
  ],
  [
    'labels stand in order',
    ["CREATE TYPE mood AS ENUM ('ok');", "ALTER TYPE mood ADD VALUE 'x';", "ALTER TYPE mood ADD VALUE 'y';"],
    ['2 uses type mood < 1', '3 uses type mood < 1', '(3 uses label x of mood < 2)', '(3 creates label y of mood < 2)'],
  ],
  [
    'a function that is called',
    ['CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$SELECT 1$$;', 'CREATE TABLE t (a int DEFAULT f());'],
    ['2 uses function f < 1'],
  ],
  [
    'a function that is replaced',
    [
      'CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$SELECT 1$$;',
      'CREATE OR REPLACE FUNCTION f() RETURNS int LANGUAGE sql AS $$SELECT 2$$;',
    ],
    ['2 changes function f < 1'],
  ],
  [
    'functions of one name',
    [
      'CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$SELECT 1$$;',
      'CREATE FUNCTION f(int) RETURNS int LANGUAGE sql AS $$SELECT 2$$;',
    ],
    [],
  ],
  [
    'the body of a function',
    [T, 'CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$ BEGIN\n  UPDATE t SET a = 1;\nEND $$;'],
    ['2 uses table t < 1'],
  ],
  [
    'what an expression of a function reads',
    [
      T,
      'CREATE FUNCTION f() RETURNS bigint LANGUAGE plpgsql AS $$\nDECLARE n bigint;\nBEGIN\n  IF (SELECT count(*) FROM t) > 0 THEN RETURN 1; END IF;\n  RETURN 2;\nEND $$;',
    ],
    ['2 uses table t < 1'],
  ],
  [
    'a type in a cast',
    ["CREATE TYPE st AS ENUM ('a');", "CREATE VIEW v AS SELECT 'a'::st AS x;"],
    ['2 uses type st < 1'],
  ],
  [
    'an extension in a cast',
    ['CREATE EXTENSION citext;', "CREATE VIEW v AS SELECT 'a'::citext AS x;"],
    ['2 uses extension citext < 1'],
  ],
  [
    'columns that a trigger function names',
    [
      T,
      'ALTER TABLE t ADD COLUMN at timestamptz;',
      'CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.at := now(); RETURN NEW; END $$;\nCREATE TRIGGER x BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION f();',
    ],
    ['2 uses table t < 1', '3 uses table t < 1', '3 uses column at of t < 2'],
  ],
  [
    'the search_path of a function',
    [
      'CREATE SCHEMA app;\nCREATE TABLE app.t (i int);',
      'CREATE TABLE public.t (i int);',
      "CREATE FUNCTION f() RETURNS SETOF int LANGUAGE sql SET search_path = app AS 'SELECT i FROM t';",
    ],
    ['3 uses table app.t < 1'],
  ],
  [
    'grants on all functions are none on tables',
    [T, 'CREATE ROLE r;', 'GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO r;'],
    ['3 uses role r < 2', '(3 uses table t < 1)'],
  ],
  [
    'what is there is not made again',
    [
      T,
      'ALTER TABLE t ADD c int;',
      'CREATE TABLE IF NOT EXISTS t (id int);\nALTER TABLE t ADD COLUMN IF NOT EXISTS c int;',
      'CREATE INDEX ON t (c);',
    ],
    [
      '2 uses table t < 1',
      '3 uses table t < 1',
      '(3 uses column c of t < 2)',
      '4 uses table t < 1',
      '4 uses column c of t < 2',
    ],
  ],
  [
    'a schema that is there',
    [
      'CREATE SCHEMA app;',
      'CREATE TABLE app.t (i int);',
      'CREATE SCHEMA IF NOT EXISTS app;',
      'CREATE TABLE app.u (i int);',
    ],
    ['2 uses schema app < 1', '(3 uses schema app < 1)', '4 uses schema app < 1'],
  ],
  [
    'what a called function does',
    [T, 'CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$ BEGIN DROP TABLE t; END $$;', 'SELECT f();'],
    ['2 uses table t < 1', '3 uses function f < 2', '3 drops table t < 1'],
  ],
  [
    'a trigger',
    [
      'CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;',
      T,
      'CREATE TRIGGER x BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION f();',
    ],
    ['3 uses table t < 2', '3 uses function f < 1'],
  ],
  [
    'a sequence by its name',
    ['CREATE SEQUENCE s;', "CREATE TABLE t (id int DEFAULT nextval('s'));"],
    ['2 uses sequence s < 1'],
  ],
  [
    'an extension by its type',
    ['CREATE EXTENSION citext;', 'CREATE TABLE t (a citext);'],
    ['2 uses extension citext < 1'],
  ],
  [
    'an extension by its operator class',
    ['CREATE EXTENSION pg_trgm;', T, 'CREATE INDEX ON t USING gin (b gin_trgm_ops);'],
    ['3 uses table t < 2', '3 uses extension pg_trgm < 1'],
  ],
  [
    'a text search configuration',
    ['CREATE TEXT SEARCH CONFIGURATION c (COPY = english);', T, "CREATE INDEX ON t USING gin (to_tsvector('c', b));"],
    ['3 uses table t < 2', '3 uses text search configuration c < 1'],
  ],
  [
    'a policy',
    [T, 'CREATE POLICY p ON t USING (a > 0);', 'ALTER TABLE t ENABLE ROW LEVEL SECURITY;'],
    ['2 uses table t < 1', '3 uses table t < 1'],
  ],
  ['a role', ['CREATE ROLE app;', T, 'GRANT SELECT ON t TO app;'], ['3 uses role app < 1', '3 uses table t < 2']],
  [
    'default privileges',
    ['ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO PUBLIC;', 'CREATE TABLE t (id int);'],
    ['(2 uses default privileges for tables to public in the database < 1)'],
  ],
  [
    'a tablespace',
    [
      "CREATE TABLESPACE fast LOCATION '/x';",
      T,
      'CREATE INDEX ON t (a) TABLESPACE fast;',
      'ALTER TABLE t SET TABLESPACE fast;',
      'CREATE TABLE u (a int) TABLESPACE pg_default;',
      'CREATE MATERIALIZED VIEW v TABLESPACE fast AS SELECT a FROM t;',
      'DROP TABLESPACE fast;',
    ],
    [
      '3 uses table t < 2',
      '3 uses tablespace fast < 1',
      '4 uses table t < 2',
      '4 uses tablespace fast < 1',
      '6 uses table t < 2',
      '6 uses tablespace fast < 1',
      '7 drops tablespace fast < 1',
      '(7 drops tablespace fast < 3)',
      '(7 drops tablespace fast < 4)',
      '(7 drops tablespace fast < 6)',
    ],
  ],
  [
    'a language by its extension',
    ['CREATE EXTENSION plperl;', "CREATE FUNCTION f() RETURNS int LANGUAGE plperl AS 'return 1';"],
    ['2 uses extension plperl < 1'],
  ],
  ['a comment', [T, "COMMENT ON COLUMN t.a IS 'x';"], ['2 uses column a of t < 1']],
];

const ROWS: readonly Case[] = [
  [
    'rows that are put in',
    [T, 'INSERT INTO t (id) VALUES (1);', 'INSERT INTO t (id) VALUES (2);'],
    ['2 uses table t < 1', '3 uses table t < 1'],
  ],
  [
    'rows that are changed',
    [T, 'INSERT INTO t (id) VALUES (1);', 'UPDATE t SET a = 1;'],
    ['2 uses table t < 1', '3 uses table t < 1', '3 changes rows of t < 2'],
  ],
  [
    'a column that rows are put into',
    [T, 'ALTER TABLE t ADD c int;', 'INSERT INTO t (id, c) VALUES (1, 2);'],
    ['2 uses table t < 1', '3 uses table t < 1', '3 uses column c of t < 2'],
  ],
  [
    'a constraint may keep rows out',
    [T, 'INSERT INTO t (id) VALUES (1);', 'ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0);'],
    ['2 uses table t < 1', '3 uses table t < 1', '(3 creates constraint c of t < 2)'],
  ],
  [
    'rows through a view',
    [
      T,
      'CREATE VIEW v AS SELECT a FROM t;',
      'INSERT INTO t (id) VALUES (1);',
      'CREATE MATERIALIZED VIEW m AS SELECT a FROM v;',
    ],
    ['2 uses table t < 1', '3 uses table t < 1', '4 uses view v < 2', '4 uses rows of t < 1', '4 uses rows of t < 3'],
  ],
];

for (const [title, cases] of Object.entries({ tables: TABLES, 'other objects': OTHERS, rows: ROWS }))
  describe(title, () => {
    for (const [what, files, edges] of cases) test(what, async () => assert.deepEqual(await edgesOf(...files), edges));
  });

test('a place is that of the name, not of the statement; inside a body, too', async () => {
  const [, second, third] = await footprints([
    T,
    '-- Second\nCREATE TABLE u (\n  id int,\n  t_id int REFERENCES t\n);',
    'DO $$\nBEGIN\n  UPDATE t SET a = 1;\nEND $$;',
  ]);
  const lineOf = (one: typeof second) => one?.accesses.find(({ object }) => object.at(-1)?.name === 't')?.line;
  assert.deepEqual([lineOf(second), lineOf(third)], [4, 3]);
});

test('what cannot be read is said', async () => {
  const [only] = await footprints(["DO $$\nBEGIN\n  EXECUTE 'DROP TABLE ' || current_user;\nEND $$;"]);
  assert.deepEqual(only?.unknown, [{ line: 3, why: 'EXECUTE of a text that is known only when it runs' }]);
});
