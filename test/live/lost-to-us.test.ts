/** A connection that is lost to the tool and not to the server, and answers that never arrive: nothing is done twice. */
import assert from 'node:assert/strict';
import { connect, createServer, type Socket } from 'node:net';
import { test } from 'node:test';
import { type DatabaseWorkplace, withCli } from '../support/cli.ts';
import { startProxy } from '../support/proxy.ts';
import { server, type TestServer } from '../support/servers.ts';
import { GATE } from './gate.ts';
import { until } from './group-bed.ts';

const BASE = {
  'm/001_log.sql':
    'CREATE TABLE log (what text);\nCREATE TABLE pauses AS SELECT 150 AS seconds;\n-- IRREVERSIBLE: test\n',
};
const SLOW = "INSERT INTO log VALUES ('002');\nSELECT pg_sleep(seconds) FROM pauses;\n-- IRREVERSIBLE: test\n";
const RUNNING =
  "SELECT 1 FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep(seconds)%' AND state = 'active' AND datname = current_database()";

const through = (at: DatabaseWorkplace, port: number): string => {
  const url = new URL(at.database.url);
  url.host = `127.0.0.1:${port}`;
  return url.href;
};

/** As a load balancer that forgets a quiet connection: the client is told, the server is not. */
async function forgetful(target: TestServer) {
  const servers: Socket[] = [];
  let migration: Socket | undefined;
  const proxy = createServer((client) => {
    const back = connect({ host: '127.0.0.1', port: target.tcpPort });
    servers.push(back);
    for (const side of [client, back]) side.on('error', () => {});
    client.on('data', (data) => {
      // In its start-up message: the control session asks for this name, too.
      if (data.includes('application_name\0taskflow-db migration')) migration = client;
      back.write(data);
    });
    back.on('data', (data) => client.write(data));
    back.on('close', () => client.destroy());
    client.on('end', () => back.end());
  });
  await new Promise<void>((done) => proxy.listen(0, '127.0.0.1', done));
  const address = proxy.address();
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    forget: () => migration?.resetAndDestroy(),
    close: () => {
      for (const back of servers) back.destroy();
      proxy.close();
    },
  };
}

async function forgotten(target: TestServer, args: readonly string[]): Promise<void> {
  const proxy = await forgetful(target);
  await withCli(18, BASE, async (at) => {
    assert.equal((await at.run(['migrate'])).exit, 0);
    at.write({ 'm/002_slow.sql': SLOW });
    const run = at.start(['migrate', ...args], { env: { DATABASE_URL: through(at, proxy.port) } });
    await until('it runs', async () => (await at.database.sql(RUNNING)).length > 0);
    await at.database.sql('UPDATE pauses SET seconds = 0');
    proxy.forget();
    const ran = await run.finished;
    assert.equal(ran.exit, 0, ran.output);
    assert.match(ran.said, /ended the session \(pid \d+\) that worked on in the server without this run/);
    await until('the statement has ended', async () => (await at.database.sql(RUNNING)).length === 0);
    assert.deepEqual(await at.database.sql('SELECT what FROM log'), [['002']]);
    const applied = "SELECT count(*) FROM schema_migration_events WHERE event = 'applied' AND version = '002_slow'";
    assert.deepEqual(await at.database.sql(applied), [['1']]);
  });
  proxy.close();
}

test('a transaction that goes on in the server without its client is ended before it is tried again', async () => {
  const target = await server(18);
  await Promise.all([forgotten(target, []), forgotten(target, ['--single-transaction'])]);
});

/** Passes on what is said, until it goes away: then nobody gets through before it is back. */
async function awayAndBack(target: TestServer) {
  const sockets = new Set<Socket>();
  let isAway = false;
  const proxy = createServer((client) => {
    if (isAway) return void client.destroy();
    const back = connect({ host: '127.0.0.1', port: target.tcpPort });
    for (const [side, other] of [
      [client, back],
      [back, client],
    ] as const) {
      sockets.add(side);
      side.on('error', () => {});
      side.on('data', (data) => other.write(data));
      side.on('close', () => other.destroy());
    }
  });
  await new Promise<void>((done) => proxy.listen(0, '127.0.0.1', done));
  const address = proxy.address();
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    goAway: () => {
      isAway = true;
      for (const socket of sockets) socket.destroy();
    },
    comeBack: () => {
      isAway = false;
    },
    close: () => {
      for (const socket of sockets) socket.destroy();
      proxy.close();
    },
  };
}

test('a session that an administrator ends is not tried again, though the run has been away before', async () => {
  const proxy = await awayAndBack(await server(18));
  const file = (what: string) => `INSERT INTO log VALUES ('${what}');\n${gateOf(what)};\n-- IRREVERSIBLE: test\n`;
  const gateOf = (what: string) => GATE.replaceAll('gate_is_open', `gate_of_${what}`);
  const body = async (at: DatabaseWorkplace) => {
    const { database } = at;
    assert.equal((await at.run(['migrate'])).exit, 0);
    at.write({ 'm/002_first.sql': file('first'), 'm/003_second.sql': file('second') });
    const run = at.start(['migrate'], { env: { DATABASE_URL: through(at, proxy.port) } });
    const atGateOf = (what: string, but = '0') =>
      until(`another one is at the gate of ${what}`, async () => {
        const [row] = await database.sql(
          `SELECT pid FROM pg_stat_activity WHERE query LIKE 'DO $gate$%gate_of_${what}%' AND state = 'active' AND pid <> ${but}`,
        );
        return row?.[0] ?? undefined;
      });
    const first = await atGateOf('first');
    proxy.goAway();
    await run.said(/the connection was lost; trying for 30 s/);
    proxy.comeBack();
    await run.said(/connected again after/);
    await atGateOf('first', first);
    await database.sql('CREATE TABLE public.gate_of_first ()');
    const second = await atGateOf('second');
    await database.sql(`SELECT pg_terminate_backend(${second})`);
    const ran = await run.finished;
    assert.equal(ran.exit, 1, ran.output);
    assert.match(ran.said, /002_first applied/);
    assert.match(ran.said, /003_second.*terminating connection due to administrator command/);
    assert.deepEqual(await database.sql('SELECT what FROM log'), [['first']]);
    const record = "SELECT event FROM schema_migration_events WHERE version = '003_second' ORDER BY seq";
    assert.deepEqual(await database.sql(record), [['started'], ['connection_lost']]);
    await database.sql('CREATE TABLE public.gate_of_second ()');
    assert.equal((await at.run(['migrate'])).exit, 0, 'the next run goes on');
    assert.deepEqual(await database.sql('SELECT what FROM log'), [['first'], ['second']]);
  };
  await withCli(18, BASE, body).finally(proxy.close);
});

test('--single-transaction whose COMMIT is answered to nobody is told as applied', async () => {
  const proxy = await startProxy({ host: '127.0.0.1', port: (await server(18)).tcpPort });
  await withCli(18, BASE, async (at) => {
    assert.equal((await at.run(['migrate'])).exit, 0);
    at.write({ 'm/002_more.sql': "INSERT INTO log VALUES ('002');\n-- IRREVERSIBLE: test\n" });
    proxy.rearm(({ direction, type, bytes, connection }) =>
      direction === 'back' && type === 'C' && connection.purpose === 'migration' && bytes.includes('COMMIT')
        ? 'cut'
        : 'pass',
    );
    const ran = await at.run(['migrate', '--single-transaction'], { env: { DATABASE_URL: through(at, proxy.port) } });
    assert.equal(ran.exit, 0, ran.output);
    assert.match(ran.said, /002_more applied/);
    assert.deepEqual(await at.database.sql('SELECT what FROM log'), [['002']]);
  });
  await proxy.close();
});
