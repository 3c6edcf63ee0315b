import { closeSync, constants, fstatSync, fsyncSync, openSync, readSync, writeSync } from 'node:fs';
import { Problem } from '../problem/problem.ts';
import { fileErrorText, readWhole } from './regular-file.ts';

/** A line has about 250 bytes: room for a quarter of a million of them. */
const ANCHOR_BYTES_MAX = 64 * 1024 * 1024;

/** The text of an anchor file; undefined where there is none yet. `shown`: the path in messages. Throws 'file-unreadable'. */
export function readAnchorFile(path: string, shown: string): string | undefined {
  let descriptor: number;
  try {
    descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw unusable(shown, fileErrorText(error));
  }
  try {
    return readWhole(descriptor, checkedSize(descriptor, shown)).toString('utf8');
  } finally {
    closeSync(descriptor);
  }
}

/**
 * Appends one line, in one write, so that several runners may do so at once, and waits for the disk. A line that somebody
 * left half written is ended first. Throws 'file-unreadable'.
 */
export function appendAnchorLine(path: string, shown: string, line: string): void {
  try {
    const descriptor = openSync(
      path,
      constants.O_RDWR | constants.O_APPEND | constants.O_CREAT | constants.O_NONBLOCK,
      0o644,
    );
    try {
      const size = checkedSize(descriptor, shown);
      writeSync(descriptor, endsLine(descriptor, size) ? line : `\n${line}`);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    throw error instanceof Problem ? error : unusable(shown, fileErrorText(error));
  }
}

function checkedSize(descriptor: number, shown: string): number {
  const stat = fstatSync(descriptor);
  if (!stat.isFile()) throw unusable(shown, 'it is not a regular file');
  if (stat.size > ANCHOR_BYTES_MAX) throw unusable(shown, 'it is larger than 64 MiB');
  return stat.size;
}

function endsLine(descriptor: number, size: number): boolean {
  if (size === 0) return true;
  const last = Buffer.alloc(1);
  readSync(descriptor, last, 0, 1, size - 1);
  return last[0] === 0x0a;
}

function unusable(shown: string, reason: string): Problem {
  return new Problem('file-unreadable', `cannot use the anchor file ${shown}: ${reason}`, {
    where: { file: shown },
    expected: 'a regular file that this user may read and append to',
  });
}
