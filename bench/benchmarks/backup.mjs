// A full backup beside bare pg_dump with the same options: both wait until the disk has their files. Ours also counts the rows
// meanwhile, computes digests, and looks at the disk and at what the role may read before.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { interleave, runOnce } from '../lib/measure.mjs';
import { ours } from '../lib/tools.mjs';

export const title = 'A full backup';

const DATABASE = '4 tables of 300 MB in all, 5 indexes';
const CUSTOM = 'custom format, gzip:1';
const DIRECTORY = 'directory format, 2 jobs, gzip:1';

export async function run(bed) {
  const database = await bed.cluster.createDatabase();
  await build(bed.cluster, database);
  const url = bed.cluster.url(database);
  const out = join(bed.folder, 'dump');
  const dump = (...args) => ({
    prepare: () => rmSync(out, { recursive: true, force: true }),
    command: () => ({ command: [join(bed.cluster.bin, 'pg_dump'), '--compress=1', `--file=${out}`, ...args, url] }),
  });
  const backup = (launcher, ...args) => ({
    prepare: () => rmSync(join(bed.folder, '.taskflow'), { recursive: true, force: true }),
    command: () => {
      const { env, ...rest } = ours(launcher, join(bed.folder, 'm'), url, [
        'backup',
        '--compression',
        'gzip:1',
        ...args,
      ]);
      return { ...rest, env: { ...env, TASKFLOW_BACKUP_PROGRAMS: bed.cluster.bin } };
    },
  });
  const variants = (dumpArgs, ...args) => [
    ...bed.tools.flatMap(({ name, launcher }) => [
      { name: `${name} backup`, ...backup(launcher, ...args) },
      { name: `${name} backup --no-count`, ...backup(launcher, '--no-count', ...args) },
    ]),
    { name: 'pg_dump', ...dump(...dumpArgs) },
  ];
  const custom = variants(['--format=custom'], '--format', 'custom');
  const directory = variants(['--format=directory', '--jobs=2'], '--format', 'directory', '--jobs', '2');
  await custom[0].prepare();
  await runOnce(bed.folder, custom[0].command());
  const rows = {
    [`${DATABASE}: ${CUSTOM}`]: await interleave(bed.folder, custom, bed.rounds(5), bed.log),
    [`${DATABASE}: ${DIRECTORY}`]: await interleave(bed.folder, directory, bed.rounds(5), bed.log),
  };
  await bed.cluster.dropDatabase(database);
  return rows;
}

/** At most 1.05 times the time of pg_dump. */
export const targets = [CUSTOM, DIRECTORY].map((how) => ({
  table: `${DATABASE}: ${how}`,
  tool: 'taskflow-db backup',
  below: 'pg_dump',
  times: 1.05,
}));

async function build(cluster, database) {
  for (const name of ['a', 'b', 'c', 'd'])
    await cluster.query(
      database,
      `CREATE TABLE ${name} AS SELECT n AS id, md5(n::text) AS hash, now() - n * interval '1 s' AS at, n % 977 AS kind,
  repeat(md5((n % 5000)::text), 2) AS body FROM generate_series(1, 550000) AS n;
ALTER TABLE ${name} ADD PRIMARY KEY (id)`,
    );
  await cluster.query(database, 'CREATE INDEX ON a (kind)');
  await cluster.query(database, 'VACUUM ANALYZE');
}
