import { type ChildProcess, spawn } from 'node:child_process';
import type { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

export interface ProgramRun {
  readonly path: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Called with each message on stderr, without the program's name. */
  readonly onMessage: (text: string) => void;
  /** Called once it runs. */
  readonly onStart: (pid: number) => void;
  /** Takes what it writes to stdout; absent where it writes none. */
  readonly onOutput?: (data: AsyncIterable<Buffer>) => Promise<void>;
  /** What it reads on stdin; absent where it reads nothing. */
  readonly input?: AsyncIterable<Buffer> | undefined;
  /** Ends it. */
  readonly signal: AbortSignal;
}

export interface ProgramEnd {
  /** Null where a signal ended it. */
  readonly status: number | null;
  readonly signal: string | null;
  /** The last lines that it said. */
  readonly lastMessages: readonly string[];
}

/** After SIGTERM it asks the server to cancel, and ends; one that does not is killed. */
const PATIENCE_MS = 10_000;
const LAST_MESSAGES = 20;

/**
 * Runs a client program, without a shell and without a terminal, and waits until it and its output are through. Rejects with
 * what `onOutput` throws, or with the system's error where it cannot be started.
 */
export async function runProgram(run: ProgramRun): Promise<ProgramEnd> {
  const stdout = run.onOutput ? 'pipe' : 'ignore';
  const child = spawn(run.path, run.args, {
    env: run.env,
    stdio: [run.input ? 'pipe' : 'ignore', stdout, 'pipe'],
    shell: false,
  });
  const ended = endOf(child);
  if (child.pid !== undefined) run.onStart(child.pid);
  const last: string[] = [];
  readMessages(child, (text) => {
    last.push(text);
    if (last.length > LAST_MESSAGES) last.shift();
    run.onMessage(text);
  });
  const stop = () => end(child);
  run.signal.addEventListener('abort', stop, { once: true });
  if (run.signal.aborted) stop();
  try {
    const taken = child.stdout && run.onOutput ? run.onOutput(child.stdout) : Promise.resolve();
    const given = child.stdin && run.input ? give(run.input, child.stdin) : Promise.resolve();
    taken.catch(stop);
    given.catch(stop);
    const [how, output, input] = await Promise.allSettled([ended, taken, given]);
    if (how.status === 'rejected') throw how.reason;
    if (output.status === 'rejected') throw output.reason;
    if (input.status === 'rejected') throw input.reason;
    return { ...how.value, lastMessages: last };
  } finally {
    run.signal.removeEventListener('abort', stop);
  }
}

/** As fast as it reads. That it reads no further is no fault of the input: its exit status tells why. */
async function give(input: AsyncIterable<Buffer>, stdin: Writable): Promise<void> {
  await pipeline(input, stdin).catch((error: unknown) => {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'EPIPE' && code !== 'ERR_STREAM_PREMATURE_CLOSE' && code !== 'ECONNRESET') throw error;
  });
}

function endOf(child: ChildProcess): Promise<Pick<ProgramEnd, 'status' | 'signal'>> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (status, signal) => resolve({ status, signal }));
  });
}

function end(child: ChildProcess): void {
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS);
  child.once('close', () => clearTimeout(timer));
}

/** Each begins with the name of the program; a name of a table may hold line breaks. */
function readMessages(child: ChildProcess, hear: (text: string) => void): void {
  let rest = '';
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
    rest += chunk;
    const messages = rest.split(/(?<=\n)(?=pg_\w+: )/);
    rest = messages.at(-1)?.endsWith('\n') ? '' : (messages.pop() ?? '');
    for (const text of messages) hear(shortened(text));
  });
  child.stderr?.on('close', () => {
    if (rest !== '') hear(shortened(rest));
  });
}

function shortened(text: string): string {
  return text.replace(/^pg_\w+: /, '').trimEnd();
}
