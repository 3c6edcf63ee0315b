/** Roles of scratch databases, on an embedded server: shared by two runs at once, left by a killed one; and what stays. */
import assert from 'node:assert/strict';
import test, { after, before, describe } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { ask } from '../../src/embedded/probe.ts';
import { runMarkOf, scratchName } from '../../src/engine/scratch/scratch-name.ts';
import { type Files, type Workplace, withWorkplace } from '../support/cli.ts';
import { createDatabase, type OwnServer, ownServer, uniqueName } from '../support/servers.ts';

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
    for (const end = Date.now() + 60_000; (await rows(sleeping)).length === 0; await sleep(30))
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

/** A server of its own: what is left there is in nobody's way. */
describe('what the server refuses to drop', () => {
  let scratch: OwnServer;
  before(async () => {
    scratch = await ownServer(18);
  });
  after(() => scratch.stop());
  const on = () => ['--scratch', scratch.url('postgres')];

  test('of an earlier run: it is told, and is no hindrance', () =>
    withWorkplace({ 'm/001_t.sql': 'CREATE TABLE t (id integer);\n' }, {}, async (at) => {
      const name = scratchName(runMarkOf(uniqueName()), 1);
      const database = await createDatabase(scratch, { name });
      await database.sql("CREATE SUBSCRIPTION s CONNECTION '' PUBLICATION p WITH (connect = false)");
      const { exit, said, output } = await at.run(['diff', './m', './m', ...on()]);
      assert.equal(exit, 0, output);
      assert.match(said, new RegExp(`the scratch database ${name} cannot be dropped: .*used by logical replication`));
    }));

  /** By a function, whose work nobody sees beforehand. */
  const unseen = (name: string) => `CREATE FUNCTION subscribe() RETURNS void LANGUAGE plpgsql AS $$ BEGIN
  EXECUTE $s$CREATE SUBSCRIPTION ${name} CONNECTION '' PUBLICATION p WITH (connect = false)$s$;
END $$;
SELECT subscribe();
DROP FUNCTION subscribe();
`;

  test('of this run: it is a warning, or stands behind the first error', () =>
    withWorkplace({ 'e/001_e.sql': 'SELECT 1;\n', 'm/001_f.sql': unseen('fine') }, {}, async (at) => {
      const well = await at.run(['diff', './m', './e', ...on()]);
      assert.equal(well.exit, 0, well.output);
      assert.match(well.said, /warning: the scratch database taskflow_scratch_\w+ cannot be dropped: .*left on/i);
      at.write({ 'b/001_f.sql': unseen('bad'), 'b/002_bad.sql': 'SELECT nothing();\n' });
      const failed = await at.run(['diff', './b', './e', ...on()]);
      assert.equal(failed.exit, 1, failed.output);
      assert.match(failed.said, /002_bad failed.*nothing\(\) does not exist.*cannot be dropped/);
      assert.doesNotMatch(failed.said, /bug in taskflow-db/);
    }));
});
