/**
 * A statement outside a transaction is written together with the transaction in front of it: servers of every version take
 * it so, directly and through PgBouncer.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Files, withCli } from '../support/cli.ts';
import { engines, majorOf } from '../support/engines.ts';
import { startPooler } from '../support/pgbouncer.ts';
import { server } from '../support/servers.ts';

const BACK = '-- IRREVERSIBLE: test\n';

/** One of each sort that the server takes apart from others: what commits by itself, and what must be committed at once. */
function filesFor(major: number, database: string): Files {
  const detach = major >= 14 ? 'ALTER TABLE parted DETACH PARTITION part CONCURRENTLY;\n' : '';
  const reindex = major >= 12 ? 'REINDEX INDEX CONCURRENTLY t_n;\n' : '';
  return {
    'm/001_tables.sql': `CREATE TABLE t (n int);
CREATE TABLE parted (n int) PARTITION BY LIST (n);
CREATE TABLE part PARTITION OF parted FOR VALUES IN (1);
CREATE PROCEDURE fill() LANGUAGE plpgsql AS $$ BEGIN INSERT INTO t VALUES (1); COMMIT; INSERT INTO t VALUES (2); END $$;
${BACK}`,
    'm/002_outside.sql': `-- Transaction: none
CALL fill();
CREATE INDEX CONCURRENTLY t_n ON t (n);
${reindex}${detach}VACUUM ANALYZE t;
CREATE DATABASE ${database}_two TEMPLATE template0;
DROP DATABASE ${database}_two;
DROP INDEX CONCURRENTLY t_n;
${BACK}`,
  };
}

for (const engine of engines) {
  test(`PostgreSQL ${engine}: directly and through a pooler`, async () => {
    const pooler = await startPooler(await server(engine));
    for (const isPooled of [false, true]) {
      await withCli(engine, {}, async (at) => {
        at.write(filesFor(majorOf(engine), at.database.name));
        const env = isPooled ? { DATABASE_URL: pooler.url(at.database.name) } : {};
        const ran = await at.run(['migrate'], { env });
        assert.equal(ran.exit, 0, ran.output);
        assert.deepEqual(await at.database.sql("SELECT count(*), to_regclass('t_n'), count(DISTINCT n) FROM t"), [
          ['2', null, '2'],
        ]);
      });
    }
    await pooler.kill();
  });
}
