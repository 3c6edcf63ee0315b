#!/usr/bin/env node
/**
 * The PostgreSQL servers that tests share: installs their binaries, stops them, clears away what a killed run left.
 *
 *   node scripts/test-servers.mjs install      the binaries of the older majors, from test/servers
 *   node scripts/test-servers.mjs stop [DIR]   the servers of a run (default: those of tests that were started by hand)
 *   node scripts/test-servers.mjs sweep        everything that runs without a keeper, that is: left by a crash
 *
 * A run is a folder: one sub-folder a server, each with a data directory; `users/<pid>` names the processes that use it; the keeper
 * (test/support/run-folder.ts) stops the servers and removes the folder once all of those are gone.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statfsSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const REPOSITORY = resolve(fileURLToPath(import.meta.url), '..', '..');
const PREFIX = `taskflow-tests-${process.getuid?.() ?? 0}-`;
const DISK = '/tmp';
/** For the run of a whole suite, if there is room: making and dropping a database takes half the time there. */
const MEMORY = '/dev/shm';
/** What the servers of a run and the databases of its tests take at most is half of it. */
const ROOM_BYTES_MIN = 4 * 2 ** 30;

/** The folder for tests that are started by hand, one for each checkout. */
export function defaultRun() {
  return join(DISK, PREFIX + createHash('sha256').update(REPOSITORY).digest('hex').slice(0, 10));
}

function roomiest() {
  return existsSync(MEMORY) && Math.min(freeBytes(MEMORY), memoryFree()) >= ROOM_BYTES_MIN ? MEMORY : DISK;
}

function freeBytes(folder) {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}

function memoryFree() {
  const [, kilobytes = 0] = /^MemAvailable: *(\d+) kB$/m.exec(readFileSync('/proc/meminfo', 'utf8')) ?? [];
  return Number(kilobytes) * 1024;
}

/** A run of its own for a whole suite: child processes find it in TASKFLOW_TEST_RUN, and make their files in it. Returns what ends it. */
export function beginRun() {
  const folder = mkdtempSync(join(roomiest(), `${PREFIX}run-`));
  chmodSync(folder, 0o755);
  mkdirSync(join(folder, 'users'));
  writeFileSync(join(folder, 'users', String(process.pid)), '');
  mkdirSync(join(folder, 'tmp'));
  chmodSync(join(folder, 'tmp'), 0o1777);
  process.env.TASKFLOW_TEST_RUN = folder;
  process.env.TMPDIR = join(folder, 'tmp');
  return () => stopRun(folder);
}

/** Installs what is missing of test/servers, without the packages' install scripts. */
export function install() {
  const folder = join(REPOSITORY, 'test', 'servers');
  const { devDependencies } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  if (Object.keys(devDependencies).every((name) => existsSync(join(folder, 'node_modules', name, 'native', 'bin'))))
    return;
  const { status } = spawnSync('npm', ['ci', '--ignore-scripts'], { cwd: folder, stdio: ['ignore', 2, 2] });
  if (status !== 0) throw new Error('npm could not install the servers in test/servers');
}

/** Stops a run's servers and removes its folder. */
export async function stopRun(folder) {
  const servers = existsSync(folder) ? readdirSync(folder).flatMap((name) => serverIn(join(folder, name, 'data'))) : [];
  for (const pid of servers) process.kill(pid, 'SIGQUIT');
  for (const end = Date.now() + 10_000; servers.some(isAlive) && Date.now() < end; ) await sleep(10);
  unmountBelow(folder);
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}

/** Small disks that tests of a run that was killed have left. */
function unmountBelow(folder) {
  if (!existsSync('/proc/mounts')) return;
  for (const line of readFileSync('/proc/mounts', 'utf8').split('\n')) {
    const path = line.split(' ')[1] ?? '';
    if (path.startsWith(`${folder}/`)) spawnSync('umount', ['-l', path]);
  }
}

/** Stops and removes the runs whose keeper is gone. */
export async function sweep() {
  for (const at of [DISK, MEMORY].filter((path) => existsSync(path))) {
    const runs = readdirSync(at).filter((name) => name.startsWith(PREFIX));
    for (const folder of runs.map((name) => join(at, name))) if (isAbandoned(folder)) await stopRun(folder);
  }
}

/** A run is young for a moment before its keeper starts. */
function isAbandoned(folder) {
  const { mtimeMs } = statSync(folder, { throwIfNoEntry: false }) ?? { mtimeMs: Date.now() };
  if (Date.now() - mtimeMs < 60_000) return false;
  const users = existsSync(join(folder, 'users')) ? readdirSync(join(folder, 'users')).map(Number) : [];
  return ![...users, readPid(join(folder, 'keeper'))].some(isAlive);
}

/** The server of a data directory, if it is one: a process that works in that folder. */
function serverIn(data) {
  const pid = readPid(join(data, 'postmaster.pid'));
  try {
    return pid > 0 && statSync(`/proc/${pid}/cwd`).ino === statSync(data).ino ? [pid] : [];
  } catch {
    return [];
  }
}

function readPid(file) {
  try {
    return Number.parseInt(readFileSync(file, 'utf8'), 10) || 0;
  } catch {
    return 0;
  }
}

/** A zombie is as good as gone: it has no working directory. */
function isAlive(pid) {
  return pid > 0 && existsSync(`/proc/${pid}/cwd/.`);
}

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const [command, folder] = process.argv.slice(2);
  if (command === 'install') install();
  else if (command === 'stop') await stopRun(folder ?? process.env.TASKFLOW_TEST_RUN ?? defaultRun());
  else if (command === 'sweep') await sweep();
  else {
    process.stderr.write('usage: node scripts/test-servers.mjs install | stop [DIR] | sweep\n');
    process.exitCode = 2;
  }
}
