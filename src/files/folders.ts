import { closeSync, constants, fstatSync, openSync, readdirSync, readSync } from 'node:fs';
import { join, relative } from 'node:path';
import { checksumOf, crlfChecksumOf } from '../migration/checksum.ts';
import { parseFileName } from '../migration/filename.ts';
import type { Migration } from '../migration/migration.ts';
import { parseMigration } from '../migration/parse.ts';
import type { MigrationFile } from '../plan/migration-file.ts';
import { gather, Problem } from '../problem/problem.ts';

export interface FoundFiles {
  readonly files: readonly MigrationFile[];
  /** Complaints about names and unreadable files: `status` shows them, everything that runs refuses. */
  readonly complaints: readonly Problem[];
}

/**
 * All migrations of the given folders (absolute paths), each read once: what is run later is the bytes that were hashed
 * here. Files that are no `.sql` are none of ours. `cwd`: the folder that shown paths are relative to.
 */
export function readFolders(folders: readonly string[], cwd: string): FoundFiles {
  const files: MigrationFile[] = [];
  const complaints: Problem[] = [];
  for (const folder of folders) {
    for (const name of listFolder(folder, cwd)) {
      const found = readOne(folder, name, cwd);
      if (found instanceof Problem) complaints.push(found);
      else files.push(found);
    }
  }
  complaints.push(...doubles(files));
  return { files, complaints };
}

/** Throws the complaints as one Problem: for everything that is about to run something. */
export function refuseComplaints(found: FoundFiles): readonly MigrationFile[] {
  if (found.complaints.length > 0) {
    throw gather('catalogue', 'the folders of migrations have faults; nothing was run', found.complaints);
  }
  return found.files;
}

function listFolder(folder: string, cwd: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.toLowerCase().endsWith('.sql') && !name.startsWith('.'))
      .sort();
  } catch (error) {
    const shown = shownPath(folder, cwd);
    throw new Problem('folder-unreadable', `cannot read the folder of migrations ${shown}: ${reasonOf(error)}`, {
      where: { file: shown },
      next: ['Name the folder with --dir, or with "directories" in the configuration.'],
      cause: error,
    });
  }
}

function readOne(folder: string, name: string, cwd: string): MigrationFile | Problem {
  const file = shownPath(join(folder, name), cwd);
  const parsed = parseFileName(name);
  if (parsed instanceof Problem) return parsed.with({ where: { file } });
  const bytes = readRegularFile(join(folder, name), file);
  if (bytes instanceof Problem) return bytes;
  return migrationFile({ ...parsed, file, bytes });
}

function migrationFile(found: {
  version: string;
  number: bigint;
  name: string;
  file: string;
  bytes: Buffer;
}): MigrationFile {
  const { bytes, version, number, name, file } = found;
  let parsed: Migration | undefined;
  return {
    version,
    number,
    name,
    file,
    checksum: checksumOf(bytes),
    checksumWithCrlf: () => crlfChecksumOf(bytes),
    load() {
      parsed ??= parseMigration({ file, stem: version, bytes });
      return parsed;
    },
  };
}

/** One GiB is the most that a file may have: PostgreSQL takes no longer statement, and nobody wrote it by hand. */
const FILE_BYTES_MAX = 1024 * 1024 * 1024;

/**
 * Opens without following a link and without waiting on a pipe, looks at what was opened, and reads that: no other file
 * can take its place in between.
 */
function readRegularFile(path: string, shown: string): Buffer | Problem {
  let descriptor: number;
  try {
    descriptor = openSync(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0));
  } catch (error) {
    return unreadable(
      shown,
      (error as NodeJS.ErrnoException).code === 'ELOOP' ? 'it is a symbolic link' : reasonOf(error),
    );
  }
  try {
    const stat = fstatSync(descriptor);
    if (!stat.isFile()) return unreadable(shown, 'it is not a regular file');
    if (stat.size > FILE_BYTES_MAX) return unreadable(shown, 'it is larger than 1 GiB');
    return readAll(descriptor, stat.size);
  } catch (error) {
    return unreadable(shown, reasonOf(error));
  } finally {
    closeSync(descriptor);
  }
}

function readAll(descriptor: number, size: number): Buffer {
  const bytes = Buffer.allocUnsafe(size);
  let done = 0;
  while (done < size) {
    const read = readSync(descriptor, bytes, done, size - done, done);
    if (read === 0) break;
    done += read;
  }
  return bytes.subarray(0, done);
}

function unreadable(file: string, reason: string): Problem {
  return new Problem('file-unreadable', `cannot read ${file}: ${reason}`, {
    where: { file },
    expected: 'a regular file that this user may read',
    state: 'Nothing was run.',
  });
}

/** One version in two folders, and names that differ in letter case only (one file on some systems, two on others). */
function doubles(files: readonly MigrationFile[]): Problem[] {
  const seen = new Map<string, MigrationFile>();
  const problems: Problem[] = [];
  for (const file of files) {
    const key = file.version.toLowerCase();
    const first = seen.get(key);
    if (first) problems.push(doubled(first, file));
    else seen.set(key, file);
  }
  return problems;
}

function doubled(first: MigrationFile, second: MigrationFile): Problem {
  const same = first.version === second.version;
  const what = same ? `version ${second.version} is there twice` : 'two versions differ in letter case only';
  return new Problem('catalogue', `${what}: ${first.file} and ${second.file}`, {
    where: { file: second.file },
    next: ['Rename one of them; if one is a copy, delete it.'],
  });
}

function shownPath(path: string, cwd: string): string {
  const short = relative(cwd, path);
  return short.startsWith('..') ? path : short || '.';
}

function reasonOf(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'ENOENT') return 'it does not exist';
  if (code === 'EACCES' || code === 'EPERM') return 'permission denied';
  if (code === 'ENOTDIR') return 'it is not a folder';
  return error instanceof Error ? error.message : String(error);
}
