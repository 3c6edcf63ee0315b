/** Reaches a server that runs: read its lock file, connect, done; no other process is started. */
import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Problem } from '../problem/problem.ts';
import { notYours } from './cluster.ts';
import { DATABASE } from './options.ts';
import { livePostmaster, type Postmaster } from './pidfile.ts';
import type { Place } from './place.ts';
import { type Answer, ask, Refusal } from './probe.ts';
import { markUse, waitWhileStopping } from './watcher.ts';

export interface Attached {
  readonly postmaster: Postmaster;
  readonly serverVersion: string;
  /** The database was missing, and this call made it. */
  readonly createdDatabase: boolean;
}

/** How long a server may take to recover from a crash before we give up on it. */
const READY_MS_MAX = 120_000;
/** How long a live server may be without its socket: it makes that early, so afterwards the file has been removed. */
const SOCKET_MS_MAX = 10_000;
const POLL_MS = 5;

/** The running server, or undefined if there is none (any more). */
export async function attach(place: Place, onProgress: (message: string) => void): Promise<Attached | undefined> {
  const begin = Date.now();
  let told = false;
  let createdDatabase = false;
  for (; ; await sleep(POLL_MS)) {
    const postmaster = livePostmaster(place.data);
    if (!postmaster) return undefined;
    markUse(place);
    const result = postmaster.ready ? await tryOnce(postmaster) : 'starting';
    if (typeof result === 'object') {
      if (existsSync(place.stopping) && (await waitWhileStopping(place))) continue;
      return { postmaster, serverVersion: result.serverVersion, createdDatabase };
    }
    if (result === 'no database') createdDatabase = await createDatabase(postmaster);
    if (result === 'closed') throw notYours(place.data);
    const waited = Date.now() - begin;
    if (waited > READY_MS_MAX || (result === 'no socket' && waited > SOCKET_MS_MAX))
      throw unreachable(place, postmaster);
    if (!told && waited > 2_000) onProgress('Waiting for the embedded PostgreSQL to become ready.');
    told ||= waited > 2_000;
  }
}

type Obstacle = 'starting' | 'no socket' | 'no database' | 'closed';

async function tryOnce(postmaster: Postmaster): Promise<Answer | Obstacle> {
  try {
    return await ask(postmaster.address, DATABASE);
  } catch (error) {
    return obstacle(error);
  }
}

const PASSING_SOCKET_ERRORS = new Set(['ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'EAGAIN']);

function obstacle(error: unknown): Obstacle {
  if (error instanceof Refusal) return refusalMeaning(error);
  const code = (error as NodeJS.ErrnoException).code ?? '';
  if (code === 'ENOENT' || code === 'ECONNREFUSED') return 'no socket';
  if (code === 'EACCES' || code === 'EPERM') return 'closed';
  if (PASSING_SOCKET_ERRORS.has(code)) return 'starting';
  throw error;
}

/** 57P03: starting up, recovering or shutting down; 57P01: it went down under us; 53300: all connections taken. */
function refusalMeaning(error: Refusal): Obstacle {
  if (['57P03', '57P01', '57P02'].includes(error.sqlstate)) return 'starting';
  if (error.sqlstate === '3D000') return 'no database';
  throw new Problem('embedded-unavailable', 'The embedded PostgreSQL refuses the connection.', {
    server: { sqlstate: error.sqlstate, message: error.message },
  });
}

/** From template0, which nobody can be connected to. False when another process was faster. */
async function createDatabase(postmaster: Postmaster): Promise<boolean> {
  try {
    await ask(postmaster.address, 'postgres', `CREATE DATABASE ${DATABASE} TEMPLATE template0`, 60_000);
    return true;
  } catch (error) {
    if (error instanceof Refusal && ['42P04', '23505', '55006', '57P03', '57P01'].includes(error.sqlstate))
      return false;
    throw error;
  }
}

function unreachable(place: Place, postmaster: Postmaster): Problem {
  return new Problem('embedded-unavailable', 'The embedded PostgreSQL runs but cannot be reached.', {
    found: `process ${postmaster.pid} without an answer at ${postmaster.address.host}, port ${postmaster.address.port}`,
    state: 'The data is untouched.',
    next: ['Run taskflow-db db stop, then try again.', `The server's log is ${place.log}.`],
  });
}
