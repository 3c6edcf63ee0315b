import { randomUUID } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { Problem } from '../problem/problem.ts';
import { fileErrorText } from './regular-file.ts';
import { replaceFile } from './whole-file.ts';

/** What a squash writes and takes away. All paths are absolute. */
export interface SquashFiles {
  /** The new file, and its text. */
  readonly path: string;
  readonly text: string;
  /** The folder that gets the folded files as they are, and its README. */
  readonly archive: string;
  readonly readme: string;
  readonly folded: readonly { readonly path: string; readonly bytes: Uint8Array }[];
  /** Files that stay, with a new header. */
  readonly kept: readonly { readonly path: string; readonly text: string }[];
}

/** What happens on disk, one after the other; a test breaks off between any two. */
export interface Steps {
  readonly write: (path: string, text: string) => void;
  readonly remove: (path: string) => void;
  readonly rename: (from: string, to: string) => void;
}

const ON_DISK: Steps = {
  write: (path, text) => replaceFile(path, basename(path), text, randomUUID()),
  remove: (path) => rmSync(path),
  rename: renameSync,
};

/** In the archive while a squash is not finished: what is still to be done once the new file is there. */
const JOURNAL = '.unfinished.json';

interface Journal {
  readonly path: string;
  readonly folded: readonly string[];
  readonly kept: SquashFiles['kept'];
}

/**
 * Puts the squash in the place of the files. The archive comes first, whole; then the new file, in one step: from here on the
 * squash counts, and what is left to do is in the archive, for finishSquash. The folded files go last: as long as one of them is
 * there beside the squash, nothing that runs migrations runs. Problem `file-unreadable`.
 */
export function writeSquash(files: SquashFiles, steps: Steps = ON_DISK): void {
  try {
    writeArchive(files, steps);
    steps.write(files.path, files.text);
    finishSquash(files.archive, steps);
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw new Problem('file-unreadable', `cannot write the squash: ${fileErrorText(error)}`, {
      where: { file: files.path },
      state: 'The files are as they were, or the squash is there and the same command finishes it.',
      cause: error,
    });
  }
}

/** Under another name until all of it is there. What an interrupted squash has left of one is made anew. */
function writeArchive({ path, archive, readme, folded, kept }: SquashFiles, steps: Steps): void {
  const draft = join(dirname(archive), `.${basename(archive)}.${randomUUID()}`);
  mkdirSync(draft, { recursive: true });
  try {
    for (const one of folded) writeThrough(join(draft, basename(one.path)), one.bytes);
    writeThrough(join(draft, 'README.md'), readme);
    const journal: Journal = { path, folded: folded.map((one) => one.path), kept };
    writeThrough(join(draft, JOURNAL), JSON.stringify(journal));
    if (isUnfinished(archive)) rmSync(archive, { recursive: true });
    steps.rename(draft, archive);
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    throw error;
  }
}

function writeThrough(path: string, content: string | Uint8Array): void {
  const descriptor = openSync(path, 'wx', 0o644);
  try {
    writeFileSync(descriptor, content);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Whether the folder is the archive of a squash that was interrupted. */
export function isUnfinished(archive: string): boolean {
  return existsSync(join(archive, JOURNAL));
}

/** Does what is left to do behind the new file; doing it again does no harm. Returns the folded files that were still there. */
export function finishSquash(archive: string, steps: Steps = ON_DISK): string[] {
  const journal = JSON.parse(readFileSync(join(archive, JOURNAL), 'utf8')) as Journal;
  for (const { path, text } of journal.kept) steps.write(path, text);
  const there = journal.folded.filter((path) => existsSync(path));
  for (const path of there) steps.remove(path);
  steps.remove(join(archive, JOURNAL));
  return there;
}
