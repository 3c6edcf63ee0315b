/**
 * Under whose name the server runs. PostgreSQL refuses root (manual, "The PostgreSQL User Account"), so root starts it as
 * somebody else; any other user starts it as themselves.
 */
import { lstatSync, readFileSync, type Stats, statSync } from 'node:fs';
import { userInfo } from 'node:os';
import { dirname } from 'node:path';

export interface Account {
  readonly uid: number;
  readonly gid: number;
}

const NOBODY: Account = { uid: 65_534, gid: 65_534 };

/**
 * The account to switch to, or undefined to stay oneself. For root: whoever owns the data directory or else the
 * project, so that they can use the database without root later; in a project of root's own, `postgres` or `nobody`.
 */
export function serverAccount(dataDirectory: string): Account | undefined {
  if (process.getuid?.() !== 0 || isLoneRoot()) return undefined;
  const owner = nearestOwner(dataDirectory);
  return owner.uid === 0 ? (named('postgres') ?? NOBODY) : owner;
}

/**
 * Root of a user namespace that has no other user to become, as some sandboxes set it up: the map in
 * user_namespaces(7) then has room for one number.
 */
export function isLoneRoot(map: string = readTextOr('/proc/self/uid_map', '')): boolean {
  if (process.getuid?.() !== 0) return false;
  const ranges = map.split('\n').map((line) => line.trim().split(/\s+/).map(Number));
  const room = ranges.reduce((sum, [, , count = 0]) => sum + count, 0);
  return room === 1;
}

/** Whether the account (undefined: this process's own) has a name; numbers that are given to containers often have none. */
export function hasName(account: Account | undefined): boolean {
  if (account) return passwd().some((entry) => entry.uid === account.uid);
  try {
    userInfo();
    return true;
  } catch {
    return false;
  }
}

/** Whether the account can get at a path: search permission on every folder above it, and the wanted bits on itself. */
export function reachable(path: string, account: Account, bits = 0o5): boolean {
  const own = statSync(path, { throwIfNoEntry: false });
  if (own && !allows(own, account, bits)) return false;
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    const stats = statSync(folder, { throwIfNoEntry: false });
    if (stats && !allows(stats, account, 0o1)) return false;
    if (folder === dirname(folder)) return true;
  }
}

function allows(stats: Stats, account: Account, bits: number): boolean {
  const shift = stats.uid === account.uid ? 6 : stats.gid === account.gid ? 3 : 0;
  return ((stats.mode >> shift) & bits) === bits;
}

function nearestOwner(path: string): Account {
  for (let folder = path; ; folder = dirname(folder)) {
    const stats = lstatSync(folder, { throwIfNoEntry: false });
    if (stats || folder === dirname(folder)) return { uid: stats?.uid ?? 0, gid: stats?.gid ?? 0 };
  }
}

function named(name: string): Account | undefined {
  return passwd().find((entry) => entry.name === name);
}

function passwd(): (Account & { readonly name: string })[] {
  return readTextOr('/etc/passwd', '')
    .split('\n')
    .map((line) => line.split(':'))
    .filter((fields) => fields.length >= 4)
    .map(([name = '', , uid, gid]) => ({ name, uid: Number(uid), gid: Number(gid) }));
}

function readTextOr(path: string, otherwise: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return otherwise;
  }
}
