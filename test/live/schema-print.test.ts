/** The print of a schema asks only for what may have changed: the first object of every kind is noticed all the same. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { SchemaPrint } from '../../src/snapshot/print.ts';
import { onServers } from '../support/on-servers.ts';
import { type TestDatabase, withDatabase } from '../support/servers.ts';
import { openSession } from './catalog-bed.ts';

for (const engine of onServers(import.meta.url, 14, 18)) {
  test(`PostgreSQL ${engine}: the first object of each kind gives another print`, () =>
    withDatabase(engine, async (database) => assert.deepEqual(await unnoticed(database), [])));
}

/** The kinds whose first object leaves the print as it was. */
async function unnoticed(database: TestDatabase): Promise<string[]> {
  const session = await openSession(database);
  try {
    const { major } = database.server;
    const options = { owners: true, privileges: true, major, trackingSchema: 'public', lockTimeoutMs: 5000 };
    const print = await SchemaPrint.of(session, options);
    const missed: string[] = [];
    await session.query('BEGIN');
    let last = await print.take(session);
    for (const [kind, sql] of FIRST_OF_THEIR_KIND) {
      await session.query(sql);
      const now = await print.take(session, last);
      if (now.text === last.text) missed.push(kind);
      last = now;
    }
    return missed;
  } finally {
    await session.end();
  }
}

const FIRST_OF_THEIR_KIND: readonly (readonly [kind: string, sql: string])[] = [
  ['schema', 'CREATE SCHEMA s'],
  ['table', 'CREATE TABLE t (id integer, b integer)'],
  ['index', 'CREATE UNIQUE INDEX i ON t (id)'],
  ['constraint', 'ALTER TABLE t ADD FOREIGN KEY (b) REFERENCES t (id)'],
  ['statistics', 'CREATE STATISTICS st ON id, b FROM t'],
  ['view', 'CREATE VIEW v AS SELECT id FROM t'],
  ['rule', 'CREATE RULE quiet AS ON DELETE TO v DO INSTEAD NOTHING'],
  ['materialized view', 'CREATE MATERIALIZED VIEW mv AS SELECT id FROM t'],
  ['sequence', 'CREATE SEQUENCE sq'],
  ['range', 'CREATE TYPE r AS RANGE (subtype = integer)'],
  ['enum', 'CREATE TYPE e AS ENUM ()'],
  ['domain', 'CREATE DOMAIN d AS integer'],
  ['domain constraint', 'ALTER DOMAIN d ADD CHECK (VALUE > 0)'],
  ['composite type', 'CREATE TYPE c AS ()'],
  ['attribute', 'ALTER TYPE c ADD ATTRIBUTE a integer'],
  ['shell type', 'CREATE TYPE shell'],
  ['function', 'CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$'],
  ['procedure', 'CREATE PROCEDURE pr() LANGUAGE sql AS $$ SELECT 1 $$'],
  ['aggregate', 'CREATE AGGREGATE ag (integer) (SFUNC = int4pl, STYPE = integer)'],
  ['trigger', 'CREATE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f()'],
  ['policy', 'CREATE POLICY p ON t'],
  ['foreign-data wrapper', 'CREATE FOREIGN DATA WRAPPER w'],
  ['server', 'CREATE SERVER far FOREIGN DATA WRAPPER w'],
  ['user mapping', 'CREATE USER MAPPING FOR PUBLIC SERVER far'],
  ['foreign table', 'CREATE FOREIGN TABLE ft (id integer) SERVER far'],
  ['operator', 'CREATE OPERATOR === (LEFTARG = integer, RIGHTARG = integer, FUNCTION = int4eq)'],
  ['operator family', 'CREATE OPERATOR FAMILY fam USING hash'],
  [
    'operator class',
    'CREATE OPERATOR CLASS cls FOR TYPE integer USING hash AS OPERATOR 1 =, FUNCTION 1 hashint4(integer)',
  ],
  ['cast', 'CREATE CAST (c AS text) WITH INOUT'],
  ['conversion', "CREATE CONVERSION cv FOR 'UTF8' TO 'LATIN1' FROM utf8_to_iso8859_1"],
  ['collation', 'CREATE COLLATION mine FROM "C"'],
  ['access method', 'CREATE ACCESS METHOD am TYPE INDEX HANDLER bthandler'],
  ['publication', 'CREATE PUBLICATION pub'],
  ['subscription', "CREATE SUBSCRIPTION sub CONNECTION 'dbname=x' PUBLICATION pub WITH (connect = false)"],
  ['text search dictionary', 'CREATE TEXT SEARCH DICTIONARY td (TEMPLATE = simple)'],
  ['text search configuration', 'CREATE TEXT SEARCH CONFIGURATION tc (COPY = simple)'],
  ['comment', "COMMENT ON COLUMN t.id IS 'x'"],
  ['default privileges', 'ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO PUBLIC'],
  ['setting', "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET work_mem = 5000', current_database()); END $$"],
  ['extension', 'CREATE EXTENSION hstore'],
  ['function for event triggers', 'CREATE FUNCTION ev() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN END $$'],
  ['event trigger', 'CREATE EVENT TRIGGER et ON ddl_command_end EXECUTE FUNCTION ev()'],
];
