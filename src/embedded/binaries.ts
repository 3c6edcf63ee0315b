/**
 * Makes the package's programs runnable where npm left them, or elsewhere if they cannot be: the links between shared
 * libraries are missing when install scripts are off, node_modules may be read-only, and may be out of the server
 * account's reach.
 */
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { basename, delimiter, dirname, join, resolve } from 'node:path';
import { Problem } from '../problem/problem.ts';
import { type Account, reachable } from './account.ts';
import type { BinaryPackage } from './package.ts';

export interface Binaries {
  readonly bin: string;
  /** Extra folders for the loader to look in, where links could not be made beside the libraries. */
  readonly libraryPath?: string;
}

/** Where root keeps a copy for an account that cannot reach the package; owned by root, readable by all. */
const SHARED_CACHE = '/var/cache/taskflow-db';

/**
 * Runnable binaries for the account (undefined: this process's own). `linkFolder` is a folder of ours that takes the
 * links when the package's folder is read-only; it is made on demand.
 */
export function prepareBinaries(
  found: BinaryPackage,
  account: Account | undefined,
  linkFolder: string,
  cache = SHARED_CACHE,
): Binaries {
  if (account && !packageReachable(found, account)) return sharedCopy(found, cache);
  if (makeLinks(found.native, (link) => link)) return { bin: join(found.native, 'bin') };
  if (account && !reachable(dirname(linkFolder), account)) return sharedCopy(found, cache);
  mkdirSync(linkFolder, { recursive: true, mode: 0o755 });
  makeLinks(found.native, (link) => join(linkFolder, basename(link)), true);
  // The linked libraries look for others beside the links, so both folders are needed.
  return { bin: join(found.native, 'bin'), libraryPath: [linkFolder, join(found.native, 'lib')].join(delimiter) };
}

function packageReachable(found: BinaryPackage, account: Account): boolean {
  const needed = ['bin/postgres', 'bin/initdb', 'lib', 'share/postgresql'];
  return needed.every((path) => reachable(join(found.native, path), account));
}

interface Link {
  readonly source: string;
  readonly target: string;
}

/** The links the package lists for its install script; paths in it start with `native/`. */
function listedLinks(native: string): Link[] {
  const list = join(native, 'pg-symlinks.json');
  if (!existsSync(list)) return [];
  const entries = JSON.parse(readFileSync(list, 'utf8')) as Link[];
  return entries.map((entry) => ({
    source: resolve(native, '..', entry.source),
    target: resolve(native, '..', entry.target),
  }));
}

/** Makes the links that are missing; false if the place does not allow it. */
function makeLinks(native: string, place: (link: string) => string, must = false): boolean {
  for (const { source, target } of listedLinks(native)) {
    const link = place(target);
    const to = dirname(link) === dirname(source) ? basename(source) : source;
    if (!makeLink(to, link, must)) return false;
  }
  return true;
}

function makeLink(to: string, link: string, must: boolean): boolean {
  if (lstatSync(link, { throwIfNoEntry: false })) return true;
  try {
    symlinkSync(to, link);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return true;
    if (must) throw error;
    return false;
  }
  return true;
}

/** A copy that every account can read, made once per version. Two makers at once: the first to rename wins. */
function sharedCopy(found: BinaryPackage, cache: string): Binaries {
  const folder = join(cache, `postgresql-${found.version}-${process.platform}-${process.arch}`);
  if (!existsSync(folder)) makeSharedCopy(found, folder);
  return { bin: join(folder, 'bin') };
}

function makeSharedCopy(found: BinaryPackage, folder: string): void {
  const draft = `${folder}.${process.pid}`;
  try {
    mkdirSync(dirname(folder), { recursive: true, mode: 0o755 });
    rmSync(draft, { recursive: true, force: true });
    copyTree(found.native, draft);
    for (const { source, target } of listedLinks(found.native)) {
      makeLink(basename(source), join(draft, 'lib', basename(target)), true);
    }
    renameSync(draft, folder);
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    if (!existsSync(folder)) throw noCopy(found, folder, error);
  }
}

function copyTree(from: string, to: string): void {
  mkdirSync(to, { mode: 0o755 });
  chmodSync(to, 0o755);
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) copyTree(source, target);
    else if (entry.isSymbolicLink()) cpSync(source, target, { verbatimSymlinks: true });
    else copyFile(source, target, basename(from) === 'bin' ? 0o755 : 0o644);
  }
}

function copyFile(source: string, target: string, mode: number): void {
  copyFileSync(source, target);
  chmodSync(target, mode);
}

function noCopy(found: BinaryPackage, folder: string, cause: unknown): Problem {
  return new Problem(
    'embedded-unavailable',
    "The embedded PostgreSQL's programs are out of reach for the account that must run them.",
    {
      found: `${found.native} is closed to other users, and a copy in ${folder} could not be made (${String(cause)})`,
      next: [
        'Run this command as an ordinary user instead of root, or move the project to a folder that other users can enter.',
      ],
      cause,
    },
  );
}
