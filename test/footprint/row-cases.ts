/** Files, and the edges of the last one to those before it but the first. */
type Case = readonly [what: string, files: readonly string[], edges: readonly string[]];

const KEYS = 'CREATE TABLE p (id int PRIMARY KEY, a int);\nCREATE TABLE c (id int PRIMARY KEY, p_id int REFERENCES p';
const PLAIN = `${KEYS});`;
const CASCADE = `${KEYS} ON DELETE CASCADE ON UPDATE CASCADE);\nCREATE TABLE d (c_id int REFERENCES c ON DELETE SET NULL);`;
const PARTS = 'CREATE TABLE p (id int, a int) PARTITION BY LIST (id);';
const P1 = 'CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1);';

export const ROWS: readonly Case[] = [
  [
    'a row that points at another',
    [PLAIN, 'INSERT INTO p VALUES (1);', 'INSERT INTO c VALUES (1, 1);'],
    ['(3 uses rows of p < 2)'],
  ],
  ['COPY', [PLAIN, 'INSERT INTO p VALUES (1);', 'COPY c FROM STDIN;\n\\.'], ['(3 uses rows of p < 2)']],
  [
    'it is made to point at another',
    [PLAIN, 'INSERT INTO p VALUES (1);', 'UPDATE c SET p_id = 1;'],
    ['(3 uses rows of p < 2)'],
  ],
  ['another column of it', [PLAIN, 'INSERT INTO p VALUES (1);', 'UPDATE c SET id = 1;'], []],
  ['the rows in the other direction', [PLAIN, 'INSERT INTO c VALUES (1, NULL);', 'INSERT INTO p VALUES (1);'], []],
  ['what points at rows has to be gone', [PLAIN, 'DELETE FROM c;', 'DELETE FROM p;'], ['(3 uses rows of c < 2)']],
  ['DELETE that goes on', [CASCADE, 'INSERT INTO c VALUES (1, NULL);', 'DELETE FROM p;'], ['3 changes rows of c < 2']],
  ['over two tables', [CASCADE, 'INSERT INTO d VALUES (NULL);', 'DELETE FROM p;'], ['3 changes rows of d < 2']],
  [
    'UPDATE of a key',
    [CASCADE, 'INSERT INTO c VALUES (1, NULL);', 'UPDATE p SET id = 2;'],
    ['3 changes rows of c < 2'],
  ],
  ['UPDATE of another column', [CASCADE, 'INSERT INTO c VALUES (1, NULL);', 'UPDATE p SET a = 2;'], []],
  ['TRUNCATE CASCADE', [PLAIN, 'INSERT INTO c VALUES (1, NULL);', 'TRUNCATE p CASCADE;'], ['3 changes rows of c < 2']],
  [
    'rows of a partitioned table need a partition',
    [PARTS, P1, 'INSERT INTO p VALUES (1);'],
    ['(3 uses partition p1 of p < 2)'],
  ],
  [
    'rows that lie in a partition',
    [`${PARTS}\n${P1}`, 'INSERT INTO p VALUES (1, 1);', 'CREATE TABLE x AS SELECT a FROM p1;'],
    ['3 uses rows of p < 2'],
  ],
  [
    'rows of all partitions',
    [`${PARTS}\n${P1}`, 'INSERT INTO p1 VALUES (1, 1);', 'CREATE TABLE x AS SELECT a FROM p;'],
    ['3 uses rows of p1 < 2'],
  ],
  [
    'rows are changed through the partitioned table',
    [`${PARTS}\n${P1}`, 'INSERT INTO p1 VALUES (1, 1);', 'UPDATE p SET a = 1;'],
    ['3 changes rows of p1 < 2'],
  ],
  [
    'rows that a view puts into its table',
    [
      'CREATE TABLE t (id int, a int);\nCREATE VIEW v AS SELECT id FROM t;',
      'INSERT INTO v VALUES (1);',
      'CREATE TABLE x AS SELECT a FROM t;',
    ],
    ['3 uses rows of t < 2'],
  ],
  [
    'rows of a view that were put into its table',
    [
      'CREATE TABLE t (id int, a int);\nCREATE VIEW v AS SELECT id FROM t;',
      'INSERT INTO t VALUES (1);',
      'DELETE FROM v;',
    ],
    ['3 changes rows of t < 2'],
  ],
  [
    'what keeps rows out of the table',
    [
      'CREATE TABLE t (id int, a int);\nCREATE VIEW v AS SELECT id FROM t;',
      'ALTER TABLE t ALTER a SET DEFAULT 1, ADD CONSTRAINT k CHECK (a > 0);',
      'INSERT INTO v VALUES (1);',
    ],
    ['(3 uses default of column a of t < 2)', '(3 uses constraint k of t < 2)'],
  ],
];

export const INHERITED: readonly Case[] = [
  [
    'a column of a partition that was renamed above',
    [`${PARTS}\n${P1}`, 'ALTER TABLE p RENAME COLUMN a TO b;', 'CREATE VIEW v AS SELECT b FROM p1;'],
    ['3 uses column b of p1 < 2', '3 uses column b of p < 2'],
  ],
  [
    'a column of a child that was added above',
    [
      'CREATE TABLE p (id int);\nCREATE TABLE c () INHERITS (p);',
      'ALTER TABLE p ADD COLUMN b int;',
      'CREATE INDEX ON c (b);',
    ],
    ['3 uses column b of p < 2'],
  ],
  [
    'a default that was set above',
    [`${PARTS}\n${P1}`, 'ALTER TABLE p ALTER a SET DEFAULT 1;', 'ALTER TABLE p1 ALTER a SET DEFAULT 2;'],
    ['3 changes default of column a of p1 < 2'],
  ],
  [
    'a check that was renamed above',
    [
      'CREATE TABLE p (id int, CONSTRAINT k CHECK (id > 0));\nCREATE TABLE c () INHERITS (p);',
      'ALTER TABLE p RENAME CONSTRAINT k TO n;',
      "COMMENT ON CONSTRAINT n ON c IS 'x';",
    ],
    ['3 uses constraint n of c < 2'],
  ],
];
