import { lstatSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { readUnchanged, withRegularFile } from '../../files/regular-file.ts';
import { MANIFEST_NAME, type ManifestEntry } from '../../manifest/manifest.ts';
import { type ManifestReading, readManifest } from '../../manifest/read-manifest.ts';
import { decodeText } from '../../migration/decode.ts';
import type { MigrationFile } from '../../plan/migration-file.ts';
import { Problem } from '../../problem/problem.ts';

/** The manifest of a folder, as it lies there. */
export interface ManifestFile extends ManifestPlace {
  readonly bytes: Buffer;
  /** Problem `manifest` or `file-encoding` where it is none. */
  read(): ManifestReading;
}

export interface ManifestPlace {
  readonly path: string;
  /** As people are told of it. */
  readonly file: string;
}

/** A hundred thousand files; nobody has more. */
const BYTES_MAX = 16 * 1024 * 1024;

export function manifestPlace(folder: string, cwd: string): ManifestPlace {
  const path = join(folder, MANIFEST_NAME);
  const short = relative(cwd, path);
  return { path, file: short.startsWith('..') ? path : short };
}

/** Whether a folder (absolute path) has a manifest, whatever is wrong with it. */
export function hasManifest(folder: string): boolean {
  return lstatSync(join(folder, MANIFEST_NAME), { throwIfNoEntry: false }) !== undefined;
}

/** Undefined where there is none. Problem `file-unreadable`, or `manifest` where it is too large to be one. */
export function readManifestFile(folder: string, cwd: string): ManifestFile | undefined {
  if (!hasManifest(folder)) return undefined;
  const place = manifestPlace(folder, cwd);
  const bytes = withRegularFile(place.path, place.file, (descriptor, size) => {
    if (size > BYTES_MAX) throw tooLarge(place.file, size);
    return readUnchanged(descriptor, size, place.file);
  });
  return { ...place, bytes, read: () => readManifest(decodeText(bytes, place.file), place.file) };
}

function tooLarge(file: string, size: number): Problem {
  return new Problem('manifest', `${file} cannot be read`, {
    where: { file },
    found: `${Math.ceil(size / 1024 / 1024)} MiB`,
    expected: `at most ${BYTES_MAX / 1024 / 1024} MiB`,
    next: ['Restore it from Git, or delete it and write it anew: taskflow-db renumber --lock'],
  });
}

/** What a manifest would say of the files of a folder. */
export function entriesOf(files: readonly MigrationFile[], folder: string, cwd: string): ManifestEntry[] {
  return files
    .filter(({ file }) => dirname(resolve(cwd, file)) === folder)
    .map(({ file, checksum }) => ({ name: file.slice(file.lastIndexOf(sep) + 1), checksum }));
}
