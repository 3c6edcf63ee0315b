import { dirname, join, relative, resolve } from 'node:path';
import type { NewFile } from '../../files/change-set.ts';
import { changedMeanwhile, readUnchanged, withRegularFile } from '../../files/regular-file.ts';
import type { FixedFile } from '../../lint/fix/write-fixes.ts';
import { checksumOf } from '../../migration/checksum.ts';
import { encodeLike } from '../../migration/encode-like.ts';
import type { Migration } from '../../migration/migration.ts';
import { writeMigrations } from '../manifest/keep-manifests.ts';

/**
 * Puts the fixed text in the file's place, with its line breaks and permissions, and writes the files that are added, with the
 * same line breaks: all of them or none, and the manifest. Returns the added ones as shown to people. Problem 'file-unreadable',
 * also where the file is not what was judged.
 */
export function writeFixed(cwd: string, migration: Migration, { text, added }: FixedFile): string[] {
  const path = resolve(cwd, migration.file);
  const before = readJudged(path, migration);
  const created = added.map(({ name, text: content }): NewFile => {
    const one = join(dirname(path), name);
    return { kind: 'create', path: one, shown: relative(cwd, one), content: encodeLike(before, content) };
  });
  const replaced = { kind: 'replace' as const, path, shown: migration.file, content: encodeLike(before, text), before };
  writeMigrations([...created, replaced], cwd);
  return created.map(({ shown }) => shown);
}

function readJudged(path: string, { file, checksum }: Migration): Buffer {
  return withRegularFile(path, file, (descriptor, size) => {
    const bytes = readUnchanged(descriptor, size, file);
    if (checksumOf(bytes) !== checksum) throw changedMeanwhile(file);
    return bytes;
  });
}
