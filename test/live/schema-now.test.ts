/** What the console asks a server before it reads a schema, and beside it: on every major version. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { catalogState } from '../../src/engine/look/catalog-state.ts';
import { relationSizes, sizeKey } from '../../src/engine/look/relation-sizes.ts';
import { engines, withDatabase } from '../support/servers.ts';
import { openSession } from './catalog-bed.ts';

for (const engine of engines) {
  test(`another state as soon as anything of the schema has changed, and for nothing else (${engine})`, async () => {
    await withDatabase(engine, async (database) => {
      const session = await openSession(database);
      try {
        await database.sql('CREATE TABLE t (id integer PRIMARY KEY, name text); CREATE VIEW v AS SELECT id FROM t');
        let last = await catalogState(session);
        const moves = async (sql: string, wanted: boolean) => {
          await database.sql(sql);
          const now = await catalogState(session);
          assert.equal(now !== last, wanted, sql);
          last = now;
        };
        await moves('INSERT INTO t SELECT generate_series(1, 1000)', false);
        await moves('VACUUM ANALYZE t', false);
        for (const sql of [
          'ALTER TABLE t ADD COLUMN more text',
          'ALTER TABLE t DROP COLUMN more',
          'CREATE INDEX i ON t (name)',
          "COMMENT ON INDEX i IS 'x'",
          'GRANT SELECT ON t TO PUBLIC',
          'CREATE OR REPLACE VIEW v AS SELECT id + 1 AS id FROM t',
          "CREATE FUNCTION f() RETURNS integer LANGUAGE sql AS 'SELECT 1'",
          "CREATE OR REPLACE FUNCTION f() RETURNS integer LANGUAGE sql AS 'SELECT 2'",
          "CREATE TYPE e AS ENUM ('a')",
          "ALTER TYPE e ADD VALUE 'b'",
          'ALTER TABLE t ENABLE ROW LEVEL SECURITY',
          'CREATE POLICY p ON t USING (true)',
          'CREATE SEQUENCE s',
          'ALTER SEQUENCE s CACHE 5',
          `ALTER DATABASE "${database.name}" SET work_mem = '8MB'`,
          'DROP INDEX i',
        ])
          await moves(sql, true);
        await moves("BEGIN; DROP TABLE t CASCADE; ROLLBACK; SELECT nextval('s')", false);
      } finally {
        await session.end();
      }
    });
  });

  test(`sizes are told without waiting for who has a table for himself (${engine})`, async () => {
    await withDatabase(engine, async (database) => {
      const [session, holder] = [await openSession(database), await openSession(database)];
      try {
        await database.sql(
          'CREATE TABLE t (id integer PRIMARY KEY); CREATE TABLE u (id integer); INSERT INTO t SELECT generate_series(1, 5000)',
        );
        await database.sql('ANALYZE t');
        const seen = async (name: string) => (await relationSizes(session)).get(sizeKey(['public', name]));
        const t = await seen('t');
        assert.equal(t?.rows, 5000);
        assert.ok(t.bytes! > t.indexBytes! && t.indexBytes! > 0);
        assert.equal((await seen('u'))?.rows, null, 'nobody has counted it');
        assert.ok((await seen('t_pkey'))!.bytes! > 0);
        await holder.query('BEGIN');
        await holder.query('LOCK TABLE t IN ACCESS EXCLUSIVE MODE');
        const begun = performance.now();
        assert.deepEqual(await seen('t'), { rows: 5000, bytes: null, indexBytes: null });
        assert.ok((await seen('u'))!.bytes !== null);
        assert.ok(performance.now() - begun < 5000);
      } finally {
        await holder.end();
        await session.end();
      }
    });
  });
}
