// A migration that drops a column of a table with 5 million rows and keeps its values, beside psql that only copies them out.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { interleave, runOnce } from '../lib/measure.mjs';
import { ours } from '../lib/tools.mjs';

export const title = 'A dropped column that is kept';
export const target = { tool: 'taskflow-db', beside: 'psql COPY', ratioMax: 1.2 };

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
    ...bed.tools.map(({ name, launcher }) => ({
      name,
      command: (database) => ours(launcher, join(folder, 'migrations'), url(database)),
    })),
    { name: 'psql COPY', command: copy },
  ];
  return {
    [`${ROWS.toLocaleString('en')} rows, id and 20 characters`]: await interleave(
      bed.folder,
      variants.map((one) => ({
        ...one,
        prepare: () => prepare(bed, folder),
        check: (database) => check(bed, database, one.name),
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

async function check(bed, database, name) {
  if (name === 'psql COPY') return;
  const [found] = await bed.cluster.query(database, 'SELECT count(*) AS n FROM taskflow_backup."001_drop.1"');
  if (Number(found.n) !== ROWS) throw new Error(`${found.n} rows kept`);
}
