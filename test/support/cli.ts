/**
 * The built command line tool as a person starts it: `node bin/taskflow-db.cjs` in a folder of its own, with an empty home and
 * a clean environment, against a database of its own. `node scripts/build.mjs` must have run.
 */
import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { REPOSITORY, runFolder } from './run-folder.ts';
import { createDatabase, type Engine, server, type TestDatabase, templateDatabase } from './servers.ts';

export const PROGRAM = join(REPOSITORY, 'bin', 'taskflow-db.cjs');

/** Files by path, relative to the workplace; a Buffer is written as it is. */
export type Files = Readonly<Record<string, string | Buffer>>;

export interface Finished {
  readonly stdout: string;
  readonly stderr: string;
  /** Both, in the order in which they were written. */
  readonly output: string;
  /** stderr on one line, each run of blanks as one: for sentences that are wrapped. */
  readonly said: string;
  readonly exit: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Of stdout; fails the test where that is not one JSON document. */
  json<T = Record<string, unknown>>(): T;
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly uid?: number;
  readonly stdin?: string;
  /** Kills it after this time (milliseconds); the test then sees a signal. */
  readonly timeoutMs?: number;
}

export interface Started {
  readonly child: ChildProcess;
  readonly finished: Promise<Finished>;
  /** Resolves as soon as what it has written to stderr, on one line, matches; fails the test where it ends without that. */
  said(pattern: RegExp): Promise<void>;
}

export interface Workplace {
  /** Made for one test, removed with it; the default folder of migrations is `m`. */
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
  write(files: Files): void;
  remove(...paths: string[]): void;
  /** Runs `taskflow-db ARGS`. */
  run(args: readonly string[], options?: RunOptions): Promise<Finished>;
  /** The same, without waiting for its end. */
  start(args: readonly string[], options?: RunOptions): Started;
}

/** A workplace whose tool finds its database by DATABASE_URL and its migrations in `m`. */
export interface DatabaseWorkplace extends Workplace {
  readonly database: TestDatabase;
}

/** For what hangs, not for what is slow. */
const TIMEOUT_MS = 180_000;

/** Runs a test body with a new database (a copy of `template`, if one is named) and a folder of its own; both are gone afterwards. */
export async function withCli<T>(
  engine: Engine,
  files: Files,
  body: (at: DatabaseWorkplace) => Promise<T>,
  env: Readonly<Record<string, string>> = {},
  template?: string,
): Promise<T> {
  const from = template === undefined ? {} : { template };
  const database = await createDatabase(await server(engine), { name: databaseName(), ...from });
  try {
    return await withWorkplace(files, { DATABASE_URL: database.url, ...env }, (at) => body({ ...at, database }));
  } finally {
    await database.drop();
  }
}

/** The same with a database on which the files are applied already: they are once in a run, and then copied. */
export async function withApplied<T>(
  engine: Engine,
  files: Files,
  body: (at: DatabaseWorkplace) => Promise<T>,
  env: Readonly<Record<string, string>> = {},
): Promise<T> {
  const key = `applied ${JSON.stringify([files, env])}`;
  const template = await templateDatabase(await server(engine), key, ({ url }) =>
    withWorkplace(files, { DATABASE_URL: url, ...env }, async (at) => {
      const { exit, output } = await at.run(['migrate']);
      if (exit !== 0) throw new Error(`migrate ended with ${exit}:\n${output}`);
    }),
  );
  return withCli(engine, files, body, env, template);
}

/** As withCli, without a database. */
export async function withWorkplace<T>(
  files: Files,
  env: Readonly<Record<string, string>>,
  body: (at: Workplace) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'tfcli-'));
  chmodSync(folder, 0o755);
  try {
    const at = workplace(folder, { ...(await cleanEnvironment(folder)), ...env });
    at.write(files);
    return await body(at);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

let databases = 0;

/** Always eight characters, so that what is printed breaks at the same places in every run. */
function databaseName(): string {
  databases += 1;
  const unique = createHash('sha256').update(`${process.pid} ${databases} ${process.hrtime.bigint()}`).digest('hex');
  return `d${unique.slice(0, 7)}`;
}

/** Compiled code is kept between the runs of one suite, as on a machine where the tool is used twice. */
async function cleanEnvironment(folder: string): Promise<Record<string, string>> {
  const cache = join(await runFolder(), 'cli-cache');
  mkdirSync(cache, { recursive: true });
  const home = join(folder, '.home');
  mkdirSync(home);
  return {
    PATH: '/usr/local/bin:/usr/bin:/bin',
    HOME: home,
    LANG: 'C.UTF-8',
    XDG_CACHE_HOME: cache,
    TASKFLOW_DIRECTORIES: 'm',
  };
}

function workplace(folder: string, env: Readonly<Record<string, string>>): Workplace {
  if (!existsSync(join(REPOSITORY, 'dist', 'cli.cjs')))
    throw new Error('dist/cli.cjs is missing: node scripts/build.mjs');
  const start = (args: readonly string[], options: RunOptions = {}): Started =>
    startProgram([process.execPath, PROGRAM, ...args], folder, { ...options, env: { ...env, ...options.env } });
  return {
    folder,
    env,
    start,
    write: (files) => writeFiles(folder, files),
    remove: (...paths) => {
      for (const path of paths) rmSync(join(folder, path), { recursive: true });
    },
    run: (args, options) => start(args, options).finished,
  };
}

export function writeFiles(folder: string, files: Files): void {
  for (const [path, content] of Object.entries(files)) {
    const target = join(folder, path);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, content);
  }
}

/** Starts any program and gathers what it says. */
export function startProgram(command: readonly string[], cwd: string, options: RunOptions): Started {
  const [program, ...args] = command;
  const spawnOptions: SpawnOptions = {
    cwd,
    env: options.env as NodeJS.ProcessEnv,
    stdio: ['pipe', 'pipe', 'pipe'],
    ...(options.uid === undefined ? {} : { uid: options.uid, gid: options.uid }),
  };
  const child = spawn(program!, args, spawnOptions);
  const timer = setTimeout(() => child.kill('SIGKILL'), options.timeoutMs ?? TIMEOUT_MS);
  child.stdin?.on('error', () => {}).end(options.stdin ?? '');
  const parts: Part[] = [];
  child.stdout?.on('data', (data: Buffer) => parts.push([1, data]));
  child.stderr?.on('data', (data: Buffer) => parts.push([2, data]));
  const finished = new Promise<Finished>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (exit, signal) => {
      clearTimeout(timer);
      resolve(describe(parts, exit, signal));
    });
  });
  return { child, finished, said: (pattern) => said({ child, finished }, parts, pattern) };
}

function said(
  { child, finished }: Pick<Started, 'child' | 'finished'>,
  parts: readonly Part[],
  pattern: RegExp,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const look = () => {
      if (pattern.test(oneLine(textOf(parts, 2)))) resolve();
    };
    // Whoever gathers the parts has listened for longer, so they hold this one.
    child.stderr?.on('data', look);
    look();
    finished.then(({ output }) => reject(new Error(`it ended and never said ${pattern}:\n${output}`)), reject);
  });
}

/** With the stream that it came from: stdout or stderr. */
type Part = readonly [stream: 1 | 2, text: Buffer];

function textOf(parts: readonly Part[], stream?: 1 | 2): string {
  return Buffer.concat(
    parts.filter(([from]) => stream === undefined || from === stream).map(([, data]) => data),
  ).toString();
}

const oneLine = (text: string) => text.replace(/\s+/g, ' ');

function describe(parts: readonly Part[], exit: number | null, signal: NodeJS.Signals | null): Finished {
  const stdout = textOf(parts, 1);
  const stderr = textOf(parts, 2);
  const output = textOf(parts);
  return {
    stdout,
    stderr,
    output,
    said: oneLine(stderr),
    exit,
    signal,
    json: <T>() => {
      try {
        return JSON.parse(stdout) as T;
      } catch {
        throw new Error(`not one JSON document on stdout:\n${output}`);
      }
    },
  };
}
