/** Starts the server on existing data and waits until it answers. */
import { closeSync, ftruncateSync, openSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Problem } from '../problem/problem.ts';
import { type Attached, attach } from './attach.ts';
import { disarmStaleFiles } from './pidfile.ts';
import { give, makeSocketDirectory, type Place } from './place.ts';
import { type Runner, start } from './run.ts';

const START_MS_MAX = 60_000;
const POLL_MS = 5;
const LOG_BYTES_MAX = 1_000_000;

/** Returns the server that runs in the end, which may be one that another process started at the same moment. */
export async function launch(place: Place, runner: Runner, onProgress: (message: string) => void): Promise<Attached> {
  for (const end = Date.now() + START_MS_MAX; Date.now() < end; await sleep(100)) {
    rmSync(place.stopping, { force: true });
    const logStart = trimLog(place.log);
    const server = await startOnce(place, runner, onProgress);
    if (server) return server;
    const said = readFileSync(place.log, 'utf8').slice(logStart);
    if (!passing(said)) throw startFailed(place, said);
    const other = await attach(place, onProgress);
    if (other) return other;
  }
  throw startFailed(place, readFileSync(place.log, 'utf8').slice(-2_000));
}

/** undefined when the server ended before it answered; the log says why. */
async function startOnce(
  place: Place,
  runner: Runner,
  onProgress: (message: string) => void,
): Promise<Attached | undefined> {
  const log = openSync(place.log, 'a', 0o600);
  give(place.log, runner.account);
  const args = await listenOn(place, runner);
  const server = start(runner, { program: 'postgres', dataDirectory: place.data, args, output: log, detached: true });
  closeSync(log);
  let ended = false;
  let failure: Error | undefined;
  server.on('exit', () => {
    ended = true;
  });
  server.on('error', (error) => {
    failure = error;
  });
  server.unref();
  while (!ended) {
    if (failure) throw failure;
    const attached = await attach(place, onProgress);
    if (attached) return attached;
    await sleep(POLL_MS);
  }
  return undefined;
}

/** A socket, and no TCP at all; on Windows, where sockets are not the rule, a free port of the loopback. */
async function listenOn(place: Place, runner: Runner): Promise<string[]> {
  if (process.platform === 'win32') return ['-h', '127.0.0.1', '-p', String(await freePort())];
  const directory = makeSocketDirectory(place, runner.account);
  disarmStaleFiles(place.data, directory);
  return ['-h', '', '-k', directory, '-p', '5432'];
}

/** A TCP port of the loopback that was free a moment ago. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

/** Empties a log that has grown; returns where new lines will begin, in characters as far as they are ASCII. */
function trimLog(file: string): number {
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (size <= LOG_BYTES_MAX) return readLength(file);
  const log = openSync(file, 'r+');
  ftruncateSync(log);
  closeSync(log);
  return 0;
}

function readLength(file: string): number {
  try {
    return readFileSync(file, 'utf8').length;
  } catch {
    return 0;
  }
}

/** Another process started it just before us, or sessions of a killed server are about to notice and end. */
function passing(said: string): boolean {
  return /lock file "postmaster\.pid" already exists|pre-existing shared memory block/.test(said);
}

function startFailed(place: Place, said: string): Problem {
  const lines = said.split('\n').filter((line) => /FATAL|PANIC|ERROR|DETAIL|HINT|error while loading/.test(line));
  return new Problem('embedded-unavailable', 'The embedded PostgreSQL did not start.', {
    found: (lines.length > 0 ? lines : said.trim().split('\n')).slice(-5).join('\n'),
    state: 'The data is untouched.',
    next: [`The server's log is ${place.log}.`],
  });
}
