import { F, type Form, T } from './form.ts';

export const TABLES: readonly Form[] = [
  {
    what: 'a foreign key on a unique index',
    files: ['CREATE TABLE t (a int);', 'CREATE UNIQUE INDEX t_a ON t (a);', 'CREATE TABLE u (a int REFERENCES t (a));'],
    edges: ['2 uses table t < 1', '3 uses table t < 1', '3 uses index t_a of t < 2'],
  },
  {
    what: 'a foreign key leans on one key only',
    files: [T, 'CREATE UNIQUE INDEX t_b ON t (b);', 'CREATE TABLE u (a int REFERENCES t (id));'],
    edges: ['2 uses table t < 1', '3 uses table t < 1'],
  },
  {
    what: 'EXCLUDE WITH',
    files: [
      "CREATE FUNCTION eq(int, int) RETURNS bool LANGUAGE sql IMMUTABLE AS 'SELECT $1 = $2';\nCREATE FUNCTION icmp(int, int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 0';",
      'CREATE OPERATOR === (LEFTARG = int, RIGHTARG = int, FUNCTION = eq, COMMUTATOR = ===);\nCREATE OPERATOR CLASS iops FOR TYPE int USING btree AS OPERATOR 3 ===, FUNCTION 1 icmp(int, int);',
      'CREATE TABLE t (a int, EXCLUDE USING btree (a iops WITH ===));',
    ],
    edges: [
      '2 uses function eq < 1',
      '2 uses function icmp < 1',
      '3 uses operator class iops < 2',
      '3 uses operator "===" < 2',
    ],
  },
  {
    what: 'a partition key',
    files: ["CREATE COLLATION c (LOCALE = 'C');", 'CREATE TABLE p (a text) PARTITION BY RANGE (a COLLATE c);'],
    edges: ['2 uses collation c < 1'],
  },
  {
    what: 'the columns and expressions of a partition key',
    files: [F, 'CREATE TABLE p (a int) PARTITION BY RANGE (f(a));'],
    edges: ['2 uses function f < 1'],
  },
  {
    what: 'a partition and a new column of its parent',
    files: [
      'CREATE TABLE p (id int) PARTITION BY LIST (id);',
      'CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1);',
      'ALTER TABLE p ADD c int;',
    ],
    edges: [
      '2 uses table p < 1',
      '3 uses table p < 1',
      '(3 creates column c of p < 2)',
      '(3 creates column c of p1 < 2)',
    ],
  },
  {
    what: 'a column of a partition',
    files: [
      'CREATE TABLE p (id int) PARTITION BY LIST (id);',
      'CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1);',
      'ALTER TABLE p ADD c int;',
      'CREATE INDEX ON p1 (c);',
      'CREATE VIEW v AS SELECT c FROM p1;',
    ],
    edges: [
      '2 uses table p < 1',
      '3 uses table p < 1',
      '(3 creates column c of p < 2)',
      '(3 creates column c of p1 < 2)',
      '4 uses table p1 < 2',
      '4 uses column c of p < 3',
      '5 uses table p1 < 2',
      '5 uses column c of p < 3',
    ],
  },
  {
    what: 'a child and a new column of its parent',
    files: [
      'CREATE TABLE p (id int);',
      'CREATE TABLE p1 (x int) INHERITS (p);',
      'ALTER TABLE p ADD c int;',
      'CREATE INDEX ON p1 (c);',
    ],
    edges: [
      '2 uses table p < 1',
      '3 uses table p < 1',
      '(3 creates column c of p < 2)',
      '(3 creates column c of p1 < 2)',
      '4 uses table p1 < 2',
      '4 uses column c of p < 3',
    ],
  },
  {
    what: 'an attached partition and a new column of its parent',
    files: [
      'CREATE TABLE p (id int) PARTITION BY LIST (id);',
      'CREATE TABLE p1 (id int);',
      'ALTER TABLE p ATTACH PARTITION p1 FOR VALUES IN (1);',
      'ALTER TABLE p ADD c int;',
    ],
    edges: [
      '3 uses table p < 1',
      '3 uses table p1 < 2',
      '4 uses table p < 1',
      '(4 creates column c of p < 3)',
      '(4 creates column c of p1 < 3)',
      '(4 creates column c of p1 < 2)',
    ],
  },
  {
    what: 'storage parameters',
    files: [
      T,
      'ALTER TABLE t SET (fillfactor = 70);',
      'ALTER TABLE t SET (autovacuum_enabled = false);',
      'ALTER TABLE t RESET (fillfactor);',
    ],
    edges: ['2 uses table t < 1', '3 uses table t < 1', '4 uses table t < 1', '4 changes fillfactor of t < 2'],
  },
  {
    what: 'options of a column',
    files: [T, 'ALTER TABLE t ALTER a SET (n_distinct = 5);', 'ALTER TABLE t ALTER a SET (n_distinct_inherited = 5);'],
    edges: ['2 uses table t < 1', '3 uses table t < 1'],
  },
  {
    what: 'a statistics object',
    files: [T, 'ALTER TABLE t ADD c int;', 'CREATE STATISTICS s ON a, c FROM t;'],
    edges: ['2 uses table t < 1', '3 uses table t < 1', '3 uses column c of t < 2'],
  },
  {
    what: 'a statistics object of an expression',
    files: [T, F, 'CREATE STATISTICS s ON (f(a)) FROM t;'],
    edges: ['3 uses table t < 1', '3 uses function f < 2'],
    since: 14,
  },
  {
    what: 'the action of a rule',
    files: [
      T,
      'CREATE TABLE log (a int);',
      'ALTER TABLE log ADD c int;',
      'CREATE RULE r AS ON INSERT TO t DO INSTEAD INSERT INTO log (a, c) VALUES (NEW.a, 1);',
    ],
    edges: ['3 uses table log < 2', '4 uses table t < 1', '4 uses table log < 2', '4 uses column c of log < 3'],
  },
  {
    what: 'several actions of a rule',
    files: [
      T,
      'CREATE TABLE log (a int);',
      F,
      'CREATE RULE r AS ON UPDATE TO t DO ALSO (DELETE FROM log WHERE a = OLD.a; SELECT f(1));',
    ],
    edges: ['4 uses table t < 1', '4 uses table log < 2', '4 uses function f < 3'],
  },
  {
    what: 'a constraint trigger FROM another table',
    files: [
      "CREATE FUNCTION g() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';",
      T,
      'CREATE TABLE u (a int);',
      'CREATE CONSTRAINT TRIGGER x AFTER INSERT ON t FROM u FOR EACH ROW EXECUTE FUNCTION g();',
    ],
    edges: ['4 uses table t < 2', '4 uses function g < 1', '4 uses table u < 3'],
  },
  {
    what: 'an index of a key by its new name',
    files: [
      'CREATE TABLE t (id int CONSTRAINT k PRIMARY KEY);',
      'ALTER INDEX k RENAME TO k2;',
      'ALTER TABLE t RENAME CONSTRAINT k2 TO k3;',
      'ALTER TABLE t DROP CONSTRAINT k3;',
    ],
    edges: [
      '2 changes index k of t < 1',
      '2 creates index k2 of t < 1',
      '2 changes constraint k of t < 1',
      '2 creates constraint k2 of t < 1',
      '3 uses table t < 1',
      '3 changes constraint k2 of t < 2',
      '3 changes index k2 of t < 2',
      '4 uses table t < 1',
      '4 drops constraint k3 of t < 3',
      '4 drops index k3 of t < 3',
    ],
  },
  {
    what: 'an index by the new name of its constraint',
    files: [
      'CREATE TABLE t (id int CONSTRAINT k PRIMARY KEY);',
      'ALTER TABLE t RENAME CONSTRAINT k TO k2;',
      'ALTER INDEX k2 SET (fillfactor = 70);',
    ],
    edges: ['2 uses table t < 1', '3 uses index k2 of t < 2'],
  },
  {
    what: 'a partition behind a new column of its parent',
    files: [
      'CREATE TABLE p (id int) PARTITION BY LIST (id);',
      'ALTER TABLE p ADD c int;',
      'CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1);',
      'CREATE VIEW v AS SELECT c FROM p1;',
      'CREATE VIEW w AS SELECT * FROM p1;',
    ],
    edges: [
      '2 uses table p < 1',
      '3 uses table p < 1',
      '(3 uses column c of p < 2)',
      '4 uses table p1 < 3',
      '4 uses column c of p < 2',
      '5 uses table p1 < 3',
      '5 uses column id of p < 1',
      '5 uses column c of p < 2',
    ],
  },
  {
    what: 'a partition behind a constraint of its parent',
    files: [
      'CREATE TABLE p (id int) PARTITION BY LIST (id);',
      'ALTER TABLE p ADD CONSTRAINT pos CHECK (id > 0);',
      'CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1);',
    ],
    edges: ['2 uses table p < 1', '3 uses table p < 1', '(3 uses constraint pos of p < 2)'],
  },
  {
    what: 'a partition that is attached behind a constraint of its parent',
    files: [
      'CREATE TABLE p (id int) PARTITION BY LIST (id);\nCREATE TABLE p1 (id int, CONSTRAINT pos CHECK (id > 0));',
      'ALTER TABLE p ADD CONSTRAINT pos CHECK (id > 0);',
      'ALTER TABLE p ATTACH PARTITION p1 FOR VALUES IN (1);',
    ],
    edges: ['2 uses table p < 1', '3 uses table p < 1', '3 uses table p1 < 1', '(3 uses constraint pos of p < 2)'],
  },
  {
    what: 'ALTER SEQUENCE',
    files: [
      'CREATE SEQUENCE s;',
      'ALTER SEQUENCE s INCREMENT 2;',
      'ALTER SEQUENCE s CACHE 5;',
      "CREATE TABLE t (id int DEFAULT nextval('s'));",
    ],
    edges: ['2 uses sequence s < 1', '3 uses sequence s < 1', '4 uses sequence s < 1'],
  },
  {
    what: 'ANALYZE',
    files: [T, 'ALTER TABLE t ADD c int;', 'ANALYZE t (c);'],
    edges: ['2 uses table t < 1', '3 uses table t < 1', '3 uses column c of t < 2'],
  },
  {
    what: 'CLUSTER and REINDEX',
    files: [T, 'CREATE INDEX i ON t (a);', 'CLUSTER t USING i;', 'REINDEX INDEX i;', 'REINDEX TABLE t;'],
    edges: [
      '2 uses table t < 1',
      '3 uses table t < 1',
      '3 uses index i of t < 2',
      '4 uses index i of t < 2',
      '5 uses table t < 1',
    ],
  },
  {
    what: 'the collation of a new type',
    files: [
      'CREATE TABLE t (a text);',
      "CREATE COLLATION c (LOCALE = 'C');",
      'ALTER TABLE t ALTER a TYPE text COLLATE c;',
    ],
    edges: ['3 uses table t < 1', '3 uses collation c < 2'],
  },
  {
    what: 'LIKE',
    files: [T, 'ALTER TABLE t ADD c int;', 'CREATE TABLE u (LIKE t);'],
    edges: ['2 uses table t < 1', '3 uses table t < 1', '3 uses column c of t < 2'],
  },
  {
    what: 'a storage parameter that is set again',
    files: [T, 'ALTER TABLE t SET (fillfactor = 70);', 'ALTER TABLE t SET (fillfactor = 80);'],
    edges: ['2 uses table t < 1', '3 uses table t < 1', '3 changes fillfactor of t < 2'],
  },
  {
    what: 'an identity column and its sequence',
    files: [
      'CREATE TABLE t (id int GENERATED ALWAYS AS IDENTITY);',
      'ALTER TABLE t ALTER id RESTART WITH 5;',
      'ALTER SEQUENCE t_id_seq CACHE 5;',
    ],
    edges: ['2 uses table t < 1', '3 uses sequence t_id_seq < 1'],
  },
  {
    what: 'row security',
    files: [
      'CREATE TABLE t (a int);',
      'ALTER TABLE t ENABLE ROW LEVEL SECURITY;',
      'CREATE POLICY p ON t USING (a > 0);',
      'ALTER POLICY p ON t USING (a > 1);',
    ],
    edges: ['2 uses table t < 1', '3 uses table t < 1', '4 uses table t < 1', '4 changes policy p of t < 3'],
  },
  {
    what: 'a default by a new column of its function',
    files: [
      F,
      'CREATE TABLE t (a int);',
      'ALTER TABLE t ALTER a SET DEFAULT f(1);',
      'ALTER TABLE t ADD CHECK (f(a) > 0);',
    ],
    edges: ['3 uses table t < 2', '3 uses function f < 1', '4 uses table t < 2', '4 uses function f < 1'],
  },
  {
    what: 'a partition that is detached',
    files: [
      'CREATE TABLE p (id int) PARTITION BY LIST (id);\nCREATE TABLE p1 PARTITION OF p FOR VALUES IN (1);',
      'ALTER TABLE p ADD c int;',
      'ALTER TABLE p DETACH PARTITION p1;',
      'ALTER TABLE p1 ADD d int;',
    ],
    edges: [
      '2 uses table p < 1',
      '3 uses table p < 1',
      '3 uses table p1 < 1',
      '(3 uses column c of p < 2)',
      '(3 uses column c of p1 < 2)',
      '4 uses table p1 < 1',
      '(4 creates column d of p1 < 3)',
    ],
  },
];
