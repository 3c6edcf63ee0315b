/** Many who look, and one who does not read: what it costs the database and the console, and that a migration goes on. */
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { loadSettings, openEngine } from '../../src/index.ts';
import type { RunAnswer } from '../../src/web/answers/run.ts';
import { type DatabaseWorkplace, withCli } from '../support/cli.ts';
import { type Response, type SignedIn, signIn } from '../support/console.ts';
import { type Bench, withBench } from '../support/console-server.ts';
import { startPooler } from '../support/pgbouncer.ts';
import { engines } from '../support/servers.ts';

const newest = engines.at(-1)!;
const BASE = '/api/targets/here';

function files(count: number, body = (i: number) => `CREATE TABLE t${i} (id integer);`): Record<string, string> {
  const names = Array.from({ length: count }, (_, i) => `m/${String(i + 1).padStart(3, '0')}_t.sql`);
  return Object.fromEntries(names.map((name, i) => [name, `${body(i + 1)}\n`]));
}

interface Look {
  readonly bench: Bench;
  readonly one: SignedIn;
  /** How many connections were made to the database. */
  opened(): number;
}

/** A console in this process, over the database of a workplace. */
async function withLook(
  at: DatabaseWorkplace,
  body: (look: Look) => Promise<void>,
  url = at.database.url,
): Promise<void> {
  const env = { DATABASE_URL: url, TASKFLOW_DIRECTORIES: 'm' };
  const found = await openEngine({
    settings: loadSettings({ cwd: at.folder, env, flags: {} }),
    flags: {},
    env,
    cwd: at.folder,
    toolVersion: '1.2.3',
    emit: () => {},
    signal: new AbortController().signal,
    live: false,
    mayCreateEmbedded: false,
    mask: (text) => text,
    onSecret: () => {},
  });
  let opened = 0;
  const connectTo: typeof found.connect = (...asked) => {
    opened++;
    return found.connect(...asked);
  };
  const engine = { ...found, connect: connectTo };
  const target = { name: 'here', description: '', environment: null, engine, withScratch: () => Promise.reject() };
  await withBench({ targets: [target], idleMs: 3_600_000 }, async (bench) => {
    const one = await signIn(bench.url, `${bench.url}/#token=${bench.token('vera')}`);
    await body({ bench, one, opened: () => opened });
  });
}

/** A page that follows, as a socket that may be left unread. */
async function follow({ bench, one }: Look, lastId = '') {
  const socket = connect(bench.port, '127.0.0.1');
  let said = '';
  socket.on('data', (data) => {
    // Copied, as a part of a string keeps all of it.
    said += Buffer.from(data.toString().replaceAll(/x{100,}/g, 'x')).toString();
  });
  const header = lastId === '' ? '' : `Last-Event-ID: ${lastId}\r\n`;
  const host = new URL(bench.url).host;
  socket.write(`GET ${BASE}/stream HTTP/1.1\r\nHost: ${host}\r\nCookie: ${one.cookie}\r\n${header}\r\n`);
  return {
    socket,
    async until(pattern: RegExp): Promise<RegExpExecArray> {
      for (let tries = 0; ; tries++) {
        const found = pattern.exec(said);
        if (found) return found;
        assert.ok(tries < 600, `${pattern} never came: ${said.slice(-1000)}`);
        await sleep(50);
      }
    },
  };
}

/** What is still referred to; buffers that are not are given back a moment later. */
async function heldBytes(): Promise<number> {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  await sleep(100);
  collect();
  const { external, heapUsed } = process.memoryUsage();
  return external + heapUsed;
}

function all(answers: readonly Response[]): Response {
  for (const { status, text } of answers) assert.equal(status, 200, text);
  return answers[0]!;
}

test('200 who ask at the same time are a few connections, and 200 who heed one change are one reading', () =>
  withCli(newest, files(3), (at) =>
    withLook(at, async (look) => {
      const { one, opened } = look;
      const many = (headers = {}) => Promise.all(Array.from({ length: 200 }, () => one.get(`${BASE}/run`, headers)));
      await at.run(['migrate', '--to', '1', '--quiet']);
      all(await many());
      assert.ok(opened() <= 2, `${opened()} connections`);
      const page = await follow(look);
      const [, event] = await page.until(/id: (\S+)\nevent: changed/);
      const before = opened();
      const answers = await many({ 'X-Taskflow-Event': event! });
      const first = all(answers);
      assert.deepEqual(new Set(answers.map(({ text }) => text)), new Set([first.text]), 'they are one answer');
      assert.equal(first.headers['x-taskflow-event'], event);
      assert.ok(opened() - before <= 1, `${opened() - before} connections`);
      const known = { 'X-Taskflow-Event': event!, 'If-None-Match': first.headers.etag! };
      const again = await one.get(`${BASE}/run`, known);
      assert.deepEqual([again.status, again.text], [304, '']);
      await at.run(['migrate', '--to', '2', '--quiet']);
      const now = (await one.get(`${BASE}/run`)).json<RunAnswer>();
      assert.equal(now.run?.migrations.at(-1)?.version, '002_t', 'who names no event sees what has just happened');
      await at.database.sql(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'taskflow-db control'",
      );
      assert.equal((await one.get(`${BASE}/overview`)).status, 200, 'a session that was ended is replaced');
      page.socket.destroy();
    }),
  ));

test('a page that reads nothing keeps no migration waiting, costs little memory, and is let go; it comes back', () =>
  withCli(
    newest,
    files(40, (i) => `CREATE TABLE t${i} (id integer);\nSELECT pg_sleep(0.05);`),
    (at) =>
      withLook(at, async (look) => {
        const { bench } = look;
        await at.run(['init']);
        const { feed } = bench.hub.live('here');
        const slow = await follow(look);
        const [, id] = await slow.until(/id: (\S+)\nevent: hello/);
        slow.socket.pause();
        const quick = await follow(look);
        await quick.until(/event: hello/);
        // What is loaded to look at a run is not what a page costs.
        await at.run(['migrate', '--to', '10', '--quiet']);
        await quick.until(/event: run\ndata: .*"outcome":"done"/);
        const before = await heldBytes();
        const begun = at.start(['migrate', '--quiet']);
        // More than the sockets between hold, while the run goes on.
        const text = 'x'.repeat(100_000);
        for (let n = 0; n < 400; n++) {
          feed.publish({ event: 'action', data: { n, text } });
          feed.tell({ event: 'action', data: { n, text } });
          await sleep(2);
        }
        const grown = (await heldBytes()) - before;
        assert.ok(grown < 25_000_000, `80 MB were told, ${grown} bytes are held`);
        const { exit, output } = await begun.finished;
        assert.equal(exit, 0, output);
        await quick.until(/event: run\ndata: .*040_t.*"outcome":"done"|event: run\ndata: .*"outcome":"done".*040_t/);
        assert.equal(feed.readers, 2);
        bench.clock += 61_000;
        bench.hub.tick();
        for (let tries = 0; feed.readers > 1; tries++) {
          assert.ok(tries < 100, 'it is let go');
          await sleep(20);
        }
        slow.socket.destroy();
        const again = await follow(look, id);
        await again.until(/event: reload/);
        for (const { socket } of [again, quick]) socket.destroy();
      }),
  ));

test('behind a pooler in session mode pages look on, and leave a run its connections', () =>
  withCli(newest, files(5), async (at) => {
    const pooler = await startPooler(at.database.server, { mode: 'session', poolSize: 4 });
    const url = pooler.url(at.database.name);
    try {
      await withLook(
        at,
        async (look) => {
          const page = await follow(look);
          await page.until(/event: changed/);
          const { finished } = at.start(['migrate', '--quiet'], { env: { DATABASE_URL: url } });
          for (let i = 0; i < 10; i++) {
            all([await look.one.get(`${BASE}/overview`), await look.one.get(`${BASE}/run`)]);
            await sleep(50);
          }
          const { exit, output } = await finished;
          assert.equal(exit, 0, output);
          await page.until(/event: run\ndata: .*"outcome":"done"/);
          page.socket.destroy();
        },
        url,
      );
    } finally {
      await pooler.kill();
    }
  }));
