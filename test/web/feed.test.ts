import assert from 'node:assert/strict';
import { createServer, get, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Feed } from '../../src/web/feed.ts';

/** A server that hands out a feed; `read` collects what one reader is sent until that many events are there. */
async function withFeed<T>(body: (feed: Feed, port: number) => Promise<T>, now?: () => number): Promise<T> {
  const feed = new Feed(now);
  const server = createServer((request, response) => {
    response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    const leave = feed.subscribe(response, request.headers['last-event-id'] as string | undefined);
    response.on('close', leave);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  try {
    return await body(feed, (server.address() as { port: number }).port);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

interface Heard {
  readonly id: string;
  readonly event: string;
  readonly data: unknown;
}

class Reader {
  readonly heard: Heard[] = [];
  readonly #response: IncomingMessage;
  #text = '';
  #wake: () => void = () => {};

  constructor(response: IncomingMessage) {
    this.#response = response;
    response.setEncoding('utf8').on('data', (part: string) => this.#take(part));
  }

  static open(port: number, lastId?: string): Promise<Reader> {
    const headers = lastId === undefined ? {} : { 'Last-Event-ID': lastId };
    return new Promise((resolve, reject) => {
      get({ host: '127.0.0.1', port, headers, agent: false }, (response) => resolve(new Reader(response))).on(
        'error',
        reject,
      );
    });
  }

  /** Resolves when an event like that has come. */
  async until(isIt: (one: Heard) => boolean): Promise<Heard> {
    for (;;) {
      const found = this.heard.find(isIt);
      if (found) return found;
      await new Promise<void>((wake) => {
        this.#wake = wake;
      });
    }
  }

  close(): void {
    this.#response.destroy();
  }

  #take(part: string): void {
    this.#text += part;
    for (let end = this.#text.indexOf('\n\n'); end >= 0; end = this.#text.indexOf('\n\n')) {
      const block = this.#text.slice(0, end);
      this.#text = this.#text.slice(end + 2);
      const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1] ?? '';
      if (block.includes('data: '))
        this.heard.push({ id: field('id'), event: field('event'), data: JSON.parse(field('data')) });
    }
    this.#wake();
  }
}

/** What is still referred to. */
function memoryHeld(): number {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  const { external, heapUsed } = process.memoryUsage();
  return external + heapUsed;
}

const number = (n: number) => ({ event: 'changed', data: { seq: n } });
const isNumber = (n: number) => (one: Heard) => (one.data as { seq?: number }).seq === n;

test('who comes back gets what it has missed, each once and in order', async () => {
  await withFeed(async (feed, port) => {
    const first = await Reader.open(port);
    await first.until(({ event }) => event === 'hello');
    feed.publish(number(1));
    feed.publish(number(2));
    const { id } = await first.until(isNumber(2));
    first.close();
    for (const n of [3, 4, 5]) feed.publish(number(n));
    const again = await Reader.open(port, id);
    await again.until(isNumber(5));
    assert.deepEqual(
      again.heard.filter(({ event }) => event !== 'hello').map(({ data }) => data),
      [{ seq: 3 }, { seq: 4 }, { seq: 5 }],
    );
  });
});

test('who had nothing but the greeting misses nothing either', async () => {
  await withFeed(async (feed, port) => {
    const first = await Reader.open(port);
    const { id } = await first.until(({ event }) => event === 'hello');
    first.close();
    feed.publish(number(1));
    const again = await Reader.open(port, id);
    await again.until(isNumber(1));
    assert.ok(!again.heard.some(({ event }) => event === 'reload'));
  });
});

test('who comes back from another process, or too late, is told to ask for everything anew', async () => {
  await withFeed(async (feed, port) => {
    feed.publish(number(1));
    for (const id of ['0123456789ab-1', 'nonsense', '']) {
      const reader = await Reader.open(port, id);
      await reader.until(({ event }) => event === 'reload');
      reader.close();
    }
    const early = await Reader.open(port);
    const { id } = await early.until(({ event }) => event === 'hello');
    early.close();
    for (let n = 0; n < 600; n++) feed.publish(number(n));
    const late = await Reader.open(port, id);
    await late.until(({ event }) => event === 'reload');
    assert.deepEqual(
      late.heard.filter(({ event }) => event === 'changed'),
      [],
    );
  });
});

test('a reader that reads nothing costs nobody time, and little memory; then it is told that it has lost something', async () => {
  await withFeed(async (feed, port) => {
    const slow = connect(port, '127.0.0.1');
    await new Promise((done) => slow.once('connect', done));
    slow.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    slow.pause();
    const quick = await Reader.open(port);
    while (feed.readers < 2) await new Promise((done) => setImmediate(done));
    const text = 'x'.repeat(100_000);
    const before = memoryHeld();
    for (let n = 0; n < 1000; n++) {
      feed.publish({ event: 'changed', data: { seq: n, text } });
      await quick.until(isNumber(n));
      quick.heard.length = 0;
    }
    const grown = memoryHeld() - before;
    // What may wait for it, and what is kept for everybody, of the 100 MB that there were.
    assert.ok(grown < 20_000_000, `1000 events of 100 kB, ${grown} bytes more are held`);
    let said = '';
    await new Promise<void>((done) => {
      slow.on('data', (data) => {
        said = (said + data).slice(-400);
        if (said.includes('event: reload')) done();
      });
      slow.resume();
    });
    slow.destroy();
  });
});

test('what is told without being kept reaches a reader that was slow: the last of it', async () => {
  await withFeed(async (feed, port) => {
    const slow = connect(port, '127.0.0.1');
    await new Promise((done) => slow.once('connect', done));
    slow.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    slow.pause();
    while (feed.readers < 1) await new Promise((done) => setImmediate(done));
    const text = 'x'.repeat(100_000);
    for (let n = 0; n < 200; n++) {
      feed.tell({ event: 'run', data: { seq: n, text } });
      await new Promise((done) => setImmediate(done));
    }
    let said = '';
    await new Promise<void>((done) => {
      slow.on('data', (data) => {
        said = (said + data).slice(-300_000);
        if (said.includes('"seq":199')) done();
      });
      slow.resume();
    });
    assert.ok(!said.includes('"seq":198'), 'what it outdates is not sent');
    slow.destroy();
  });
});

test('a reader that takes nothing for a minute is let go; with the number of its last event it comes back', async () => {
  let now = 0;
  await withFeed(
    async (feed, port) => {
      const first = await Reader.open(port);
      const { id } = await first.until(({ event }) => event === 'hello');
      first.close();
      const slow = connect(port, '127.0.0.1');
      await new Promise((done) => slow.once('connect', done));
      slow.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
      slow.pause();
      while (feed.readers !== 1) await new Promise((done) => setImmediate(done));
      const text = 'x'.repeat(100_000);
      for (let n = 0; n < 200; n++) {
        feed.publish({ event: 'changed', data: { seq: n, text } });
        await new Promise((done) => setImmediate(done));
      }
      now += 59_000;
      feed.ping();
      await new Promise((done) => setImmediate(done));
      assert.equal(feed.readers, 1);
      now += 2000;
      feed.ping();
      while (feed.readers > 0) await new Promise((done) => setImmediate(done));
      slow.destroy();
      const again = await Reader.open(port, id);
      await again.until(({ event }) => event === 'reload');
    },
    () => now,
  );
});
