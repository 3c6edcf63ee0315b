/** What a statement outside a transaction works on, and how it waits for locks, by its text. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lockPolicy, outsideWork, workTarget } from '../../src/sql/outside.ts';

const CASES: [sql: string, target: string, policy: ReturnType<typeof lockPolicy>][] = [
  ['CREATE INDEX CONCURRENTLY i ON t (a)', 'create index i on t', 'patient'],
  [
    'create unique index concurrently IF NOT EXISTS "I i" ON ONLY s.t USING gin (a)',
    'create index I i on s.t',
    'patient',
  ],
  ['CREATE INDEX CONCURRENTLY ON t (a)', 'create index (without a name) on t', 'patient'],
  ['DROP INDEX CONCURRENTLY IF EXISTS s.i', 'drop index s.i', 'patient'],
  ['REINDEX INDEX CONCURRENTLY s.i', 'reindex index s.i', 'patient'],
  ['REINDEX (VERBOSE, CONCURRENTLY) TABLE t', 'reindex table t', 'patient'],
  ['REINDEX SCHEMA CONCURRENTLY s', 'reindex schema s', 'patient'],
  ['REINDEX (CONCURRENTLY) DATABASE d', 'reindex database', 'patient'],
  ['REINDEX (CONCURRENTLY off) SCHEMA s', 'repeatable', 'brief'],
  ['REINDEX DATABASE d', 'repeatable', 'brief'],
  ['ALTER TABLE IF EXISTS s.p DETACH PARTITION q CONCURRENTLY', 'detach partition q of s.p', 'watched'],
  ['CREATE DATABASE d OWNER o', 'create database d', 'brief'],
  ['DROP DATABASE IF EXISTS "D" WITH (FORCE)', 'drop database D', 'brief'],
  ["CREATE TABLESPACE s LOCATION '/x'", 'create tablespace s', 'brief'],
  ['DROP SUBSCRIPTION s', 'drop subscription s', 'brief'],
  ['ALTER DATABASE d SET TABLESPACE x', 'move database d to tablespace x', 'brief'],
  ['ALTER DATABASE d WITH TABLESPACE = x', 'move database d to tablespace x', 'brief'],
  ["COMMIT PREPARED 'it''s'", "end prepared transaction it's", 'brief'],
  ['VACUUM (ANALYZE) t', 'repeatable', 'patient'],
  ['VACUUM FULL t', 'repeatable', 'brief'],
  ['VACUUM (VERBOSE, FULL on) t', 'repeatable', 'brief'],
  ['VACUUM (FULL false) t', 'repeatable', 'patient'],
  ['CLUSTER', 'repeatable', 'brief'],
  ['REPACK (CONCURRENTLY) t', 'repeatable', 'patient'],
  ["ALTER SYSTEM SET work_mem = '1MB'", 'repeatable', 'brief'],
  ['ALTER SUBSCRIPTION s REFRESH PUBLICATION', 'repeatable', 'brief'],
  ['DISCARD ALL', 'repeatable', 'brief'],
  ['CALL p()', 'unknown', 'once'],
  ["DO 'BEGIN COMMIT; END'", 'unknown', 'once'],
  ['SELECT constructor()', 'unknown', 'once'],
  ['constructor', 'unknown', 'once'],
];

for (const [sql, target, policy] of CASES) {
  test(`${sql}: ${target}, ${policy}`, () => {
    assert.equal(workTarget(outsideWork(sql)), target);
    assert.equal(lockPolicy(sql), policy);
  });
}
