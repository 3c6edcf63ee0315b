/** A statement outside a transaction, sent by a run that has been taken over meanwhile, or whose settings are refused. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadSettings } from '../../src/config/settings.ts';
import { withControl } from '../../src/engine/control.ts';
import { Worker } from '../../src/engine/worker.ts';
import { type Engine, openEngine } from '../../src/index.ts';
import { type DatabaseWorkplace, withCli } from '../support/cli.ts';
import { startPooler } from '../support/pgbouncer.ts';
import { server } from '../support/servers.ts';

const FILES = {
  'm/001_log.sql': `CREATE TABLE log (what text);
CREATE PROCEDURE fill() LANGUAGE plpgsql AS $$ BEGIN INSERT INTO log VALUES ('called'); COMMIT; END $$;
-- IRREVERSIBLE: test
`,
};

const TIMEOUTS = { lockTimeoutMs: 250 };
const CALL = { item: { sql: 'CALL fill()' } };

function engineOf(at: DatabaseWorkplace, url: string): Promise<Engine> {
  const env = { TASKFLOW_DIRECTORIES: 'm' };
  return openEngine({
    settings: loadSettings({ cwd: at.folder, env, flags: {} }),
    flags: { url },
    env,
    cwd: at.folder,
    toolVersion: '0.0.0-test',
    signal: new AbortController().signal,
    live: false,
    mayCreateEmbedded: false,
    mask: (text) => text,
    onSecret: () => {},
    emit: () => {},
  });
}

/** A worker of a run that holds the lease. */
async function withWorkerOf(engine: Engine, use: (worker: Worker) => Promise<void>): Promise<void> {
  await withControl(engine, async (control) => {
    const [row] = await control.session.query(
      `UPDATE ${control.names.runner} SET run_id = $1::uuid, fence = fence + 1 RETURNING fence`,
      [engine.run.runId],
    );
    control.fence = row?.fence ?? undefined;
    const session = await engine.connect('migration');
    if (control.server.pooled) session.behindPooler();
    await use(new Worker(engine, control, session)).finally(() => session.end());
  });
}

for (const pooled of [false, true]) {
  const how = pooled ? 'through a pooler' : 'on a direct connection';
  test(`${how}: what runs outside a transaction runs under the lease, or not at all`, async () => {
    const pooler = pooled ? await startPooler(await server(18)) : undefined;
    await withCli(18, FILES, async (at) => {
      assert.equal((await at.run(['migrate'])).exit, 0);
      const engine = await engineOf(at, pooler?.url(at.database.name) ?? at.database.url);
      const log = async () => (await at.database.sql('SELECT what FROM log')).flat();
      await withWorkerOf(engine, async (worker) => {
        assert.deepEqual(await worker.runAlone(CALL, TIMEOUTS, {}), {});
        assert.deepEqual(await log(), ['called']);
        const refused = { sql: "SELECT set_config('role', 'nobody of that name', false)" };
        await assert.rejects(worker.runAlone(CALL, TIMEOUTS, {}, [refused]), /nobody of that name/);
        assert.deepEqual(await log(), ['called']);
        await at.database.sql('UPDATE schema_migration_runner SET fence = fence + 1, run_id = gen_random_uuid()');
        await assert.rejects(worker.runAlone(CALL, TIMEOUTS, {}), /taken over/);
        assert.deepEqual(await log(), ['called']);
      });
    });
    await pooler?.kill();
  });
}
