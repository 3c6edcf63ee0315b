import { basename, dirname, relative, resolve } from 'node:path';
import { readWhole, withRegularFile } from '../../files/regular-file.ts';
import { compareByNumber } from '../../graph/order.ts';
import { decodeText } from '../../migration/decode.ts';
import { dependsReferences } from '../../migration/depends.ts';
import { parseFileName } from '../../migration/filename.ts';
import { orderedBy } from '../../plan/late.ts';
import { inForce } from '../../plan/ledger-entry.ts';
import type { MigrationFile } from '../../plan/migration-file.ts';
import { type MigrationStatus, reconcile } from '../../plan/reconcile.ts';
import { resolveVersion } from '../../plan/resolve-version.ts';
import { Problem } from '../../problem/problem.ts';
import type { Bound } from '../../renumber/choose.ts';
import type { Question } from '../../renumber/decide.ts';
import type { Kept, RenumberFile } from '../../renumber/file.ts';
import type { BranchFacts, DatabaseFacts, Judges } from './facts.ts';

export interface Asked extends Judges {
  readonly folders: readonly string[];
  /** Versions or numbers, as people write them. */
  readonly named: readonly string[];
  readonly cwd: string;
}

/** What is to be decided. Problem where a version is named that is not there. */
export function questionFor(here: readonly MigrationFile[], asked: Asked): Question {
  const { database, branch, cwd } = asked;
  const statuses = reconcile(here, database?.entries ?? []);
  const files = [
    ...statuses.flatMap((status) => (status.file ? [renumberFile(status, status.file, asked, cwd)] : [])),
    ...absentFiles(asked.folders, here, branch, cwd),
  ];
  return {
    files,
    recorded: statuses.filter(({ file, replacedBy }) => !file && replacedBy === undefined).map(placeOf),
    named: new Set(asked.named.map((text) => resolveVersion(statuses, text))),
    bounds: [...databaseBound(statuses, database), ...branchBound(files, branch, cwd)],
    byBranch: branch !== undefined,
  };
}

function renumberFile(status: MigrationStatus, file: MigrationFile, judges: Judges, cwd: string): RenumberFile {
  const { version, number, entry } = status;
  const kept = keptBy(status, file, judges, cwd);
  const isApplied = judges.database ? entry !== undefined && inForce(entry) : kept !== undefined;
  return {
    version,
    number,
    name: file.name,
    file: file.file,
    references: dependsReferences(headOf(resolve(cwd, file.file), file.file)),
    kept,
    isToApply: !isApplied,
    isNew: entry === undefined,
  };
}

/** What is half done keeps its name, too; of what failed or was rolled back as a whole nothing is there. */
function keptBy({ entry }: MigrationStatus, { file }: MigrationFile, judges: Judges, cwd: string): Kept | undefined {
  const { database, branch } = judges;
  if (database && entry && inForce(entry)) return { by: 'database', why: `is applied to ${database.database}` };
  if (database && entry && entry.stepsTotal !== null) {
    return { by: 'database', why: `is half done in ${database.database}` };
  }
  return branch?.files.has(resolve(cwd, file)) ? { by: 'branch', why: `is on ${branch.said}` } : undefined;
}

/** Headers stand at the top. */
const HEAD_BYTES = 256 * 1024;

function headOf(path: string, shown: string): string {
  return withRegularFile(path, shown, (descriptor, size) => {
    const bytes = readWhole(descriptor, Math.min(size, HEAD_BYTES));
    return decodeText(size > HEAD_BYTES ? bytes.subarray(0, bytes.lastIndexOf('\n') + 1) : bytes, shown);
  });
}

function databaseBound(statuses: readonly MigrationStatus[], database: DatabaseFacts | undefined): Bound[] {
  if (!database) return [];
  const placed = orderedBy(statuses, database.baselineVersion).map(placeOf);
  return placed.length > 0 ? [{ placed, by: 'database', why: `is applied to ${database.database}` }] : [];
}

/** All that it has, here or not. */
function branchBound(files: readonly RenumberFile[], branch: BranchFacts | undefined, cwd: string): Bound[] {
  const placed = files.filter(({ file }) => branch?.files.has(resolve(cwd, file))).sort(compareByNumber);
  return branch && placed.length > 0
    ? [{ placed: placed.map(placeOf), by: 'branch', why: `is on ${branch.said}` }]
    : [];
}

/** What the branch has and this one has not yet: their numbers are taken. */
function absentFiles(
  folders: readonly string[],
  here: readonly MigrationFile[],
  branch: BranchFacts | undefined,
  cwd: string,
): RenumberFile[] {
  const paths = new Set(here.map(({ file }) => resolve(cwd, file)));
  return [...(branch?.files ?? [])]
    .filter((path) => !paths.has(path) && folders.includes(dirname(path)))
    .flatMap((path): RenumberFile[] => {
      const named = parseFileName(basename(path));
      if (named instanceof Problem) return [];
      const kept = { by: 'branch' as const, why: `is on ${branch?.said}` };
      const file = relative(cwd, path);
      return [{ ...named, file, references: [], kept, isToApply: false, isNew: true, isAbsent: true }];
    });
}

function placeOf({ version, number }: { version: string; number: bigint }) {
  return { version, number };
}
