import { basename, resolve } from 'node:path';
import { readFolders } from '../../files/folders.ts';
import { readUnchanged, withRegularFile } from '../../files/regular-file.ts';
import { compareByNumber, orderMigrations } from '../../graph/order.ts';
import { parseFileName, withoutEnding } from '../../migration/filename.ts';
import { findNeeded, type MayReplace } from '../../migration/find-version.ts';
import type { Migration } from '../../migration/migration.ts';
import { parseMigration } from '../../migration/parse.ts';
import type { MigrationFile } from '../../plan/migration-file.ts';
import { isCovered, replacedVersions } from '../../plan/squash.ts';
import { Problem } from '../../problem/problem.ts';
import { count } from '../../problem/quantity.ts';
import type { LintRequest } from './request.ts';

export interface LintFiles {
  /** In the order of their application; applied ones that were asked for by nobody are left out. */
  readonly migrations: readonly Migration[];
  readonly judged: ReadonlySet<string>;
  /** What a `Depends:` header may name: every file there is, and what is applied without one. */
  readonly versions: readonly MayReplace[];
  /** Judged versions that are known not to be applied: nobody uses yet what they make. Empty where nobody was asked. */
  readonly unapplied: ReadonlySet<string>;
  /** What keeps files from being judged that should be. */
  readonly faults: readonly FileFault[];
  /** Why less is known: of files beside them. */
  readonly notes: readonly string[];
}

/** What keeps a file that should be judged from it. */
export interface FileFault {
  readonly version: string;
  readonly problem: Problem;
}

/** Finds out which files to judge, and which others come before them. */
export function lintFiles({ settings, cwd, files, only, knowledge }: LintRequest): LintFiles {
  const found = readFolders(settings.directories, cwd);
  const wanted = new Set(files.map((path) => resolve(cwd, path)));
  const isNamed = (file: string) => wanted.has(resolve(cwd, file));
  const covered = coveredBy(found.files, knowledge.applied);
  const isApplied = (version: string) => (knowledge.applied?.has(version) ?? false) || covered.has(version);
  const asked = found.files.filter(({ file, version }) =>
    files.length > 0 ? isNamed(file) : (only?.has(version) ?? true) && !isApplied(version),
  );
  const inFolders = new Set(files.length > 0 ? asked.map(({ file }) => resolve(cwd, file)) : []);
  const apart = [...wanted].filter((path) => !inFolders.has(path));
  const isAbout = ({ fields: { where } }: Problem) =>
    files.length === 0 || inFolders.has(resolve(cwd, where?.file ?? ''));
  const faults: FileFault[] = found.complaints.filter(isAbout).map(complaintFault);
  const judged = [
    ...asked.flatMap((file) => tryToLoad(file.version, () => file.load(), faults)),
    ...apart.flatMap((path) => tryToLoad(stemOf(path), () => fileApart(path, cwd), faults)),
  ];
  const versions = new Set([...asked, ...judged].map(({ version }) => version));
  const unread: FileFault[] = [];
  const others = found.files
    .filter(({ version }) => !versions.has(version) && !isApplied(version))
    .flatMap((file) => tryToLoad(file.version, () => file.load(), unread));
  return {
    migrations: ordered([...judged, ...others]),
    judged: versions,
    versions: nameable([...found.files, ...judged], knowledge.applied),
    unapplied: new Set(knowledge.applied ? [...versions].filter((version) => !isApplied(version)) : []),
    faults,
    notes: [
      ...found.complaints.filter((one) => !isAbout(one)).map(({ message }) => message),
      ...withoutFile(found.files, knowledge.applied),
      ...unread.map(({ problem }) => `what it makes is not known: ${problem.message}`),
    ],
  };
}

function nameable(files: readonly MayReplace[], applied: ReadonlySet<string> = new Set()): MayReplace[] {
  const byVersion = new Map(files.map((one) => [one.version, one]));
  const gone = [...applied].filter((version) => !byVersion.has(version));
  const named = gone.flatMap((version) => {
    const parsed = parseFileName(`${version}.sql`);
    return parsed instanceof Problem ? [] : [parsed];
  });
  return [...byVersion.values(), ...named];
}

/** Squashes of which all is applied that they stand for. */
function coveredBy(files: readonly MigrationFile[], applied: ReadonlySet<string> | undefined): ReadonlySet<string> {
  const found = applied ? files.filter((file) => isCovered(file.replaces(), (version) => applied.has(version))) : [];
  return new Set(found.map(({ version }) => version));
}

/** So many versions are named. */
const NAMED_MAX = 3;

/** Versions that are applied and have no file: said, as it may be another database than the one that is meant. */
function withoutFile(files: readonly MigrationFile[], applied: ReadonlySet<string> = new Set()): string[] {
  const here = new Set([...files.map(({ version }) => version), ...replacedVersions(files).keys()]);
  const gone = [...applied].filter((version) => !here.has(version));
  if (gone.length === 0) return [];
  const named = gone.slice(0, NAMED_MAX).join(', ') + (gone.length > NAMED_MAX ? ', ...' : '');
  const other = gone.length === applied.size ? '. Is it another database than the one of these files?' : '';
  return [
    `of ${count(applied.size, 'version')} applied there, ${gone.length} ${gone.length === 1 ? 'has' : 'have'} no file here (${named})${other}`,
  ];
}

function tryToLoad(version: string, load: () => Migration, faults: FileFault[]): Migration[] {
  try {
    return [load()];
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    faults.push({ version, problem });
    return [];
  }
}

function complaintFault(problem: Problem): FileFault {
  return { version: stemOf(problem.fields.where?.file ?? ''), problem };
}

function stemOf(path: string): string {
  return withoutEnding(basename(path));
}

/** A file that lies in none of the folders: its name may be any. */
function fileApart(path: string, cwd: string): Migration {
  const file = path.startsWith(`${cwd}/`) ? path.slice(cwd.length + 1) : path;
  const stem = stemOf(path);
  const bytes = withRegularFile(path, file, (descriptor, size) => readUnchanged(descriptor, size, file));
  const named = /^[0-9]+[_-]/.test(stem) ? stem : `0_${stem.replace(/[^A-Za-z0-9_-]/g, '_')}`;
  return { ...parseMigration({ file, stem: named, bytes }), version: stem };
}

/**
 * Dependencies first, as `migrate` would apply them; what cannot be put in order so stands by its number. Of several files of one
 * version the first alone.
 */
function ordered(migrations: readonly Migration[]): Migration[] {
  const byVersion = new Map([...migrations].reverse().map((one) => [one.version, one]));
  const first = migrations.filter((one) => byVersion.get(one.version) === one);
  const nodes = first.map(({ version, number, name, file, headers }) => {
    const depends = headers.depends.flatMap((text) => {
      const found = findNeeded(migrations, text);
      return found instanceof Problem ? [] : [found.version];
    });
    return { version, number, name, file, depends };
  });
  const sorted = orderMigrations(nodes, new Set()).ordered.map(({ version }) => byVersion.get(version)!);
  const placed = new Set(sorted);
  const rest = first.filter((one) => !placed.has(one)).sort(compareByNumber);
  return [...sorted, ...rest];
}
