// A migration that drops a column of a table with 5 million rows and keeps its values, beside psql that only copies them out.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { interleave, runOnce } from '../lib/measure.mjs';
import { ours } from '../lib/tools.mjs';

export const title = 'A dropped column that is kept';
export const target = { tool: 'taskflow-db, into a file', beside: 'psql COPY', ratioMax: 1.2 };

/** psql does not compress. */
const INTO_FILE = { TASKFLOW_BACKUP_TO: 'file', TASKFLOW_BACKUP_RESERVE: '0', TASKFLOW_BACKUP_COMPRESSION: 'none' };
const WAYS = {
  '': {},
  ', into a file': INTO_FILE,
  ', into a file, gzip': { ...INTO_FILE, TASKFLOW_BACKUP_COMPRESSION: 'gzip:1' },
};

const ROWS = 5_000_000;

export async function run(bed) {
  const folder = join(bed.folder, 'kept-column');
  mkdirSync(join(folder, 'migrations'), { recursive: true });
  writeFileSync(join(folder, 'taskflow-db.config.json'), '{ "directories": ["migrations"] }\n');
  writeFileSync(
    join(folder, 'migrations/001_drop.sql'),
    '-- Drop\n\nALTER TABLE big DROP COLUMN value;\n\n-- ROLLBACK:\n-- ALTER TABLE big ADD COLUMN value text;\n',
  );
  const { bin } = bed.cluster;
  const url = (database) => bed.cluster.url(database);
  const copy = (database) => ({
    command: [
      join(bin, 'psql'),
      '-X',
      '-q',
      '-d',
      url(database),
      '-c',
      `\\copy (SELECT id, value FROM big) TO '${join(folder, 'out.copy')}'`,
    ],
  });
  const variants = [
    ...bed.tools.flatMap(({ name, launcher }) =>
      Object.entries(WAYS).map(([way, env]) => ({
        name: `${name}${way}`,
        command: (database) => withEnv(ours(launcher, join(folder, 'migrations'), url(database)), env),
      })),
    ),
    { name: 'psql COPY', command: copy },
  ];
  return {
    [`${ROWS.toLocaleString('en')} rows, id and 20 characters`]: await interleave(
      bed.folder,
      variants.map((one) => ({
        ...one,
        prepare: () => prepare(bed, folder),
        check: (database) => check(bed, database, one.name, folder),
        finish: (database) => bed.cluster.dropDatabase(database),
      })),
      bed.rounds(3),
      bed.log,
    ),
  };
}

async function prepare(bed, folder) {
  const database = await bed.cluster.createDatabase();
  await bed.cluster.query(database, 'CREATE TABLE big (id bigint PRIMARY KEY, value text, note text)');
  await bed.cluster.query(
    database,
    `INSERT INTO big SELECT i, lpad(i::text, 20, 'v'), 'n' FROM generate_series(1, ${ROWS}) AS i`,
  );
  await runOnce(
    bed.folder,
    ours(bed.tools[0].launcher, join(folder, 'migrations'), bed.cluster.url(database), ['init']),
  );
  await bed.cluster.query(database, 'CHECKPOINT');
  return database;
}

function withEnv(started, env) {
  return { ...started, env: { ...started.env, ...env } };
}

async function check(bed, database, name, folder) {
  if (name === 'psql COPY') return;
  const rows = name.includes('file')
    ? rowsInFile(join(folder, '.taskflow/backups', database))
    : await rowsIn(bed, database);
  if (rows !== ROWS) throw new Error(`${rows} rows kept`);
}

async function rowsIn(bed, database) {
  const [found] = await bed.cluster.query(database, 'SELECT count(*) AS n FROM taskflow_backup."001_drop.1"');
  return Number(found.n);
}

/** Removes the files, too: each run is to have the same room. */
function rowsInFile(path) {
  const [id] = readdirSync(path);
  const { tables } = JSON.parse(readFileSync(join(path, id, 'manifest.json'), 'utf8'));
  rmSync(path, { recursive: true });
  return tables[0].rows;
}
