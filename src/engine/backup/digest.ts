import { createHash } from 'node:crypto';
import { createReadStream, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { BackupFile } from '../../backup/manifest.ts';

const CHUNK_BYTES = 1024 * 1024;

/** Size and digest of a file below `folder`. Throws the system's error. */
export async function describeFile(folder: string, path: string): Promise<BackupFile> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of createReadStream(join(folder, path), { highWaterMark: CHUNK_BYTES })) {
    hash.update(chunk as Buffer);
    bytes += (chunk as Buffer).length;
  }
  return { path, bytes, sha256: hash.digest('hex') };
}

/** The files below a folder, by name, relative to it and with `/`. */
export function filesBelow(folder: string, within = ''): string[] {
  const entries = readdirSync(join(folder, within), { withFileTypes: true });
  return entries
    .flatMap((entry) => {
      const path = within === '' ? entry.name : `${within}/${entry.name}`;
      return entry.isDirectory() ? filesBelow(folder, path) : [path];
    })
    .sort();
}

/** How much is written below a folder by now. */
export function bytesBelow(folder: string): number {
  return filesBelow(folder).reduce((sum, path) => sum + sizeOf(join(folder, path)), 0);
}

/** A program may just be renaming it. */
function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
