/**
 * Guards data that two machines see, as a project folder mounted into a container is seen by the container and its host. Neither sees
 * the other's processes, so PostgreSQL's lock file looks stale to both, and two servers on one data directory destroy
 * it. Hence the server's watcher writes the host's name every few seconds, and who finds a foreign name waits
 * for one more beat before starting a server.
 */
import { readFileSync, readlinkSync, statSync } from 'node:fs';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { Problem } from '../problem/problem.ts';
import { hasLockFile } from './pidfile.ts';
import type { Place } from './place.ts';

/** How often the watcher writes, at the longest. */
export const BEAT_MS = 5_000;
/** Older than this, the last beat is history, whatever the clocks of two machines say. */
const HISTORY_MS = 10 * 60_000;

/** The machine's name and, on Linux, the process namespace: where process numbers mean the same. */
function hostName(): string {
  try {
    return `${hostname()} ${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return hostname();
  }
}

/** Throws a Problem while a server in another container or machine uses the data. */
export async function refuseWhileElsewhere(place: Place, onProgress: (message: string) => void): Promise<void> {
  const last = lastBeat(place);
  if (!last || last.host === hostName() || !hasLockFile(place.data) || Date.now() - last.at > HISTORY_MS) return;
  const [name = ''] = last.host.split(' ');
  const listenMs = 2 * last.beatMs + 1_000;
  onProgress(
    `This database was last used on ${name}; making sure that it is not running there (${listenMs / 1000} s).`,
  );
  for (const end = Date.now() + listenMs; Date.now() < end; await sleep(100)) {
    if (lastBeat(place)?.at !== last.at) throw runsElsewhere(place, name);
  }
}

interface Beat {
  readonly host: string;
  readonly beatMs: number;
  readonly at: number;
}

/** What the watcher writes: the host, then the milliseconds until it writes again. */
export function beatText(beatMs: number): string {
  return `${hostName()} ${beatMs}`;
}

function lastBeat(place: Place): Beat | undefined {
  try {
    const words = readFileSync(place.host, 'utf8').trim().split(' ');
    const beatMs = Number(words.pop()) || BEAT_MS;
    return { host: words.join(' '), beatMs, at: statSync(place.host).mtimeMs };
  } catch {
    return undefined;
  }
}

function runsElsewhere(place: Place, name: string): Problem {
  return new Problem(
    'embedded-unavailable',
    `The embedded database is running in another container or on another machine (${name}).`,
    {
      found: `${place.host} was written again a moment ago`,
      expected: 'one server for one data directory: a second one would destroy the data',
      state: 'The data is untouched, and no server was started here.',
      next: ['Run the command there, or stop the server there first: taskflow-db db stop'],
    },
  );
}
