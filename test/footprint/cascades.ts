/** DROP ... CASCADE, and what goes: told by the footprint, and by servers. */
export interface Cascade {
  readonly what: string;
  readonly files: readonly string[];
  readonly drop: string;
  /** With itself, in words; a default is changed. */
  readonly drops: readonly string[];
}

const T = 'CREATE TABLE t (id int PRIMARY KEY, a int, b text);';
const F = 'CREATE FUNCTION f(int) RETURNS int LANGUAGE sql IMMUTABLE AS $$SELECT 1$$;';
const MOOD = "CREATE TYPE mood AS ENUM ('ok');";

export const CASCADES: readonly Cascade[] = [
  {
    what: 'views on views',
    files: [
      T,
      'CREATE VIEW v AS SELECT a FROM t;',
      'CREATE MATERIALIZED VIEW w AS SELECT * FROM v;\nCREATE INDEX ON w (a);',
    ],
    drop: 'DROP VIEW v CASCADE;',
    drops: ['view v', 'materialized view w'],
  },
  {
    what: 'what uses a function',
    files: [
      F,
      'CREATE TABLE t (id int CHECK (f(id) > 0), a int DEFAULT f(1), g int GENERATED ALWAYS AS (f(1)) STORED);',
      'ALTER TABLE t ADD CONSTRAINT named CHECK (f(a) > 0);',
      'CREATE INDEX t_f ON t (f(a));',
      'CREATE VIEW v AS SELECT f(id) AS i FROM t;\nCREATE VIEW w AS SELECT i FROM v;',
      'CREATE POLICY p ON t USING (f(a) > 0);',
      'CREATE DOMAIN d AS int CONSTRAINT own CHECK (f(VALUE) > 0);',
      'CREATE FUNCTION atomic() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT f(1); END;',
      'CREATE FUNCTION text() RETURNS int LANGUAGE sql AS $$ SELECT f(1) $$;',
    ],
    drop: 'DROP FUNCTION f(int) CASCADE;',
    drops: [
      'function f',
      'constraint t_id_check of t',
      'default of column a of t',
      'column g of t',
      'constraint named of t',
      'index t_f of t',
      'view v',
      'view w',
      'policy p of t',
      'constraint own of d',
      'function atomic',
    ],
  },
  {
    what: 'triggers of a function',
    files: [
      T,
      'CREATE SCHEMA app;\nCREATE FUNCTION app.touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;',
      'CREATE TRIGGER x BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION app.touch();',
    ],
    drop: 'DROP FUNCTION app.touch() CASCADE;',
    drops: ['function app.touch', 'trigger x of t'],
  },
  {
    what: 'foreign keys on a key',
    files: [
      'CREATE TABLE p (id int CONSTRAINT p_key PRIMARY KEY, code int CONSTRAINT p_code UNIQUE);',
      'CREATE TABLE c (p_id int REFERENCES p, code int REFERENCES p (code));',
    ],
    drop: 'ALTER TABLE p DROP CONSTRAINT p_key CASCADE;',
    drops: ['constraint p_key of p', 'index p_key of p', 'constraint c_p_id_fkey of c'],
  },
  {
    what: 'a type, columns of it, views on them',
    files: [
      MOOD,
      'CREATE TABLE t (id int, m mood);',
      'CREATE VIEW v AS SELECT m FROM t;\nCREATE VIEW w AS SELECT id FROM t;',
      'CREATE FUNCTION f(mood) RETURNS int LANGUAGE sql AS $$SELECT 1$$;',
      'CREATE VIEW x AS SELECT f(NULL) AS i;',
      'CREATE DOMAIN d AS mood;\nCREATE TABLE u (id int, m d);',
    ],
    drop: 'DROP TYPE mood CASCADE;',
    drops: ['type mood', 'column m of t', 'view v', 'function f', 'view x', 'type d', 'column m of u'],
  },
  {
    what: 'a sequence and defaults',
    files: ['CREATE SEQUENCE s;', "CREATE TABLE t (id int DEFAULT nextval('s'), a int);"],
    drop: 'DROP SEQUENCE s CASCADE;',
    drops: ['sequence s', 'default of column id of t'],
  },
  {
    what: 'an extension, columns of its types, indexes of its operators',
    files: [
      'CREATE EXTENSION citext;\nCREATE EXTENSION pg_trgm;',
      'CREATE TABLE t (id int, c citext, b text);\nCREATE INDEX t_b ON t USING gin (b gin_trgm_ops);',
      'CREATE VIEW v AS SELECT c FROM t;\nCREATE VIEW w AS SELECT max(id) AS i, replace(b, b, b) AS r FROM t GROUP BY b;',
    ],
    drop: 'DROP EXTENSION citext CASCADE;',
    drops: ['extension citext', 'column c of t', 'view v'],
  },
  {
    what: 'a schema, and what uses things in it',
    files: [
      "CREATE SCHEMA app;\nCREATE TYPE app.mood AS ENUM ('ok');\nCREATE TABLE app.p (id int PRIMARY KEY);",
      'CREATE TABLE t (id int, p_id int REFERENCES app.p, m app.mood);',
      'CREATE FUNCTION app.touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;\nCREATE TRIGGER x BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION app.touch();',
      'CREATE VIEW v AS SELECT t.id FROM t JOIN app.p ON p.id = p_id;',
      'CREATE EXTENSION citext SCHEMA app;\nCREATE TABLE u (id int, c app.citext);',
    ],
    drop: 'DROP SCHEMA app CASCADE;',
    drops: [
      'schema app',
      'table app.p',
      'constraint t_p_id_fkey of t',
      'column m of t',
      'trigger x of t',
      'view v',
      'extension citext',
      'column c of u',
    ],
  },
  {
    what: 'a column',
    files: [
      T,
      'CREATE VIEW v AS SELECT a FROM t;\nCREATE VIEW w AS SELECT b FROM t;\nCREATE VIEW x AS SELECT * FROM v;',
      'CREATE FUNCTION atomic() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT a FROM t; END;',
    ],
    drop: 'ALTER TABLE t DROP COLUMN a CASCADE;',
    drops: ['column a of t', 'view v', 'view x', 'function atomic'],
  },
  {
    what: 'what was renamed',
    files: [
      F,
      'CREATE TABLE t (id int, a int DEFAULT f(1));',
      'ALTER TABLE t RENAME COLUMN a TO c;\nALTER TABLE t RENAME TO u;\nALTER FUNCTION f(int) RENAME TO g;',
    ],
    drop: 'DROP FUNCTION g(int) CASCADE;',
    drops: ['function g', 'default of column c of u'],
  },
  {
    what: 'one function of two of a name',
    files: [
      F,
      'CREATE FUNCTION f(text) RETURNS int LANGUAGE sql AS $$SELECT 1$$;',
      "CREATE VIEW v AS SELECT f('x'::text) AS i;",
    ],
    drop: 'DROP FUNCTION f(int) CASCADE;',
    drops: ['function f'],
  },
];
