/** Statements that act on more than their database, or on other servers: no proof runs them, and each is named. */
import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import type { Rehearsal } from '../../src/index.ts';
import { type DatabaseWorkplace, type Files, withCli } from '../support/cli.ts';
import { onServers } from '../support/on-servers.ts';
import { uniqueName } from '../support/servers.ts';

interface Check {
  readonly name: string;
  readonly version: string | null;
  readonly state: string;
  readonly detail: string;
}

const on = (at: DatabaseWorkplace) => ['--scratch', at.database.server.url('postgres')];

/** What the files below would leave on the server. */
async function traces(at: DatabaseWorkplace, role: string): Promise<unknown> {
  const { server } = at.database;
  const asked = `SELECT (SELECT count(*) FROM pg_roles WHERE rolname = '${role}'),
    (SELECT count(*) FROM pg_file_settings WHERE name = 'log_min_duration_sample'),
    (SELECT count(*) FROM pg_subscription WHERE subname = '${role}'),
    (SELECT datconnlimit FROM pg_database WHERE datname = '${at.database.name}')`;
  return (await server.sql('postgres', asked)).rows;
}

/** A publisher that is not there: whoever asks for it fails. */
const filesOf = (role: string, database: string): Files => ({
  'm/001_role.sql': `CREATE TABLE users (id integer PRIMARY KEY);
CREATE ROLE ${role} NOLOGIN;
GRANT SELECT ON users TO ${role};

-- VERIFY:
-- SELECT rolconnlimit = 3 FROM pg_roles WHERE rolname = '${role}';

-- ROLLBACK:
-- DROP TABLE users;
-- DROP ROLE ${role};
`,
  'm/002_system.sql': `ALTER SYSTEM SET log_min_duration_sample = 12345;

-- ROLLBACK:
-- ALTER SYSTEM RESET log_min_duration_sample;
`,
  'm/003_database.sql': `CREATE TABLE more (id integer);
ALTER DATABASE ${database} CONNECTION LIMIT 77;

-- ROLLBACK:
-- ALTER DATABASE ${database} CONNECTION LIMIT -1;
-- DROP TABLE more;
`,
  'm/004_subscription.sql': `CREATE SUBSCRIPTION ${role} CONNECTION 'host=127.0.0.1 port=1' PUBLICATION p;

-- ROLLBACK:
-- DROP SUBSCRIPTION ${role};
`,
  'm/005_later.sql': `GRANT INSERT ON users TO ${role};
ALTER TABLE more ADD COLUMN name text;

-- ROLLBACK:
-- ALTER TABLE more DROP COLUMN name;
-- REVOKE INSERT ON users FROM ${role};
`,
});

for (const engine of onServers(import.meta.url, 14, 18)) {
  describe(`on ${engine}`, () => {
    test('verify, with two jobs and twice, names what it leaves out and proves the rest', () =>
      withCli(engine, {}, async (at) => {
        const role = uniqueName('r');
        at.write(filesOf(role, at.database.name));
        const before = await traces(at, role);
        for (const _ of [1, 2]) {
          const run = await at.run(['verify', '--json', '--jobs', '2', ...on(at)], {
            env: { DATABASE_URL: undefined },
          });
          assert.equal(run.exit, 0, run.output);
          const { checks, tried } = run.json<{ checks: Check[]; tried: number }>();
          assert.equal(tried, 5);
          const of = (version: string) =>
            checks.filter((one) => one.version === version).map(({ name, state, detail }) => [name, state, detail]);
          assert.deepEqual(of('001_role'), [
            [
              'replay',
              'not-checked',
              'left out: CREATE ROLE in line 2: roles belong to the whole server; DROP ROLE in line 10: roles belong to the whole server',
            ],
            ['rollback', 'not-checked', 'of the rest: exact'],
            ['rerun', 'not-checked', 'of the rest: a second run is refused: relation "users" already exists'],
            ['verify', 'not-checked', 'its VERIFY may look for what is left out'],
          ]);
          for (const version of ['002_system', '003_database', '004_subscription'])
            assert.match(String(of(version)[0]), /^replay,not-checked,left out: (ALTER|CREATE) /);
          assert.deepEqual(
            of('005_later').map(([name, state]) => `${name} ${state}`),
            ['rollback ok', 'rerun note', 'verify ok'],
          );
          assert.deepEqual(await traces(at, role), before);
        }
      }));

    test('diff of a database that has them, with its migrations', () =>
      withCli(engine, {}, async (at) => {
        const role = uniqueName('r');
        const { 'm/002_system.sql': _, ...files } = filesOf(role, at.database.name);
        const made = String(files['m/004_subscription.sql']).replace(
          'PUBLICATION p',
          'PUBLICATION p WITH (connect = false, slot_name = NONE)',
        );
        at.write({ ...files, 'm/001_role.sql': String(files['m/001_role.sql']).replace('= 3', '= -1') });
        at.write({ 'm/004_subscription.sql': made });
        try {
          assert.equal((await at.run(['migrate'])).exit, 0);
          for (const args of [[], ['./m', at.database.url]]) {
            const { exit, said, output } = await at.run(['diff', '--privileges', ...args, ...on(at)]);
            assert.equal(exit, 0, output);
            assert.match(said, /left out on the scratch server: .*001_role.*: CREATE ROLE in line 2: roles belong/);
            assert.match(said, /not compared: subscription r_/);
          }
          assert.equal((await at.run(['migrate', '--check-drift', ...on(at)])).exit, 0);
        } finally {
          await at.database.sql(`DROP SUBSCRIPTION IF EXISTS ${role}`);
          await at.database.sql(`DROP OWNED BY ${role}`);
          await at.database.sql(`DROP ROLE ${role}`);
        }
      }));
  });
}

test('a rehearsal shows them as not tried, and the rest goes through', () =>
  withCli(18, {}, async (at) => {
    const role = uniqueName('r');
    at.write(filesOf(role, at.database.name));
    const before = await traces(at, role);
    const run = await at.run(['migrate', '--dry-run=rehearse', '--json', ...on(at)]);
    assert.equal(run.exit, 0, run.output);
    const { migrations } = run.json<Rehearsal>();
    assert.deepEqual(
      migrations.map(({ state, statements }) => [state, ...statements.map((one) => one.state)]),
      [
        ['partly', 'passed', 'not-tried', 'passed'],
        ['partly', 'not-tried'],
        ['partly', 'passed', 'not-tried'],
        ['partly', 'not-tried'],
        ['passed', 'passed', 'passed'],
      ],
    );
    assert.deepEqual(await traces(at, role), before);
  }));

test('a role that the files make in a block, and a file of SQL that makes it', () =>
  withCli(18, {}, async (at) => {
    const role = uniqueName('r');
    const block = `DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '${role}') THEN CREATE ROLE ${role}; END IF;
END $$;
CREATE TABLE t (id integer);
GRANT SELECT ON t TO ${role};
`;
    const plain = `CREATE TABLE t (id integer);\nCREATE USER ${role} LOGIN;\nGRANT SELECT ON t TO ${role};\n`;
    at.write({ 'm/001_t.sql': block, 's.sql': plain });
    const { exit, said, output } = await at.run(['diff', './m', './s.sql', '--privileges', ...on(at)]);
    assert.equal(exit, 0, output);
    assert.match(said, /m\/001_t\.sql: DO in line 1: roles .*s\.sql: CREATE USER in line 2: roles/);
    const dump = await at.run(['schema', 'dump', '--out', 'init.sql', ...on(at)]);
    assert.equal(dump.exit, 0, dump.output);
    assert.match(dump.said, /Note: left out on the scratch server: m\/001_t\.sql: DO in line 1: roles/);
    assert.deepEqual(await at.database.sql(`SELECT FROM pg_roles WHERE rolname = '${role}'`), []);
  }));
