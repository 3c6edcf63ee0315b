import { randomUUID } from 'node:crypto';
import { fstatSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { changedMeanwhile, fileErrorText, readUnchanged, withRegularFile } from '../../files/regular-file.ts';
import { replaceFile } from '../../files/whole-file.ts';
import type { FixedFile } from '../../lint/fix/write-fixes.ts';
import { checksumOf } from '../../migration/checksum.ts';
import { encodeLike } from '../../migration/encode-like.ts';
import type { Migration } from '../../migration/migration.ts';
import { Problem } from '../../problem/problem.ts';

/**
 * Puts the fixed text in the file's place, with its line breaks and permissions, and writes the files that are added, with the
 * same line breaks: all of them or none. Returns the added ones as shown to people. Problem 'file-unreadable', also where the file is not what was judged.
 */
export function writeFixed(cwd: string, migration: Migration, { text, added }: FixedFile): string[] {
  const path = resolve(cwd, migration.file);
  const { bytes, mode } = readJudged(path, migration);
  const paths: string[] = [];
  try {
    for (const { name, text: content } of added) {
      const one = join(dirname(path), name);
      writeNew(one, relative(cwd, one), encodeLike(bytes, content));
      paths.push(one);
    }
    const beforeRename = () => void readJudged(path, migration);
    replaceFile(path, migration.file, encodeLike(bytes, text), randomUUID(), { mode, beforeRename });
  } catch (error) {
    for (const one of paths) rmSync(one, { force: true });
    throw error;
  }
  return paths.map((one) => relative(cwd, one));
}

function readJudged(path: string, { file, checksum }: Migration): { bytes: Uint8Array; mode: number } {
  return withRegularFile(path, file, (descriptor, size) => {
    const bytes = readUnchanged(descriptor, size, file);
    if (checksumOf(bytes) !== checksum) throw changedMeanwhile(file);
    return { bytes, mode: fstatSync(descriptor).mode & 0o7777 };
  });
}

function writeNew(path: string, file: string, text: string): void {
  try {
    writeFileSync(path, text, { flag: 'wx' });
  } catch (error) {
    throw new Problem('file-unreadable', `cannot write ${file}: ${fileErrorText(error)}`, { where: { file } });
  }
}
