// Four clients that read and write one table by its key, in a process of their own; says at the end how long each statement
// that took long had to wait: node busy-clients.mjs URL. Prints "ready", ends at SIGTERM with one line of JSON.
import pg from 'pg';

const [url] = process.argv.slice(2);
const CLIENTS = 4;
const ROWS = 10_000;
/** Thinks so long between two statements. */
const PAUSE_MS = 3;

let stopped = false;
process.once('SIGTERM', () => {
  stopped = true;
});

const times = [];
const clients = await Promise.all(Array.from({ length: CLIENTS }, open));
console.log('ready');
await Promise.all(clients.map(work));
times.sort((a, b) => b - a);
const worst = times[0] ?? 0;
const lost = times.filter((ms) => ms > 50).reduce((sum, ms) => sum + ms, 0);
console.log(JSON.stringify({ statements: times.length, worst, lost, p99: times[Math.floor(times.length / 100)] }));

async function open() {
  const client = new pg.Client({ connectionString: url, application_name: 'app' });
  await client.connect();
  return client;
}

async function work(client) {
  for (let i = 0; !stopped; i++) {
    const id = 1 + Math.floor(Math.random() * ROWS);
    const begun = performance.now();
    if (i % 2 === 0) await client.query({ name: 'read', text: 'SELECT n FROM account WHERE id = $1', values: [id] });
    else await client.query({ name: 'write', text: 'UPDATE account SET n = n + 1 WHERE id = $1', values: [id] });
    times.push(performance.now() - begun);
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
  await client.end();
}
