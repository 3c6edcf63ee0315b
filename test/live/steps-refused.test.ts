/**
 * Every form that PostgreSQL refuses in a transaction block (the callers of PreventInTransactionBlock in its source), and
 * those that people take for one, tried on every server: what is read from the text is what the server says.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { statementKind } from '../../src/sql/kinds.ts';
import { splitScript } from '../../src/sql/splitter.ts';
import { majors, uniqueName, withDatabase } from '../support/servers.ts';

const IN_TRANSACTION = '25001';

const PREPARE = `CREATE TABLE t (a int, b text);
CREATE INDEX t_a ON t (a);
CREATE TABLE p (a int) PARTITION BY RANGE (a);
CREATE TABLE q PARTITION OF p FOR VALUES FROM (1) TO (5);
CREATE INDEX p_a ON p (a);
CREATE TYPE e AS ENUM ('x');
CREATE MATERIALIZED VIEW m AS SELECT a FROM t;
CREATE UNIQUE INDEX m_a ON m (a);
CREATE PROCEDURE c() LANGUAGE plpgsql AS $$ BEGIN COMMIT; END $$;
CREATE SUBSCRIPTION theSub CONNECTION 'host=127.0.0.1 port=1' PUBLICATION x WITH (connect = false, slot_name = theSub)`;

/** The statement, the server from which on it exists, and its SQLSTATE where that is not 25001. */
const REFUSED: readonly (readonly [sql: string, from?: number, code?: string])[] = [
  ['CREATE DATABASE NEW'],
  ['DROP DATABASE IF EXISTS NEW'],
  ['ALTER DATABASE THIS SET TABLESPACE pg_default'],
  ['ALTER DATABASE THIS WITH TABLESPACE = pg_default'],
  ['ALTER DATABASE THIS TABLESPACE pg_default'],
  ["CREATE TABLESPACE NEW LOCATION '/nowhere'"],
  ['DROP TABLESPACE IF EXISTS NEW'],
  ["ALTER SYSTEM SET work_mem = '4MB'"],
  ['ALTER SYSTEM RESET work_mem'],
  ['VACUUM'],
  ['VACUUM t'],
  ['VACUUM (FULL, ANALYZE) t'],
  ['VACUUM FREEZE t'],
  ['VACUUM (ONLY_DATABASE_STATS)', 16],
  ['CLUSTER'],
  ['CLUSTER VERBOSE'],
  ['CLUSTER (VERBOSE)', 17],
  ['CREATE INDEX CONCURRENTLY i ON t (a)'],
  ['CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS i ON t (a)'],
  ['DROP INDEX CONCURRENTLY t_a'],
  ['DROP INDEX CONCURRENTLY IF EXISTS t_a'],
  ['REINDEX INDEX CONCURRENTLY t_a'],
  ['REINDEX TABLE CONCURRENTLY t'],
  ['REINDEX (CONCURRENTLY) TABLE t', 14],
  ['REINDEX SCHEMA public'],
  ['REINDEX DATABASE THIS'],
  ['REINDEX DATABASE', 16],
  ['REINDEX SYSTEM THIS'],
  ['ALTER TABLE p DETACH PARTITION q CONCURRENTLY', 14],
  ["CREATE SUBSCRIPTION NEW CONNECTION 'port=1' PUBLICATION x"],
  ["CREATE SUBSCRIPTION NEW CONNECTION 'port=1' PUBLICATION x WITH (create_slot = true)"],
  ['DROP SUBSCRIPTION theSub'],
  ["COMMIT PREPARED 'NEW'"],
  ["ROLLBACK PREPARED 'NEW'"],
  ['DISCARD ALL'],
];

/** What only the catalog tells: planned again when the server refuses it. */
const NOT_IN_THE_TEXT: typeof REFUSED = [
  ['REINDEX TABLE p', 14],
  ['REINDEX INDEX p_a', 14],
  ['CLUSTER p USING p_a', 15],
  ['CALL c()', 12, '2D000'],
  ['DO $$ BEGIN COMMIT; END $$', 12, '2D000'],
];

const ALLOWED: typeof REFUSED = [
  ['ANALYZE'],
  ['ANALYZE t'],
  ['TRUNCATE t'],
  ['CREATE EXTENSION IF NOT EXISTS plpgsql'],
  ['CREATE UNLOGGED TABLE u (a int)'],
  ['CLUSTER t USING t_a'],
  ['REINDEX TABLE t'],
  ['REINDEX INDEX t_a'],
  ['REINDEX (CONCURRENTLY FALSE) TABLE t', 14],
  ['REFRESH MATERIALIZED VIEW CONCURRENTLY m'],
  ["ALTER TYPE e ADD VALUE 'y'"],
  ["ALTER TYPE e RENAME VALUE 'x' TO 'z'"],
  ['CREATE ROLE NEW'],
  ["ALTER DATABASE THIS SET work_mem = '4MB'"],
  ['ALTER DATABASE THIS CONNECTION LIMIT 90'],
  ['CHECKPOINT'],
  ["COPY t TO PROGRAM 'cat > /dev/null'"],
  ['ALTER TABLE p DETACH PARTITION q'],
  ['ALTER SUBSCRIPTION theSub DISABLE'],
  ['ALTER SUBSCRIPTION theSub SET PUBLICATION y WITH (refresh = false)'],
  ["CREATE SUBSCRIPTION NEW CONNECTION 'port=1' PUBLICATION x WITH (connect = false, slot_name = NONE)"],
  ['DISCARD PLANS'],
  ['DISCARD TEMP'],
  ['LOCK TABLE t'],
  ['DO $$ BEGIN PERFORM 1; END $$'],
];

function readAs(sql: string, major: number) {
  const [item] = [...splitScript(sql)];
  assert.ok(item?.kind === 'statement');
  return statementKind(sql, item.words, major * 10_000);
}

for (const major of majors) {
  test(`PostgreSQL ${major}: what the server refuses in a transaction is what the text is read as`, () =>
    withDatabase(major, async (database) => {
      const sub = uniqueName('sub');
      const named = (sql: string) =>
        sql.replaceAll('THIS', database.name).replaceAll('NEW', uniqueName('new')).replaceAll('theSub', sub);
      for (const sql of PREPARE.split(';\n')) await database.sql(sql.replaceAll('theSub', sub));
      const codeOf = async (sql: string) => {
        const said = (await database.sql(`BEGIN; ${sql}; ROLLBACK`).catch((error: unknown) => error)) as {
          sqlstate?: string;
        };
        return said.sqlstate;
      };
      const told: [string, string | undefined, string | undefined][] = [];
      const check = async (list: typeof REFUSED, code: string | undefined, transactional: boolean) => {
        for (const [pattern, from = 12, own = code] of list) {
          if (major < from) continue;
          const sql = named(pattern);
          const found = await codeOf(sql);
          if (found !== own) told.push([sql, found, own]);
          assert.equal(readAs(sql, major).transactional, transactional, sql);
        }
      };
      try {
        await check(REFUSED, IN_TRANSACTION, false);
        await check(NOT_IN_THE_TEXT, IN_TRANSACTION, true);
        await check(ALLOWED, undefined, true);
        assert.deepEqual(told, []);
      } finally {
        await database.sql(`ALTER SUBSCRIPTION ${sub} SET (slot_name = NONE)`);
        await database.sql(`DROP SUBSCRIPTION ${sub}`);
      }
    }));
}
