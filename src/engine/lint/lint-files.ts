import { basename, resolve } from 'node:path';
import { readFolders } from '../../files/folders.ts';
import { readUnchanged, withRegularFile } from '../../files/regular-file.ts';
import { compareByNumber, orderMigrations } from '../../graph/order.ts';
import type { Migration } from '../../migration/migration.ts';
import { parseMigration } from '../../migration/parse.ts';
import type { MigrationFile } from '../../plan/migration-file.ts';
import { gather, Problem } from '../../problem/problem.ts';
import type { LintRequest } from './request.ts';

export interface LintFiles {
  /** In the order of their application; applied ones that were asked for by nobody are left out. */
  readonly migrations: readonly Migration[];
  readonly judged: ReadonlySet<string>;
  /** Judged versions that are known not to be applied: nobody uses yet what they make. Empty where nobody was asked. */
  readonly unapplied: ReadonlySet<string>;
  readonly notes: readonly string[];
}

/** Finds out which files to judge, and which others come before them. */
export function lintFiles({ settings, cwd, files, only, knowledge }: LintRequest): LintFiles {
  const found = readFolders(settings.directories, cwd);
  const wanted = new Set(files.map((path) => resolve(cwd, path)));
  const inFolders = found.files.filter(({ file }) => wanted.has(resolve(cwd, file)));
  const isApplied = (version: string) => knowledge.applied?.has(version) ?? false;
  const judgedFiles =
    files.length > 0
      ? inFolders
      : found.files.filter(({ version }) => (only?.has(version) ?? true) && !isApplied(version));
  const apart = [...wanted].filter((path) => !inFolders.some(({ file }) => resolve(cwd, file) === path));
  const judged = [...loadAll(judgedFiles), ...apart.map((path) => fileApart(path, cwd))];
  const versions = new Set(judged.map(({ version }) => version));
  const before = found.files.filter(({ version }) => !versions.has(version) && !isApplied(version));
  const others = loadOthers(before);
  return {
    migrations: ordered([...judged, ...others.migrations]),
    judged: versions,
    unapplied: new Set(knowledge.applied ? [...versions].filter((version) => !isApplied(version)) : []),
    notes: [...found.complaints.map(({ message }) => message), ...others.notes],
  };
}

/** Throws one Problem with the faults of all of them. */
function loadAll(files: readonly MigrationFile[]): Migration[] {
  const problems: Problem[] = [];
  const migrations = files.flatMap((file) => tryToLoad(file, (problem) => problems.push(problem)));
  if (problems.length > 0) throw gather('catalogue', 'the files have faults', problems);
  return migrations;
}

function loadOthers(files: readonly MigrationFile[]): { migrations: Migration[]; notes: string[] } {
  const notes: string[] = [];
  const sayWhy = ({ message }: Problem) => notes.push(`what it makes is not known: ${message}`);
  return { migrations: files.flatMap((file) => tryToLoad(file, sayWhy)), notes };
}

function tryToLoad(file: MigrationFile, onProblem: (problem: Problem) => void): Migration[] {
  try {
    return [file.load()];
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    onProblem(error);
    return [];
  }
}

/** A file that lies in none of the folders: its name may be any. */
function fileApart(path: string, cwd: string): Migration {
  const file = path.startsWith(`${cwd}/`) ? path.slice(cwd.length + 1) : path;
  const stem = basename(path).replace(/\.sql$/i, '');
  const bytes = withRegularFile(path, file, (descriptor, size) => readUnchanged(descriptor, size, file));
  const named = /^[0-9]+[_-]/.test(stem) ? stem : `0_${stem.replace(/[^A-Za-z0-9_-]/g, '_')}`;
  return { ...parseMigration({ file, stem: named, bytes }), version: stem };
}

/** Dependencies first, as `migrate` would apply them; what cannot be put in order so stands by its number. */
function ordered(migrations: readonly Migration[]): Migration[] {
  const byVersion = new Map(migrations.map((one) => [one.version, one]));
  const nodes = migrations.map(({ version, number, name, file, headers }) => {
    return { version, number, name, file, depends: headers.depends.filter((one) => byVersion.has(one)) };
  });
  const sorted = orderMigrations(nodes, new Set()).ordered.map(({ version }) => byVersion.get(version)!);
  const rest = migrations.filter((one) => !sorted.includes(one)).sort(compareByNumber);
  return [...sorted, ...rest];
}
