// A data migration whose code only computes, with one worker and with several of one process: each has a thread of its own.

import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { runOnce, spreadOf } from '../lib/measure.mjs';
import { ours } from '../lib/tools.mjs';

export const title = 'Workers of a data migration that computes';
/** Of four workers, beside one; as far as the machine has cores. */
export const target = { speedUpMin: 2 };

const ROWS = 4_000;
const WORKERS = [1, 2, 4];
const ROUNDS = 3;

/** Some milliseconds of computing for each row. */
const CODE = `// Hash each name many times over
// Kind: data
// Batch: item by id
// Columns: name
// Writes: hash
// Background: yes
// Target: 500ms
import { pbkdf2Sync } from 'node:crypto';

export async function batch(rows) {
  return rows.map(({ id, name }) => ({ id, hash: pbkdf2Sync(name, 'salt', 8000, 32, 'sha256').toString('hex') }));
}

// ROLLBACK:
// UPDATE item SET hash = NULL WHERE :batch;
`;

export async function run(bed) {
  const rows = bed.option('rows', ROWS);
  const cores = cpus().length;
  bed.note(`${cores} cores; ${rows.toLocaleString('en')} rows, some 5 ms of computing each; Target: 500ms`);
  const [{ name, launcher }] = bed.tools;
  const folder = folderOf(bed);
  const template = await bed.cluster.createDatabase();
  await bed.cluster.query(
    template,
    `CREATE TABLE item AS SELECT i AS id, 'item ' || i AS name, NULL::text AS hash FROM generate_series(1, ${rows}) AS i`,
  );
  await bed.cluster.query(template, 'ALTER TABLE item ADD PRIMARY KEY (id)');
  await runOnce(bed.folder, ours(launcher, folder, bed.cluster.url(template), ['init']));
  await runOnce(bed.folder, ours(launcher, folder, bed.cluster.url(template)));
  const found = new Map(WORKERS.map((workers) => [workers, []]));
  for (let round = 1; round <= bed.rounds(ROUNDS); round++)
    for (const workers of WORKERS) {
      const database = await bed.cluster.createDatabase(template);
      const command = ['data', 'run', '--workers', String(workers)];
      const { wallMs } = await runOnce(bed.folder, ours(launcher, folder, bed.cluster.url(database), command));
      const [{ left }] = await bed.cluster.query(database, 'SELECT count(*) AS left FROM item WHERE hash IS NULL');
      if (left !== '0') throw new Error(`${left} rows are left`);
      found.get(workers).push(wallMs / 1000);
      bed.log(`round ${round}: ${workers} workers: ${(wallMs / 1000).toFixed(1)} s`);
      await bed.cluster.dropDatabase(database);
    }
  await bed.cluster.dropDatabase(template);
  const median = (workers) => spreadOf(found.get(workers)).median;
  const rowsOut = WORKERS.map((workers) => ({
    name: `${name}, ${workers} worker${workers === 1 ? '' : 's'}`,
    cells: { 'Total s': median(workers).toFixed(1), 'times as fast as one': (median(1) / median(workers)).toFixed(2) },
  }));
  const speedUp = median(1) / median(4);
  const judged = {
    'At least': String(target.speedUpMin),
    Found: speedUp.toFixed(2),
    Met: speedUp >= target.speedUpMin ? 'yes' : 'no',
    'Cores of the machine': String(cores),
  };
  return { Targets: [{ name: 'Four workers, times as fast as one', cells: judged }], 'Code that computes': rowsOut };
}

function folderOf(bed) {
  const own = join(bed.folder, 'code');
  mkdirSync(join(own, 'migrations'), { recursive: true });
  writeFileSync(join(own, 'taskflow-db.config.json'), '{ "directories": ["migrations"], "backup": "never" }\n');
  writeFileSync(join(own, 'migrations/001_hash.mjs'), CODE);
  return join(own, 'migrations');
}
