// How each tool is started on a folder of migrations and a database.
import { cpSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const bench = join(dirname(fileURLToPath(import.meta.url)), '..');
const node = process.execPath;
const packages = join(bench, 'node_modules');

/** dbmate's npm package starts its program through Node; here the program itself is measured, which is to its advantage. */
function dbmateProgram() {
  return join(packages, '@dbmate', `${process.platform}-${process.arch}`, 'bin/dbmate');
}

/** A copy of the built tool, so that a build made meanwhile changes nothing. Returns the launcher's path. */
export function copyTool(root, folder) {
  for (const part of ['bin', 'dist', 'package.json']) cpSync(join(root, part), join(folder, part), { recursive: true });
  return join(folder, 'bin/taskflow-db.cjs');
}

export function ours(launcher, folder, url, command = ['migrate']) {
  return { command: [node, launcher, ...command], cwd: dirname(folder), env: { DATABASE_URL: url } };
}

/** Tool → command that applies everything in `folder` to the database of `url`. */
export const PEERS = {
  psql: ({ folder, url, bin }) => {
    const files = readdirSync(folder).sort();
    return {
      command: [join(bin, 'psql'), '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', url, ...files.flatMap((f) => ['-f', f])],
      cwd: folder,
    };
  },
  dbmate: ({ folder, url }) => ({
    command: [dbmateProgram(), '--url', url, '--migrations-dir', folder, '--no-dump-schema', 'migrate'],
  }),
  'node-pg-migrate': ({ folder, url }) => ({
    command: [
      node,
      join(packages, 'node-pg-migrate/bin/node-pg-migrate.js'),
      'up',
      ...['--migrations-dir', folder, '--no-single-transaction', '--no-verbose'],
    ],
    cwd: dirname(folder),
    env: { DATABASE_URL: url },
  }),
  'graphile-migrate': ({ folder, url }) => ({
    command: [node, join(packages, 'graphile-migrate/dist/cli.js'), 'migrate'],
    cwd: folder,
    env: { DATABASE_URL: url },
  }),
  postgrator: ({ folder, url }) => ({ command: [node, join(bench, 'lib/postgrator-run.mjs'), folder, url] }),
};
