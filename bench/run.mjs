#!/usr/bin/env node
// node bench/run.mjs [NAME ...] [--rounds N] [--rows N] [--kills N] [--tool NAME=FOLDER ...] [--peers a,b] [--no-save]
// Runs the benchmarks (all, or those named), prints tables, keeps results/NAME.json and writes docs/BENCHMARKS.md.
// --rows and --kills make data-migration and console-load smaller. --tool measures further builds of the tool beside this one: FOLDER holds bin/ and dist/.
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { startCluster } from './lib/cluster.mjs';
import { machine } from './lib/machine.mjs';
import { spreadOf, writeJson } from './lib/measure.mjs';
import { renderAll, tableOf } from './lib/render.mjs';
import { copyTool, PEERS } from './lib/tools.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '..');
const ALL = [
  'small-migrations',
  'distant-server',
  'nothing-to-do',
  'big-file',
  'busy-table',
  'snapshot',
  'backup',
  'verify',
  'lint',
  'lint-corpus',
  'graph',
  'kept-column',
  'data-migration',
  'code-workers',
  'console-load',
];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string' },
    rows: { type: 'string' },
    kills: { type: 'string' },
    tool: { type: 'string', multiple: true, default: [] },
    peers: { type: 'string' },
    'no-save': { type: 'boolean', default: false },
  },
});
const unknown = positionals.find((name) => !ALL.includes(name));
if (unknown) throw new Error(`no benchmark ${unknown}; there are: ${ALL.join(', ')}`);

const folder = mkdtempSync(join(tmpdir(), 'taskflow-bench-'));
chmodSync(folder, 0o755);
let cluster;
try {
  cluster = await startCluster(folder);
  for (const name of positionals.length > 0 ? positionals : ALL) await runOne(name);
  if (!values['no-save']) renderAll(join(here, 'results'), ALL, join(root, 'docs/BENCHMARKS.md'));
} finally {
  await cluster?.stop();
  rmSync(folder, { recursive: true, force: true });
}

async function runOne(name) {
  const benchmark = await import(`./benchmarks/${name}.mjs`);
  const notes = [];
  const conditions = machine(folder, cluster);
  console.log(`\n# ${benchmark.title}`);
  const tables = await benchmark.run(bedOf(name, notes));
  const loadAfter = loadavg().map((one) => Math.round(one * 10) / 10);
  const result = { title: benchmark.title, conditions: { ...conditions, loadAfter }, notes, tables };
  for (const [title, rows] of Object.entries(tables)) console.log(`\n## ${title}\n\n${tableOf(rows)}`);
  if (!values['no-save']) {
    mkdirSync(join(here, 'results'), { recursive: true });
    writeJson(join(here, 'results', `${name}.json`), result);
  }
}

/** What a benchmark may use. */
function bedOf(name, notes) {
  const own = mkdtempSync(join(folder, `${name}-`));
  chmodSync(own, 0o755);
  return {
    root,
    cluster,
    folder: own,
    tools: toolsIn(own),
    peers: values.peers?.split(',').filter(Boolean) ?? Object.keys(PEERS),
    rounds: (usual) => Number(values.rounds ?? usual),
    /** `rows` or `kills`: how many. */
    option: (name, usual) => Number(values[name] ?? usual),
    log: (line) => console.error(line),
    note: (line) => notes.push(line),
    roundTripMs,
  };
}

function toolsIn(own) {
  const named = values.tool.map((one) => one.split('='));
  return [['taskflow-db', root], ...named].map(([name, from]) => ({
    name,
    launcher: copyTool(from, join(own, 'tools', name)),
  }));
}

async function roundTripMs(port) {
  const { default: pg } = await import('pg');
  const client = new pg.Client({ host: '127.0.0.1', port, user: 'postgres', database: 'postgres' });
  await client.connect();
  const times = [];
  for (let i = 0; i < 60; i++) {
    const begun = performance.now();
    await client.query('SELECT 1');
    times.push(performance.now() - begun);
  }
  await client.end();
  return spreadOf(times).median;
}
