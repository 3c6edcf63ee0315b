import { resolve } from 'node:path';
import { readFolders } from '../../files/folders.ts';
import { finishSquash, isUnfinished, writeSquash } from '../../files/squash-files.ts';
import { archiveOf } from '../../plan/squash-complaints.ts';
import type { Squash } from './squash.ts';

/** Puts a proven squash in the place of the files: see writeSquash. */
export function storeSquash({ files }: Squash): void {
  writeSquash(files);
}

/**
 * Does what an interrupted squash has left to do, and says which; undefined where there is none. Until then nothing that runs
 * migrations runs.
 */
export function finishInterrupted(
  directories: readonly string[],
  cwd: string,
): { file: string; archive: string } | undefined {
  const { files } = readFolders(directories, cwd);
  const found = files
    .filter((file) => file.replaces().length > 0)
    .map(({ file }) => ({ file, archive: archiveOf(file) }))
    .find(({ archive }) => isUnfinished(resolve(cwd, archive)));
  if (found) finishSquash(resolve(cwd, found.archive));
  return found;
}
