/** Creates the database cluster: one initdb in a draft folder, then one rename, so that a half-made one is never seen. */
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { Problem } from '../problem/problem.ts';
import { hasName } from './account.ts';
import { SUPERUSER } from './options.ts';
import type { BinaryPackage } from './package.ts';
import { exists } from './pidfile.ts';
import { give, type Place } from './place.ts';
import { type Runner, runToEnd } from './run.ts';
import { usernameLibrary } from './username.ts';

/** The major version of the cluster in the data directory; undefined if there is none. */
export function clusterMajor(dataDirectory: string): string | undefined {
  try {
    return readFileSync(join(dataDirectory, 'PG_VERSION'), 'utf8').trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EACCES') throw notYours(dataDirectory);
    return undefined;
  }
}

/**
 * UTF-8 and one sort order (by code point) whatever the machine's locale says; `trust` because only the socket's
 * directory admits anyone (manual, "initdb" and "Locale Providers").
 */
const INITDB = [
  `--username=${SUPERUSER}`,
  '--auth=trust',
  '--encoding=UTF8',
  '--locale=C',
  '--locale-provider=builtin',
  '--builtin-locale=C.UTF-8',
  '--text-search-config=english',
];

/** For a database that one developer uses on a machine busy with other things; it still survives a power cut. */
const SETTINGS = `
# Settings of taskflow-db's embedded database. ALTER SYSTEM overrides them.
shared_buffers = 32MB
max_connections = 100
huge_pages = off
io_method = sync
jit = off
max_wal_size = 256MB
unix_socket_permissions = 0700
timezone = 'UTC'
log_timezone = 'UTC'
# The text of a statement may hold a password, so it is not logged.
log_min_error_statement = panic
`;

/** Makes the cluster unless another process was faster; true if it was us. */
export async function createCluster(place: Place, found: BinaryPackage, runner: Runner): Promise<boolean> {
  const draft = `${place.data}.${process.pid}`;
  try {
    await initialize(draft, found, runner);
    appendFileSync(join(draft, 'postgresql.conf'), SETTINGS);
    renameSync(draft, place.data);
    return true;
  } catch (error) {
    if (existsSync(join(place.data, 'PG_VERSION'))) return false;
    throw error;
  } finally {
    removeIfPossible(draft);
  }
}

async function initialize(draft: string, found: BinaryPackage, runner: Runner): Promise<void> {
  mkdirSync(draft, { mode: 0o700 });
  give(draft, runner.account);
  const library = `${draft}.username`;
  try {
    const preload = makeUsernameLibrary(library, runner);
    const { status, output } = await runToEnd(preload ? { ...runner, preload } : runner, 'initdb', draft, INITDB);
    if (status !== 0) throw initdbFailed(found, output);
  } finally {
    rmSync(library, { force: true });
  }
}

/** The library that initdb needs when its user has no name; undefined when it has one, or where we have no library. */
function makeUsernameLibrary(file: string, runner: Runner): string | undefined {
  if (process.platform !== 'linux' || hasName(runner.account)) return undefined;
  const library = usernameLibrary();
  if (library) writeFileSync(file, library, { mode: 0o644 });
  return library && file;
}

/**
 * Drafts carry their maker's process number; those whose maker was killed are of no use to anyone. An initdb that has
 * outlived its maker may still be writing; then the next start gets another chance.
 */
export function removeOldDrafts(place: Place): void {
  const prefix = `${basename(place.data)}.`;
  for (const name of readdirSync(place.root)) {
    const maker = name.startsWith(prefix) ? Number.parseInt(name.slice(prefix.length), 10) : 0;
    if (maker > 0 && !exists(maker)) removeIfPossible(join(place.root, name));
  }
}

function removeIfPossible(path: string): void {
  try {
    rmSync(path, { recursive: true, force: true });
  } catch {
    // It is only space, and taken only until the next start.
  }
}

/** Refuses data of another major version; PostgreSQL itself would only say "incompatible". */
export function checkMajor(dataDirectory: string, major: string, found: BinaryPackage): void {
  if (major === found.major) return;
  throw new Problem(
    'embedded-unavailable',
    `The embedded database was made by PostgreSQL ${major}, but the one installed now is ${found.release}.`,
    {
      found: `data of version ${major} in ${dataDirectory}`,
      expected: `data of version ${found.major}: PostgreSQL does not read another major version's files`,
      state: 'The data is untouched, and no server was started.',
      next: [
        `To begin anew, move ${dirname(dataDirectory)} out of the way and run migrate.`,
        `To keep the data, install the version of taskflow-db that made it, run pg_dump, and load that into the new database.`,
      ],
    },
  );
}

export function notYours(dataDirectory: string): Problem {
  return new Problem('embedded-unavailable', 'The embedded database here belongs to another user.', {
    found: `${dataDirectory} is closed to you`,
    next: [
      'Run the command as the user who made it (perhaps root, by sudo), or remove the folder as that user to begin anew.',
    ],
  });
}

function initdbFailed(found: BinaryPackage, output: string): Problem {
  const lines = output.split('\n').filter((line) => /error|fatal|cannot|could not|no such|detail|hint/i.test(line));
  return new Problem('embedded-unavailable', `PostgreSQL ${found.release} could not create its data directory.`, {
    found: (lines.length > 0 ? lines : [output.trim()]).slice(-5).join('\n'),
    state: 'Nothing was left behind.',
  });
}
