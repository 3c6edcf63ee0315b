/** What lies where under the data root, and the directory for the socket. */
import { createHash } from 'node:crypto';
import { chownSync, lstatSync, mkdirSync, mkdtempSync, realpathSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Problem } from '../problem/problem.ts';
import type { Account } from './account.ts';

export interface Place {
  readonly root: string;
  /** PostgreSQL's data directory. */
  readonly data: string;
  readonly log: string;
  /** Held while somebody creates or starts. */
  readonly lock: string;
  /** Its time of change is the last time that somebody asked for the server. */
  readonly lastUse: string;
  /** Exists while the watcher is about to stop the idle server. */
  readonly stopping: string;
  /** Which machine or container the server runs in; written anew every few seconds while it does. */
  readonly host: string;
  /** The watcher's process number and that of the server it watches. */
  readonly watcher: string;
  /** Links to shared libraries, if they cannot be made in node_modules. */
  readonly links: string;
}

export function placeOf(dataRoot: string): Place {
  const root = resolve(dataRoot);
  const at = (name: string) => join(root, name);
  return {
    root,
    data: at('postgresql'),
    log: at('server.log'),
    lock: at('starting.lock'),
    lastUse: at('last-use'),
    stopping: at('stopping'),
    host: at('host'),
    watcher: at('watcher'),
    links: at('lib'),
  };
}

/** Makes the data root, and keeps it out of version control wherever it is. */
export function makeRoot(place: Place, account: Account | undefined): void {
  if (mkdirSync(place.root, { recursive: true, mode: 0o755 }) === undefined) return;
  writeFileSync(join(place.root, '.gitignore'), '*\n');
  give(place.root, account);
  give(join(place.root, '.gitignore'), account);
}

export function give(path: string, account: Account | undefined): void {
  if (account) chownSync(path, account.uid, account.gid);
}

/**
 * A directory for the socket, for the account alone. Not under the data root: a socket's path may not exceed 107 bytes,
 * a mounted folder may not take sockets, and the account may not reach it. The name follows from the data directory, so
 * that a URL stays good from one start to the next; one that somebody else holds is left alone for a fresh one.
 */
export function makeSocketDirectory(place: Place, account: Account | undefined, parent = socketParent()): string {
  const usual = usualSocketDirectory(place, parent);
  const directory = makePrivate(usual, account) ? usual : mkdtempSync(`${usual}-`);
  give(directory, account);
  return directory;
}

/** The directory's name when nothing is in the way. */
export function usualSocketDirectory(place: Place, parent = socketParent()): string {
  const name = createHash('sha256').update(realpathSync(place.data)).digest('hex').slice(0, 12);
  return join(parent, `taskflow-${name}`);
}

function socketParent(): string {
  return statSync('/tmp', { throwIfNoEntry: false })?.isDirectory() ? '/tmp' : tmpdir();
}

/** Makes the directory or finds it as we would have made it. */
function makePrivate(directory: string, account: Account | undefined): boolean {
  try {
    mkdirSync(directory, { mode: 0o700 });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw unwritable(directory, error);
  }
  const stats = lstatSync(directory);
  const owners = [process.getuid?.(), account?.uid];
  return stats.isDirectory() && owners.includes(stats.uid) && (stats.mode & 0o077) === 0;
}

function unwritable(directory: string, cause: unknown): Problem {
  return new Problem('embedded-unavailable', "There is no place for the embedded PostgreSQL's socket.", {
    found: `${directory} cannot be made: ${String(cause)}`,
    expected: 'a /tmp folder that can be written to',
    cause,
  });
}
