import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type StatementKind, statementKind } from '../../src/sql/kinds.ts';
import { splitScript } from '../../src/sql/splitter.ts';

function kind(sql: string, serverVersionNum = 150000): StatementKind {
  const [item] = [...splitScript(sql)];
  assert.ok(item?.kind === 'statement' || item?.kind === 'copy');
  return statementKind(sql, item.words, serverVersionNum);
}

// facts.md had each of these tried in a transaction block on 12 to 18: refused with 25001.
const NOT_IN_TRANSACTION = [
  'CREATE DATABASE d',
  'DROP DATABASE IF EXISTS d',
  'ALTER DATABASE "d" SET TABLESPACE t',
  "CREATE TABLESPACE t LOCATION '/x'",
  'DROP TABLESPACE t',
  "ALTER SYSTEM SET work_mem = '1MB'",
  'VACUUM',
  'VACUUM (FULL, ANALYZE) t',
  'CLUSTER',
  'CLUSTER VERBOSE',
  'CLUSTER (VERBOSE)',
  'CREATE INDEX CONCURRENTLY i ON t (a)',
  'create /* x */ unique index -- y\n concurrently on t (a)',
  'CREATE INDEX CONCURRENTLY IF NOT EXISTS i ON t (a)',
  'DROP INDEX CONCURRENTLY IF EXISTS s.i',
  'REINDEX INDEX CONCURRENTLY i',
  'REINDEX TABLE CONCURRENTLY t',
  'REINDEX (CONCURRENTLY) TABLE t',
  'REINDEX (VERBOSE, CONCURRENTLY TRUE, TABLESPACE x) INDEX i',
  'REINDEX SCHEMA s',
  'REINDEX (VERBOSE) DATABASE d',
  'REINDEX SYSTEM d',
  'REINDEX DATABASE',
  'ALTER TABLE p DETACH PARTITION q CONCURRENTLY',
  'ALTER TABLE IF EXISTS ONLY "s"."p" DETACH PARTITION s2.q CONCURRENTLY',
  "CREATE SUBSCRIPTION s CONNECTION 'x' PUBLICATION p",
  "CREATE SUBSCRIPTION s CONNECTION 'x' PUBLICATION p WITH (create_slot = true)",
  'DROP SUBSCRIPTION s',
  'ALTER SUBSCRIPTION s REFRESH PUBLICATION',
  'ALTER SUBSCRIPTION s SET PUBLICATION p',
  'ALTER SUBSCRIPTION s ADD PUBLICATION p WITH (refresh = on)',
  "COMMIT PREPARED 'x'",
  "ROLLBACK PREPARED 'x'",
  'DISCARD ALL',
];
for (const sql of NOT_IN_TRANSACTION) {
  test(`cannot run in a transaction, with a reason: ${sql}`, () => {
    const found = kind(sql);
    assert.equal(found.transactional, false);
    assert.ok(found.reason);
    assert.equal(found.transactionControl, undefined);
  });
}

const IN_TRANSACTION = [
  'ALTER DATABASE d SET work_mem = 1',
  'ANALYZE',
  'TRUNCATE t',
  'CREATE EXTENSION vector',
  'CREATE UNLOGGED TABLE t (a int)',
  'CLUSTER t USING i',
  'CLUSTER (VERBOSE) t',
  'REINDEX TABLE t',
  'REINDEX (CONCURRENTLY FALSE) TABLE t',
  'REINDEX (CONCURRENTLY 0) INDEX i',
  'REFRESH MATERIALIZED VIEW CONCURRENTLY m',
  "ALTER TYPE e ADD VALUE 'x'",
  'CREATE ROLE r',
  'CHECKPOINT',
  "COPY t TO PROGRAM 'x'",
  'CREATE INDEX "concurrently" ON t (a)',
  'DROP INDEX "CONCURRENTLY"',
  'CREATE TABLE concurrently_made (concurrently int)',
  'ALTER TABLE p DETACH PARTITION q',
  'ALTER TABLE p DETACH PARTITION q FINALIZE',
  'ALTER TABLE p DETACH PARTITION "concurrently"',
  "CREATE SUBSCRIPTION s CONNECTION 'x' PUBLICATION p WITH (enabled = false, create_slot = off)",
  "CREATE SUBSCRIPTION s CONNECTION 'x' PUBLICATION p WITH (connect = 'false')",
  'ALTER SUBSCRIPTION s DISABLE',
  'ALTER SUBSCRIPTION s SET PUBLICATION p WITH (refresh = false)',
  'DISCARD PLANS',
  "SELECT 'VACUUM'",
];
for (const sql of IN_TRANSACTION) {
  test(`can run in a transaction: ${sql}`, () => {
    assert.deepEqual(
      { transactional: kind(sql).transactional, reason: kind(sql).reason },
      { transactional: true, reason: undefined },
    );
  });
}

test('ALTER TYPE ... ADD VALUE needs version 12 to run in a transaction', () => {
  assert.equal(kind("ALTER TYPE s.e ADD VALUE IF NOT EXISTS 'x'", 110022).transactional, false);
  assert.equal(kind("ALTER TYPE s.e RENAME VALUE 'x' TO 'y'", 110022).transactional, true);
});

const CONTROL: [string, StatementKind['transactionControl']][] = [
  ['BEGIN', 'begin'],
  ['BEGIN ISOLATION LEVEL SERIALIZABLE', 'begin'],
  ['START TRANSACTION', 'begin'],
  ['COMMIT', 'commit'],
  ['END', 'commit'],
  ['COMMIT WORK AND NO CHAIN', 'commit'],
  ['COMMIT AND CHAIN', 'chain'],
  ['ROLLBACK TRANSACTION AND CHAIN', 'chain'],
  ['ROLLBACK', 'rollback'],
  ['ABORT', 'rollback'],
  ['SAVEPOINT a', 'savepoint'],
  ['RELEASE SAVEPOINT a', 'release'],
  ['ROLLBACK TO a', 'rollback to'],
  ['ROLLBACK WORK TO SAVEPOINT a', 'rollback to'],
  ["PREPARE TRANSACTION 'x'", 'prepare'],
  ['SET TRANSACTION READ ONLY', 'set transaction'],
  ['SET LOCAL TRANSACTION ISOLATION LEVEL SERIALIZABLE', 'set transaction'],
  ['SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY', 'set transaction'],
  ['PREPARE p AS SELECT 1', undefined],
  ['SET x.transaction = 1', undefined],
  ['SET CONSTRAINTS ALL DEFERRED', undefined],
  ['"BEGIN"', undefined],
  ['BEG\u0131N', undefined],
];
for (const [sql, control] of CONTROL) {
  test(`${sql} is ${control === undefined ? 'no transaction control' : `the transaction control "${control}"`}`, () => {
    assert.equal(kind(sql).transactionControl, control);
  });
}

const CLASSES: [StatementKind['class'], string[]][] = [
  [
    'ddl',
    [
      'CREATE TABLE t ()',
      'ALTER TABLE t ADD a int',
      'DROP VIEW v',
      'TRUNCATE t',
      'GRANT ALL ON t TO r',
      "COMMENT ON TABLE t IS ''",
      'LOCK TABLE t',
      'REINDEX TABLE t',
      'REFRESH MATERIALIZED VIEW m',
      'SELECT a INTO t FROM u',
      'WITH x AS (SELECT 1) SELECT * INTO t FROM x',
    ],
  ],
  [
    'dml',
    [
      'INSERT INTO t DEFAULT VALUES',
      'UPDATE t SET a = 1',
      'DELETE FROM t',
      'MERGE INTO t USING u ON true WHEN MATCHED THEN DELETE',
      "COPY t FROM '/x'",
      'WITH x AS (DELETE FROM t RETURNING a) SELECT * FROM x',
      'WITH x AS (SELECT 1) INSERT INTO t SELECT * FROM x',
      'WITH x AS (SELECT 1), y AS MATERIALIZED (UPDATE t SET a = 1 RETURNING 1) TABLE y',
    ],
  ],
  [
    'query',
    [
      'SELECT 1',
      '(SELECT 1) UNION (SELECT 2)',
      'VALUES (1)',
      'TABLE t',
      'WITH x AS (SELECT 1) SELECT * FROM x',
      'SELECT a FROM t FOR UPDATE',
      "SELECT 'insert into', (SELECT 1)",
      'SELECT f(x) delete FROM t',
      "SELECT has_table_privilege('t', 'UPDATE')",
    ],
  ],
  ['set', ['SET search_path = x', 'RESET ALL', 'SET ROLE r']],
  [
    'utility',
    ['DO $$ BEGIN END $$', 'CALL p()', 'ANALYZE', 'EXPLAIN SELECT 1', 'SET CONSTRAINTS ALL DEFERRED', 'NOTIFY x'],
  ],
];
for (const [name, list] of CLASSES) {
  for (const sql of list) {
    test(`${sql} is of class ${name}`, () => assert.equal(kind(sql).class, name));
  }
}
