/** Scratch databases as their users meet them: folders and files of SQL compared, and nothing left behind. */
import assert from 'node:assert/strict';
import test, { after, describe } from 'node:test';
import { LOCK_CLASS, lockKeyOf, runMarkOf, scratchName } from '../../src/engine/scratch/scratch-name.ts';
import { type DatabaseWorkplace, type Files, withCli, withWorkplace } from '../support/cli.ts';
import { onServers } from '../support/on-servers.ts';
import {
  createDatabase,
  type Engine,
  type OwnServer,
  ownServer,
  server,
  type TestServer,
  uniqueName,
} from '../support/servers.ts';
import { until } from './group-bed.ts';

const MIGRATIONS: Files = {
  'm/001_users.sql': 'CREATE TABLE users (id integer PRIMARY KEY, email text);\n-- ROLLBACK:\n-- DROP TABLE users;\n',
  'm/002_index.sql':
    'CREATE INDEX CONCURRENTLY users_email ON users (email);\n-- ROLLBACK:\n-- DROP INDEX users_email;\n',
};
const SCRIPT = `\\set ON_ERROR_STOP on
BEGIN;
CREATE TABLE users (id integer PRIMARY KEY, email text);
COPY users (id, email) FROM stdin;
1\tada
\\.
COMMIT;
`;

async function scratchDatabases(on: TestServer): Promise<string[]> {
  const { rows } = await on.sql('postgres', "SELECT datname FROM pg_database WHERE datname LIKE 'taskflow_scratch%'");
  return rows.map(([name]) => name ?? '');
}

/** Scratch servers of this file alone: on the shared ones the other test files make scratch databases at the same time. */
const scratchServers = new Map<number, Promise<OwnServer>>();

function scratchServer(major: number): Promise<OwnServer> {
  const own = scratchServers.get(major) ?? ownServer(major as Engine);
  scratchServers.set(major, own);
  return own;
}

after(async () => {
  for (const own of scratchServers.values()) await (await own).stop();
});

const scratchOf = (at: DatabaseWorkplace) => scratchServer(at.database.server.major);

/** Flags that name it. */
const on = async (at: DatabaseWorkplace) => ['--scratch', (await scratchOf(at)).url('postgres')];

/** The databases that a run of this workplace makes, before it ends. */
async function ownDatabases(at: DatabaseWorkplace, before: readonly string[]): Promise<string[]> {
  return (await scratchDatabases(await scratchOf(at))).filter((name) => !before.includes(name));
}

for (const engine of onServers(import.meta.url, 14, 18)) {
  describe(`scratch databases on ${engine}`, () => {
    test('a folder and a file of SQL are compared, and nothing is left behind', () =>
      withCli(engine, { ...MIGRATIONS, 'init.sql': SCRIPT }, async (at) => {
        const before = await scratchDatabases(await scratchOf(at));
        const different = await at.run(['diff', './init.sql', './m', ...(await on(at))]);
        assert.equal(different.exit, 3, different.output);
        assert.match(different.stdout, /\+ index users_email\n[\s\S]*Different: 1 added\./);
        const same = await at.run(['diff', './m', './m', ...(await on(at)), '--owners', '--privileges']);
        assert.deepEqual([same.exit, same.stdout, same.stderr], [0, 'Equal.\n', '']);
        assert.deepEqual(await ownDatabases(at, before), []);
      }));

    test('a folder is compared with a database, and the tracking tables are left out', () =>
      withCli(engine, MIGRATIONS, async (at) => {
        assert.equal((await at.run(['migrate'])).exit, 0);
        const { exit, stdout } = await at.run(['diff', './m', ...(await on(at))]);
        assert.deepEqual([exit, stdout], [0, 'Equal.\n']);
      }));

    test('what dead runs have left is dropped, and nothing else', () =>
      withCli(engine, MIGRATIONS, async (at) => {
        const scratch = await scratchOf(at);
        const [dead, alive] = [runMarkOf(uniqueName()), runMarkOf(uniqueName())];
        const foreign = `taskflow_scratch_${dead}_1_000000`;
        const names = [scratchName(dead, 7), scratchName(alive, 7), foreign, 'taskflow_scratch_mine'];
        for (const name of names) await createDatabase(scratch, { name });
        const keeps = `SELECT pg_advisory_lock(${LOCK_CLASS}, ${lockKeyOf(alive)}), pg_sleep(240)`;
        const holding = scratch.sql('template1', keeps).catch(() => undefined);
        try {
          await until(
            'so far',
            async () =>
              (await scratch.sql('postgres', `SELECT FROM pg_locks WHERE classid = ${LOCK_CLASS}`)).rows.length > 0,
          );
          assert.equal((await at.run(['diff', './m', './m', ...(await on(at))])).exit, 0);
          const left = await scratchDatabases(scratch);
          assert.deepEqual(
            names.map((name) => left.includes(name)),
            [false, true, true, true],
          );
        } finally {
          await scratch.sql(
            'postgres',
            `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'template1'`,
          );
          await holding;
          for (const name of names) await scratch.sql('postgres', `DROP DATABASE IF EXISTS ${name}`);
        }
      }));

    for (const how of ['SIGKILL', 'SIGINT'] as const) {
      test(`a run that ends by ${how} leaves nothing for long`, () =>
        withCli(
          engine,
          { 'm/001_long.sql': 'CREATE TABLE t (id integer);\nSELECT pg_sleep(240);\n', ...EMPTY },
          async (at) => {
            const before = await scratchDatabases(await scratchOf(at));
            const { child, finished } = at.start(['diff', './m', './e', ...(await on(at))]);
            await until('so far', async () => (await sleeping(at)).length > 0);
            assert.equal((await ownDatabases(at, before)).length, 1);
            child.kill(how);
            const { exit } = await finished;
            if (how === 'SIGINT') assert.equal(exit, 130);
            else assert.equal((await at.run(['diff', './e', './e', ...(await on(at))])).exit, 0);
            assert.deepEqual(await ownDatabases(at, before), []);
          },
        ));
    }
  });
}

const EMPTY: Files = { 'e/001_type.sql': "CREATE TYPE mood AS ENUM ('good');\n" };

async function sleeping(at: DatabaseWorkplace): Promise<readonly unknown[]> {
  const query = "SELECT FROM pg_stat_activity WHERE datname LIKE 'taskflow_scratch%' AND wait_event = 'PgSleep'";
  return (await (await scratchOf(at)).sql('postgres', query)).rows;
}

test('verify that is stopped says so, and leaves nothing behind', () =>
  withCli(18, { 'm/001_long.sql': 'SELECT 1;\n', 'm/002_long.sql': 'SELECT pg_sleep(240);\n' }, async (at) => {
    const before = await scratchDatabases(await scratchOf(at));
    const { child, finished } = at.start(['verify', ...(await on(at))]);
    await until('so far', async () => (await sleeping(at)).length > 0);
    child.kill('SIGINT');
    const { exit, said } = await finished;
    assert.equal(exit, 130, said);
    assert.match(said, /stopped on request now: Nothing of yours was touched/);
    assert.deepEqual(await ownDatabases(at, before), []);
  }));

test('verify names what a proof on another server does not say of the database', async () => {
  const other = await server(14);
  await withCli(18, MIGRATIONS, async (at) => {
    assert.equal((await at.run(['migrate'])).exit, 0);
    const { exit, said } = await at.run(['verify', '--scratch', other.url('postgres')]);
    assert.equal(exit, 0, said);
    assert.match(said, /is PostgreSQL 18\.\d+, the scratch server 14\.\d+: for its own version name a server/);
  });
});

describe('a scratch server that is no help', () => {
  test('may not make databases: who may change that', () =>
    withCli(18, MIGRATIONS, async (at) => {
      const role = uniqueName('plain');
      await at.database.sql(`CREATE ROLE ${role} LOGIN`);
      try {
        const { exit, said } = await at.run([
          'diff',
          './m',
          './m',
          '--scratch',
          at.database.server.url('postgres', role),
        ]);
        assert.equal(exit, 1);
        assert.match(said, /error\[scratch-unavailable\].*permission denied to create database.*CREATEDB/);
      } finally {
        await at.database.sql(`DROP ROLE ${role}`);
      }
    }));

  test('is not there', () =>
    withWorkplace(MIGRATIONS, {}, async (at) => {
      const { exit, said } = await at.run([
        'diff',
        './m',
        './m',
        '--scratch',
        'postgresql://postgres@127.0.0.1:1/postgres',
      ]);
      assert.equal(exit, 1);
      assert.match(said, /error\[scratch-unavailable\]: the scratch server cannot be reached/);
    }));

  test('dies meanwhile', async () => {
    const own = await ownServer(18);
    try {
      await withCli(18, { 'm/001_long.sql': 'SELECT pg_sleep(240);\n', ...EMPTY }, async (at) => {
        const run = at.start(['diff', './m', './e', '--scratch', own.url('postgres')]);
        await until(
          'so far',
          async () =>
            (await own.sql('postgres', "SELECT FROM pg_stat_activity WHERE wait_event = 'PgSleep'")).rows.length > 0,
        );
        await own.crash();
        const { exit, said } = await run.finished;
        assert.equal(exit, 1);
        assert.match(said, /error\[scratch-unavailable\]: the scratch server ended the session/);
      });
    } finally {
      await own.stop().catch(() => undefined);
    }
  });

  test('lacks a role that the SQL speaks of: it is named', () =>
    withCli(
      18,
      { 'm/001_role.sql': 'CREATE TABLE t (id integer);\nGRANT SELECT ON t TO "No Such Role";\n' },
      async (at) => {
        const { exit, said } = await at.run(['diff', './m', './m', ...(await on(at))]);
        assert.equal(exit, 1);
        assert.match(
          said,
          /role "No Such Role" does not exist.*Nothing of yours was touched.*Make the role on the scratch server/,
        );
      },
    ));

  test('has another major version than the database', async () => {
    const other = await server(14);
    await withCli(18, MIGRATIONS, async (at) => {
      assert.equal((await at.run(['migrate'])).exit, 0);
      const { exit, said } = await at.run(['diff', '--scratch', other.url('postgres')]);
      assert.equal(exit, 2);
      assert.match(said, /another major version.*PostgreSQL 18.*PostgreSQL 14.*Name a server of PostgreSQL 18/);
    });
  });
});

describe('a file of SQL', () => {
  const cases: readonly [name: string, text: string, exit: number, said: RegExp][] = [
    [
      'that fails names its line',
      'CREATE TABLE a (id integer);\n\nCREATE TABLE b (id integre);\n',
      1,
      /s\.sql:3:20.*type "integre" does not exist/,
    ],
    ['with a psql command that means something is refused', '\\connect other\n', 1, /psql-command.*s\.sql:1/],
    [
      'that leaves a transaction open is refused',
      'BEGIN;\nCREATE TABLE a (id integer);\n',
      1,
      /leaves a transaction open/,
    ],
    ['that is not there', '', 1, /cannot read \.\/none\.sql: it does not exist/],
  ];
  for (const [name, text, exit, expected] of cases) {
    test(name, () =>
      withCli(18, { 's.sql': text }, async (at) => {
        const found = await at.run(['diff', text === '' ? './none.sql' : './s.sql', './s.sql', ...(await on(at))]);
        assert.equal(found.exit, exit, found.output);
        assert.match(found.said, expected);
      }),
    );
  }
});
