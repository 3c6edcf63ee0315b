import assert from 'node:assert/strict';
import { test } from 'node:test';
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
    assert.match(full.said, /restore-refused.*have rows.*public\.users, public\."Or""ders"/);
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
      /Left out, for the table that it refers to is not there: FK CONSTRAINT public Or"ders Or"ders_user_fkey/,
    );
    const both = await at.run(['restore', '--into', other, '--tables', 'users,"Or""ders"']);
    assert.match(both.said, /have rows/);
    assert.deepEqual((await server.sql(other, "SELECT count(*) FROM pg_class WHERE relname = 'users'")).rows, [['0']]);
    await dropAll(server, [other]);
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
    const missing = await at.run(['restore', '--tables', '"Or""ders"']);
    assert.match(missing.said, /not there, and a backup by COPY makes no single ones/);
  }));
