import { randomUUID } from 'node:crypto';
import {
  closeSync,
  copyFileSync,
  existsSync,
  fchmodSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { attach, Problem } from '../problem/problem.ts';
import { ChangeJournal, contentSum, type JournalStep } from './change-journal.ts';
import { changedMeanwhile, fileErrorText, readWhole, withRegularFile } from './regular-file.ts';

interface Changed {
  readonly path: string;
  /** The path in messages. */
  readonly shown: string;
}

/** A new file, in a folder that is made where it is missing. */
export interface NewFile extends Changed {
  readonly kind: 'create';
  readonly content: string | Uint8Array;
}

/** Another content for a file whose content was `before`. */
export interface ReplacedFile extends Changed {
  readonly kind: 'replace';
  readonly content: string | Uint8Array;
  readonly before: Uint8Array;
}

/** Another name, in the same folder, and with `content` another content, too. */
export interface MovedFile extends Changed {
  readonly kind: 'move';
  readonly to: string;
  readonly shownTo: string;
  readonly content?: string | Uint8Array;
  readonly before?: Uint8Array;
}

export type FileChange = NewFile | ReplacedFile | MovedFile;

/** One step of a change under way, and what takes it back. */
interface Step {
  readonly change: FileChange;
  /** The new content, in a file beside it. */
  readonly draft: string | undefined;
  /** The file as it was, under another name. */
  readonly backup: string | undefined;
  done: boolean;
}

/**
 * Makes all of the changes, or none: contents are written beside the files first, what is there is kept until the last change is
 * made, and put back when one fails. No file is written over that is not to be replaced, nor one that is not what was read. The
 * permissions of a file stay. Problem `file-unreadable`. With `journalIn`, a folder, what a killed run has left there can be taken
 * back by the next one (`settleJournal`).
 */
export function changeFiles(changes: readonly FileChange[], journalIn?: string): void {
  if (changes.length === 0) return;
  const unique = randomUUID();
  const planned = changes.map((change) => stepOf(change, unique));
  const journal = journalIn === undefined ? undefined : new ChangeJournal(journalIn, planned.map(journalStep));
  const steps: Step[] = [];
  let failed: FileChange | undefined;
  try {
    for (const step of planned) {
      failed = step.change;
      prepare(step);
      steps.push(step);
    }
    journal?.making();
    for (const step of steps) {
      failed = step.change;
      refuseOthers(step.change);
      make(step);
      step.done = true;
    }
    journal?.done();
  } catch (error) {
    const { result, isClean } = undone(steps, problemOf(error, failed));
    removeDrafts(steps);
    if (isClean) journal?.close();
    else journal?.keep();
    throw result;
  }
  removeDrafts(steps);
  for (const { backup } of steps) if (backup) rmSync(backup, { force: true });
  journal?.close();
}

function removeDrafts(steps: readonly Step[]): void {
  for (const { draft } of steps) if (draft) rmSync(draft, { force: true });
}

function stepOf(change: FileChange, unique: string): Step {
  const draft = change.content === undefined ? undefined : `${targetOf(change)}.${unique}.new`;
  const backup = change.kind === 'create' || draft === undefined ? undefined : `${change.path}.${unique}.old`;
  return { change, draft, backup, done: false };
}

function journalStep({ change, draft, backup }: Step): JournalStep {
  const { kind, path, content } = change;
  const sum = content === undefined ? undefined : contentSum(content);
  return { kind, path, target: targetOf(change), draft, backup, sum };
}

function prepare({ change, draft, backup }: Step): void {
  if (change.kind === 'create') mkdirSync(dirname(targetOf(change)), { recursive: true });
  try {
    if (draft) writeDraft(draft, change.content!, change.kind === 'create' ? undefined : modeOf(change.path));
    if (backup) keep(change.path, backup);
  } catch (error) {
    for (const path of [draft, backup]) if (path) rmSync(path, { force: true });
    throw error;
  }
}

function targetOf(change: FileChange): string {
  return change.kind === 'move' ? change.to : change.path;
}

function modeOf(path: string): number {
  return statSync(path).mode & 0o7777;
}

function writeDraft(path: string, content: string | Uint8Array, mode: number | undefined): void {
  const descriptor = openSync(path, 'wx', mode ?? 0o666);
  try {
    writeFileSync(descriptor, content);
    if (mode !== undefined) fchmodSync(descriptor, mode);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Under a second name: that needs no room on the disk when it is put back. Not every file system has them. */
function keep(path: string, backup: string): void {
  try {
    linkSync(path, backup);
  } catch {
    copyFileSync(path, backup);
  }
}

/** Somebody else may have written meanwhile. */
function refuseOthers(change: FileChange): void {
  if (change.kind !== 'replace' && existsSync(targetOf(change))) throw thereAlready(change);
  if (change.kind === 'create' || change.before === undefined) return;
  const now = withRegularFile(change.path, change.shown, readWhole);
  if (!now.equals(change.before)) throw changedMeanwhile(change.shown);
}

function thereAlready(change: FileChange): Problem {
  const file = change.kind === 'move' ? change.shownTo : change.shown;
  return new Problem('file-unreadable', `cannot write ${file}: it is there already`, { where: { file } });
}

function make({ change, draft }: Step): void {
  if (draft === undefined) renameSync(change.path, targetOf(change));
  else renameSync(draft, targetOf(change));
  if (draft !== undefined && change.kind === 'move') {
    try {
      rmSync(change.path);
    } catch (error) {
      rmSync(change.to, { force: true });
      throw error;
    }
  }
}

function problemOf(error: unknown, change: FileChange | undefined): Problem {
  if (error instanceof Problem) return error;
  const file = change?.shown ?? '';
  return new Problem('file-unreadable', `cannot write ${file}: ${fileErrorText(error)}`, {
    where: { file },
    cause: error,
  });
}

/** The problem, with the state in which everything is now. */
function undone(steps: readonly Step[], problem: Problem): { result: unknown; isClean: boolean } {
  let result: unknown = problem.with({ state: 'Nothing was written.' });
  let isClean = true;
  for (const step of [...steps].reverse()) {
    try {
      takeBack(step);
    } catch (error) {
      result = attach(result, leftOver(step, error));
      isClean = false;
    }
  }
  return { result, isClean };
}

function takeBack({ change, backup, done }: Step): void {
  if (!done) {
    if (backup) rmSync(backup, { force: true });
    return;
  }
  if (change.kind === 'create') rmSync(change.path, { force: true });
  else if (backup === undefined) renameSync(targetOf(change), change.path);
  else {
    renameSync(backup, change.path);
    if (change.kind === 'move') rmSync(change.to, { force: true });
  }
}

function leftOver({ change, backup }: Step, error: unknown): Problem {
  const file = change.shown;
  return new Problem('file-unreadable', `cannot put ${file} back as it was: ${fileErrorText(error)}`, {
    where: { file },
    next: [backup ? `Its content is in ${backup}.` : `It is now ${targetOf(change)}.`],
    cause: error,
  });
}
