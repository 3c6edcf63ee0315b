import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline, type Transform } from 'node:stream';
import * as zlib from 'node:zlib';
import { createGunzip } from 'node:zlib';
import type { BackupManifest } from '../../backup/manifest.ts';
import { Problem } from '../../problem/problem.ts';
import { type Opener, SEALED_SUFFIX } from './seal.ts';

/** A backup that is whole, and can be read. */
export interface OpenBackup {
  /** Absolute path. */
  readonly folder: string;
  readonly manifest: BackupManifest;
  /** Where it is encrypted: with the key of the settings, which has been tried. */
  readonly opener: Opener | undefined;
}

/** A file of a backup as its bytes were before they were encrypted: what pg_dump has compressed stays so. Memory stays flat. */
export function openFile(
  { folder, opener }: Pick<OpenBackup, 'folder' | 'opener'>,
  path: string,
): AsyncIterable<Buffer> {
  const data: AsyncIterable<Buffer> = createReadStream(join(folder, path), { highWaterMark: 256 * 1024 });
  if (!path.endsWith(SEALED_SUFFIX)) return data;
  if (!opener) throw new Problem('internal', `${path} is encrypted, and its backup says that nothing is`);
  return opener.open(data, path);
}

/** The same, unpacked as its name says: `1.copy.gz`, `1.copy.zst.age`. For what we have compressed ourselves. */
export async function* openUnpacked(
  backup: Pick<OpenBackup, 'folder' | 'opener'>,
  path: string,
): AsyncGenerator<Buffer> {
  const unpack = unpackerOf(path);
  const data = openFile(backup, path);
  if (!unpack) return yield* data;
  try {
    // What goes wrong in the source, or in taking it apart, ends the iteration with its error.
    yield* pipeline(data, unpack, () => {}) as AsyncIterable<Buffer>;
  } catch (error) {
    throw error instanceof Problem ? error : damaged(path, error);
  }
}

function unpackerOf(path: string): Transform | undefined {
  const name = path.endsWith(SEALED_SUFFIX) ? path.slice(0, -SEALED_SUFFIX.length) : path;
  if (name.endsWith('.gz')) return createGunzip();
  if (!name.endsWith('.zst')) return undefined;
  if ('createZstdDecompress' in zlib) return (zlib.createZstdDecompress as () => Transform)();
  throw new Problem('restore-refused', 'the backup is compressed with zstd, which this version of Node cannot unpack', {
    found: `Node ${process.versions.node}`,
    expected: 'Node 22.15 or newer',
    state: 'Nothing was restored or changed.',
  });
}

function damaged(path: string, cause: unknown): Problem {
  return new Problem('backup-damaged', `${path} of the backup cannot be unpacked.`, {
    where: { file: path },
    found: cause instanceof Error ? cause.message : String(cause),
    cause,
  });
}
