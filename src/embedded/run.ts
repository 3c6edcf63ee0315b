/** Starts PostgreSQL's programs: as the right account, with a clean environment, and with folders they could not reach by name. */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { type Account, isLoneRoot, reachable } from './account.ts';
import type { Binaries } from './binaries.ts';

/** How programs of one installation are run. */
export interface Runner {
  readonly binaries: Binaries;
  /** undefined: as ourselves. */
  readonly account: Account | undefined;
  /** A shared library to load first (Linux). */
  readonly preload?: string;
}

/**
 * A name for a folder that the account can use even where a folder above it is closed (a project under /root): the
 * child gets the open folder as file descriptor 3, and Linux resolves /proc/self/fd/3 without looking at the path.
 * The postmaster's own children inherit the descriptor, so the name holds for all of them.
 */
const INHERITED_FOLDER = '/proc/self/fd/3';

/** For a root who can become nobody else: the same user, but seen by PostgreSQL as 65534 (unshare(1)). */
const AS_NOBODY = ['unshare', '--user', '--map-user=65534', '--map-group=65534'];

export interface Start {
  readonly program: 'initdb' | 'postgres' | 'pg_ctl';
  readonly dataDirectory: string;
  readonly args: readonly string[];
  /** A file descriptor for all output, or 'pipe'. */
  readonly output: number | 'pipe';
  readonly detached: boolean;
}

export function start(runner: Runner, what: Start): ChildProcess {
  const byDescriptor = needsDescriptor(runner.account, what.dataDirectory);
  const folder = byDescriptor ? openSync(what.dataDirectory, 'r') : undefined;
  try {
    const [program = '', ...args] = [
      ...(isLoneRoot() ? AS_NOBODY : []),
      join(runner.binaries.bin, what.program),
      ...['-D', byDescriptor ? INHERITED_FOLDER : what.dataDirectory, ...what.args],
    ];
    return spawn(program, args, {
      cwd: '/',
      env: environment(runner),
      detached: what.detached,
      windowsHide: true,
      stdio: ['ignore', what.output, what.output, folder ?? 'ignore'],
      ...(runner.account ?? {}),
    });
  } finally {
    if (folder !== undefined) closeSync(folder);
  }
}

function needsDescriptor(account: Account | undefined, folder: string): boolean {
  return process.platform === 'linux' && account !== undefined && !reachable(folder, account, 0o7);
}

/**
 * Only what the programs need. The user's own variables stay out: PGPORT and the like would change the server, LANG
 * its messages and encoding, and a password in the environment would live on in a process that outlasts this one.
 */
function environment({ binaries, preload }: Runner): NodeJS.ProcessEnv {
  const kept = ['PATH', 'SystemRoot', 'TEMP', 'TMP'].map((name) => [name, process.env[name]] as const);
  const loader = process.platform === 'darwin' ? 'DYLD_LIBRARY_PATH' : 'LD_LIBRARY_PATH';
  return {
    ...Object.fromEntries(kept.filter(([, value]) => value !== undefined)),
    ...(binaries.libraryPath ? { [loader]: binaries.libraryPath } : {}),
    ...(preload ? { LD_PRELOAD: preload } : {}),
    LC_ALL: 'C',
    TZ: 'UTC',
  };
}

/** Runs a program to its end. */
export function runToEnd(
  runner: Runner,
  program: 'initdb' | 'pg_ctl',
  dataDirectory: string,
  args: readonly string[],
): Promise<{ status: number | null; output: string }> {
  return new Promise((resolve, reject) => {
    const child = start(runner, { program, dataDirectory, args, output: 'pipe', detached: false });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8');
      stream?.on('data', (text: string) => {
        output += text;
      });
    }
    child.on('error', reject);
    child.on('close', (status) => resolve({ status, output }));
  });
}
