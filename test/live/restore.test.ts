import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { Client } from 'pg';
import { contentOf, dropAll, halfLoaded, ok, restoredOf, takeBackup, withSource } from './restore-bed.ts';

for (const [engine, method] of [
  [14, 'pg_dump'],
  [18, 'copy'],
] as const) {
  test(`a backup by ${method} is restored into a new database, whole (${engine})`, () =>
    withSource(engine, async (at) => {
      const { manifest } = await takeBackup(at);
      assert.equal(manifest.method, method);
      const { server, name } = at.database;
      const before = await contentOf(server, name);
      await at.database.sql('DELETE FROM "Or""ders"');
      const said = await ok(at.run(['restore']));
      const [made] = await restoredOf(at);
      assert.match(made ?? '', new RegExp(`^${name}_restored_\\d{8}t\\d{6}$`));
      assert.match(said.stdout.replace(/\s+/g, ' '), new RegExp(`${made} is restored from ${manifest.id}`));
      assert.equal(await contentOf(server, made!), before);
      assert.deepEqual(await halfLoaded(server), []);
      const copy = { env: { DATABASE_URL: server.url(made!) } };
      assert.match((await ok(at.run(['history', '--verify'], copy))).stdout, /whole: no row was changed/);
      assert.match((await ok(at.run(['history'], copy))).stdout, /restored/);
      assert.equal((await ok(at.run(['status', '--check', '--quiet'], copy))).exit, 0);
    }));

  test(`an existing database is replaced by both names in one transaction, and kept (${engine})`, () =>
    withSource(engine, async (at) => {
      const { server, name } = at.database;
      await at.database.sql(`ALTER DATABASE "${name}" SET search_path = "$user", public, "odd, name"`);
      await at.database.sql(`GRANT CONNECT ON DATABASE "${name}" TO pg_monitor WITH GRANT OPTION`);
      const before = await contentOf(server, name);
      await takeBackup(at);
      await at.database.sql('DELETE FROM "Or""ders"');
      const denied = await at.run(['restore', '--into', name, '--yes']);
      assert.equal(denied.exit, 2);
      assert.match(denied.said, new RegExp(`Add --yes --i-know ${name}`));
      const wrong = await at.run(['restore', '--into', name, '--yes', '--i-know', 'other']);
      assert.equal(wrong.exit, 2);
      const done = (await ok(at.run(['restore', '--json', '--into', name, '--yes', '--i-know', name]))).json();
      const kept = String(done.replaced);
      assert.match(kept, new RegExp(`^${name}_before_restore_`));
      assert.equal(await contentOf(server, name), before);
      assert.equal((await server.sql(kept, 'SELECT count(*) FROM "Or""ders"')).rows[0]?.[0], '0');
      const [facts] = (
        await server.sql(
          name,
          `SELECT array_to_string(setconfig, ';') || ' ' || (SELECT datacl::text FROM pg_database WHERE oid = setdatabase)
  FROM pg_db_role_setting WHERE setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database())`,
        )
      ).rows;
      assert.match(facts?.[0] ?? '', /search_path="\$user", public, "odd, name"/);
      assert.match(facts?.[0] ?? '', /pg_monitor=c\*\//);
    }));
}

test('who is connected to the database that is to be replaced is named; with --disconnect the session ends', () =>
  withSource(14, async (at) => {
    const { name, url } = at.database;
    await takeBackup(at);
    const client = new Client({ connectionString: url, application_name: 'the "shop"' });
    const lost = new Promise((resolve) => client.on('error', resolve));
    await client.connect();
    const args = ['restore', '--into', name, '--yes', '--i-know', name];
    const refused = await at.run(args);
    assert.equal(refused.exit, 1);
    assert.match(refused.said, /restore-refused.*process \d+ of postgres, "the "shop"" from 127\.0\.0\.1, idle/);
    assert.match(refused.said, /Nothing was changed/);
    assert.equal((await client.query('SELECT 1 AS one')).rows[0]?.one, 1);
    await ok(at.run([...args, '--disconnect']));
    await lost;
  }));

test('the lease of a run that was at work when the backup was taken is void in the copy', () =>
  withSource(14, async (at) => {
    const { server, name } = at.database;
    await at.database.sql(`UPDATE schema_migration_runner SET run_id = '${randomUUID()}', held_by = 'ada', host = 'h',
      database_id = 1, expires_at = now() + interval '1 day', held_since = now(), renewed_at = now(), process_id = 1,
      session_lock = false, tool_version = '1'`);
    await takeBackup(at);
    // In another cluster the copy may have the very number that the source had.
    await ok(at.run(['restore', '--into', `${name}_copy`]));
    const rows = await server.sql(`${name}_copy`, 'SELECT run_id, expires_at FROM schema_migration_runner');
    assert.deepEqual(rows.rows, [[null, null]]);
    at.write({ 'm/002_more.sql': 'CREATE TABLE more (id int);\n' });
    const copy = { env: { DATABASE_URL: server.url(`${name}_copy`) } };
    assert.doesNotMatch((await ok(at.run(['status'], copy))).stdout, /running/);
    await ok(at.run(['migrate', '--wait', '0s'], copy));
  }));

test('names that no plain tool likes: the database, its copy, and the folder of its backups', () =>
  withSource(14, async (at) => {
    const { server, name } = at.database;
    const odd = `${name}_Ünd "it's" %\\n=x`;
    await server.sql('postgres', `CREATE DATABASE "${odd.replaceAll('"', '""')}" TEMPLATE "${name}"`);
    const env = { DATABASE_URL: server.url(odd) };
    await ok(at.run(['backup'], { env }));
    await ok(at.run(['restore', '--into', `${odd}2`], { env }));
    assert.equal(await contentOf(server, `${odd}2`), await contentOf(server, name));
    assert.match((await ok(at.run(['backup', 'list'], { env }))).stdout, /Ünd/);
    await dropAll(server, [odd, `${odd}2`]);
  }));

test('a database that was lost is restored under its name', () =>
  withSource(14, async (at) => {
    const { server, name } = at.database;
    const before = await contentOf(server, name);
    await takeBackup(at);
    await at.database.drop();
    await ok(at.run(['restore', '--into', name]));
    assert.equal(await contentOf(server, name), before);
  }));

test('where the database has no backup, those of others are named, and how to name one', () =>
  withSource(14, async (at) => {
    const { server, name } = at.database;
    const none = await at.run(['restore', 'latest']);
    assert.match(
      none.said,
      /There is no full backup of \S+ in the folder.*no backup at all.*Take one: taskflow-db backup/s,
    );
    const { manifest } = await takeBackup(at);
    const other = `${name}_o`;
    await server.sql('postgres', `CREATE DATABASE "${other}" TEMPLATE template0`);
    const env = { DATABASE_URL: server.url(other) };
    const end = await at.run(['restore', 'latest', '--tables', 'users'], { env });
    assert.equal(end.exit, 1);
    assert.match(end.said, new RegExp(`no full backup of ${other}.*of ${name}: ${manifest.id} now:`));
    assert.match(end.said, new RegExp(`in the place of "latest": ${manifest.id}`));
    await ok(at.run(['restore', manifest.id, '--tables', 'users'], { env }));
    await dropAll(server, [other]);
  }));
