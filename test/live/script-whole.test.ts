/** What `diff --sql` writes makes everything at once of nothing, and TaskFlow itself; and what it keeps, says and refuses. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import test from 'node:test';
import { writeScript } from '../../src/script/script.ts';
import { onServers } from '../support/on-servers.ts';
import { type Engine, server, type TestDatabase, uniqueName, withDatabase } from '../support/servers.ts';
import { ALL, brief, differenceOf, snapshotOf } from './catalog-bed.ts';
import { buildEverything, dropSubscription } from './catalog-schema.ts';
import { psql, REPOSITORY } from './installations-files.ts';
import { runScript, statements, way } from './script-bed.ts';

async function withTwo(engine: Engine, body: (a: TestDatabase, b: TestDatabase) => Promise<void>): Promise<void> {
  await withDatabase(engine, (a) => withDatabase(engine, (b) => body(a, b)));
}

for (const engine of onServers(import.meta.url, 14, 18)) {
  test(`PostgreSQL ${engine}: a schema of every kind of object is made of nothing, and goes; what cannot be written is named`, () =>
    withTwo(engine, async (database, copy) => {
      const [role, other] = [uniqueName('role'), uniqueName('other')];
      await (await server(engine)).sql('postgres', `CREATE ROLE ${role}; CREATE ROLE ${other}`);
      try {
        await buildEverything(database, { role, other });
        const [empty, whole] = [await snapshotOf(copy), await snapshotOf(database)];
        const script = writeScript(empty, whole, ALL);
        assert.equal(runScript(copy, script.sql), '', script.sql);
        const made = await snapshotOf(copy);
        const left = differenceOf(made, whole).changes.map(({ type, name }) => `${type} ${name}`);
        const named = new Set(script.notWritten.map(({ type, name }) => `${type} ${name}`));
        assert.deepEqual(
          left.filter((one) => !named.has(one)),
          [],
        );
        assert.deepEqual([...new Set(script.notWritten.map(({ type }) => type))].sort(), UNWRITTEN);
        for (const { type, name } of script.notWritten)
          assert.ok(script.sql.includes(`-- cannot write: ${type} ${name}: `));
        await way(copy, made, empty);
      } finally {
        await dropSubscription(database);
        await database.drop();
        await copy.drop();
        await (await server(engine)).sql('postgres', `DROP ROLE ${role}, ${other}`);
      }
    }));

  test(`PostgreSQL ${engine}: TaskFlow's own schema from nothing, and back to nothing`, () =>
    withTwo(engine, async (database, copy) => {
      const loaded = psql(database, {
        input: join(REPOSITORY, 'database/postgresql/init-complete.sql'),
        args: ['-q', '-v', 'ON_ERROR_STOP=1'],
      });
      assert.equal(loaded.status, 0, loaded.stderr);
      const [empty, whole] = [await snapshotOf(copy), await snapshotOf(database)];
      const there = await way(copy, empty, whole);
      const back = await way(copy, whole, empty);
      assert.deepEqual([...there.notWritten, ...back.notWritten], []);
    }));
}

const UNWRITTEN = [
  'base type',
  'database setting',
  'foreign-data wrapper',
  'function',
  'operator class',
  'operator family',
  'server',
  'subscription',
  'user mapping',
];

test('equal schemas need no script, and the same two schemas give the same bytes', () =>
  withTwo(18, async (a, b) => {
    await a.sql('CREATE TABLE t (a integer PRIMARY KEY, b text); CREATE VIEW v AS SELECT b FROM t');
    await b.sql('CREATE TABLE t (b text, a bigint, CHECK (a > 0))');
    const [one, other] = [await snapshotOf(a), await snapshotOf(b)];
    assert.deepEqual(writeScript(one, one, ALL), { sql: '', notWritten: [] });
    assert.equal(writeScript(one, other, ALL).sql, writeScript(one, other, ALL).sql);
  }));

test('what is made anew keeps owner and grants, whether they are compared or not, and says where it cannot', () =>
  withTwo(18, async (a, b) => {
    const role = uniqueName('role');
    await a.sql(
      `CREATE ROLE ${role}; CREATE TABLE t (a integer); CREATE VIEW v AS SELECT a FROM t; GRANT SELECT ON v TO ${role}; ALTER VIEW v OWNER TO pg_monitor`,
    );
    try {
      await b.sql('CREATE TABLE t (a bigint); CREATE VIEW v AS SELECT a FROM t');
      const [before, after] = [await snapshotOf(a), await snapshotOf(b)];
      const nothing = { owners: false, privileges: false };
      const script = writeScript(before, after, nothing);
      assert.equal(runScript(a, script.sql), '');
      const view = (await snapshotOf(a)).objects.find(({ type }) => type === 'view');
      assert.equal(view?.properties.owner, 'pg_monitor');
      assert.deepEqual(view?.properties.privileges, [[role, 'SELECT']]);
      const blind = writeScript({ ...before, ...nothing }, after, nothing);
      assert.deepEqual(blind.notWritten, [
        {
          type: 'view',
          name: 'public.v',
          why: 'it is made anew, and loses owner and grants: the first schema was read without',
        },
      ]);
    } finally {
      await a.sql(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
    }
  }));

test('default privileges of the database do not reach what the script makes', () =>
  withTwo(18, async (a, b) => {
    const role = uniqueName('role');
    const defaults = `ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO ${role}; ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC`;
    await a.sql(`CREATE ROLE ${role}; ${defaults}`);
    try {
      await b.sql(
        `CREATE TABLE t (a integer); CREATE FUNCTION f() RETURNS integer LANGUAGE sql AS 'SELECT 1'; ${defaults}`,
      );
      await way(a, await snapshotOf(a), await snapshotOf(b));
    } finally {
      for (const one of [a, b]) await one.sql(`DROP OWNED BY ${role}`);
      await b.drop();
      await a.sql(`DROP ROLE ${role}`);
    }
  }));

test('a script of one transaction is one; concurrent statements stand behind the others, outside', () =>
  withTwo(18, async (a, b) => {
    await a.sql('CREATE TABLE t (a integer, b text)');
    await b.sql('CREATE TABLE t (a integer, b text, c date)');
    const [before, after] = [await snapshotOf(a), await snapshotOf(b)];
    assert.equal(
      writeScript(before, after, ALL).sql,
      'BEGIN;\n\nSET LOCAL check_function_bodies = off;\n\nALTER TABLE public.t ADD COLUMN c date;\n\nCOMMIT;\n',
    );
    await b.sql('CREATE INDEX t_a ON t (a); ALTER TABLE t ADD CHECK (a > 0)');
    assert.deepEqual(statements(writeScript(before, await snapshotOf(b), ALL)), [
      'ALTER TABLE public.t ADD COLUMN c date;',
      'ALTER TABLE public.t ADD CONSTRAINT t_a_check CHECK ((a > 0)) NOT VALID;',
      '-- SHARE UPDATE EXCLUSIVE on public.t: reads all of it, and lets others work\nALTER TABLE public.t VALIDATE CONSTRAINT t_a_check;',
      'CREATE INDEX CONCURRENTLY t_a ON public.t USING btree (a);',
    ]);
    assert.doesNotMatch(writeScript(before, await snapshotOf(b), ALL).sql, /BEGIN|COMMIT/);
  }));

test('rows stay where a change can keep them', () =>
  withTwo(18, async (a, b) => {
    await a.sql(
      `CREATE TYPE mood AS ENUM ('x', 'y', 'z'); CREATE TABLE t (a text, m mood DEFAULT 'x', n integer); INSERT INTO t VALUES ('7', 'y', 3)`,
    );
    await b.sql(`CREATE TYPE mood AS ENUM ('y', 'x'); CREATE TABLE t (a integer NOT NULL, m mood DEFAULT 'y', n text)`);
    const { sql } = await way(a, await snapshotOf(a), await snapshotOf(b));
    assert.doesNotMatch(sql, /loses data/);
    assert.deepEqual(await a.sql('SELECT * FROM t'), [['7', 'y', '3']]);
    assert.deepEqual(brief(differenceOf(await snapshotOf(a), await snapshotOf(b))), []);
  }));

test('a snapshot that does not say what depends on what is refused', () =>
  withTwo(18, async (a, b) => {
    await b.sql('CREATE TABLE t (a integer)');
    const [before, after] = [await snapshotOf(a), await snapshotOf(b, { needs: false })];
    assert.throws(
      () => writeScript(before, after, ALL),
      /the snapshot of the second schema does not say what depends on what/,
    );
  }));
