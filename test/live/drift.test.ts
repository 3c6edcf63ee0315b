/** `diff` without arguments: a database against what its own applied migrations make. */
import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import { withoutObjects } from '../../src/catalog/leave-out.ts';
import { objectsOfMissing } from '../../src/engine/schema/extension-objects.ts';
import { connect } from '../../src/postgres/connect.ts';
import { type DriverClient, Session } from '../../src/postgres/session.ts';
import { machineInputs } from '../../src/postgres/target/process.ts';
import { resolveTarget } from '../../src/postgres/target/resolve.ts';
import { type DatabaseWorkplace, type Files, withCli } from '../support/cli.ts';
import { onServers } from '../support/on-servers.ts';
import { withDatabase } from '../support/servers.ts';
import { snapshotOf } from './catalog-bed.ts';

const MIGRATIONS: Files = {
  'm/001_users.sql': 'CREATE TABLE users (id integer PRIMARY KEY, email text);\n',
  'm/002_enum.sql':
    "CREATE TYPE mood AS ENUM ('good');\nALTER TYPE mood ADD VALUE 'bad';\nALTER TABLE users ADD mood mood DEFAULT 'bad';\n",
  'm/003_late.sql': 'CREATE INDEX CONCURRENTLY users_email ON users (email);\n',
};

const WITH_EXPRESSIONS = `CREATE TABLE t (s varchar(9), CONSTRAINT known CHECK (s IN ('new', 'old')));
CREATE VIEW v AS SELECT s FROM t WHERE s IN ('new', 'old');
CREATE MATERIALIZED VIEW m AS SELECT s FROM t WHERE s IN ('old', 'older');
`;

const scratch = (at: DatabaseWorkplace) => ['--scratch', at.database.server.url('postgres')];

interface Document {
  readonly equal: boolean;
  readonly changes: readonly { readonly kind: string; readonly type: string; readonly name: string }[];
  readonly notReplayed: readonly { readonly version: string; readonly reason: string }[];
}

for (const engine of onServers(import.meta.url, 14, 18)) {
  describe(`drift on ${engine}`, () => {
    test('there is none behind migrate, whatever became of the files', () =>
      withCli(engine, MIGRATIONS, async (at) => {
        assert.equal((await at.run(['migrate'])).exit, 0);
        at.remove('m/001_users.sql', 'm/002_enum.sql');
        at.write({ 'm/003_late.sql': '-- nothing is left of it\nSELECT 1;\n' });
        const { exit, stdout } = await at.run(['diff', ...scratch(at), '--owners', '--privileges']);
        assert.deepEqual([exit, stdout], [0, 'Equal.\n']);
      }));

    test('what was changed by hand is named, and --check-drift refuses', () =>
      withCli(engine, MIGRATIONS, async (at) => {
        assert.equal((await at.run(['migrate', '--check-drift', ...scratch(at)])).exit, 0);
        await at.database.sql('CREATE INDEX by_hand ON users (id, email)');
        await at.database.sql('ALTER TABLE users ALTER email SET NOT NULL');
        const found = await at.run(['diff', '--json', ...scratch(at)]);
        assert.equal(found.exit, 3);
        const { changes } = found.json<Document>();
        assert.deepEqual(
          changes.map(({ kind, type, name }) => `${kind} ${type} ${name}`).filter((one) => !/constraint/.test(one)),
          ['changed column public.users.email', 'added index public.by_hand'],
        );
        at.write({ 'm/004_more.sql': 'CREATE TABLE more (id integer);\n' });
        const refused = await at.run(['migrate', '--check-drift', ...scratch(at)]);
        assert.equal(refused.exit, 3);
        assert.match(refused.said, /error\[difference\].*public\.by_hand.*Nothing was run/);
        assert.equal((await at.run(['migrate'])).exit, 0);
      }));

    test('an expression that was read in again from its own text is none, another one is', () =>
      withCli(engine, { 'm/001_t.sql': WITH_EXPRESSIONS }, async (at) => {
        assert.equal((await at.run(['migrate'])).exit, 0);
        const [[view = ''] = [], [check = ''] = []] = await at.database.sql(
          "SELECT pg_get_viewdef('v'::regclass) UNION ALL SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'known'",
        );
        const again = (text: string | null) =>
          at.database.sql(`ALTER TABLE t DROP CONSTRAINT known; ALTER TABLE t ADD CONSTRAINT known ${text}`);
        await at.database.sql(`CREATE OR REPLACE VIEW v AS ${view}`);
        const [[query = ''] = []] = await at.database.sql("SELECT pg_get_viewdef('m'::regclass)");
        await at.database.sql(`DROP MATERIALIZED VIEW m; CREATE MATERIALIZED VIEW m AS ${query}`);
        await again(check);
        const [[now = ''] = []] = await at.database.sql(
          "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'known'",
        );
        assert.notEqual(now, check);
        const { exit, stdout } = await at.run(['diff', ...scratch(at)]);
        assert.deepEqual([exit, stdout], [0, 'Equal.\n']);
        await again((now ?? '').replace('old', 'odd'));
        const found = (await at.run(['diff', '--json', ...scratch(at)])).json<Document>();
        assert.deepEqual(
          found.changes.map(({ type, name }) => [type, name]),
          [['constraint', 'known on public.t']],
        );
      }));

    test('an expression that cannot be read in again where the migrations were replayed is drift', () =>
      withCli(engine, { 'm/001_t.sql': WITH_EXPRESSIONS }, async (at) => {
        assert.equal((await at.run(['migrate'])).exit, 0);
        await at.database.sql(`ALTER TABLE t ADD n integer;
          CREATE OR REPLACE VIEW v AS SELECT s FROM t WHERE n = 1;
          DROP MATERIALIZED VIEW m; CREATE MATERIALIZED VIEW m AS SELECT s FROM t WHERE s = 'odd'`);
        const found = (await at.run(['diff', '--json', ...scratch(at)])).json<Document>();
        assert.deepEqual(
          found.changes.map(({ kind, type, name }) => `${kind} ${type} ${name}`),
          ['added column public.t.n', 'changed view public.v', 'changed materialized view public.m'],
        );
      }));

    test('what was rolled back is not expected; late ones are replayed in the order of their application', () =>
      withCli(engine, MIGRATIONS, async (at) => {
        at.write({ 'm/005_view.sql': 'CREATE VIEW v AS SELECT id FROM users;\n-- ROLLBACK:\n-- DROP VIEW v;\n' });
        assert.equal((await at.run(['migrate'])).exit, 0);
        at.write({ 'm/004_late.sql': 'ALTER VIEW v RENAME TO w;\n-- ROLLBACK:\n-- ALTER VIEW w RENAME TO v;\n' });
        assert.equal((await at.run(['migrate', '--allow-late'])).exit, 0);
        assert.equal((await at.run(['diff', ...scratch(at)])).exit, 0);
        assert.equal((await at.run(['rollback', '--steps', '2', '--yes'])).exit, 0);
        assert.equal((await at.run(['diff', ...scratch(at)])).exit, 0);
      }));
  });
}

describe('what drift does not know', () => {
  test('a version whose SQL was not stored is not checked, by name', () =>
    withCli(
      18,
      MIGRATIONS,
      async (at) => {
        assert.equal((await at.run(['migrate'])).exit, 0);
        const found = await at.run(['diff', ...scratch(at)]);
        assert.equal(found.exit, 1);
        assert.match(found.said, /not checked: 002_enum: its SQL was not stored when it was applied/);
        const { equal, notReplayed } = (await at.run(['diff', '--json', ...scratch(at)])).json<Document>();
        assert.deepEqual([equal, notReplayed.length], [true, 3]);
        const refused = await at.run(['migrate', '--check-drift', ...scratch(at)]);
        assert.equal(refused.exit, 3);
        assert.match(refused.said, /it cannot be told.*not checked: 001_users/);
      },
      { TASKFLOW_STORE_SQL: 'false' },
    ));

  test('a database without a history has no drift; one with a baseline has', () =>
    withCli(18, MIGRATIONS, async (at) => {
      await at.database.sql('CREATE TABLE users (id integer PRIMARY KEY, email text)');
      const none = await at.run(['diff', ...scratch(at)]);
      assert.deepEqual([none.exit, /no migration history/.test(none.said)], [1, true]);
      assert.equal((await at.run(['baseline', '--to', '001'])).exit, 0);
      assert.equal((await at.run(['migrate'])).exit, 0);
      assert.equal((await at.run(['diff', ...scratch(at)])).exit, 0);
      await at.database.sql('ALTER TABLE users DROP COLUMN email');
      assert.equal((await at.run(['diff', ...scratch(at)])).exit, 3);
    }));
});

/** Only the embedded server's extensions are at hand, so the scratch server's offer is made up here. */
test('objects of an extension that is not offered are found, and nothing else is left out', () =>
  withDatabase(18, async (database) => {
    await database.sql('CREATE EXTENSION citext');
    await database.sql('CREATE TABLE plain (id integer, name text)');
    const before = await snapshotOf(database);
    await database.sql('ALTER TABLE plain ADD nick citext');
    await database.sql('CREATE INDEX plain_nick ON plain (nick)');
    await database.sql('CREATE DOMAIN short AS citext CHECK (length(VALUE) < 10)');
    await database.sql('CREATE TABLE built (id integer, s short)');
    await database.sql('CREATE VIEW nicks AS SELECT nick FROM plain');
    await database.sql('CREATE FUNCTION shout(word citext) RETURNS text LANGUAGE sql AS $$ SELECT upper(word) $$');
    const target = resolveTarget(machineInputs({}, { database: database.url }))!;
    const session = new Session((await connect(target, { applicationName: 'test' })) as unknown as DriverClient);
    const [missing, ...more] = await objectsOfMissing(session, new Map([['plpgsql', '1.0']]));
    await session.end();
    assert.deepEqual([missing?.extension, more], ['citext', []]);
    const kept = ({ objects }: typeof before) => objects.map(({ type, identity }) => `${type} ${identity.join('.')}`);
    const left = kept(withoutObjects(await snapshotOf(database), missing?.objects ?? []));
    assert.deepEqual(
      left.filter((one) => !kept(before).includes(one)),
      ['table public.built', 'column public.built.id'],
    );
    assert.deepEqual(
      kept(before).filter((one) => !left.includes(one)),
      ['extension citext'],
    );
  }));
