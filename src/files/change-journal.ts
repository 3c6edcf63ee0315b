import { createHash } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs';
import { hostname } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { Problem } from '../problem/problem.ts';
import { fileErrorText } from './regular-file.ts';

/** Beside the migrations while several files are being changed; a run that was killed leaves it. */
const JOURNAL_NAME = '.taskflow-changes';

/** One file of a change under way. Paths are absolute. */
export interface JournalStep {
  readonly kind: 'create' | 'replace' | 'move';
  readonly path: string;
  /** Where it is afterwards: the same path, but for a move. */
  readonly target: string;
  /** The new content, until it has its name. */
  readonly draft: string | undefined;
  /** What was there, until all is done. */
  readonly backup: string | undefined;
  /** SHA-256 (hex) of the new content. */
  readonly sum: string | undefined;
}

/**
 * What is written before files are changed, and while they are: `preparing` (drafts and backups are made, no file has changed),
 * `making`, `done` (only backups are left to be removed).
 */
export class ChangeJournal {
  readonly #path: string;
  readonly #descriptor: number;

  /** Problem `renumber-refused` where another run is at work. */
  constructor(folder: string, steps: readonly JournalStep[]) {
    this.#path = join(folder, JOURNAL_NAME);
    this.#descriptor = openNew(this.#path);
    const near = (path: string | undefined) => (path === undefined ? undefined : relative(folder, path));
    const listed = steps.map(({ path, target, draft, backup, ...step }) => ({
      ...step,
      path: near(path),
      target: near(target),
      draft: near(draft),
      backup: near(backup),
    }));
    try {
      this.#write(JSON.stringify({ host: hostname(), pid: process.pid, steps: listed }));
    } catch (error) {
      this.close();
      throw notWritten(this.#path, error);
    }
  }

  making(): void {
    this.#write('making');
  }

  done(): void {
    this.#write('done');
  }

  /** Nothing is left to be undone or finished. */
  close(): void {
    closeSync(this.#descriptor);
    rmSync(this.#path, { force: true });
  }

  /** What could not be put back is tried again by the next run. */
  keep(): void {
    closeSync(this.#descriptor);
  }

  #write(line: string): void {
    writeSync(this.#descriptor, `${line}\n`);
    fsyncSync(this.#descriptor);
  }
}

function openNew(path: string): number {
  try {
    return openSync(path, 'wx');
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === 'EEXIST' ? atWork(path, undefined) : notWritten(path, error);
  }
}

function notWritten(path: string, error: unknown): Problem {
  return new Problem('file-unreadable', `cannot write ${path}: ${fileErrorText(error)}`, {
    where: { file: path },
    state: 'Nothing was written.',
    cause: error,
  });
}

/** Of a change that a killed run has left in a folder. */
export type Interrupted = 'undone' | 'finished';

/** Whether a killed run has left something, or one is at work. */
export function hasJournal(folder: string): boolean {
  return existsSync(join(folder, JOURNAL_NAME));
}

/** Files are half changed: nobody else is to go by them. Problem `renumber-refused`; `state`: `Nothing was run.` */
export function refuseJournals(folders: readonly string[], state: string): void {
  const folder = folders.find(hasJournal);
  if (folder === undefined) return;
  throw new Problem('renumber-refused', 'the files of a renumber are half changed: it is at work, or was killed', {
    found: join(folder, JOURNAL_NAME),
    state,
    next: ['Let it take back what it had begun, and do it again: taskflow-db renumber'],
  });
}

/**
 * Takes back what a killed run had begun in a folder, or removes what it had left to remove; undefined where none has. Whatever is
 * no longer as that run left it is not touched. Problem `renumber-refused` where the run is still at work.
 */
export function settleJournal(folder: string): Interrupted | undefined {
  const path = join(folder, JOURNAL_NAME);
  if (!existsSync(path)) return undefined;
  const [head = '', ...phases] = readFileSync(path, 'utf8').split('\n');
  const read = readHead(head, folder);
  // It was killed before it had written what it was about to do: it has done nothing.
  if (read && isAtWork(read)) throw atWork(path, read.pid);
  const isDone = phases.includes('done');
  const steps = read?.steps ?? [];
  if (phases.includes('making') && !isDone) for (const step of [...steps].reverse()) takeBack(step);
  for (const { draft, backup } of steps) for (const one of [draft, backup]) if (one) rmSync(one, { force: true });
  rmSync(path);
  return isDone ? 'finished' : 'undone';
}

interface Head {
  readonly host: string;
  readonly pid: number;
  readonly steps: readonly JournalStep[];
}

function readHead(line: string, folder: string): Head | undefined {
  try {
    const { host, pid, steps } = JSON.parse(line) as Head;
    const whole = (path: string | undefined) => (path === undefined ? undefined : resolve(folder, path));
    return {
      host,
      pid,
      steps: steps.map((step) => ({
        ...step,
        path: resolve(folder, step.path),
        target: resolve(folder, step.target),
        draft: whole(step.draft),
        backup: whole(step.backup),
      })),
    };
  } catch {
    return undefined;
  }
}

function isAtWork({ host, pid }: Head): boolean {
  if (host !== hostname() || pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** May be done again where it was killed, too. What has another content by now stays. */
function takeBack({ kind, path, target, draft, backup, sum }: JournalStep): void {
  if (draft === undefined) {
    if (existsSync(target) && !existsSync(path)) renameSync(target, path);
    return;
  }
  if (existsSync(draft) || !existsSync(target) || sumOf(target) !== sum) return;
  if (backup !== undefined && existsSync(backup)) renameSync(backup, path);
  if (kind !== 'replace' && (kind === 'create' || existsSync(path))) rmSync(target);
}

function sumOf(path: string): string {
  return contentSum(readFileSync(path));
}

/** SHA-256 (hex) of a file's bytes. */
export function contentSum(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

function atWork(path: string, pid: number | undefined): Problem {
  return new Problem('renumber-refused', 'another run is changing these files', {
    found: pid === undefined ? path : `${path}, of process ${pid}`,
    state: 'Nothing was changed.',
    next: ['Run the command again when it has ended.'],
  });
}
