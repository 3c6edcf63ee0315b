import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lastingEffect } from '../../src/sql/lasting-effects.ts';

const effect = (sql: string) => lastingEffect(sql, sql.toUpperCase().split(/\W+/));

test('what reaches out of the transaction by its text', () => {
  for (const sql of [
    "COPY t TO PROGRAM 'gzip > /tmp/t'",
    "COPY t FROM PROGRAM 'curl x'",
    "COPY (SELECT 1) TO '/tmp/t'",
    "copy t to E'/tmp/t'",
    "SELECT dblink_exec('host=other', 'DROP TABLE t')",
    "SELECT * FROM dblink('host=other', 'SELECT 1') AS t (i int)",
    'DO $$ BEGIN PERFORM pg_terminate_backend(1); END $$',
    "SELECT lo_export(1, '/tmp/x')",
    "SELECT pg_create_logical_replication_slot('s', 'pgoutput')",
    'SELECT pg_stat_statements_reset()',
  ])
    assert.notEqual(effect(sql), undefined, sql);
});

test('what a rollback undoes, or what does nothing yet', () => {
  for (const sql of [
    'COPY t FROM stdin',
    "COPY t FROM '/tmp/t'",
    'COPY t TO stdout',
    "CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$ BEGIN PERFORM dblink_exec('x', 'y'); END $$",
    "SELECT nextval('s')",
    "SELECT pg_notify('a', 'b')",
    'INSERT INTO dblink VALUES (1)',
    "UPDATE program SET name = 'to'",
  ])
    assert.equal(effect(sql), undefined, sql);
});
