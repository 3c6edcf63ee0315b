// A column is added to a table that four clients read and write, while a session that has read it stays in its transaction
// for ten seconds: how long a client had to wait at worst, and how soon after the table was free the migration was done.
import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { runOnce, spreadOf } from '../lib/measure.mjs';
import { RECORDS, writeMigrations } from '../lib/migrations.mjs';
import { ours, PEERS } from '../lib/tools.mjs';

export const title = 'A busy table';
/** Of taskflow-db: its lock timeout is 250 ms. */
export const target = { longestStallMsMax: 300, afterFreeMsMax: 2000 };

const CLIENTS = join(dirname(fileURLToPath(import.meta.url)), '../lib/busy-clients.mjs');
const HELD_MS = 10_000;
const COMPARED = ['psql', 'dbmate', 'node-pg-migrate', 'graphile-migrate'];

const BODIES = [
  `CREATE TABLE account (id int PRIMARY KEY, n bigint NOT NULL) WITH (fillfactor = 50);
INSERT INTO account SELECT i, 0 FROM generate_series(1, 10000) AS i;
`,
  'ALTER TABLE account ADD COLUMN note text;\n',
];

export async function run(bed) {
  const [first, both] = [1, 2].map((count) =>
    writeMigrations(join(bed.folder, `busy-${count}`), count, (i) => BODIES[i - 1]),
  );
  // psql keeps no record, so it is given the second file alone.
  for (const name of ['0000_applied.sql', '0001_step_of_item_1.sql']) rmSync(join(both.psql, name));
  const { bin } = bed.cluster;
  const variants = [
    ...bed.tools.map(({ name, launcher }) => ({
      name,
      tool: 'ours',
      on: (folder, url) => ours(launcher, folder, url),
    })),
    ...bed.peers
      .filter((name) => COMPARED.includes(name))
      .map((name) => ({ name, tool: name, on: (folder, url) => PEERS[name]({ folder, url, bin }) })),
  ];
  bed.note(
    'four clients, each a point SELECT or UPDATE every 3 ms; the other session reads the table 1 s before the tool starts and ends its transaction 10 s after; every tool as it comes, without settings',
  );
  const rounds = bed.rounds(3);
  const found = new Map(variants.map((one) => [one.name, []]));
  for (let round = 1; round <= rounds; round++) {
    for (const variant of variants) found.get(variant.name).push(await once(bed, variant, first, both));
    bed.log(
      `round ${round} of ${rounds}: ${variants.map((one) => lineOf(one.name, found.get(one.name).at(-1))).join(', ')}`,
    );
  }
  const rows = variants.map(({ name }) => rowOf(name, found.get(name)));
  return { 'ADD COLUMN while a transaction holds the table for 10 s': rows };
}

function lineOf(name, { failure, stall, afterFree }) {
  return `${name} ${failure ?? `${Math.round(stall)} ms stall, done ${Math.round(afterFree)} ms after`}`;
}

async function once(bed, { tool, on }, first, both) {
  const database = await bed.cluster.createDatabase();
  try {
    const url = bed.cluster.url(database);
    await runOnce(bed.folder, on(first[tool], url));
    await bed.cluster.query(database, 'VACUUM ANALYZE account');
    return await measure(bed, database, on(both[tool], url), tool);
  } catch (error) {
    return { failure: error.message };
  } finally {
    await bed.cluster.dropDatabase(database);
  }
}

async function measure(bed, database, command, tool) {
  const url = bed.cluster.url(database);
  const clients = await startClients(url);
  const holder = new pg.Client({ connectionString: url, application_name: 'report' });
  await holder.connect();
  await holder.query('BEGIN; SELECT count(*) FROM account');
  await sleep(1000);
  const running = runOnce(bed.folder, command);
  running.catch(() => {});
  await sleep(HELD_MS);
  await holder.query('ROLLBACK');
  const free = performance.now();
  try {
    await running;
    const afterFree = performance.now() - free;
    await check(bed, database, tool);
    await sleep(500);
    const { worst, lost, p99 } = await clients.stop();
    return { stall: worst, lost, p99, afterFree };
  } finally {
    await clients.stop();
    await holder.end();
  }
}

/** The clients at work, after a second in which they have warmed up. */
async function startClients(url) {
  const child = spawn(process.execPath, [CLIENTS, url], { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.on('data', (data) => {
    text += data;
  });
  const ended = new Promise((resolve) => child.once('close', resolve));
  while (!text.startsWith('ready\n')) await sleep(20);
  await sleep(1000);
  return {
    async stop() {
      child.kill('SIGTERM');
      await ended;
      return JSON.parse(text.split('\n')[1]);
    },
  };
}

async function check(bed, database, tool) {
  const [{ columns, recorded }] = await bed.cluster.query(
    database,
    `SELECT (SELECT count(*) FROM pg_attribute WHERE attrelid = 'account'::regclass AND attname = 'note') AS columns,
  (${RECORDS[tool]}) AS recorded`,
  );
  if (columns !== '1' || recorded !== '2')
    throw new Error(`${tool}: ${columns} columns, ${recorded} migrations on record`);
}

function rowOf(name, runs) {
  const failure = runs.find((run) => run.failure)?.failure;
  if (failure) return { name, failure };
  const spread = (key) => spreadOf(runs.map((run) => run[key]));
  return {
    name,
    cells: {
      'Longest stall of a client, ms: median (min–max)': spread('stall'),
      'Clients stalled over 50 ms, in all, ms': spread('lost'),
      'Done after the table was free, ms': spread('afterFree'),
    },
  };
}
