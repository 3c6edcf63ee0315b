/** A data migration that did not come to its end is taken back: what is done, and nothing else. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { type DatabaseWorkplace, type Files, withCli } from '../support/cli.ts';
import { onServers } from '../support/on-servers.ts';
import { COUNTED, counting, requests } from './data-bed.ts';
import { digest, done, keeping, killUntilDone, REQUESTS, stores } from './data-keep-bed.ts';

const ROWS = 20_000;
const SLOW = '-- Batch: requests by id\n-- Target: 10ms\n-- Pause: 3';

async function someBatches(at: DatabaseWorkplace, many: number): Promise<void> {
  const sql = "SELECT count(*) FROM schema_data_batches WHERE direction = 'up'";
  while (Number((await at.database.sql(sql))[0]?.[0]) < many) await setTimeout(3);
}

/** Leaves a run behind that is done in part. */
const STOPPED: Readonly<Record<string, (at: DatabaseWorkplace) => Promise<void>>> = {
  interrupted: async (at) => {
    const run = at.start(['migrate']);
    await someBatches(at, 3);
    run.child.kill('SIGKILL');
    await run.finished;
  },
  cancelled: async (at) => {
    const run = at.start(['migrate']);
    await someBatches(at, 3);
    assert.match(
      await done(at, 'data', 'cancel', '002'),
      /next: data retry 002_count[\s\S]*rollback --version 002_count/,
    );
    assert.notEqual((await run.finished).exit, 0);
  },
  paused: async (at) => {
    const run = at.start(['migrate']);
    await someBatches(at, 3);
    await done(at, 'data', 'pause', '002');
    run.child.kill('SIGKILL');
    await run.finished;
  },
  failed: async (at) => {
    await at.database.sql('ALTER TABLE requests ADD CONSTRAINT bad CHECK (id <> 15000 OR n = 0)');
    const run = await at.run(['migrate']);
    assert.equal(run.exit, 1);
    assert.match(run.output, /take back what is done: taskflow-db rollback --version 002_count/);
  },
};

async function stateOf(at: DatabaseWorkplace): Promise<string> {
  const { migrations } = (await at.run(['status', '--json'])).json<{
    migrations: { version: string; state: string }[];
  }>();
  return migrations.find(({ version }) => version.startsWith('002'))?.state ?? '';
}

for (const engine of onServers(import.meta.url, 14, 18)) {
  describe(`on PostgreSQL ${engine}`, () => {
    for (const [state, stop] of Object.entries(STOPPED)) {
      test(`one that is ${state}: each row that it has changed is changed back once, and no other`, () =>
        withCli(engine, { ...requests(ROWS), ...counting(SLOW) }, async (at) => {
          await done(at, 'migrate', '--to', '001');
          await stop(at);
          const [[changed] = []] = await at.database.sql('SELECT count(*) FROM requests WHERE n = 1');
          assert.ok(Number(changed) > 0 && Number(changed) < ROWS, `${changed} rows`);
          const shown = await at.run(['data', 'status']);
          assert.match(shown.stdout, new RegExp(`${state}[\\s\\S]*rollback\\s+--version\\s+002_count\\s+takes`));
          const planned = await at.run(['rollback', '--version', '002', '--dry-run', '--json']);
          assert.equal(planned.json<{ halfDone: { rows: number } }>().halfDone.rows, Number(changed), planned.output);
          const undone = await done(at, 'rollback', '--version', '002', '--yes');
          assert.match(undone, /002_count rolled back/);
          assert.deepEqual(await at.database.sql(COUNTED), [['0', String(ROWS)]]);
          assert.equal(await stateOf(at), 'rolled_back');
          await at.database.sql('ALTER TABLE requests DROP CONSTRAINT IF EXISTS bad');
          await done(at, 'migrate');
          assert.deepEqual(await at.database.sql(COUNTED), [['1', String(ROWS)]]);
        }));
    }

    test('killed on its way back too, it goes on; what is kept comes back for the rows that were met', () =>
      withCli(
        engine,
        {
          ...REQUESTS,
          ...keeping(
            "UPDATE requests SET priority = 'HIGH', updated = updated + 1 WHERE :batch;",
            '-- ROLLBACK:\n-- UPDATE requests SET updated = updated - 1, priority = NULL WHERE :batch;\n',
            `-- Kind: data\n-- Keep: yes\n${SLOW}`,
          ),
        },
        async (at) => {
          await done(at, 'migrate', '--to', '001');
          const before = await digest(at);
          const run = at.start(['migrate']);
          await someBatches(at, 2);
          run.child.kill('SIGKILL');
          await run.finished;
          assert.notDeepEqual(await digest(at), before);
          await killUntilDone(at, ['rollback', '--version', '002', '--yes']);
          assert.deepEqual(await digest(at), before);
          assert.deepEqual(await stores(at), []);
        },
      ));
  });
}

const BACKGROUND = `${SLOW}\n-- Background: yes`;

test('while somebody is at work it is refused, with the way to it; half a way back is finished before anything else', () =>
  withCli(18, { ...requests(ROWS), ...counting(BACKGROUND) }, async (at) => {
    await done(at, 'migrate');
    const run = at.start(['data', 'run']);
    await someBatches(at, 3);
    const refused = await at.run(['rollback', '--version', '002', '--yes']);
    assert.equal(refused.exit, 1);
    assert.match(refused.output, /002_count is running[\s\S]*data cancel 002_count[\s\S]*rollback --version 002_count/);
    await done(at, 'data', 'cancel', '002');
    await run.finished;
    const back = at.start(['rollback', '--version', '002', '--yes']);
    const sql = "SELECT count(*) FROM schema_data_batches WHERE direction = 'down'";
    while (Number((await at.database.sql(sql))[0]?.[0]) < 1) await setTimeout(2);
    back.child.kill('SIGKILL');
    if ((await back.finished).exit === null) {
      const migrate = await at.run(['migrate']);
      assert.match(migrate.output, /rollback --version\s+002_count/);
      assert.match((await at.run(['data', 'status'])).stdout, /rollback\s+--version\s+002_count\s+goes\s+on/);
    }
    await at.run(['rollback', '--version', '002', '--yes']);
    assert.deepEqual(await at.database.sql(COUNTED), [['0', String(ROWS)]]);
    assert.equal(await stateOf(at), 'rolled_back');
  }));

test('one whose way back is no batch is taken back in one transaction, and begins anew', () => {
  const files: Files = {
    ...requests(ROWS),
    'm/002_count.sql': `-- Count
-- Kind: data
${SLOW}
UPDATE requests SET n = n + 1 WHERE n = 0 AND :batch;
-- ROLLBACK:
-- UPDATE requests SET n = 0 WHERE n <> 0;
`,
  };
  return withCli(18, files, async (at) => {
    await done(at, 'migrate', '--to', '001');
    await STOPPED.interrupted!(at);
    await done(at, 'rollback', '--version', '002', '--yes');
    assert.deepEqual(await at.database.sql(COUNTED), [['0', String(ROWS)]]);
    assert.equal(await stateOf(at), 'rolled_back');
    await done(at, 'migrate');
    assert.deepEqual(await at.database.sql(COUNTED), [['1', String(ROWS)]]);
  });
});

test('with other SQL in its file, or without a way back, it is refused', () =>
  withCli(18, { ...requests(ROWS), ...counting(SLOW) }, async (at) => {
    await done(at, 'migrate', '--to', '001');
    await STOPPED.interrupted!(at);
    at.write(counting(SLOW, 'UPDATE requests SET n = n + 2 WHERE :batch;'));
    const refused = await at.run(['rollback', '--version', '002', '--yes']);
    assert.equal(refused.exit, 1);
    assert.match(refused.output, /002_count was changed after its first batches had run/);
    at.write({
      'm/002_count.sql':
        '-- Count\n-- Kind: data\n-- Batch: requests by id\nUPDATE requests SET n = n + 1 WHERE :batch;\n',
    });
    const without = await at.run(['rollback', '--version', '002', '--yes']);
    assert.match(without.output, /cannot be undone: it has no ROLLBACK section|was changed after/);
    assert.equal(await stateOf(at), 'interrupted');
  }));

test('rollback --to takes along what was begun behind that version; another rollback says that it stays', () =>
  withCli(
    18,
    {
      ...requests(ROWS),
      'm/003_more.sql':
        '-- More\nALTER TABLE requests ADD COLUMN more text;\n-- ROLLBACK:\n-- ALTER TABLE requests DROP COLUMN more;\n',
      'm/004_count.sql': counting(SLOW)['m/002_count.sql']!,
    },
    async (at) => {
      await done(at, 'migrate', '--to', '003');
      await STOPPED.interrupted!(at);
      const last = await at.run(['rollback', '--dry-run', '--json']);
      const stays = last.json<{ halfDone: unknown; staysHalfDone: { version: string }[] }>();
      assert.deepEqual([stays.halfDone, stays.staysHalfDone.map(({ version }) => version)], [null, ['004_count']]);
      const told = await at.run(['rollback', '--dry-run']);
      assert.match(told.output, /004_count stays half done[\s\S]*rollback --version\s+004_count/);
      const undone = await done(at, 'rollback', '--to', '001', '--yes');
      assert.match(undone, /004_count rolled back[\s\S]*003_more rolled back/);
      assert.deepEqual(await at.database.sql(COUNTED), [['0', String(ROWS)]]);
      const states = await at.database.sql('SELECT version, type FROM schema_migrations ORDER BY 1');
      assert.deepEqual(states.slice(-2), [
        ['003_more', 'rollback'],
        ['004_count', 'rollback'],
      ]);
    },
  ));
