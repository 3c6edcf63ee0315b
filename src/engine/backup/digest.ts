import { createHash } from 'node:crypto';
import { promises, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { BackupFile } from '../../backup/manifest.ts';

const CHUNK_BYTES = 1024 * 1024;

/** Size and digest of a file below `folder`; one piece is read while the one before is digested. Rejects with the system's error. */
export async function describeFile(folder: string, path: string): Promise<BackupFile> {
  const hash = createHash('sha256');
  const file = await promises.open(join(folder, path), 'r');
  try {
    let [now, next] = [Buffer.allocUnsafe(CHUNK_BYTES), Buffer.allocUnsafe(CHUNK_BYTES)];
    let bytes = 0;
    let read = (await file.read(now, 0, CHUNK_BYTES)).bytesRead;
    while (read > 0) {
      const ahead = file.read(next, 0, CHUNK_BYTES);
      hash.update(now.subarray(0, read));
      bytes += read;
      read = (await ahead).bytesRead;
      [now, next] = [next, now];
    }
    return { path, bytes, sha256: hash.digest('hex') };
  } finally {
    await file.close();
  }
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
