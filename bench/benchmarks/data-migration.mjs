// A column of a big table is filled while an application reads and writes that table: by one UPDATE, by a loop over 1,000 keys
// a transaction, and as a data migration. What the application noticed, how long it took, and whether every row was done once:
// the update is one that shows when a row is done twice. Then the data migration is killed over and over. Beside that, how much the
// application notices of a process that only computes: so much the machine's cores and its scheduler make, whatever a database does.
import { spawn } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { LOAD, underLoad } from '../lib/app-load.mjs';
import { runOnce, spreadOf } from '../lib/measure.mjs';
import { ours } from '../lib/tools.mjs';

export const title = 'Filling a column of a busy table';
/** Of taskflow-db as it comes: the application's p99 beside that without anything else, its longest wait, the total time beside one UPDATE. */
export const target = { p99RatioMax: 1.5, stallMsMax: 250, totalRatioMax: 1.6, missed: 0, twice: 0 };

const ROWS = 5_000_000;
const KILLS = 300;
const IDLE_MS = 30_000;
const FIXED = 1_000;

const NOTHING = 'nothing';
const SINGLE = 'one UPDATE';
const ON_PRODUCTION = 'the same with Pause: 0.5, as on production';

const FILL = "UPDATE item SET label = 'item ' || id, times = times + 1 WHERE";
const migration = (more) => `-- Fill the labels
-- Kind: data
-- Batch: item by id
${more}
${FILL} :batch;

-- ROLLBACK:
-- UPDATE item SET label = NULL, times = 0 WHERE :batch;
`;

export async function run(bed) {
  const rows = bed.option('rows', ROWS);
  bed.note(`the application: ${LOAD}; PostgreSQL with its default settings, autovacuum on; every tool as it comes`);
  const template = await makeTemplate(bed, rows);
  const variants = [
    { name: NOTHING, idle: true, work: () => sleep(IDLE_MS) },
    { name: 'a process that only computes', idle: true, work: () => computing(IDLE_MS) },
    { name: SINGLE, work: (database) => bed.cluster.query(database, `${FILL} true`) },
    { name: 'a loop, 1,000 keys a transaction', work: (database) => fixedLoop(bed.cluster.url(database), rows) },
    ...bed.tools.map(({ name, launcher }) => migrating(bed, name, launcher, '')),
    migrating(bed, ON_PRODUCTION, bed.tools[0].launcher, '-- Pause: 0.5'),
  ];
  const found = new Map(variants.map(({ name }) => [name, []]));
  const rounds = bed.rounds(1);
  for (let round = 1; round <= rounds; round++)
    for (const variant of variants) {
      const one = await measured(bed, template, rows, variant);
      found.get(variant.name).push(one);
      bed.log(`round ${round} of ${rounds}: ${variant.name}: ${JSON.stringify(one)}`);
    }
  await bed.cluster.dropDatabase(template);
  const kills = bed.option('kills', KILLS);
  const died = kills > 0 ? await killed(bed, kills) : undefined;
  return {
    Targets: targetRows(found, bed.tools[0].name, died),
    [`${rows.toLocaleString('en')} rows`]: variants.map(({ name }) => rowOf(name, found)),
    ...(died ? { 'Killed at random moments': killRows(bed.tools[0].name, died) } : {}),
  };
}

/** A database with the table, and with the tracking tables, to be cloned. */
async function makeTemplate(bed, rows) {
  const name = await bed.cluster.createDatabase();
  await bed.cluster.query(
    name,
    'CREATE TABLE item (id bigint PRIMARY KEY, n int NOT NULL, times int NOT NULL, pad text, label text)',
  );
  await bed.cluster.query(
    name,
    `INSERT INTO item SELECT i, 0, 0, repeat('x', 60), NULL FROM generate_series(1, ${rows}) AS i`,
  );
  await bed.cluster.query(name, 'VACUUM ANALYZE item');
  await runOnce(bed.folder, ours(bed.tools[0].launcher, folderOf(bed, 'fill', ''), bed.cluster.url(name), ['init']));
  return name;
}

function migrating(bed, name, launcher, headers) {
  return {
    name,
    work: (database) => runOnce(bed.folder, ours(launcher, folderOf(bed, 'fill', headers), bed.cluster.url(database))),
  };
}

/** One core is at work all the time. */
async function computing(ms) {
  const child = spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  await sleep(ms);
  child.kill('SIGKILL');
  await ended;
}

/** What was wanted, what was found, and whether that will do; of several rounds the medians, and of the longest wait the longest. */
function targetRows(found, name, died) {
  const of = (other) => found.get(other).filter((run) => !run.failure);
  const [runs, idle, single] = [of(name), of(NOTHING), of(SINGLE)];
  const median = (all, read) => spreadOf(all.map(read)).median;
  const isRun = runs.length > 0 && idle.length > 0 && single.length > 0;
  const p99 = isRun ? median(runs, (run) => run.all.p99) / median(idle, (run) => run.all.p99) : Number.NaN;
  const total = isRun ? median(runs, (run) => run.seconds) / median(single, (run) => run.seconds) : Number.NaN;
  const most = (read) => (isRun ? Math.max(...runs.map(read)) : Number.NaN);
  const rows = [
    [`p99 of the application × that beside nothing`, target.p99RatioMax, p99, 2],
    ['Longest wait of the application, ms', target.stallMsMax, most((run) => run.all.max), 0],
    ['Total time × that of one UPDATE', target.totalRatioMax, total, 2],
    ['Rows missed', target.missed, most((run) => run.missed), 0],
    ['Rows done twice', target.twice, most((run) => run.twice), 0],
    ...(died ? [[`Rows missed, over ${died.atWork} kills`, target.missed, died.missed, 0]] : []),
    ...(died ? [[`Rows done twice, over ${died.atWork} kills`, target.twice, died.twice, 0]] : []),
  ];
  return rows.map(([what, wanted, is, digits]) => ({
    name: what,
    cells: {
      'At most': String(wanted),
      Found: Number.isNaN(is) ? 'no run' : is.toFixed(digits),
      Met: is <= wanted ? 'yes' : 'no',
    },
  }));
}

/** A folder with the migration, and beside it the configuration that names it. */
function folderOf(bed, name, headers) {
  const own = join(bed.folder, name);
  rmSync(own, { recursive: true, force: true });
  mkdirSync(join(own, 'migrations'), { recursive: true });
  writeFileSync(join(own, 'taskflow-db.config.json'), '{ "directories": ["migrations"], "backup": "never" }\n');
  writeFileSync(join(own, 'migrations/001_fill_labels.sql'), migration(headers));
  return join(own, 'migrations');
}

async function measured(bed, template, rows, { idle, work }) {
  const database = await bed.cluster.createDatabase(template);
  try {
    const { bin, port } = bed.cluster;
    const load = { bin, port, database, folder: bed.folder, rows };
    const { seconds, reads, writes, all } = await underLoad(load, () => work(database));
    const { missed, twice, batches } = await doneIn(bed, database);
    return { seconds, reads, writes, all, ...(idle ? {} : { missed, twice }), batches };
  } catch (error) {
    return { failure: error.message };
  } finally {
    await bed.cluster.dropDatabase(database);
  }
}

async function doneIn(bed, database) {
  const [found] = await bed.cluster.query(
    database,
    'SELECT count(*) FILTER (WHERE times = 0) AS missed, count(*) FILTER (WHERE times > 1) AS twice FROM item',
  );
  const batches = await batchesIn(bed, database);
  return { missed: Number(found.missed), twice: Number(found.twice), ...(batches ? { batches } : {}) };
}

/** How long the batches of a data migration took, by its own record; undefined where there was none. */
async function batchesIn(bed, database) {
  const [{ count, p50, max }] = await bed.cluster.query(
    database,
    'SELECT count(*) AS count, percentile_cont(0.5) WITHIN GROUP (ORDER BY ms) AS p50, max(ms) AS max FROM schema_data_batches',
  );
  return count === '0' ? undefined : { count: Number(count), p50: Number(p50), max: Number(max) };
}

async function fixedLoop(url, rows) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  for (let lo = 0; lo < rows; lo += FIXED)
    await client.query({ name: 'batch', text: `${FILL} id > $1 AND id <= $2`, values: [lo, lo + FIXED] });
  await client.end();
}

function rowOf(name, found) {
  const runs = found.get(name);
  const failure = runs.find((run) => run.failure)?.failure;
  if (failure) return { name, failure };
  const [nothing, single] = [NOTHING, SINGLE].map((other) => found.get(other).filter((run) => !run.failure));
  const median = (all, read) => spreadOf(all.map(read)).median;
  const tenths = (read) => `${median(runs, read).toFixed(1)}`;
  const ratio = (all, read) => (all.length === 0 ? '' : (median(runs, read) / median(all, read)).toFixed(2));
  const whole = (read) => (read(runs[0]) === undefined ? '' : Math.max(...runs.map(read)).toLocaleString('en'));
  const isRun = runs[0].missed !== undefined;
  return {
    name,
    cells: {
      'Total s': isRun ? tenths((run) => run.seconds) : '',
      '× one UPDATE': isRun ? ratio(single, (run) => run.seconds) : '',
      'Reads ms: p50 / p99 / max': spreadText(runs, 'reads'),
      'Writes ms: p50 / p99 / max': spreadText(runs, 'writes'),
      'p99 × nothing: all': ratio(nothing, (run) => run.all.p99),
      reads: ratio(nothing, (run) => run.reads.p99),
      writes: ratio(nothing, (run) => run.writes.p99),
      'Batches: p50 / max ms': batchText(runs.at(-1).batches),
      'Rows missed': whole((run) => run.missed),
      'done twice': whole((run) => run.twice),
    },
  };
}

/** Medians of the rounds, of the maximum the largest. */
function spreadText(runs, key) {
  const median = (what) => spreadOf(runs.map((run) => run[key][what])).median.toFixed(1);
  return `${median('p50')} / ${median('p99')} / ${Math.max(...runs.map((run) => run[key].max)).toFixed(0)}`;
}

function batchText(batches) {
  return batches ? `${batches.count}: ${batches.p50.toFixed(0)} / ${batches.max.toFixed(0)}` : '';
}

const KILLED_ROWS = 200_000;
/** Small batches, so that there are many moments between two of them. */
const SMALL = '-- Target: 20ms\n';
const MOMENT_MS_MIN = 100;
const MOMENT_MS_MAX = 1_500;

/** Runs the migration, kills it with SIGKILL at a random moment, and starts it again; in new databases until so many kills have met it at its batches. */
async function killed(bed, wanted) {
  const template = await makeTemplate(bed, KILLED_ROWS);
  const total = { kills: 0, atWork: 0, runs: 0, missed: 0, twice: 0 };
  const folder = folderOf(bed, 'killed', SMALL);
  while (total.atWork < wanted) {
    const database = await bed.cluster.createDatabase(template);
    const { kills, atWork } = await killUntilDone(bed, folder, database, wanted - total.atWork);
    const { missed, twice } = await doneIn(bed, database);
    total.kills += kills;
    total.atWork += atWork;
    total.runs += 1;
    total.missed += missed;
    total.twice += twice;
    bed.log(
      `${total.atWork} of ${total.kills} kills at its batches; the ${total.runs}. run to the end: ${missed} rows missed, ${twice} done twice`,
    );
    await bed.cluster.dropDatabase(database);
  }
  await bed.cluster.dropDatabase(template);
  return total;
}

function killRows(name, { atWork, kills, runs, missed, twice }) {
  const cells = {
    'Kills behind its first batch': String(atWork),
    'Kills in all': String(kills),
    'Runs to the end': `${runs} of ${KILLED_ROWS.toLocaleString('en')} rows`,
    'Rows missed': String(missed),
    'done twice': String(twice),
  };
  return [{ name, cells }];
}

async function killUntilDone(bed, folder, database, most) {
  const { command, cwd, env } = ours(bed.tools[0].launcher, folder, bed.cluster.url(database));
  const [program, ...args] = command;
  const options = {
    cwd,
    env: { PATH: process.env.PATH, HOME: bed.folder, NO_COLOR: '1', ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  };
  let atWork = 0;
  for (let kills = 0, done = 0; ; kills++) {
    const { status, signal, said } = await killedOnce(spawn(program, args, options), atWork < most);
    if (status === 0) return { kills, atWork };
    if (signal !== 'SIGKILL') throw new Error(`ended with ${status}:\n${said}`);
    const batches = (await batchesIn(bed, database))?.count ?? 0;
    if (batches > done) atWork += 1;
    done = batches;
  }
}

async function killedOnce(child, isKilled) {
  let said = '';
  child.stderr.on('data', (data) => {
    said = (said + data).slice(-2000);
  });
  const moment = MOMENT_MS_MIN + Math.random() * (MOMENT_MS_MAX - MOMENT_MS_MIN);
  const timer = isKilled ? setTimeout(() => child.kill('SIGKILL'), moment) : undefined;
  const ended = await new Promise((resolve) => child.once('exit', (status, signal) => resolve({ status, signal })));
  clearTimeout(timer);
  return { ...ended, said };
}
