/** The test bed's own pooler, standby and proxy do what the sweeps take for granted of them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connect } from '../../src/postgres/connect.ts';
import { type DriverClient, Session } from '../../src/postgres/session.ts';
import { machineInputs } from '../../src/postgres/target/process.ts';
import { resolveTarget } from '../../src/postgres/target/resolve.ts';
import { startPooler } from '../support/pgbouncer.ts';
import { type Message, startProxy } from '../support/proxy.ts';
import { ownServer, server, withDatabase } from '../support/servers.ts';
import { startStandby } from '../support/standby.ts';

async function open(url: string): Promise<Session> {
  const target = resolveTarget(machineInputs({}, { url }));
  const client = await connect(target!, { applicationName: 'taskflow-db control' });
  return new Session(client as unknown as DriverClient);
}

for (const [mode, both] of [
  ['transaction', true],
  ['session', false],
] as const) {
  test(`pgbouncer in ${mode} mode: ${both ? 'two clients hold the same session lock' : 'a session lock is one client’s'}`, async () => {
    const pooler = await startPooler(await server(18), { mode, poolSize: both ? 1 : 2 });
    try {
      await withDatabase(18, async ({ name }) => {
        const clients = [await open(pooler.url(name)), await open(pooler.url(name))];
        const locks = [];
        for (const one of clients) locks.push(...(await one.query('SELECT pg_try_advisory_lock(1) AS locked')));
        assert.deepEqual(
          locks.map(({ locked }) => locked),
          ['t', both ? 't' : 'f'],
        );
        for (const one of clients) await one.end();
      });
    } finally {
      await pooler.kill();
    }
  });
}

test('a standby follows its primary, takes no writes, and does once it is promoted', async () => {
  const { primary, standby } = await startStandby(await ownServer(18));
  try {
    await primary.sql('postgres', 'CREATE TABLE a AS SELECT 1 AS n');
    await standby.caughtUp();
    assert.deepEqual((await standby.sql('postgres', 'SELECT n, pg_is_in_recovery() FROM a')).rows, [['1', 't']]);
    await assert.rejects(standby.sql('postgres', 'INSERT INTO a VALUES (2)'), { sqlstate: '25006' });
    await standby.promote();
    await standby.sql('postgres', 'INSERT INTO a VALUES (2)');
  } finally {
    await standby.stop();
    await primary.stop();
  }
});

test('the proxy sees every message, and cuts at the one that is asked for', async () => {
  const shared = await server(18);
  const proxy = await startProxy({ host: '127.0.0.1', port: shared.tcpPort });
  try {
    await withDatabase(18, async ({ name }) => {
      const url = `postgresql://postgres@127.0.0.1:${proxy.port}/${name}`;
      const seen: Message[] = [];
      proxy.rearm((message) => {
        seen.push(message);
        return 'pass';
      });
      const session = await open(url);
      assert.deepEqual(await session.query('SELECT 1 AS one'), [{ one: '1' }]);
      const front = seen.filter(({ direction }) => direction === 'front').map(({ type }) => type);
      const back = seen.filter(({ direction }) => direction === 'back').map(({ type }) => type);
      assert.deepEqual(front, ['ssl', 'startup', 'P', 'B', 'D', 'E', 'S']);
      assert.deepEqual(back.slice(0, 2), ['ssl', 'R']);
      assert.deepEqual(back.slice(-6), ['1', '2', 'T', 'D', 'C', 'Z']);
      const [connection] = [...proxy.connections];
      assert.equal(connection?.pid, session.backendPid);
      assert.equal(connection?.purpose, 'control');
      proxy.rearm(({ type }) => (type === 'C' ? 'cut' : 'pass'));
      await assert.rejects(session.query('CREATE TABLE kept (n int)'));
      proxy.rearm();
      const again = await open(url);
      assert.deepEqual(await again.query("SELECT to_regclass('kept') IS NOT NULL AS kept"), [{ kept: 't' }]);
      await again.end();
    });
  } finally {
    await proxy.close();
  }
});
