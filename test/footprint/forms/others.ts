import { type Form, T } from './form.ts';

export const OTHERS: readonly Form[] = [
  {
    what: 'columns and conditions of a publication',
    files: [
      T,
      'ALTER TABLE t ADD c int;',
      'ALTER TABLE t ADD d int;',
      'ALTER TABLE t ADD e int;',
      'CREATE PUBLICATION tf_forms FOR TABLE t (id, c) WHERE (id > 1);',
      'ALTER PUBLICATION tf_forms SET TABLE t (id, d);',
    ],
    edges: [
      '2 uses table t < 1',
      '3 uses table t < 1',
      '4 uses table t < 1',
      '5 uses table t < 1',
      '5 uses column c of t < 2',
      '6 uses table t < 1',
      '6 uses column d of t < 3',
      '6 changes publication tf_forms < 5',
    ],
    since: 15,
  },
  {
    what: 'a wrapper by its extension',
    files: ['CREATE EXTENSION postgres_fdw;', 'CREATE SERVER s FOREIGN DATA WRAPPER postgres_fdw;'],
    edges: ['2 uses extension postgres_fdw < 1'],
  },
  {
    what: 'the functions of a wrapper',
    files: [
      "CREATE FUNCTION fval(text[], oid) RETURNS bool LANGUAGE sql AS 'SELECT true';",
      'CREATE FOREIGN DATA WRAPPER w VALIDATOR fval;',
      'CREATE SERVER s FOREIGN DATA WRAPPER w;',
    ],
    edges: ['2 uses function fval < 1', '3 uses foreign-data wrapper w < 2'],
  },
  {
    what: 'a user mapping',
    files: [
      'CREATE FOREIGN DATA WRAPPER w;\nCREATE SERVER s FOREIGN DATA WRAPPER w;',
      'CREATE ROLE tf_forms_a;',
      'CREATE USER MAPPING FOR tf_forms_a SERVER s;',
      "ALTER USER MAPPING FOR tf_forms_a SERVER s OPTIONS (x 'y');",
      'DROP USER MAPPING FOR tf_forms_a SERVER s;',
    ],
    edges: [
      '3 uses role tf_forms_a < 2',
      '3 uses server s < 1',
      '4 changes user mapping for tf_forms_a of s < 3',
      '5 drops user mapping for tf_forms_a of s < 4',
      '(5 uses role tf_forms_a < 2)',
      '(5 uses server s < 1)',
    ],
  },
  {
    what: 'a transform',
    files: [
      "CREATE TYPE pair AS (a int, b int);\nCREATE FUNCTION tin(internal) RETURNS internal LANGUAGE internal IMMUTABLE AS 'array_subscript_handler';",
      'CREATE TRANSFORM FOR pair LANGUAGE plpgsql (FROM SQL WITH FUNCTION tin(internal));',
      'DROP TRANSFORM FOR pair LANGUAGE plpgsql;',
    ],
    edges: [
      '2 uses composite type pair < 1',
      '2 uses function tin < 1',
      '3 drops transform for plpgsql of pair < 2',
      '(3 uses composite type pair < 1)',
      '(3 uses function tin < 1)',
    ],
  },
  {
    what: 'a copied text search configuration',
    files: ['CREATE TEXT SEARCH CONFIGURATION c (COPY = english);', 'CREATE TEXT SEARCH CONFIGURATION d (COPY = c);'],
    edges: ['2 uses text search configuration c < 1'],
  },
  {
    what: 'a text search dictionary',
    files: [
      'CREATE TEXT SEARCH TEMPLATE tpl (LEXIZE = dsimple_lexize, INIT = dsimple_init);',
      'CREATE TEXT SEARCH DICTIONARY dict (TEMPLATE = tpl);',
      'CREATE TEXT SEARCH CONFIGURATION c (COPY = english);',
      'ALTER TEXT SEARCH CONFIGURATION c ALTER MAPPING FOR word WITH dict;',
    ],
    edges: [
      '2 uses text search template tpl < 1',
      '4 uses text search dictionary dict < 2',
      '4 changes text search configuration c < 3',
    ],
  },
];
