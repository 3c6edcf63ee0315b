// So many tabs of the console, each of another person, as a process of its own that gives way to everybody else (browsers are on
// other machines). Each runs the page's own code (console-tab.mjs), by a stream and connections of its own.
// node console-tabs.mjs LINK AMOUNT SCREEN: prints a line when all of them are there, and what they were told when its stdin ends.
import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { constants, setPriority } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { runInThisContext } from 'node:vm';
import { build } from 'esbuild';

setPriority(constants.priority.PRIORITY_LOW);
const here = dirname(fileURLToPath(import.meta.url));
const [link, amount, screen] = process.argv.slice(2);
const { origin, hash } = new URL(link);
const asks = JSON.parse(readFileSync(join(here, 'console-screens.json'), 'utf8'))[screen];
const counts = { events: 0, answers: 0, unchanged: 0, bytes: 0, least: 0 };
/** When something was told or answered last, and how many questions are open. */
let [busyAt, open] = [performance.now(), 0];

/** The code of a tab as a function of the browser's parts: each call is a page of its own. */
async function tabCode() {
  const { outputFiles } = await build({
    entryPoints: [join(here, 'console-tab.mjs')],
    bundle: true,
    write: false,
    format: 'iife',
    globalName: 'tab',
    target: 'es2022',
    logLevel: 'silent',
  });
  const parts = 'fetch, EventSource, BroadcastChannel, navigator, document, location, history, addEventListener';
  return runInThisContext(`(function (${parts}) {\n${outputFiles[0].text}\nreturn tab;\n})`, { filename: 'tab.js' });
}

/** `begun`: resolves with the first event of its stream. */
function openTab() {
  const tab = { events: 0 };
  const agent = new Agent({ keepAlive: true, maxSockets: 5 });
  tab.begun = new Promise((resolve) => {
    class EventSource extends Stream {
      constructor(path) {
        super(path, () => {
          counts.events++;
          busyAt = performance.now();
          tab.events++;
          resolve();
        });
      }
    }
    const fetch = (path, { method, headers }) => answerOf(path, { method, headers, agent });
    const document = { hidden: false, addEventListener() {} };
    // Without `locks` each tab has a stream of its own, as on different machines.
    newTab(fetch, EventSource, Silent, {}, document, { pathname: '/', search: '', hash: '' }, {}, () => {}).open(
      target,
      asks,
    );
  });
  return tab;
}

async function answerOf(path, options) {
  open++;
  const asked = send(path, { ...options, headers: { ...options.headers, Cookie: cookie } });
  const { status, headers, text } = await asked.finally(() => {
    open--;
    busyAt = performance.now();
  });
  counts.answers++;
  counts.bytes += text.length;
  if (status === 304) counts.unchanged++;
  // A data migration that nobody has begun is not there yet.
  if (status >= 500) throw new Error(`${path}: ${status} ${text.slice(0, 300)}`);
  return {
    ok: status === 200,
    status,
    headers: { get: (name) => headers[name.toLowerCase()] ?? null },
    json: async () => JSON.parse(text),
  };
}

/** Nobody else is in this browser. */
class Silent {
  postMessage() {}
  close() {}
}

/** As much of an EventSource as the page uses. */
class Stream {
  #listeners = new Map();
  #lastEventId = '';

  constructor(path, heard) {
    request(`${origin}${path}`, { agent: new Agent(), headers: { Cookie: cookie } }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (piece) => {
        text += piece;
        counts.bytes += piece.length;
        for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
          this.#take(text.slice(0, end), heard);
          text = text.slice(end + 2);
        }
      });
    })
      .on('error', fail)
      .end();
  }

  addEventListener(kind, listener) {
    this.#listeners.set(kind, listener);
  }

  #take(block, heard) {
    const { id, event, data } = Object.fromEntries(
      block.split('\n').map((line) => /^(\w*): (.*)$/s.exec(line).slice(1)),
    );
    if (data === undefined) return;
    this.#lastEventId = id ?? this.#lastEventId;
    this.#listeners.get(event)?.({ data, lastEventId: this.#lastEventId });
    heard();
  }
}

async function signIn() {
  const { headers } = await send('/api/session', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ token: new URLSearchParams(hash.slice(1)).get('token') }),
  });
  return headers['set-cookie'][0].split(';')[0];
}

function send(path, { method = 'GET', headers = {}, agent, body } = {}) {
  return new Promise((resolve, reject) => {
    request(`${origin}${path}`, { method, headers, agent }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (piece) => {
        text += piece;
      });
      response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, text }));
      response.on('error', reject);
    })
      .on('error', reject)
      .end(body);
  });
}

function fail(error) {
  console.error(error);
  process.exit(1);
}

const cookie = await signIn();
const target = JSON.parse((await send('/api/session', { headers: { Cookie: cookie } })).text).targets[0].name;
const newTab = await tabCode();
const tabs = Array.from({ length: Number(amount) }, openTab);
await Promise.all(tabs.map(({ begun }) => begun));
// What a page asks for when it is opened is not what it costs to watch.
while (open > 0 || performance.now() - busyAt < 2000) await sleep(100);
Object.assign(counts, { events: 0, answers: 0, unchanged: 0, bytes: 0 });
for (const tab of tabs) tab.events = 0;
console.log('ready');
process.stdin.resume().on('end', () => {
  counts.least = Math.min(...tabs.map(({ events }) => events));
  console.log(JSON.stringify(counts));
  process.exit(0);
});
