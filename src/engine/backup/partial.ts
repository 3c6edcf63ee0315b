import {
  chmodSync,
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  promises,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { type BackupManifest, isBackupId, MANIFEST_FILE, PARTIAL_SUFFIX } from '../../backup/manifest.ts';

/** Says who is writing, in a folder that is being written. */
const LOCK_FILE = 'lock';

interface Lock {
  readonly host: string;
  readonly writer: ProcessMark;
  /** The program that writes for it. */
  readonly child?: ProcessMark;
}

/** A number alone may be that of another process by now. */
interface ProcessMark {
  readonly pid: number;
  /** When it was started, as the system counts; null where it does not tell. */
  readonly started: string | null;
}

/** A backup that is being written: a folder that is none yet, and is one after a single rename. */
export class PartialBackup {
  readonly id: string;
  /** Where files go as long as it is not finished. */
  readonly path: string;
  readonly #folder: string;

  private constructor(folder: string, id: string) {
    this.#folder = folder;
    this.id = id;
    this.path = join(folder, `${id}${PARTIAL_SUFFIX}`);
  }

  /** Makes the folder, with those above it: `database`, that of a database below `root`. Throws the system's error. */
  static begin(root: string, database: string, id: string): PartialBackup {
    makeRoot(root);
    const folder = join(root, database);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const partial = new PartialBackup(folder, id);
    mkdirSync(partial.path, { mode: 0o700 });
    partial.#lock({ host: hostname(), writer: markOf(process.pid) });
    return partial;
  }

  /** A program writes for this process: when this one is killed, whoever clears up behind it has to end that one. */
  writtenBy(pid: number): void {
    this.#lock({ host: hostname(), writer: markOf(process.pid), child: markOf(pid) });
  }

  #lock(lock: Lock): void {
    const file = join(this.path, LOCK_FILE);
    writeFileSync(`${file}.new`, JSON.stringify(lock), { mode: 0o600 });
    renameSync(`${file}.new`, file);
  }

  /** All files are on the disk: writes the manifest beside them and gives the folder its name, which is returned. */
  finish(manifest: BackupManifest): string {
    const done = join(this.#folder, this.id);
    writeSynced(join(this.path, MANIFEST_FILE), `${JSON.stringify(manifest, null, 2)}\n`);
    rmSync(join(this.path, LOCK_FILE));
    for (const { name } of readdirSync(this.path, { withFileTypes: true }).filter((one) => one.isDirectory()))
      syncFolder(join(this.path, name));
    syncFolder(this.path);
    renameSync(this.path, done);
    syncFolder(this.#folder);
    return done;
  }

  /** Nothing of it stays. */
  discard(): void {
    rmSync(this.path, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** What is above it may be for others, too; people's data are for nobody's version control. */
function makeRoot(root: string): void {
  const above = mkdirSync(dirname(root), { recursive: true });
  const made = mkdirSync(root, { recursive: true, mode: 0o700 });
  const first = above ?? made;
  if (first !== undefined) writeFileSync(join(first, '.gitignore'), '*\n');
}

/** Makes a file that a program has written ours alone, and waits until the disk has it. */
export async function settleFile(path: string): Promise<void> {
  chmodSync(path, 0o600);
  const file = await promises.open(path, 'r');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

function writeSynced(path: string, text: string): void {
  const descriptor = openSync(path, 'wx', 0o600);
  try {
    writeFileSync(descriptor, text);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Names in a folder are on the disk only when the folder is. Windows has no such call. */
export function syncFolder(path: string): void {
  if (process.platform === 'win32') return;
  const descriptor = openSync(path, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

export interface Swept {
  /** Names of folders that killed runs had left, and are gone now. */
  readonly removed: readonly string[];
  /** Those that a living run is writing, here or on a machine that shares the disk. */
  readonly alive: readonly string[];
}

/** Removes what killed runs have left half-written; a program that still writes there is ended. */
export function sweepPartials(folder: string): Swept {
  const found = namesIn(folder).filter((name) => isBackupId(name.replace(PARTIAL_SUFFIX, '')) && name !== bare(name));
  const dead = found.filter((name) => isDead(join(folder, name)));
  for (const name of dead) remove(join(folder, name));
  return { removed: dead, alive: found.filter((name) => !dead.includes(name)) };
}

function bare(name: string): string {
  return name.endsWith(PARTIAL_SUFFIX) ? name.slice(0, -PARTIAL_SUFFIX.length) : name;
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** Between making the folder and writing the lock there is a moment, and no more. */
const WITHOUT_LOCK_MS = 60_000;

function isDead(path: string): boolean {
  const lock = readLock(path);
  if (!lock) return Date.now() - modifiedAt(path) > WITHOUT_LOCK_MS;
  return lock.host === hostname() && !isAlive(lock.writer);
}

function remove(path: string): void {
  const child = readLock(path)?.child;
  // It holds locks on tables, which the next statements would wait for.
  if (child && isAlive(child)) process.kill(child.pid, 'SIGTERM');
  rmSync(path, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
}

function readLock(path: string): Lock | undefined {
  try {
    return JSON.parse(readFileSync(join(path, LOCK_FILE), 'utf8')) as Lock;
  } catch {
    return undefined;
  }
}

function modifiedAt(path: string): number {
  try {
    return statSync(path).mtimeMs;
  } catch {
    return Date.now();
  }
}

function markOf(pid: number): ProcessMark {
  return { pid, started: startOf(pid) };
}

function isAlive({ pid, started }: ProcessMark): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  return started === null || startOf(pid) === started;
}

/** Field 22 of /proc/PID/stat, in ticks since the machine was started; the name before it may hold anything. A zombie has ended. */
function startOf(pid: number): string | null {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    return fields[0] === 'Z' ? 'ended' : (fields[19] ?? null);
  } catch {
    return null;
  }
}
