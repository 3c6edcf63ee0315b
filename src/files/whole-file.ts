import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { Problem } from '../problem/problem.ts';
import { fileErrorText, readUnchanged, withRegularFile } from './regular-file.ts';

/** The text of a file, UTF-8; `shown`: its path in messages. Throws 'file-unreadable'. */
export function readTextFile(path: string, shown: string): string {
  return withRegularFile(path, shown, (descriptor, size) => readUnchanged(descriptor, size, shown).toString('utf8'));
}

/**
 * Puts the text in the file's place in one step, so that no reader meets half of it and a full disk leaves the old one.
 * `unique`: a word for the name of the draft. Throws 'file-unreadable'.
 */
export function replaceFile(path: string, shown: string, text: string, unique: string): void {
  const draft = `${path}.${unique}.new`;
  try {
    const descriptor = openSync(draft, 'wx', 0o644);
    try {
      writeFileSync(descriptor, text);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(draft, path);
  } catch (error) {
    rmSync(draft, { force: true });
    throw new Problem('file-unreadable', `cannot write ${shown}: ${fileErrorText(error)}`, {
      where: { file: shown },
      state: 'Nothing was written.',
    });
  }
}
