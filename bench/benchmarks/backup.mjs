// A full backup beside bare pg_dump with the same options: both wait until the disk has their files. Ours also counts the rows
// meanwhile, computes digests, and looks at the disk and at what the role may read before. And a restore beside createdb and
// bare pg_restore: ours also compares the digests before, and counts the rows behind.
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { interleave, runOnce } from '../lib/measure.mjs';
import { ours } from '../lib/tools.mjs';

export const title = 'A full backup, and restoring it';

const ROWS = 2_200_000;
const DATABASE = '4 tables of 1.2 GB in all, 5 indexes';
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
    [`${DATABASE}: ${CUSTOM}`]: await interleave(bed.folder, custom, bed.rounds(3), bed.log),
    [`${DATABASE}: ${DIRECTORY}`]: await interleave(bed.folder, directory, bed.rounds(3), bed.log),
  };
  for (const how of HOWS) rows[`restored: ${how.title}`] = await restored(bed, url, how);
  await bed.cluster.dropDatabase(database);
  return rows;
}

const HOWS = [
  { title: CUSTOM, backup: ['--format', 'custom'], restore: [], file: 'dump.pgc', bare: [] },
  {
    title: DIRECTORY,
    backup: ['--format', 'directory', '--jobs', '2'],
    restore: ['--jobs', '2'],
    file: 'dump',
    bare: ['--jobs=2'],
  },
];

/** The same backup is loaded by both, into a database that is made for it. */
async function restored(bed, url, how) {
  const folder = join(bed.folder, 'r');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  const tool = ({ launcher }, ...args) => {
    const { env, ...rest } = ours(launcher, join(folder, 'm'), url, args);
    return { ...rest, env: { ...env, TASKFLOW_BACKUP_PROGRAMS: bed.cluster.bin } };
  };
  await runOnce(bed.folder, tool(bed.tools[0], 'backup', '--compression', 'gzip:1', ...how.backup));
  const backups = join(folder, '.taskflow/backups');
  const [database] = readdirSync(backups).filter((name) => !name.startsWith('.'));
  const [id] = readdirSync(join(backups, database));
  const target = 'restored_copy';
  const prepare = () => bed.cluster.dropDatabase(target);
  const dump = join(backups, database, id, how.file);
  const bin = (name) => join(bed.cluster.bin, name);
  const other = url.replace(/[^/]*$/, target);
  const bare = `${bin('createdb')} --maintenance-db=${url} -T template0 ${target} && exec ${bin('pg_restore')} --exit-on-error ${how.bare.join(' ')} --dbname=${other} ${dump}`;
  const variants = [
    ...bed.tools.map((one) => ({
      name: `${one.name} restore`,
      prepare,
      command: () => tool(one, 'restore', id, '--into', target, ...how.restore),
    })),
    { name: 'pg_restore', prepare, command: () => ({ command: ['sh', '-c', bare] }) },
  ];
  const measured = await interleave(bed.folder, variants, bed.rounds(3), bed.log);
  await prepare();
  return measured;
}

/** At most 1.05 times the time of the bare program. */
export const targets = [CUSTOM, DIRECTORY].flatMap((how) => [
  { table: `${DATABASE}: ${how}`, tool: 'taskflow-db backup', below: 'pg_dump', times: 1.05 },
  { table: `restored: ${how}`, tool: 'taskflow-db restore', below: 'pg_restore', times: 1.05 },
]);

async function build(cluster, database) {
  for (const name of ['a', 'b', 'c', 'd'])
    await cluster.query(
      database,
      `CREATE TABLE ${name} AS SELECT n AS id, md5(n::text) AS hash, now() - n * interval '1 s' AS at, n % 977 AS kind,
  repeat(md5((n % 5000)::text), 2) AS body FROM generate_series(1, ${ROWS}) AS n;
ALTER TABLE ${name} ADD PRIMARY KEY (id)`,
    );
  await cluster.query(database, 'CREATE INDEX ON a (kind)');
  await cluster.query(database, 'VACUUM ANALYZE');
}
