import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import { readFolders, refuseComplaints } from '../../files/folders.ts';
import type { Ledger } from '../../ledger/read.ts';
import { type FileName, parseFileName } from '../../migration/filename.ts';
import { newFileName, writtenMigrationText } from '../../migration/template.ts';
import type { MigrationFile } from '../../plan/migration-file.ts';
import { type MigrationStatus, reconcile } from '../../plan/reconcile.ts';
import type { MigrationState } from '../../plan/state.ts';
import { Problem } from '../../problem/problem.ts';
import type { Engine } from '../engine.ts';
import { writeMigrations } from '../manifest/keep-manifests.ts';
import { fileOfText } from './file-of-text.ts';

/** What the person says of the new file. */
export interface NewFile {
  readonly name: string;
  readonly author?: string | undefined;
  /** Today, YYYY-MM-DD. */
  readonly date: string;
}

/** Where a migration file goes, or lies already. */
export interface FilePlace {
  readonly named: FileName;
  readonly path: string;
  readonly shown: string;
  /** A pending file of that name, which an earlier call may have left. */
  readonly pending: MigrationFile | undefined;
  /** Applied versions without a file. */
  readonly missing: readonly string[];
}

/**
 * The place behind all that there is and all that is applied, in the last of the folders, as `create` has it. Problem
 * `drift-refused` while something else is to be applied: recorded before it, the new file would make it a late one.
 */
export function placeFor({ settings, cwd }: Engine, { entries }: Ledger, wanted: string): FilePlace {
  const files = refuseComplaints(
    readFolders(
      settings.directories.filter((folder) => existsSync(folder)),
      cwd,
    ),
  );
  const statuses = reconcile(files, entries);
  const inTheWay = statuses.filter(({ file, state }) => file !== undefined && IN_THE_WAY.has(state));
  const missing = statuses.filter(({ state }) => state === 'missing').map(({ version }) => version);
  const named = nameOf(newFileName(statuses, wanted));
  const [first, ...others] = inTheWay;
  if (first?.state === 'pending' && others.length === 0 && first.file?.name === named.name) {
    const { file } = first;
    return { named: nameOf(`${file.version}.sql`), path: file.file, shown: file.file, pending: file, missing };
  }
  if (first) throw notUpToDate(inTheWay);
  const path = join(settings.directories.at(-1) ?? cwd, `${named.version}.sql`);
  return { named, path, shown: relative(cwd, path), pending: undefined, missing };
}

/** Before anything is replayed: Problem `usage` where no file can be named so. */
export function refuseNoName(wanted: string): void {
  nameOf(newFileName([], wanted));
}

/** What migrate would take up or refuse. What is skipped, because the server lacks an extension, is never late. */
const IN_THE_WAY: ReadonlySet<MigrationState> = new Set([
  'pending',
  'failed',
  'rolled_back',
  'running',
  'interrupted',
  'modified',
]);

function nameOf(file: string): FileName {
  const named = parseFileName(file);
  if (named instanceof Problem) throw named;
  return named;
}

function notUpToDate(statuses: readonly MigrationStatus[]): Problem {
  const [first] = statuses;
  return new Problem('drift-refused', 'the drift cannot become a migration while others are to be applied', {
    found: statuses.map(({ version, state }) => `${version}: ${state.replace('_', ' ')}`).join('; '),
    expected: 'a database to which all migrations of the folders are applied as they are',
    state: 'Nothing was written.',
    next: [
      'Apply or mend them, then run the command again: taskflow-db migrate',
      `If ${first?.version} is the file that was written for this drift, and was edited since: taskflow-db repair --mark-applied ${first?.version} --reason "..."`,
    ],
  });
}

/** The file with this SQL and this way back; Problem `drift-refused` where no migration file can say so. */
export function fileFor({ named, shown }: FilePlace, header: NewFile, there: string, back: string) {
  const text = writtenMigrationText({ ...header, version: named.version }, there, back);
  try {
    return { text, file: fileOfText(named, shown, text) };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    throw new Problem('drift-refused', 'the drift cannot be written as a migration file', {
      state: 'Nothing was written.',
      next: ['Let it stay, on record: taskflow-db diff --accept --reason "why"'],
      also: [error],
    });
  }
}

/** Whether a file does the same, whatever is in its header. */
export function doesTheSame(file: MigrationFile, other: MigrationFile): boolean {
  const [a, b] = [file.load(), other.load()];
  const back = ({ rollback }: typeof a) => (rollback.kind === 'sql' ? rollback.sql : rollback.kind);
  return a.bodyChecksum === b.bodyChecksum && back(a) === back(b);
}

/** Puts it there, whole or not at all, with its line in the manifest, and never over another. Problem `file-unreadable`. */
export function writeNew({ path, shown }: FilePlace, text: string, cwd: string): void {
  writeMigrations([{ kind: 'create', path, shown, content: text }], cwd);
}
