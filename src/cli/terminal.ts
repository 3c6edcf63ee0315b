import { writeSync } from 'node:fs';
import { isatty } from 'node:tty';
import type { Mask } from '../report/mask.ts';
import type { Writer } from './context.ts';

type Env = Readonly<Record<string, string | undefined>>;

export interface WriterOptions {
  readonly mask: Mask;
  readonly env: Env;
  readonly noColor: boolean;
}

/** A writer on a file descriptor; `failure` is what ended its use, if anything did. */
export interface DescriptorWriter extends Writer {
  readonly failure: NodeJS.ErrnoException | undefined;
}

/**
 * A writer on a file descriptor. It writes at once and in order, so nothing is lost when the process ends. When the reader
 * has gone away (EPIPE) or the disk is full, what follows is dropped: a migration is not to die half-way because `| head`
 * has seen enough.
 */
export function createWriter(fd: 1 | 2, { mask, env, noColor }: WriterOptions): DescriptorWriter {
  const isTty = isatty(fd);
  let failure: NodeJS.ErrnoException | undefined;
  const write = (text: string) => {
    failure ??= writeAll(fd, Buffer.from(mask.apply(text), 'utf8'));
  };
  return {
    get failure() {
      return failure;
    },
    isTty,
    color: !noColor && wantsColor(isTty, env),
    get width() {
      return widthOf(fd, isTty, env);
    },
    write,
    line: (text = '') => write(`${text}\n`),
  };
}

/** https://no-color.org: NO_COLOR with any value that is not empty; FORCE_COLOR for logs that show colours. */
function wantsColor(isTty: boolean, env: Env): boolean {
  if (env.NO_COLOR) return false;
  if (env.FORCE_COLOR && env.FORCE_COLOR !== '0') return true;
  return isTty && env.TERM !== 'dumb';
}

function widthOf(fd: 1 | 2, isTty: boolean, env: Env): number {
  const stream = isTty ? (fd === 1 ? process.stdout : process.stderr) : undefined;
  const columns = stream?.columns || Number(env.COLUMNS);
  return columns >= 40 && columns <= 1000 ? columns : 80;
}

/** Writes everything, or gives what prevented it. A pipe that is full for the moment (EAGAIN) is waited for. */
function writeAll(fd: number, bytes: Buffer): NodeJS.ErrnoException | undefined {
  for (let written = 0; written < bytes.length; ) {
    try {
      written += writeSync(fd, bytes, written);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') return error as NodeJS.ErrnoException;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  }
  return undefined;
}
