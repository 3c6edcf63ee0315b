import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { Problem } from '../problem/problem.ts';

/** One GiB is the most that a file may have: PostgreSQL takes no longer statement, and nobody wrote it by hand. */
const FILE_BYTES_MAX = 1024 * 1024 * 1024;

/** As much as is read at once of a file that is not held as a whole. */
const PIECE_BYTES = 1024 * 1024;

/** What is read at once of a file that is probably small. */
const SMALL_BYTES = 64 * 1024;

/**
 * Opens a file without following a link and without waiting on a pipe, looks at what was opened, and hands it to `use`: no
 * other file can take its place in between. `shown`: the path in messages. Throws 'file-unreadable'.
 */
export function withRegularFile<T>(path: string, shown: string, use: (descriptor: number, size: number) => T): T {
  return withOpenFile(path, shown, (descriptor) => use(descriptor, regularSize(descriptor, shown)));
}

/** The same, but it is up to `use` to look at what was opened: see regularSize and readSmall. */
export function withOpenFile<T>(path: string, shown: string, use: (descriptor: number) => T): T {
  const descriptor = open(path, shown);
  try {
    return use(descriptor);
  } catch (error) {
    throw error instanceof Problem ? error : unreadable(shown, fileErrorText(error));
  } finally {
    closeSync(descriptor);
  }
}

/** The bytes of an open file; 'file-unreadable' where it is not a regular one, or too large for anybody to have written. */
export function regularSize(descriptor: number, shown: string): number {
  const stat = fstatSync(descriptor);
  if (!stat.isFile()) throw unreadable(shown, 'it is not a regular file');
  if (stat.size > FILE_BYTES_MAX) throw unreadable(shown, 'it is larger than 1 GiB');
  return stat.size;
}

/** As withRegularFile, for whoever reads on and closes it by closeRegularFile. */
export function openRegularFile(path: string, shown: string): number {
  const descriptor = open(path, shown);
  if (fstatSync(descriptor).isFile()) return descriptor;
  closeSync(descriptor);
  throw unreadable(shown, 'it is not a regular file');
}

export const closeRegularFile: (descriptor: number) => void = closeSync;

function open(path: string, shown: string): number {
  try {
    return openSync(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0));
  } catch (error) {
    const link = (error as NodeJS.ErrnoException).code === 'ELOOP';
    throw unreadable(shown, link ? 'it is a symbolic link' : fileErrorText(error));
  }
}

let piece: Buffer | undefined;

/**
 * The whole content of a file that the folder lists as a regular one; undefined where it is empty or not small, for then it
 * may be anything. As safe as readUnchanged, which for a thousand small files takes three times as long: a file that somebody
 * writes to is not the same when it is read a second time. Throws 'file-unreadable', and whatever the system says.
 */
export function readSmall(descriptor: number, shown: string): Buffer | undefined {
  piece ??= Buffer.allocUnsafeSlow(SMALL_BYTES);
  const size = readSync(descriptor, piece, 0, SMALL_BYTES, 0);
  if (size === 0 || size === SMALL_BYTES) return undefined;
  const bytes = Buffer.from(piece.subarray(0, size));
  const again = readSync(descriptor, piece, 0, SMALL_BYTES, 0);
  if (again !== size || !bytes.equals(piece.subarray(0, size))) throw changedMeanwhile(shown);
  return bytes;
}

/** As readWhole; 'file-unreadable' where somebody wrote to the file meanwhile, for half of a text may be SQL, too. */
export function readUnchanged(descriptor: number, size: number, shown: string): Buffer {
  const before = fstatSync(descriptor, { bigint: true });
  const bytes = readWhole(descriptor, size);
  const { size: sizeAfter, mtimeNs, ctimeNs } = fstatSync(descriptor, { bigint: true });
  const same = Number(sizeAfter) === bytes.length && mtimeNs === before.mtimeNs && ctimeNs === before.ctimeNs;
  if (same && bytes.length === size) return bytes;
  throw changedMeanwhile(shown);
}

export function changedMeanwhile(file: string): Problem {
  return new Problem('file-unreadable', `${file} was changed while it was read`, {
    where: { file },
    next: ['Run the command again when nobody writes to the file.'],
  });
}

/** The whole content; `size` as the file's status gave it. */
export function readWhole(descriptor: number, size: number): Buffer {
  const bytes = Buffer.allocUnsafe(size);
  let done = 0;
  while (done < size) {
    const read = readSync(descriptor, bytes, done, size - done, done);
    if (read === 0) break;
    done += read;
  }
  return bytes.subarray(0, done);
}

/** The content piece by piece; each piece is overwritten by the next. */
export function* readPieces(descriptor: number): Generator<Buffer> {
  const buffer = Buffer.allocUnsafe(PIECE_BYTES);
  for (let position = 0; ; ) {
    const read = readSync(descriptor, buffer, 0, PIECE_BYTES, position);
    if (read === 0) return;
    position += read;
    yield buffer.subarray(0, read);
  }
}

function unreadable(file: string, reason: string): Problem {
  return new Problem('file-unreadable', `cannot read ${file}: ${reason}`, {
    where: { file },
    expected: 'a regular file that this user may read',
  });
}

/** What the system said of a file, in words. */
export function fileErrorText(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'ENOENT') return 'it does not exist';
  if (code === 'EACCES' || code === 'EPERM') return 'permission denied';
  if (code === 'ENOTDIR') return 'it is not a folder';
  if (code === 'ENXIO' || code === 'EISDIR' || code === 'ESPIPE') return 'it is not a regular file';
  return error instanceof Error ? error.message : String(error);
}
