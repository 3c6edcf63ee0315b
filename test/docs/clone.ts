import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { stopEmbedded } from '../../src/embedded/index.ts';
import { placeOf, usualSocketDirectory } from '../../src/embedded/place.ts';
import { REPOSITORY } from '../support/run-folder.ts';

export interface Clone {
  readonly root: string;
  readonly home: string;
  /** Goes first on the PATH: node, and an npm that refuses, so that no test ever installs anything. */
  readonly bin: string;
  dispose(): Promise<void>;
}

/** A copy of the repository's files as a user has them after a clone, with the packages installed. */
export function makeClone(): Clone {
  const folder = mkdtempSync(join(tmpdir(), 'docs-'));
  chmodSync(folder, 0o755);
  const [root, home, bin] = [join(folder, 'taskflow'), join(folder, 'home'), join(folder, 'bin')];
  for (const path of [root, home, bin]) mkdirSync(path);
  // Times are kept: scripts/db-migrate.sh tells by them what is installed and built.
  for (const name of [...ownFiles(), 'dist']) copy(join(REPOSITORY, name), join(root, name));
  linkPackages(root);
  symlinkSync(process.execPath, join(bin, 'node'));
  writeFileSync(join(bin, 'npm'), '#!/bin/sh\necho "a documentation test may not call npm" >&2\nexit 1\n', {
    mode: 0o755,
  });
  // Built once here, so that no example begins with `Building taskflow-db...`.
  execFileSync(join(root, 'scripts/db-migrate.sh'), ['version'], {
    env: { PATH: `${bin}:/usr/bin:/bin` },
    stdio: 'pipe',
  });
  const dispose = async () => {
    await stopServer(join(root, '.taskflow'));
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  return { root, home, bin, dispose };
}

function copy(from: string, to: string): void {
  if (!existsSync(from)) return;
  mkdirSync(dirname(to), { recursive: true });
  // Another test may build meanwhile: that makes the declarations anew, and files that are there for a moment.
  const stays = (path: string) => !/\.new$|dist\/types(\/|$)/.test(path);
  cpSync(from, to, { recursive: lstatSync(from).isDirectory(), preserveTimestamps: true, filter: stays });
}

/** With its socket's directory, which otherwise stays for the next start. */
async function stopServer(dataRoot: string): Promise<void> {
  const place = placeOf(dataRoot);
  const sockets = existsSync(place.data) ? usualSocketDirectory(place) : undefined;
  await stopEmbedded({ dataRoot });
  if (sockets) rmSync(sockets, { recursive: true, force: true });
}

/** The packages of this repository, marked as scripts/db-migrate.sh marks what it has installed. */
function linkPackages(root: string): void {
  const [from, to] = [join(REPOSITORY, 'node_modules'), join(root, 'node_modules')];
  mkdirSync(to);
  for (const name of readdirSync(from)) if (!name.startsWith('.')) symlinkSync(join(from, name), join(to, name));
  const sum = execFileSync('sh', ['-c', 'echo "$(cksum <package-lock.json) $(uname -sm)"'], { cwd: root });
  writeFileSync(join(to, '.taskflow-installed'), sum);
}

/** What a clone has and the examples of the documents can meet; the tests themselves, but for their fixtures, they cannot. */
function ownFiles(): string[] {
  const args = ['ls-files', '-z', '--cached', '--others', '--exclude-standard'];
  const names = execFileSync('git', args, { cwd: REPOSITORY, encoding: 'utf8' }).split('\0').filter(Boolean);
  return names.filter((name) => !/^(test\/(?!fixtures\/)|bench\/)/.test(name));
}
