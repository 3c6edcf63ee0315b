/** The data directory's lock file, `postmaster.pid` (manual, "Database File Layout"), and whether what it says still holds. */
import { chownSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Address } from './probe.ts';

export interface Postmaster {
  readonly pid: number;
  readonly address: Address;
  /** It says of itself that it takes connections; false while it starts, recovers or stops. */
  readonly ready: boolean;
}

/** The server that the file names, if its process is alive; a file left by a crash counts as none. */
export function livePostmaster(dataDirectory: string): Postmaster | undefined {
  const lines = readLines(join(dataDirectory, 'postmaster.pid'));
  const pid = Number(lines[0]);
  if (!Number.isInteger(pid) || pid <= 0 || !isRunning(pid, dataDirectory)) return undefined;
  const [, , , port, socketDirectory, listenAddress, , status] = lines;
  const address = { host: socketDirectory || hostOf(listenAddress), port: Number(port) };
  return { pid, address, ready: status === 'ready' };
}

/**
 * Makes the lock files of a dead server harmless (the data directory's and the socket's) where its number now belongs to
 * something else: after a reboot, in a restarted container, for a process that nobody has reaped. PostgreSQL would take
 * that for a running server and refuse to start. Only the number is replaced, by one that no process can have; the
 * shared memory key stays, for PostgreSQL's own check of it.
 */
export function disarmStaleFiles(dataDirectory: string, socketDirectory: string): void {
  disarm(join(dataDirectory, 'postmaster.pid'), dataDirectory);
  for (const name of readdirSync(socketDirectory)) {
    if (name.endsWith('.lock')) disarm(join(socketDirectory, name), dataDirectory);
  }
}

const NO_PROCESS = '2147483646';

function disarm(file: string, dataDirectory: string): void {
  const lines = readLines(file);
  const pid = Number(lines[0]);
  if (!(pid > 0) || isRunning(pid, dataDirectory) || !exists(pid)) return;
  const owner = statSync(file);
  writeFileSync(`${file}.stale`, [NO_PROCESS, ...lines.slice(1)].join('\n'), { mode: 0o600 });
  chownSync(`${file}.stale`, owner.uid, owner.gid);
  renameSync(`${file}.stale`, file);
}

/** Whether a process with this number exists. */
export function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** A server works in its data directory, which tells it from whatever else may have got its number. */
export function isRunning(pid: number, dataDirectory: string): boolean {
  if (!exists(pid)) return false;
  if (process.platform !== 'linux') return true;
  try {
    const [theirs, ours] = [statSync(`/proc/${pid}/cwd`), statSync(dataDirectory)];
    return theirs.ino === ours.ino && theirs.dev === ours.dev;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EACCES' && isNamedPostgres(pid);
  }
}

/** For a process whose folder is closed to us: its name, and that it is not merely waiting to be reaped. */
function isNamedPostgres(pid: number): boolean {
  try {
    return /\(postgres\) [^ZX]/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

/** Whether the last server on this data ended otherwise than by an orderly shutdown, or still runs. */
export function hasLockFile(dataDirectory: string): boolean {
  return readLines(join(dataDirectory, 'postmaster.pid')).length > 0;
}

function hostOf(listenAddress: string | undefined): string {
  return listenAddress && listenAddress !== '*' ? listenAddress : '127.0.0.1';
}

function readLines(file: string): string[] {
  try {
    return readFileSync(file, 'utf8')
      .split('\n')
      .map((line) => line.trim());
  } catch {
    return [];
  }
}
