/** Roles of scratch databases, on an embedded server: shared by two runs at once, left by a killed one; and what stays. */
import assert from 'node:assert/strict';
import test, { after, before, describe } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { ask } from '../../src/embedded/probe.ts';
import { runMarkOf, scratchName } from '../../src/engine/scratch/scratch-name.ts';
import { type DatabaseWorkplace, type Files, type Workplace, withCli, withWorkplace } from '../support/cli.ts';
import { createDatabase, uniqueName } from '../support/servers.ts';

const GRANTS: Files = {
  'm/001_users.sql': 'CREATE TABLE users (id integer PRIMARY KEY);\nGRANT SELECT ON users TO reader;\n',
  'm/002_more.sql': 'CREATE TABLE more (id integer);\nGRANT SELECT ON more TO reader;\n',
};
const AS_OWNER: Files = { 'taskflow-db.config.json': '{"role": "app_owner"}' };

describe('on the embedded server', () => {
  let at: Workplace;
  let finish: () => void;
  let finished: Promise<void>;
  let rows: (sql: string) => Promise<readonly unknown[]>;

  before(async () => {
    await new Promise<void>((ready) => {
      finished = withWorkplace(AS_OWNER, {}, async (workplace) => {
        at = workplace;
        ready();
        await new Promise<void>((done) => {
          finish = done;
        });
        await at.run(['db', 'stop']);
      });
    });
    const started = await at.run(['db', 'start']);
    assert.equal(started.exit, 0, started.output);
    const { stdout } = await at.run(['db', 'url']);
    const [, host, port] = /host=([^&]+)&port=(\d+)/.exec(stdout) ?? [];
    const address = { host: decodeURIComponent(host ?? ''), port: Number(port) };
    rows = async (sql) => (await ask(address, 'postgres', sql)).rows;
  });

  after(async () => {
    finish();
    await finished;
  });

  const left = () =>
    rows(`SELECT datname::text FROM pg_database WHERE datname LIKE 'taskflow\\_scratch%'
UNION ALL SELECT rolname::text FROM pg_roles WHERE rolname IN ('reader', 'app_owner')`);

  test('two runs at once share the roles that they lack, and the last one takes them along', async () => {
    at.write(GRANTS);
    for (let i = 0; i < 2; i++) {
      const runs = await Promise.all([1, 2, 3].map(() => at.run(['diff', './m', './m', '--privileges'])));
      for (const { exit, output } of runs) assert.equal(exit, 0, output);
      assert.deepEqual(await left(), []);
    }
  });

  test('what a killed run has left, owned by the configured role, is dropped by the next one', async () => {
    at.write({ ...GRANTS, 'm/003_long.sql': 'SELECT pg_sleep(60);\n' });
    const { child, finished: killed } = at.start(['diff', './m', './m']);
    const sleeping = "SELECT FROM pg_stat_activity WHERE wait_event = 'PgSleep'";
    for (const end = Date.now() + 20_000; (await rows(sleeping)).length === 0; await sleep(30))
      assert.ok(Date.now() < end, 'it never came to the long one');
    child.kill('SIGKILL');
    await killed;
    assert.equal((await left()).length, 3);
    at.remove('m/003_long.sql');
    const { exit, output } = await at.run(['diff', './m', './m']);
    assert.equal(exit, 0, output);
    assert.deepEqual(await left(), []);
  });
});

const on = (at: DatabaseWorkplace) => ['--scratch', at.database.server.url('postgres')];

test('what an earlier run has left and cannot be dropped is told, and is no hindrance', () =>
  withCli(18, { 'm/001_t.sql': 'CREATE TABLE t (id integer);\n' }, async (at) => {
    const { server } = at.database;
    const [name, slot] = [scratchName(runMarkOf(uniqueName()), 1), uniqueName('s')];
    const database = await createDatabase(server, { name });
    try {
      await database.sql(`CREATE SUBSCRIPTION ${slot} CONNECTION '' PUBLICATION p WITH (connect = false)`);
      const { exit, said, output } = await at.run(['diff', './m', './m', ...on(at)]);
      assert.equal(exit, 0, output);
      assert.match(said, new RegExp(`the scratch database ${name} cannot be dropped: .*used by logical replication`));
    } finally {
      await database.sql(`ALTER SUBSCRIPTION ${slot} SET (slot_name = NONE)`);
      await database.sql(`DROP SUBSCRIPTION ${slot}`);
      await database.drop();
    }
  }));

/** By a function, whose work nobody sees beforehand. */
const UNSEEN: Files = {
  'm/001_f.sql': `CREATE FUNCTION subscribe(name text) RETURNS void LANGUAGE plpgsql AS $$ BEGIN
  EXECUTE format('CREATE SUBSCRIPTION %I CONNECTION %L PUBLICATION p WITH (connect = false)', name, '');
END $$;
`,
};

test('a database of its own that cannot be dropped comes behind the first error, or as a warning', () =>
  withCli(18, UNSEEN, async (at) => {
    const { server } = at.database;
    const [fine, bad] = [uniqueName('s'), uniqueName('s')];
    at.write({ 'm/002_call.sql': `SELECT subscribe('${fine}');\n`, 'e/001_e.sql': 'SELECT 1;\n' });
    at.write({ 'b/001_f.sql': `${UNSEEN['m/001_f.sql']}`, 'b/002_call.sql': `SELECT subscribe('${bad}');\n` });
    at.write({ 'b/003_bad.sql': 'SELECT nothing();\n' });
    try {
      const well = await at.run(['diff', './m', './m', ...on(at)]);
      assert.equal(well.exit, 0, well.output);
      assert.match(
        well.said,
        /warning: the scratch database taskflow_scratch_\w+ cannot be dropped: .*left on the scratch/i,
      );
      const failed = await at.run(['diff', './b', './e', ...on(at)]);
      assert.equal(failed.exit, 1, failed.output);
      assert.match(failed.said, /003_bad failed.*nothing\(\) does not exist.*cannot be dropped/);
      assert.doesNotMatch(failed.said, /bug in taskflow-db/);
    } finally {
      const found = await server.sql(
        'postgres',
        `SELECT datname, subname FROM pg_subscription JOIN pg_database AS d ON d.oid = subdbid WHERE subname IN ('${fine}', '${bad}')`,
      );
      for (const [database, name] of found.rows) {
        await server.sql(database!, `ALTER SUBSCRIPTION ${name} SET (slot_name = NONE)`);
        await server.sql(database!, `DROP SUBSCRIPTION ${name}`);
        await server.sql('postgres', `DROP DATABASE ${database}`);
      }
    }
  }));
