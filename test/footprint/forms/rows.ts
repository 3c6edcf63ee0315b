import { type Form, T } from './form.ts';

export const ROWS: readonly Form[] = [
  {
    what: 'ON CONFLICT needs a unique index',
    files: [T, 'CREATE UNIQUE INDEX t_a ON t (a);', "INSERT INTO t VALUES (1, 1, 'x') ON CONFLICT (a) DO NOTHING;"],
    edges: ['2 uses table t < 1', '3 uses table t < 1', '3 uses index t_a of t < 2'],
  },
  {
    what: 'ON CONFLICT needs a constraint',
    files: [
      T,
      'ALTER TABLE t ADD CONSTRAINT t_a UNIQUE (a);',
      "INSERT INTO t VALUES (1, 1, 'x') ON CONFLICT (a) DO UPDATE SET b = 'y';",
    ],
    edges: ['2 uses table t < 1', '3 uses table t < 1', '3 uses constraint t_a of t < 2'],
  },
  {
    what: 'ON CONFLICT of columns in another order',
    files: [
      'CREATE TABLE t (a int, b int);',
      'CREATE UNIQUE INDEX t_b ON t (b);',
      'CREATE UNIQUE INDEX t_ab ON t (a, b);',
      'INSERT INTO t VALUES (1, 1) ON CONFLICT (b, a) DO NOTHING;',
    ],
    edges: ['2 uses table t < 1', '3 uses table t < 1', '4 uses table t < 1', '4 uses index t_ab of t < 3'],
  },
  {
    what: 'ON CONFLICT of an expression',
    files: [
      T,
      'CREATE UNIQUE INDEX t_b ON t (lower(b));',
      "INSERT INTO t VALUES (1, 1, 'x') ON CONFLICT (lower(b)) DO NOTHING;",
    ],
    edges: ['2 uses table t < 1', '3 uses table t < 1', '3 uses index t_b of t < 2'],
  },
  {
    what: 'ON CONFLICT ON CONSTRAINT',
    files: [
      T,
      'ALTER TABLE t ADD CONSTRAINT t_a UNIQUE (a);',
      "INSERT INTO t VALUES (1, 1, 'x') ON CONFLICT ON CONSTRAINT t_a DO NOTHING;",
    ],
    edges: ['2 uses table t < 1', '3 uses table t < 1', '3 uses constraint t_a of t < 2'],
  },
  {
    what: 'DO UPDATE SET',
    files: [
      T,
      'ALTER TABLE t ADD c int;',
      'ALTER TABLE t ADD d int;',
      'INSERT INTO t (id) VALUES (1) ON CONFLICT (id) DO UPDATE SET c = excluded.d;',
    ],
    edges: [
      '2 uses table t < 1',
      '3 uses table t < 1',
      '4 uses table t < 1',
      '4 uses column c of t < 2',
      '4 uses column d of t < 3',
    ],
  },
  {
    what: 'the alias of what rows are put into',
    files: [
      T,
      'ALTER TABLE t ADD c int;',
      'INSERT INTO t AS x (id) VALUES (1) ON CONFLICT (id) DO UPDATE SET a = x.c;',
    ],
    edges: ['2 uses table t < 1', '3 uses table t < 1', '3 uses column c of t < 2'],
  },
  {
    what: 'rows that are put in beside others',
    files: [T, 'INSERT INTO t (id, a) VALUES (1, 1);', 'INSERT INTO t (id, a) VALUES (2, 1);'],
    edges: ['2 uses table t < 1', '3 uses table t < 1'],
  },
  {
    what: 'rows that are put in or changed',
    files: [
      T,
      "INSERT INTO t VALUES (1, 1, 'x') ON CONFLICT (id) DO UPDATE SET a = 1;",
      "INSERT INTO t VALUES (1, 1, 'y') ON CONFLICT (id) DO UPDATE SET a = 2;",
      "INSERT INTO t VALUES (3, 1, 'y') ON CONFLICT DO NOTHING;",
    ],
    edges: [
      '2 uses table t < 1',
      '3 uses table t < 1',
      '(3 creates rows of t < 2)',
      '(3 uses rows of t < 2)',
      '4 uses table t < 1',
      '(4 creates rows of t < 2)',
      '(4 creates rows of t < 3)',
    ],
  },
  {
    what: 'an update behind rows that are put in',
    files: [T, 'INSERT INTO t (id, a) VALUES (2, 1);', 'UPDATE t SET a = 2;'],
    edges: ['2 uses table t < 1', '3 uses table t < 1', '3 changes rows of t < 2'],
  },
  {
    what: 'rows that are put in behind an update',
    files: [T, 'UPDATE t SET a = 2;', 'INSERT INTO t (id, a) VALUES (2, 1);'],
    edges: ['2 uses table t < 1', '3 uses table t < 1', '(3 creates rows of t < 2)'],
  },
  {
    what: 'ON CONFLICT of some rows',
    files: [
      T,
      'CREATE UNIQUE INDEX t_a ON t (a) WHERE a > 0;',
      'INSERT INTO t (id, a) VALUES (1, 1) ON CONFLICT (a) WHERE a > 0 DO NOTHING;',
    ],
    edges: ['2 uses table t < 1', '3 uses table t < 1', '3 uses index t_a of t < 2'],
  },
  {
    what: 'ON CONFLICT of a primary key',
    files: [
      'CREATE TABLE t (id int NOT NULL);',
      'ALTER TABLE t ADD PRIMARY KEY (id);',
      'INSERT INTO t VALUES (1) ON CONFLICT (id) DO NOTHING;',
      'INSERT INTO t VALUES (1) ON CONFLICT DO NOTHING;',
    ],
    edges: [
      '2 uses table t < 1',
      '3 uses table t < 1',
      '3 uses constraint t_pkey of t < 2',
      '4 uses table t < 1',
      '(4 uses constraint t_pkey of t < 2)',
    ],
  },
  {
    what: 'ON CONFLICT in WITH',
    files: [
      T,
      'CREATE UNIQUE INDEX t_a ON t (a);',
      'WITH x AS (INSERT INTO t (id, a) VALUES (1, 1) ON CONFLICT (a) DO NOTHING RETURNING id) SELECT count(*) FROM x;',
    ],
    edges: ['2 uses table t < 1', '3 uses table t < 1', '3 uses index t_a of t < 2'],
  },
  {
    what: 'ON CONFLICT of a column that is added with its key',
    files: [
      'CREATE TABLE t (id int);',
      'ALTER TABLE t ADD code text UNIQUE;',
      "INSERT INTO t VALUES (1, 'x') ON CONFLICT (code) DO UPDATE SET id = excluded.id;",
    ],
    edges: [
      '2 uses table t < 1',
      '3 uses table t < 1',
      '3 uses column code of t < 2',
      '3 uses constraint t_code_key of t < 2',
    ],
  },
  {
    what: 'TRUNCATE',
    files: [T, 'TRUNCATE t;', 'INSERT INTO t (id) VALUES (1);'],
    edges: ['2 uses table t < 1', '3 uses table t < 1', '(3 creates rows of t < 2)'],
  },
];
