// One file of 200 MB: as INSERT statements, as COPY with its data. What counts is the peak of memory.
import { closeSync, mkdirSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { interleave } from '../lib/measure.mjs';
import { ours, PEERS } from '../lib/tools.mjs';

export const title = 'A file of 200 MB';

const BYTES = 200 * 1024 * 1024;
const ROWS_AN_INSERT = 10;
const TEXT = 'x'.repeat(180);

export async function run(bed) {
  const tables = {};
  for (const kind of ['inserts', 'copy']) tables[`200 MB, ${kind}`] = await measure(bed, kind);
  return tables;
}

async function measure(bed, kind) {
  const folder = join(bed.folder, `big-${kind}`);
  const rows = writeAll(folder, kind);
  const { bin } = bed.cluster;
  const commands = [
    ...bed.tools.map(({ name, launcher }) => [name, (url) => ours(launcher, join(folder, 'ours/migrations'), url)]),
    ['psql', (url) => PEERS.psql({ folder: join(folder, 'psql'), url, bin })],
    ['dbmate', (url) => PEERS.dbmate({ folder: join(folder, 'dbmate'), url })],
  ].filter(([name]) => name !== 'dbmate' || kind === 'inserts'); // dbmate takes no COPY data
  const results = await interleave(
    bed.folder,
    commands.map(([name, commandOn]) => ({
      name,
      prepare: () => bed.cluster.createDatabase(),
      command: (database) => commandOn(bed.cluster.url(database)),
      check: (database) => checkRows(bed, database, rows),
      finish: (database) => bed.cluster.dropDatabase(database),
    })),
    bed.rounds(1),
    bed.log,
  );
  rmSync(folder, { recursive: true });
  return results;
}

async function checkRows(bed, database, rows) {
  const [found] = await bed.cluster.query(database, 'SELECT count(*) AS n, count(DISTINCT id) AS ids FROM big');
  if (Number(found.n) !== rows || Number(found.ids) !== rows) throw new Error(`${found.n} rows instead of ${rows}`);
}

function writeAll(folder, kind) {
  const head = 'CREATE TABLE big (id bigint PRIMARY KEY, note text NOT NULL);\n';
  mkdirSync(join(folder, 'ours/migrations'), { recursive: true });
  writeFileSync(join(folder, 'ours/taskflow-db.config.json'), '{ "directories": ["migrations"] }\n');
  const rows = writeBig(join(folder, 'ours/migrations/0001_big.sql'), `-- Big\n\n${head}`, '', kind);
  mkdirSync(join(folder, 'psql'));
  writeBig(join(folder, 'psql/0001_big.sql'), `BEGIN;\n${head}`, 'COMMIT;\n', kind);
  mkdirSync(join(folder, 'dbmate'));
  if (kind === 'inserts')
    writeBig(join(folder, 'dbmate/0001_big.sql'), `-- migrate:up\n${head}`, '\n-- migrate:down\n', kind);
  return rows;
}

/** Returns the number of rows. */
function writeBig(path, head, tail, kind) {
  const file = openSync(path, 'w');
  let [bytes, id] = [writeSync(file, head), 0];
  if (kind === 'copy') bytes += writeSync(file, 'COPY big (id, note) FROM stdin;\n');
  while (bytes < BYTES) {
    let text = '';
    for (let i = 0; i < 1000; i += ROWS_AN_INSERT, id += ROWS_AN_INSERT) text += piece(kind, id);
    bytes += writeSync(file, text);
  }
  if (kind === 'copy') writeSync(file, '\\.\n');
  writeSync(file, tail);
  closeSync(file);
  return id;
}

function piece(kind, first) {
  const ids = Array.from({ length: ROWS_AN_INSERT }, (_, i) => first + i);
  if (kind === 'copy') return ids.map((id) => `${id}\t${TEXT}\n`).join('');
  return `INSERT INTO big (id, note) VALUES ${ids.map((id) => `(${id}, '${TEXT}')`).join(', ')};\n`;
}
