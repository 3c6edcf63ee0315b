/** The embedded database as its users see it: start (or attach), stop, look. */
import { realpathSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Problem } from '../problem/problem.ts';
import { serverAccount } from './account.ts';
import { type Attached, attach } from './attach.ts';
import { prepareBinaries } from './binaries.ts';
import { checkMajor, clusterMajor, createCluster, notYours, removeOldDrafts } from './cluster.ts';
import { refuseWhileElsewhere } from './elsewhere.ts';
import { launch } from './launch.ts';
import { withLock } from './lock.ts';
import { DATABASE, type EmbeddedOptions, type EmbeddedServer, SUPERUSER } from './options.ts';
import { type BinaryPackage, findBinaries } from './package.ts';
import { isRunning, livePostmaster, type Postmaster } from './pidfile.ts';
import { makeRoot, type Place, placeOf } from './place.ts';
import type { Runner } from './run.ts';
import { stopProgram } from './stop.ts';
import { ensureWatcher } from './watcher.ts';

type Progress = (message: string) => void;

/**
 * The embedded server, running: attaches if it runs already (no process is started then), else starts it, and on first
 * use creates the cluster and the database. Any number of processes may call this at once. Throws a Problem with the
 * code 'embedded-unavailable'.
 */
export async function startEmbedded(
  options: EmbeddedOptions,
  onProgress: Progress = () => {},
): Promise<EmbeddedServer> {
  const place = placeOf(options.dataRoot);
  return explained(place, async () => {
    const running = await attach(place, onProgress);
    const outcome = running
      ? { attached: running, created: false, started: false }
      : await bringUp(options, place, onProgress);
    ensureWatcher(place, outcome.attached.postmaster.pid, options.idleShutdownMs);
    return describe(outcome);
  });
}

interface Outcome {
  readonly attached: Attached;
  readonly created: boolean;
  readonly started: boolean;
}

async function bringUp(options: EmbeddedOptions, place: Place, onProgress: Progress): Promise<Outcome> {
  const found = findBinaries(options.packageRoots ?? defaultRoots());
  const account = serverAccount(place.data);
  refuseForeignData(place);
  makeRoot(place, account);
  return withLock(place.lock, async () => {
    const running = await attach(place, onProgress);
    if (running) return { attached: running, created: false, started: false };
    await refuseWhileElsewhere(place, onProgress);
    const runner: Runner = { binaries: prepareBinaries(found, account, place.links), account };
    const created = await ensureCluster(place, found, runner, onProgress);
    return { attached: await launch(place, runner, onProgress), created, started: true };
  });
}

async function ensureCluster(
  place: Place,
  found: BinaryPackage,
  runner: Runner,
  onProgress: Progress,
): Promise<boolean> {
  removeOldDrafts(place);
  const major = clusterMajor(place.data);
  if (major !== undefined) {
    checkMajor(place.data, major, found);
    return false;
  }
  onProgress(`Creating the embedded PostgreSQL ${found.release} in ${place.root}.`);
  return createCluster(place, found, runner);
}

function describe({ attached, created, started }: Outcome): EmbeddedServer {
  return {
    ...attached.postmaster.address,
    user: SUPERUSER,
    database: DATABASE,
    serverVersion: attached.serverVersion,
    created: created || attached.createdDatabase,
    started,
  };
}

const STOP_MS_MAX = 60_000;

/** Stops the server, ending its sessions (PostgreSQL's fast shutdown); false if it was not running. */
export async function stopEmbedded(options: EmbeddedOptions): Promise<boolean> {
  const place = placeOf(options.dataRoot);
  return explained(place, async () => {
    clusterMajor(place.data);
    const postmaster = livePostmaster(place.data);
    if (!postmaster) return false;
    await stopProgram(postmaster, place, options.packageRoots ?? defaultRoots());
    for (const end = Date.now() + STOP_MS_MAX; isRunning(postmaster.pid, place.data); await sleep(10)) {
      if (Date.now() > end) throw notStopping(place, postmaster);
    }
    return true;
  });
}

/** What there is, without changing anything or connecting. */
export interface EmbeddedState {
  readonly state: 'absent' | 'stopped' | 'running';
  readonly dataDirectory: string;
  readonly logFile: string;
  /** PostgreSQL's major version that made the data. */
  readonly major?: string;
  readonly pid?: number;
  readonly host?: string;
  readonly port?: number;
}

export async function embeddedState(options: EmbeddedOptions): Promise<EmbeddedState> {
  const place = placeOf(options.dataRoot);
  return explained(place, async () => {
    const base = { dataDirectory: place.data, logFile: place.log };
    const major = clusterMajor(place.data);
    if (major === undefined) return { state: 'absent', ...base };
    const postmaster = livePostmaster(place.data);
    if (!postmaster) return { state: 'stopped', ...base, major };
    return { state: 'running', ...base, major, pid: postmaster.pid, ...postmaster.address };
  });
}

/** From where Node would find what this program was installed with; a bundle has no address of its own. */
function defaultRoots(): string[] {
  const here: string | undefined = import.meta.url;
  const program = process.argv[1];
  return [...(here ? [here] : []), ...(program ? [dirname(realpathSync(program))] : []), process.cwd()];
}

function refuseForeignData(place: Place): void {
  const uid = process.getuid?.();
  const owner = statSync(place.data, { throwIfNoEntry: false })?.uid;
  if (uid !== undefined && uid !== 0 && owner !== undefined && owner !== uid) throw notYours(place.data);
}

/** Errors of the file system and of starting programs, said so that a person can act on them. */
async function explained<T>(place: Place, task: () => Promise<T>): Promise<T> {
  try {
    return await task();
  } catch (error) {
    if (error instanceof Problem || !(error instanceof Error) || !('code' in error)) throw error;
    throw new Problem('embedded-unavailable', 'The embedded PostgreSQL cannot be used here.', {
      found: error.message,
      expected: `a folder ${place.root} that can be written to, and programs that can be run`,
      next: ['Check permissions and free space there, or use a PostgreSQL server that you have: set DATABASE_URL.'],
      cause: error,
    });
  }
}

function notStopping(place: Place, postmaster: Postmaster): Problem {
  return new Problem('embedded-unavailable', `The embedded PostgreSQL (process ${postmaster.pid}) does not stop.`, {
    found: `still running ${STOP_MS_MAX / 1000} s after it was told to`,
    next: [`The server's log is ${place.log}.`],
  });
}
