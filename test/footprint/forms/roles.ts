import { type Form, T } from './form.ts';

export const ROLES: readonly Form[] = [
  {
    what: 'IN ROLE',
    files: ['CREATE ROLE tf_forms_a;', 'CREATE ROLE tf_forms_b IN ROLE tf_forms_a;'],
    edges: ['2 uses role tf_forms_a < 1'],
  },
  {
    what: 'the members of a new role',
    files: ['CREATE ROLE tf_forms_a;', 'CREATE ROLE tf_forms_b ROLE tf_forms_a;'],
    edges: ['2 uses role tf_forms_a < 1'],
  },
  {
    what: 'ALTER GROUP',
    files: ['CREATE ROLE tf_forms_a;', 'CREATE ROLE tf_forms_b;', 'ALTER GROUP tf_forms_a ADD USER tf_forms_b;'],
    edges: ['3 uses role tf_forms_a < 1', '3 uses role tf_forms_b < 2'],
  },
  {
    what: 'ALTER DEFAULT PRIVILEGES FOR ROLE',
    files: [
      'CREATE ROLE tf_forms_a;',
      'ALTER DEFAULT PRIVILEGES FOR ROLE tf_forms_a GRANT SELECT ON TABLES TO PUBLIC;',
    ],
    edges: ['2 uses role tf_forms_a < 1'],
  },
  {
    what: 'default privileges for two roles',
    files: [
      'CREATE ROLE tf_forms_a;\nCREATE ROLE tf_forms_b;\nCREATE ROLE tf_forms_c;',
      'ALTER DEFAULT PRIVILEGES FOR ROLE tf_forms_a GRANT SELECT ON TABLES TO tf_forms_c;',
      'ALTER DEFAULT PRIVILEGES FOR ROLE tf_forms_b GRANT SELECT ON TABLES TO tf_forms_c;',
    ],
    edges: [
      '2 uses role tf_forms_c < 1',
      '2 uses role tf_forms_a < 1',
      '3 uses role tf_forms_c < 1',
      '3 uses role tf_forms_b < 1',
    ],
  },
  {
    what: 'REASSIGN OWNED',
    files: ['CREATE ROLE tf_forms_a;', 'CREATE ROLE tf_forms_b;', 'REASSIGN OWNED BY tf_forms_a TO tf_forms_b;'],
    edges: ['3 uses role tf_forms_a < 1', '3 uses role tf_forms_b < 2'],
  },
  {
    what: 'DROP OWNED',
    files: ['CREATE ROLE tf_forms_a;', 'DROP OWNED BY tf_forms_a;', 'DROP ROLE tf_forms_a;'],
    edges: ['2 uses role tf_forms_a < 1', '3 drops role tf_forms_a < 1', '(3 drops role tf_forms_a < 2)'],
  },
  {
    what: 'SET ROLE',
    files: ['CREATE ROLE tf_forms_a;', 'SET ROLE tf_forms_a;\nRESET ROLE;'],
    edges: ['2 uses role tf_forms_a < 1'],
  },
  {
    what: 'SET SESSION AUTHORIZATION',
    files: ['CREATE ROLE tf_forms_a;', 'SET SESSION AUTHORIZATION tf_forms_a;\nRESET SESSION AUTHORIZATION;'],
    edges: ['2 uses role tf_forms_a < 1'],
  },
  {
    what: 'OWNER TO',
    files: ['CREATE ROLE tf_forms_a;', T, 'ALTER TABLE t OWNER TO tf_forms_a;'],
    edges: ['3 uses table t < 2', '3 uses role tf_forms_a < 1'],
  },
  {
    what: 'OWNER TO of others',
    files: [
      'CREATE ROLE tf_forms_a;',
      `${T}\nCREATE VIEW v AS SELECT 1;\nCREATE TYPE ty AS (a int);\nCREATE FUNCTION f(x int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT x';\nCREATE SEQUENCE s;`,
      'ALTER VIEW v OWNER TO tf_forms_a;',
      'ALTER TYPE ty OWNER TO tf_forms_a;',
      'ALTER FUNCTION f(int) OWNER TO tf_forms_a;',
      'ALTER SEQUENCE s OWNER TO tf_forms_a;',
    ],
    edges: [
      '3 uses view v < 2',
      '3 uses role tf_forms_a < 1',
      '4 uses role tf_forms_a < 1',
      '4 uses composite type ty < 2',
      '5 uses role tf_forms_a < 1',
      '5 uses function f < 2',
      '6 uses sequence s < 2',
      '6 uses role tf_forms_a < 1',
    ],
  },
  {
    what: 'the settings of a role',
    files: [
      'CREATE ROLE tf_forms_a;',
      "ALTER ROLE tf_forms_a SET work_mem = '8MB';",
      "ALTER ROLE tf_forms_a SET statement_timeout = '8s';",
      'CREATE SCHEMA AUTHORIZATION tf_forms_a;',
    ],
    edges: ['2 uses role tf_forms_a < 1', '3 uses role tf_forms_a < 1', '4 uses role tf_forms_a < 1'],
  },
  {
    what: 'grants to one role',
    files: [
      'CREATE ROLE tf_forms_a;',
      'CREATE TABLE t (a int);\nCREATE TABLE u (a int);',
      'GRANT SELECT ON t TO tf_forms_a;',
      'GRANT SELECT ON u TO tf_forms_a;',
      'GRANT INSERT ON t TO tf_forms_a;',
    ],
    edges: [
      '3 uses role tf_forms_a < 1',
      '3 uses table t < 2',
      '4 uses role tf_forms_a < 1',
      '4 uses table u < 2',
      '5 uses role tf_forms_a < 1',
      '5 uses table t < 2',
    ],
  },
  {
    what: 'a grant that is taken back',
    files: [
      'CREATE ROLE tf_forms_a;\nCREATE TABLE t (a int, b int);',
      'GRANT SELECT, INSERT ON t TO tf_forms_a;',
      'REVOKE INSERT ON t FROM tf_forms_a;',
      'REVOKE ALL ON t FROM tf_forms_a;',
    ],
    edges: [
      '2 uses role tf_forms_a < 1',
      '2 uses table t < 1',
      '3 uses role tf_forms_a < 1',
      '3 uses table t < 1',
      '(3 changes privilege INSERT of tf_forms_a on t < 2)',
      '4 uses role tf_forms_a < 1',
      '4 uses table t < 1',
      '(4 changes privilege SELECT of tf_forms_a on t < 2)',
      '(4 changes privilege INSERT of tf_forms_a on t < 3)',
    ],
  },
  {
    what: 'grants on columns',
    files: [
      'CREATE ROLE tf_forms_a;\nCREATE TABLE t (a int, b int);',
      'ALTER TABLE t ADD c int;',
      'GRANT SELECT (a) ON t TO tf_forms_a;',
      'GRANT SELECT (c) ON t TO tf_forms_a;',
    ],
    edges: [
      '2 uses table t < 1',
      '3 uses role tf_forms_a < 1',
      '3 uses table t < 1',
      '4 uses role tf_forms_a < 1',
      '4 uses table t < 1',
      '4 uses column c of t < 2',
    ],
  },
  {
    what: 'roles granted to roles',
    files: [
      'CREATE ROLE tf_forms_a;\nCREATE ROLE tf_forms_b;\nCREATE ROLE tf_forms_c;',
      'GRANT tf_forms_a TO tf_forms_b;',
      'GRANT tf_forms_a TO tf_forms_c;',
      'GRANT tf_forms_b TO tf_forms_c;',
    ],
    edges: [
      '2 uses role tf_forms_a < 1',
      '2 uses role tf_forms_b < 1',
      '3 uses role tf_forms_a < 1',
      '3 uses role tf_forms_c < 1',
      '4 uses role tf_forms_b < 1',
      '4 uses role tf_forms_c < 1',
    ],
  },
  {
    what: 'grants on all tables, and what is not there yet',
    files: [
      'CREATE ROLE tf_forms_a;',
      'CREATE TABLE t (a int);',
      'GRANT SELECT ON ALL TABLES IN SCHEMA public TO tf_forms_a;',
      'GRANT USAGE ON SCHEMA public TO tf_forms_a;',
    ],
    edges: [
      '3 uses role tf_forms_a < 1',
      '3 uses table t < 2',
      '4 uses role tf_forms_a < 1',
      '(4 changes privilege USAGE of tf_forms_a on public < 3)',
    ],
  },
  {
    what: 'default privileges of one role',
    files: [
      'CREATE ROLE tf_forms_a;',
      'ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO tf_forms_a;',
      'ALTER DEFAULT PRIVILEGES GRANT INSERT ON TABLES TO tf_forms_a;',
      'ALTER DEFAULT PRIVILEGES REVOKE INSERT ON TABLES FROM tf_forms_a;',
    ],
    edges: [
      '2 uses role tf_forms_a < 1',
      '3 uses role tf_forms_a < 1',
      '(3 changes default privileges for tables to tf_forms_a in the database < 2)',
      '4 uses role tf_forms_a < 1',
      '(4 changes default privileges for tables to tf_forms_a in the database < 3)',
    ],
  },
  {
    what: 'the same grant again',
    files: [
      'CREATE ROLE tf_forms_a;\nCREATE TABLE t (a int);',
      'GRANT SELECT ON t TO tf_forms_a;',
      'GRANT SELECT, INSERT ON t TO tf_forms_a;',
    ],
    edges: [
      '2 uses role tf_forms_a < 1',
      '2 uses table t < 1',
      '3 uses role tf_forms_a < 1',
      '3 uses table t < 1',
      '(3 changes privilege SELECT of tf_forms_a on t < 2)',
    ],
  },
  {
    what: 'grants on functions',
    files: [
      "CREATE ROLE tf_forms_a;\nCREATE FUNCTION g(int) RETURNS int LANGUAGE sql AS 'SELECT 1';",
      "CREATE FUNCTION g(text) RETURNS int LANGUAGE sql AS 'SELECT 1';",
      'GRANT EXECUTE ON FUNCTION g(int) TO tf_forms_a;',
      'REVOKE EXECUTE ON FUNCTION g(int) FROM PUBLIC;',
    ],
    edges: ['3 uses role tf_forms_a < 1', '3 uses function g < 1', '4 uses function g < 1'],
  },
];
