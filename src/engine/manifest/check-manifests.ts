import { type ManifestFault, manifestFaults } from '../../manifest/faults.ts';
import type { MigrationFile } from '../../plan/migration-file.ts';
import { Problem } from '../../problem/problem.ts';
import { entriesOf, type ManifestFile, manifestPlace, readManifestFile } from './manifest-file.ts';

/** What was found in one manifest. */
export interface ManifestReport {
  /** As people are told of it. */
  readonly file: string;
  readonly faults: readonly ManifestFault[];
  /** All of that for people; undefined where nothing is wrong. */
  readonly problem: Problem | undefined;
}

/** The manifests that the folders have, each held against its files. `files`: those of all folders. */
export function checkManifests(
  folders: readonly string[],
  cwd: string,
  files: readonly MigrationFile[],
): ManifestReport[] {
  return folders.flatMap((folder) => {
    try {
      const manifest = readManifestFile(folder, cwd);
      return manifest ? [reportOf(manifest, manifestFaults(manifest.read(), entriesOf(files, folder, cwd)))] : [];
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      return [unreadable(manifestPlace(folder, cwd).file, error)];
    }
  });
}

function unreadable(file: string, problem: Problem): ManifestReport {
  const line = problem.fields.where?.line ?? null;
  const detail = problem.fields.found === undefined ? problem.message : `${problem.message}: ${problem.fields.found}`;
  return { file, faults: [{ kind: 'unreadable', version: null, line, detail }], problem };
}

/** So many faults are listed. */
const SHOWN_MAX = 10;

function reportOf({ file }: ManifestFile, faults: readonly ManifestFault[]): ManifestReport {
  const [first] = faults;
  if (!first) return { file, faults, problem: undefined };
  const lines = faults
    .slice(0, SHOWN_MAX)
    .map(({ line, detail }) => (line === null ? detail : `line ${line}: ${detail}`));
  const more = faults.length - lines.length;
  const problem = new Problem('manifest', messageOf(file, faults), {
    where: { file, ...(first.line === null ? {} : { line: first.line }) },
    found: [...lines, ...(more > 0 ? [`and ${more} more`] : [])].join('\n'),
    next: [nextOf(faults)],
  });
  return { file, faults, problem };
}

function messageOf(file: string, faults: readonly ManifestFault[]): string {
  if (faults[0]?.kind === 'conflict') return `${file} is in conflict`;
  return `${file} does not agree with its folder`;
}

function nextOf(faults: readonly ManifestFault[]): string {
  const merged = faults.some(({ kind }) => kind === 'conflict' || kind === 'chain' || kind === 'twice');
  return merged
    ? 'Mend what the merge left: taskflow-db renumber'
    : 'Record the files as they are: taskflow-db renumber';
}
