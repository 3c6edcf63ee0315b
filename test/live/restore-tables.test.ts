import assert from 'node:assert/strict';
import { test } from 'node:test';
import { onServers } from '../support/on-servers.ts';
import { dropAll, ok, takeBackup, withSource } from './restore-bed.ts';

test('single tables are put back into the database: with rows, indexes and keys, and their sequences go on', () =>
  withSource(14, async (at) => {
    const { sql, server, name } = at.database;
    const before = (await server.sql(name, 'SELECT md5(string_agg(o::text, \',\' ORDER BY id)) FROM "Or""ders" AS o'))
      .rows;
    await takeBackup(at);
    await sql('DROP TABLE "Or""ders" CASCADE');
    await sql(
      `UPDATE schema_migration_runner SET run_id = gen_random_uuid(), expires_at = now() + interval '1 day', database_id = 1`,
    );
    const end = await ok(at.run(['restore', '--tables', '"Or""ders"']));
    assert.match(end.stdout, /public\.Or"ders: made, 500 rows\n1 table of \S+ restored into/);
    assert.deepEqual(
      (await server.sql(name, 'SELECT md5(string_agg(o::text, \',\' ORDER BY id)) FROM "Or""ders" AS o')).rows,
      before,
    );
    const keys = await sql(
      `SELECT string_agg(conname, ',' ORDER BY conname) FROM pg_constraint WHERE conrelid = '"Or""ders"'::regclass AND contype <> 'n'`,
    );
    assert.deepEqual(keys, [['Or"ders_pkey,Or"ders_user_fkey']]);
    assert.deepEqual(await sql('INSERT INTO "Or""ders" ("user") VALUES (1) RETURNING id'), [['501']]);
    assert.equal(
      (await sql('SELECT run_id IS NOT NULL FROM schema_migration_runner'))[0]?.[0],
      't',
      'a run here goes on',
    );
    const full = await at.run(['restore', '--tables', 'users,public."Or""ders"']);
    assert.equal(full.exit, 1);
    assert.match(
      full.said,
      /restore-refused.*have rows.*public\.users \(as many as the backup has: .*\), public\."Or""ders" expected/,
    );
    const unknown = await at.run(['restore', '--tables', 'user']);
    assert.match(unknown.said, /user is no table of 2.*public\.users/);
  }));

test('a key to a table that is not there is left out, and said', () =>
  withSource(14, async (at) => {
    const { server, name } = at.database;
    await takeBackup(at);
    const other = `${name}_o`;
    await server.sql('postgres', `CREATE DATABASE "${other}" TEMPLATE template0`);
    const end = await ok(at.run(['restore', '--into', other, '--tables', '"Or""ders"']));
    assert.match(
      end.said,
      /Left out: the foreign key "Or""ders_user_fkey" of public\."Or""ders": public\.users is not there/,
    );
    const third = `${name}_3`;
    await server.sql('postgres', `CREATE DATABASE "${third}" TEMPLATE template0`);
    const users = await ok(at.run(['restore', '--into', third, '--tables', 'users']));
    assert.doesNotMatch(users.said, /Left out/, 'the key is of a table that nobody asked for');
    const both = await at.run(['restore', '--into', other, '--tables', 'users,"Or""ders"']);
    assert.match(both.said, /have rows/);
    assert.deepEqual((await server.sql(other, "SELECT count(*) FROM pg_class WHERE relname = 'users'")).rows, [['0']]);
    await dropAll(server, [other, third]);
  }));

test('from a backup by COPY, tables that are there and empty get their rows', () =>
  withSource(18, async (at) => {
    const { sql } = at.database;
    await takeBackup(at);
    await sql('TRUNCATE users, "Or""ders" RESTART IDENTITY');
    const wrong = await at.run(['restore', '--tables', '"Or""ders",users']);
    assert.equal(wrong.exit, 1);
    assert.match(wrong.said, /foreign key constraint.*Nothing of \w+ was changed/);
    assert.deepEqual(await sql('SELECT count(*) FROM "Or""ders"'), [['0']]);
    await ok(at.run(['restore', '--tables', 'users,"Or""ders"']));
    assert.deepEqual(await sql('SELECT count(*), max(twice) FROM "Or""ders"'), [['500', '1000']]);
    assert.deepEqual(await sql(`INSERT INTO users ("e mail") VALUES ('x') RETURNING id`), [['501']]);
    await sql('DROP TABLE "Or""ders" CASCADE');
    const made = await ok(at.run(['restore', '--tables', '"Or""ders"']));
    assert.match(made.stdout, /public\.Or"ders: made, 500 rows/);
    assert.deepEqual(await sql('INSERT INTO "Or""ders" ("user") VALUES (1) RETURNING id'), [['501']]);
  }));

const BILLING = `CREATE SCHEMA billing;
CREATE TYPE billing.kind AS ENUM ('a', 'b');
CREATE DOMAIN billing.amount AS numeric CHECK (VALUE >= 0);
CREATE SEQUENCE billing.loose START 50;
CREATE FUNCTION billing.next_number() RETURNS text LANGUAGE sql AS $$SELECT 'n' || nextval('billing.loose')$$;
SELECT nextval('billing.loose');
CREATE TABLE billing.customers (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text);
CREATE TABLE billing.invoices (id int PRIMARY KEY DEFAULT nextval('billing.loose'), k billing.kind, sum billing.amount,
  number text DEFAULT billing.next_number(), customer bigint REFERENCES billing.customers);
CREATE INDEX ON billing.invoices (number);
COMMENT ON COLUMN billing.invoices.sum IS 'net';
CREATE FUNCTION billing.touch() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN NEW.sum := NEW.sum + 1; RETURN NEW; END$$;
INSERT INTO billing.invoices (k, sum) SELECT 'a', n FROM generate_series(1, 9) AS n;
CREATE TRIGGER touch BEFORE INSERT ON billing.invoices FOR EACH ROW EXECUTE FUNCTION billing.touch();
CREATE POLICY all_of_it ON billing.invoices USING (true);
CREATE TABLE parts (k int, at date, PRIMARY KEY (k, at)) PARTITION BY RANGE (at);
CREATE TABLE parts_2026 PARTITION OF parts FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
CREATE TABLE parts_other PARTITION OF parts DEFAULT PARTITION BY HASH (k);
CREATE TABLE parts_hash PARTITION OF parts_other FOR VALUES WITH (MODULUS 1, REMAINDER 0);
INSERT INTO parts VALUES (1, '2026-05-05'), (2, '1999-01-01')`;

const LOOK = `SELECT (SELECT json_agg(i ORDER BY id)::text FROM billing.invoices AS i)
  || (SELECT string_agg(conname || pg_get_constraintdef(oid), ';' ORDER BY conname) FROM pg_constraint
    WHERE contype <> 'n' AND conrelid IN ('billing.invoices'::regclass, 'parts_2026'::regclass))
  || (SELECT string_agg(indexdef, ';' ORDER BY indexname) FROM pg_indexes WHERE tablename LIKE 'parts%' OR tablename = 'invoices')
  || (SELECT string_agg(pg_get_triggerdef(oid), ';') FROM pg_trigger WHERE NOT tgisinternal AND tgrelid = 'billing.invoices'::regclass)
  || (SELECT string_agg(relid || ' ' || coalesce(parentrelid::text, ''), ';' ORDER BY relid::text) FROM pg_partition_tree('parts'))
  || (SELECT json_agg(p ORDER BY k)::text FROM parts AS p)
  || (SELECT last_value::text FROM billing.loose) || col_description('billing.invoices'::regclass, 3)
  || (SELECT string_agg(polname, ',') FROM pg_policy)
  || (SELECT count(*)::text FROM pg_index WHERE NOT indisvalid)`;

for (const engine of onServers(import.meta.url, 14, 18)) {
  test(`what a table stands on is made with it, and partitions come with their table (${engine})`, () =>
    withSource(engine, async (at) => {
      const { server, name } = at.database;
      await server.sql(name, BILLING);
      const before = (await server.sql(name, LOOK)).rows;
      const { manifest } = await takeBackup(at);
      const other = `${name}_o`;
      await server.sql('postgres', `CREATE DATABASE "${other}" TEMPLATE template0`);
      const restored = (tables: string) => ok(at.run(['restore', manifest.id, '--into', other, '--tables', tables]));
      const end = await restored('billing.customers,billing.invoices,parts');
      assert.match(end.said, /Made as well, because the tables need it: schema billing, .*billing\.touch/);
      assert.match(end.stdout, /public\.parts: made.*\npublic\.parts_2026: made, 1 row\n.*parts_hash: made, 1 row/s);
      assert.deepEqual((await server.sql(other, LOOK)).rows, before);
      await server.sql(other, 'DROP TABLE parts_2026');
      await restored('parts_2026');
      assert.deepEqual((await server.sql(other, LOOK)).rows, before);
      await server.sql(other, 'DROP TABLE parts');
      assert.match((await restored('parts_2026')).said, /parts_2026 is no partition then: public\.parts is not there/);
      await dropAll(server, [other]);
    }));

  test(`an extension or a parent that is missing is named before anything is touched (${engine})`, () =>
    withSource(engine, async (at) => {
      const { server, name } = at.database;
      await server.sql(name, 'CREATE EXTENSION hstore; CREATE TABLE tagged (t hstore);');
      await server.sql(name, 'CREATE TABLE base (a int); CREATE TABLE child () INHERITS (base);');
      const { manifest } = await takeBackup(at);
      const other = `${name}_o`;
      await server.sql('postgres', `CREATE DATABASE "${other}" TEMPLATE template0`);
      const restore = (tables: string) => at.run(['restore', manifest.id, '--into', other, '--tables', tables]);
      const tagged = await restore('tagged');
      assert.equal(tagged.exit, 1);
      assert.match(tagged.said, /error\[restore-refused\].*missing: (?:extension |type public\.)hstore/s);
      assert.match((await restore('child')).said, /missing: table public\.base.*--tables public\.base,/s);
      assert.deepEqual((await server.sql(other, "SELECT count(*) FROM pg_class WHERE relname ~ 'tagged|child'")).rows, [
        ['0'],
      ]);
      await ok(restore('base,child'));
      await server.sql(other, 'CREATE EXTENSION hstore');
      await ok(restore('tagged'));
      await dropAll(server, [other]);
    }));
}
