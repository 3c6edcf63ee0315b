import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, realpathSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { readTextFile, replaceFile } from '../../files/whole-file.ts';
import { Problem } from '../../problem/problem.ts';

/** The files that are made of the migrations, each at its place in the folder that holds the folder of migrations. */
const PLACES = {
  report: 'migration-audit-report.md',
  dump: 'postgresql/init-complete.sql',
  patch: 'postgresql/init-complete-patch.sql',
} as const;

export interface GeneratedFile {
  readonly path: string;
  /** As people are told of it. */
  readonly file: string;
}

/** `unchanged`: it is as it should be; `stale`: it is not, and was left so. */
export type GeneratedState = 'unchanged' | 'stale' | 'written';

/** The file that is named, relative to `cwd`, or the one beside the first folder of migrations. */
export function generatedFile(
  which: keyof typeof PLACES,
  directories: readonly string[],
  { cwd, named }: { cwd: string; named: string | undefined },
): GeneratedFile {
  const path = resolve(cwd, named ?? join(dirname(directories[0] ?? cwd), PLACES[which]));
  return { path, file: named ?? relative(cwd, path) };
}

/** Puts the text there unless it is there already; with `check` nothing is written. Problem `file-unreadable`. */
export function settle({ path, file }: GeneratedFile, text: string, check: boolean): GeneratedState {
  const there = existsSync(path);
  if (there && readTextFile(path, file) === text) return 'unchanged';
  if (check) return 'stale';
  makeFolder(path, file);
  // A link stays one.
  replaceFile(there ? realpathSync(path) : path, file, text, randomUUID());
  return 'written';
}

function makeFolder(path: string, file: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true });
  } catch (error) {
    throw new Problem('file-unreadable', `cannot write ${file}: ${(error as Error).message}`, {
      where: { file },
      state: 'Nothing was written.',
    });
  }
}
