/** What a snapshot leaves out, what it cannot read, any name, any history, every major version; and TaskFlow itself. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import test, { describe } from 'node:test';
import { snapshotText } from '../../src/catalog/canonical.ts';
import { keyOf } from '../../src/catalog/snapshot.ts';
import { onServers } from '../support/on-servers.ts';
import { type Engine, server, type TestDatabase, uniqueName, withDatabase } from '../support/servers.ts';
import { brief, differenceOf, snapshotOf } from './catalog-bed.ts';
import { buildEverything, dropSubscription, type Roles } from './catalog-schema.ts';
import { newInstallation, psql, REPOSITORY } from './installations-files.ts';

async function withTwo(engine: Engine, body: (a: TestDatabase, b: TestDatabase) => Promise<void>): Promise<void> {
  await withDatabase(engine, (a) => withDatabase(engine, (b) => body(a, b)));
}

async function withRoles(engine: Engine, body: (roles: Roles) => Promise<void>): Promise<void> {
  const on = await server(engine);
  const roles = { role: uniqueName('role'), other: uniqueName('other') };
  await on.sql('postgres', `CREATE ROLE ${roles.role} LOGIN; CREATE ROLE ${roles.other}`);
  try {
    await body(roles);
  } finally {
    await on.sql('postgres', `DROP ROLE ${roles.role}, ${roles.other}`);
  }
}

const STRAIGHT = `CREATE TYPE mood AS ENUM ('low', 'mid', 'high');
CREATE TABLE a (id integer PRIMARY KEY, name text NOT NULL DEFAULT 'x', mood mood);
CREATE TABLE b (id integer PRIMARY KEY, a integer REFERENCES a, CHECK (id > 0));
CREATE INDEX b_a ON b (a); CREATE FUNCTION f() RETURNS integer LANGUAGE sql AS 'SELECT 1'; GRANT SELECT ON a TO PUBLIC`;

const WINDING = `CREATE TABLE gone (x integer); CREATE FUNCTION f() RETURNS integer LANGUAGE sql AS 'SELECT 2';
CREATE TYPE mood AS ENUM ('high'); ALTER TYPE mood RENAME TO feeling;
CREATE TABLE b (gone text, id integer, older text, a bigint); ALTER TABLE b DROP gone, DROP older, ADD CHECK (id > 0), ADD PRIMARY KEY (id);
CREATE INDEX b_a ON b (a); ALTER TABLE b ALTER a TYPE integer;
CREATE TABLE a (id integer PRIMARY KEY, x integer); ALTER TABLE a DROP x, ADD name text NOT NULL DEFAULT 'y';
DROP TYPE feeling; CREATE TYPE mood AS ENUM ('low', 'high');
CREATE OR REPLACE FUNCTION f() RETURNS integer LANGUAGE sql AS 'SELECT 1'; REVOKE EXECUTE ON FUNCTION f() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION f() TO PUBLIC; GRANT ALL ON a TO PUBLIC; REVOKE ALL ON a FROM PUBLIC; GRANT SELECT ON a TO PUBLIC;
ALTER TABLE a ALTER name SET DEFAULT 'x'; COMMENT ON TABLE a IS 'x'; COMMENT ON TABLE a IS NULL;
ALTER TABLE b ADD CONSTRAINT b_a_fkey FOREIGN KEY (a) REFERENCES a NOT VALID; ALTER TABLE b VALIDATE CONSTRAINT b_a_fkey;
ALTER TABLE b SET (fillfactor = 50); ALTER TABLE b RESET (fillfactor); DROP TABLE gone`;

describe('the same schema by another way is the same snapshot, byte for byte', () => {
  for (const engine of onServers(import.meta.url, 12, 14, 16, 18)) {
    test(`PostgreSQL ${engine}: other order, dropped columns, changes and back`, () =>
      withTwo(engine, async (a, b) => {
        await a.sql(STRAIGHT);
        await b.sql(WINDING);
        await b.sql(`ALTER TYPE mood ADD VALUE 'mid' BEFORE 'high'`);
        await b.sql('ALTER TABLE a ADD mood mood');
        assert.equal(snapshotText(await snapshotOf(b)), snapshotText(await snapshotOf(a)));
      }));
  }
});

describe('statistics objects', () => {
  for (const engine of onServers(import.meta.url, 12, 14, 18)) {
    test(`PostgreSQL ${engine}: stand for a set of columns, in whatever order these stand in the table`, () =>
      withTwo(engine, async (a, b) => {
        const expression = engine >= 14 ? ', lower(z)' : '';
        const more = `CREATE STATISTICS "odd (ndistinct) ON a, z" (dependencies) ON z, "A b", a${expression} FROM t;
          CREATE STATISTICS plain ON a, "A b" FROM t${engine >= 14 ? '; CREATE STATISTICS made ON (a + 1) FROM t' : ''}`;
        await a.sql('CREATE TABLE t (a integer, "A b" integer, z text)');
        await b.sql('CREATE TABLE t (z text, "A b" integer, a integer)');
        await a.sql(more);
        await b.sql(more);
        assert.deepEqual(brief(differenceOf(await snapshotOf(a), await snapshotOf(b))), []);
        await b.sql('DROP STATISTICS plain; CREATE STATISTICS plain ON a, z FROM t');
        const changed = differenceOf(await snapshotOf(a), await snapshotOf(b));
        assert.deepEqual(brief(changed), ['changed statistics object public.plain: definition']);
        assert.deepEqual(changed.changes[0]?.detail.definition, {
          before: 'CREATE STATISTICS public.plain ON "A b", a FROM public.t',
          after: 'CREATE STATISTICS public.plain ON a, z FROM public.t',
        });
      }));
  }
});

describe('every major version', () => {
  for (const engine of onServers(import.meta.url, 12, 13, 15, 16, 17)) {
    test(`PostgreSQL ${engine}: the same objects give the same text, and a change shows`, () =>
      withRoles(engine, (roles) =>
        withDatabase(engine, async (database) => {
          try {
            await buildEverything(database, roles);
            const before = await snapshotOf(database);
            assert.deepEqual(before.notChecked, []);
            assert.equal(snapshotText(await snapshotOf(database)), snapshotText(before));
            await database.sql(`ALTER TABLE app.users ALTER age SET DEFAULT 3; DROP VIEW app.adults;
              ALTER SUBSCRIPTION app_subscription CONNECTION 'password=new'`);
            assert.deepEqual(
              brief(differenceOf(before, await snapshotOf(database))),
              [
                'removed view app.adults',
                'removed column app.adults.id',
                'removed column app.adults.name',
                'changed column app.users.age: default',
                'changed subscription app_subscription: connection',
              ].sort(byPlace),
            );
          } finally {
            await dropSubscription(database);
          }
        }),
      ));
  }
});

/** Tables come before views. */
function byPlace(a: string, b: string): number {
  const place = (text: string) => (text.includes('users') ? 0 : text.includes('subscription') ? 2 : 1);
  return place(a) - place(b);
}

test('a large schema is read by two sessions, or by one where the server has no room, to the same bytes', () =>
  withRoles(18, ({ role }) =>
    withDatabase(18, async (database) => {
      await database.sql(`DO $$ BEGIN FOR i IN 1 .. 8 LOOP EXECUTE format('CREATE TABLE t%s (id integer PRIMARY KEY, %s)', i,
        (SELECT string_agg(format('c%s text NOT NULL DEFAULT %L', n, n), ',') FROM generate_series(1, 1000) AS n)); END LOOP; END $$`);
      const texts = ['none', 'one', 'refused'] as const;
      const [none, one, refused] = await Promise.all(texts.map((second) => snapshotOf(database, { second })));
      assert.equal(snapshotText(one!), snapshotText(none!));
      assert.equal(snapshotText(refused!), snapshotText(none!));
      await database.sql('REVOKE SELECT ON pg_catalog.pg_constraint, pg_catalog.pg_policy FROM PUBLIC');
      const { notChecked } = await snapshotOf(database, { second: 'one', user: role });
      assert.deepEqual(
        notChecked.map(({ type }) => type).filter((type) => ['constraint', 'policy'].includes(type)),
        ['constraint', 'policy'],
      );
    }),
  ));

test('any name: quotes, dots, line breaks, emoji, backslashes, words of SQL', () =>
  withTwo(18, async (a, b) => {
    const odd = [
      'a"b',
      'a.b',
      'line\nbreak',
      '🦉 owl',
      'back\\slash',
      "it's",
      'select',
      ' ',
      'é',
      'ｅ',
      '$1',
      '{"x":[1]}',
    ];
    const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;
    for (const name of odd) {
      const q = quoted(name);
      const sql = `CREATE SCHEMA ${q}; CREATE TYPE ${q}.${q} AS ENUM ('${name.replaceAll("'", "''")}');
CREATE TABLE ${q}.${quoted(`${name}t`)} (${q} ${q}.${q} PRIMARY KEY, CONSTRAINT ${quoted(`${name}c`)} CHECK (${q} IS NOT NULL));
CREATE FUNCTION ${q}.${q}(${q} ${q}.${q}) RETURNS integer LANGUAGE sql AS 'SELECT 1'; CREATE VIEW ${q}.${quoted(`${name}v`)} AS SELECT ${q} FROM ${q}.${quoted(`${name}t`)}`;
      await a.sql(sql);
    }
    for (const name of [...odd].reverse()) {
      const q = quoted(name);
      await b.sql(`CREATE SCHEMA ${q}`);
    }
    const before = await snapshotOf(a);
    assert.equal(new Set(before.objects.map(keyOf)).size, before.objects.length);
    for (const name of odd)
      assert.ok(before.objects.some(({ identity }) => identity[0] === name && identity[2] === name));
    const other = await snapshotOf(b);
    assert.ok(
      differenceOf(other, before).changes.every(({ kind, identity }) => kind === 'added' && identity.length > 1),
    );
    // "a"."b.c" and "a.b"."c" are two.
    await b.sql('CREATE SCHEMA "a"; CREATE TABLE "a"."b.c" (); CREATE TABLE "a.b"."c" ()');
    assert.deepEqual(brief(differenceOf(other, await snapshotOf(b))), [
      'added schema a',
      'added table a."b.c"',
      'added table "a.b".c',
    ]);
  }));

describe('left out', () => {
  for (const engine of onServers(import.meta.url, 14, 18)) {
    test(`PostgreSQL ${engine}: members of extensions, and whatever a session keeps for itself`, () =>
      withTwo(engine, async (a, b) => {
        await a.sql(
          'CREATE EXTENSION pg_trgm; CREATE EXTENSION hstore; CREATE EXTENSION citext; CREATE EXTENSION ltree',
        );
        assert.deepEqual(
          brief(differenceOf(await snapshotOf(b), await snapshotOf(a))),
          ['citext', 'hstore', 'ltree', 'pg_trgm'].map((name) => `added extension ${name}`),
        );
      }));
  }

  test('the tracking tables, wherever they are, and the schema that was made for them', () =>
    withDatabase(18, async (plain) => {
      await withDatabase(
        18,
        async (migrated) => {
          const tracked = await snapshotOf(migrated);
          assert.ok(tracked.objects.every(({ identity }) => !identity.some((name) => /schema_migration/.test(name))));
          await migrated.sql(`CREATE SCHEMA ops; ALTER TABLE schema_migrations SET SCHEMA ops; ALTER TABLE schema_migration_events SET SCHEMA ops;
            ALTER TABLE schema_migration_settings SET SCHEMA ops; ALTER TABLE schema_migration_runner SET SCHEMA ops`);
          const moved = await snapshotOf(migrated, { trackingSchema: 'ops' });
          assert.ok(!moved.objects.some(({ identity }) => identity[0] === 'ops'));
          await migrated.sql('CREATE TABLE ops.mine (id integer)');
          const shared = await snapshotOf(migrated, { trackingSchema: 'ops' });
          assert.deepEqual(brief(differenceOf(moved, shared)), [
            'added schema ops',
            'added table ops.mine',
            'added column ops.mine.id',
          ]);
        },
        { template: await newInstallation(18) },
      );
      assert.deepEqual(
        (await snapshotOf(plain)).objects.map(({ type }) => type),
        ['schema', 'extension'],
      );
    }));

  test('owners and privileges that were not asked for', () =>
    withRoles(18, ({ role }) =>
      withTwo(18, async (a, b) => {
        await a.sql('CREATE TABLE t (id integer)');
        await b.sql(`CREATE TABLE t (id integer); ALTER TABLE t OWNER TO ${role}; GRANT SELECT ON t TO PUBLIC;
          ALTER DEFAULT PRIVILEGES FOR ROLE ${role} GRANT SELECT ON TABLES TO PUBLIC`);
        const included = { owners: false, privileges: false };
        assert.equal(snapshotText(await snapshotOf(b, { included })), snapshotText(await snapshotOf(a, { included })));
        await b.sql(`DROP OWNED BY ${role}`);
      }),
    ));
});

describe('what may not be read is named', () => {
  for (const engine of onServers(import.meta.url, 12, 14, 18)) {
    test(`PostgreSQL ${engine}: catalogs and secrets that are kept from a role`, () =>
      withRoles(engine, (roles) =>
        withDatabase(engine, async (database) => {
          try {
            await buildEverything(database, { role: roles.other, other: roles.other });
            await database.sql('REVOKE SELECT ON pg_catalog.pg_trigger, pg_catalog.pg_range FROM PUBLIC');
            const snapshot = await snapshotOf(database, { user: roles.role });
            const gaps = snapshot.notChecked.map(({ type, property = '' }) => `${type} ${property}`.trim());
            const comment = engine < 14 ? ['subscription comment'] : [];
            assert.deepEqual(gaps, [
              'range',
              'constraint',
              'trigger',
              'user mapping foreign options',
              ...comment,
              'subscription connection',
              'subscription synchronous commit',
            ]);
            assert.match(snapshot.notChecked[0]!.reason, /permission denied/);
            const whole = await snapshotOf(database);
            const difference = differenceOf(whole, snapshot);
            assert.deepEqual([difference.changes, difference.notChecked.length], [[], gaps.length]);
            await database.sql(`DROP OWNED BY ${roles.other}`);
          } finally {
            await dropSubscription(database);
          }
        }),
      ));
  }
});

describe('TaskFlow: init-complete.sql and the replayed migrations are the same schema', () => {
  for (const engine of onServers(import.meta.url, 14, 18)) {
    test(`PostgreSQL ${engine}`, () =>
      withDatabase(engine, async (loaded) => {
        for (const name of ['init-complete.sql', 'init-complete-patch.sql']) {
          const { status, stderr } = psql(loaded, { input: join(REPOSITORY, 'database', 'postgresql', name) });
          assert.deepEqual({ status, stderr }, { status: 0, stderr: '' });
        }
        const migrated = { template: await newInstallation(engine) };
        await withDatabase(
          engine,
          async (replayed) => {
            const difference = differenceOf(await snapshotOf(replayed), await snapshotOf(loaded));
            assert.deepEqual(brief(difference), []);
          },
          migrated,
        );
      }));
  }
});
