// A run that nobody watches, and the same with 50 tabs of the console open on it: how much longer it takes. The console, the server
// and the run share this machine; the tabs do, too, but give way.
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runOnce, spreadOf } from '../lib/measure.mjs';
import { writeMigrations } from '../lib/migrations.mjs';
import { ours } from '../lib/tools.mjs';

export const title = 'A run with 50 tabs of the console on it';
/** Of the medians of wall time. */
export const target = { growsMax: 0.05 };

const TABS = 50;
const MIGRATIONS = 1000;
const ROWS = 1_500_000;
const TABS_PROGRAM = join(dirname(fileURLToPath(import.meta.url)), '../lib/console-tabs.mjs');

const FILL = `-- Fill the labels
-- Kind: data
-- Batch: item by id
UPDATE item SET label = 'item ' || id WHERE :batch;

-- ROLLBACK:
-- UPDATE item SET label = NULL WHERE :batch;
`;

export async function run(bed) {
  const rows = bed.option('rows', ROWS);
  bed.note(
    `the console runs on the same machine in both cases; each of the ${TABS} tabs runs the page's own code that follows and asks, by connections of its own, and shows nothing`,
  );
  const tables = {};
  const targets = [];
  for (const one of await watchedRuns(bed, rows)) {
    const found = await measure(bed, one);
    tables[one.name] = found.rows;
    targets.push(found.target);
  }
  return { Targets: targets, ...tables };
}

/** What runs, and on which screen it is watched. */
async function watchedRuns(bed, rows) {
  const small = writeMigrations(join(bed.folder, 'small'), MIGRATIONS).ours;
  const fill = join(bed.folder, 'fill/m');
  mkdirSync(fill, { recursive: true });
  writeFileSync(join(fill, '001_fill.sql'), FILL);
  const many = `${MIGRATIONS.toLocaleString('en')} small migrations`;
  const unbegun = await empty(bed, small);
  return [
    { name: `${many}, on the screen of the run`, screen: 'run', folder: small, template: unbegun },
    { name: `${many}, on the overview`, screen: 'overview', folder: small, template: unbegun },
    {
      name: `a data migration of ${rows.toLocaleString('en')} rows, on its screen`,
      screen: 'data/001_fill',
      folder: fill,
      template: await filled(bed, fill, rows),
    },
  ];
}

/** With the tracking tables: whoever opens the page finds a database that is in use. */
async function empty(bed, folder) {
  const name = await bed.cluster.createDatabase();
  await runOnce(bed.folder, ours(bed.tools[0].launcher, folder, bed.cluster.url(name), ['init', '--dir', folder]));
  return name;
}

async function filled(bed, folder, rows) {
  const name = await bed.cluster.createDatabase();
  await bed.cluster.query(name, 'CREATE TABLE item (id bigint PRIMARY KEY, pad text, label text)');
  await bed.cluster.query(
    name,
    `INSERT INTO item SELECT i, repeat('x', 60), NULL FROM generate_series(1, ${rows}) AS i`,
  );
  await bed.cluster.query(name, 'VACUUM ANALYZE item');
  await runOnce(bed.folder, ours(bed.tools[0].launcher, folder, bed.cluster.url(name), ['init', '--dir', folder]));
  return name;
}

const CASES = [
  { name: 'nobody watches', tabs: 0 },
  { name: `${TABS} tabs`, tabs: TABS },
];

async function measure(bed, one) {
  const found = CASES.map((each) => ({ ...each, runs: [] }));
  const rounds = bed.rounds(7);
  for (let round = rounds >= 3 ? 0 : 1; round <= rounds; round++) {
    // Which of the two comes first alternates: what drifts hits both alike.
    for (const each of round % 2 === 0 ? found : found.toReversed()) {
      const measured = await runWith(bed, one, each.tabs);
      if (round > 0) each.runs.push(measured); // the one before fills caches
    }
    if (round > 0)
      bed.log(
        `round ${round} of ${rounds}: ${found.map(({ name, runs }) => `${name} ${Math.round(runs.at(-1).wallMs)} ms`).join(', ')}`,
      );
  }
  const [alone, watched] = found.map(({ runs }) => spreadOf(runs.map(({ wallMs }) => wallMs)));
  const grows = watched.median / alone.median - 1;
  return {
    rows: found.map(({ name, runs }) => ({ name, cells: cellsOf(runs) })),
    target: {
      name: one.name,
      cells: {
        Grows: `${(100 * grows).toFixed(1)} %`,
        Target: `< ${100 * target.growsMax} %`,
        Reached: grows < target.growsMax ? 'yes' : 'no',
      },
    },
  };
}

function cellsOf(runs) {
  const told = runs.flatMap(({ told }) => told ?? []);
  const spread = (list, key) => (list.length > 0 ? spreadOf(list.map((one) => one[key])) : '');
  return {
    'Wall ms: median (min–max)': spread(runs, 'wallMs'),
    'CPU ms of the console': spread(runs, 'consoleMs'),
    'CPU ms of the tabs': spread(told, 'cpuMs'),
    'Events to each tab': spread(told, 'least'),
    'Answers to all': spread(told, 'answers'),
    'MB to all': spread(told, 'megabytes'),
  };
}

async function runWith(bed, { folder, screen, template }, tabs) {
  const database = await bed.cluster.createDatabase(template);
  const url = bed.cluster.url(database);
  const { launcher } = bed.tools[0];
  const console = await startConsole(
    ours(launcher, folder, url, ['serve', '--json', '--listen', 'localhost:0', '--dir', folder]),
    bed.folder,
  );
  const watchers = tabs > 0 ? await openTabs(console.link, tabs, screen) : undefined;
  try {
    const before = console.cpuMs();
    const { wallMs } = await runOnce(bed.folder, ours(launcher, folder, url, ['migrate', '--quiet', '--dir', folder]));
    const consoleMs = console.cpuMs() - before;
    return { wallMs, consoleMs, told: await watchers?.end() };
  } finally {
    await console.stop();
    await bed.cluster.dropDatabase(database);
  }
}

async function startConsole({ command, cwd, env }, home) {
  const child = spawn(command[0], command.slice(1), {
    cwd,
    env: { PATH: process.env.PATH, HOME: home, ...env },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const text = await firstOutput(child, (said) => said.endsWith('}\n'));
  return {
    link: JSON.parse(text).links[0].url,
    cpuMs: () => cpuMsOf(child.pid),
    stop: async () => {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

/** User and system time so far, in the kernel's ticks of 10 ms (proc(5), /proc/PID/stat). */
function cpuMsOf(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return 10 * (Number(fields[11]) + Number(fields[12]));
}

/** `end` gives what they were told; it fails where one of them was told nothing: then nobody has watched. */
async function openTabs(link, amount, screen) {
  const child = spawn(process.execPath, [TABS_PROGRAM, link, String(amount), screen], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  await firstOutput(child, (said) => said.includes('ready\n'));
  const before = cpuMsOf(child.pid);
  return {
    async end() {
      const cpuMs = cpuMsOf(child.pid) - before;
      const rest = firstOutput(child, (said) => said.includes('}\n'));
      child.stdin.end();
      const told = JSON.parse(await rest);
      if (told.least < 3) throw new Error(`the tabs have not watched: ${JSON.stringify(told)}`);
      return { ...told, cpuMs, megabytes: told.bytes / 1e6 };
    },
  };
}

function firstOutput(child, isAll) {
  return new Promise((resolve, reject) => {
    let said = '';
    const take = (data) => {
      said += data;
      if (!isAll(said)) return;
      child.stdout.off('data', take);
      resolve(said);
    };
    child.stdout.on('data', take);
    child.once('exit', (status) => reject(new Error(`ended with ${status}: ${said}`)));
  });
}
