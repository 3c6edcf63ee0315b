import type { FileChange } from '../../files/change-set.ts';
import { type ManifestFault, manifestFaults } from '../../manifest/faults.ts';
import { type ManifestEntry, manifestText } from '../../manifest/manifest.ts';
import { withoutEnding } from '../../migration/filename.ts';
import { Problem } from '../../problem/problem.ts';
import { manifestReplaced } from '../manifest/keep-manifests.ts';
import { type ManifestFile, manifestPlace, readManifestFile } from '../manifest/manifest-file.ts';

/** What becomes of the manifest of a folder. */
export interface ManifestOutcome {
  readonly file: string;
  readonly state: 'created' | 'written' | 'unchanged';
  /** What was wrong with it, and is mended. */
  readonly mended: readonly ManifestFault[];
  /** What stays wrong: files that were changed or deleted after they were applied or given to others, and are not recorded so. */
  readonly left: readonly ManifestFault[];
}

export interface FolderFiles {
  readonly folder: string;
  readonly cwd: string;
  /** As they are, and as they will be. */
  readonly before: readonly ManifestEntry[];
  readonly after: readonly ManifestEntry[];
  /** Names of files that are not what was applied. */
  readonly modified: ReadonlySet<string>;
  /** Names of files that are not there, with who has them: `is applied to app`. */
  readonly missed: ReadonlyMap<string, string>;
}

/**
 * The manifest for the files as they will be. With `anew` it is made where there is none, whatever stands there is replaced, and every
 * file is recorded as it is. Problem `manifest` where it cannot be read.
 */
export function manifestFor(
  files: FolderFiles,
  anew: boolean,
): { outcome: ManifestOutcome; change: FileChange | undefined } | undefined {
  const manifest = readManifestFile(files.folder, files.cwd);
  if (!manifest) return anew ? created(files) : undefined;
  const { file } = manifest;
  const found = anew && !isReadable(manifest) ? UNREADABLE : manifestFaults(manifest.read(), files.before);
  const kept = anew ? new Map<string, ManifestFault>() : keptLines(manifest, files);
  const recorded = kept.size === 0 ? [] : manifest.read().lines.filter(({ name }) => kept.has(name));
  const others = files.after.filter(({ name }) => !kept.has(name));
  const change = manifestReplaced(manifest, [...others, ...new Map(recorded.map((one) => [one.name, one])).values()]);
  const mended = found.filter(
    ({ kind, version }) => ![...kept.values()].some((one) => one.version === version && one.kind === kind),
  );
  return { outcome: { file, state: change ? 'written' : 'unchanged', mended, left: [...kept.values()] }, change };
}

/** By name: what was changed or deleted behind the back of those who have it. The lines stay as they are; those of a merge, too. */
function keptLines(manifest: ManifestFile, { before, modified, missed }: FolderFiles): Map<string, ManifestFault> {
  const there = new Map(before.map((entry) => [entry.name, entry]));
  const faults = manifest.read().lines.flatMap(({ name, line, checksum }): [string, ManifestFault][] => {
    const version = withoutEnding(name);
    const entry = there.get(name);
    const why = missed.get(name);
    if (!entry && why !== undefined)
      return [[name, { kind: 'gone', version, line, detail: `${name} has no file any more, and ${why}` }]];
    if (!entry || !modified.has(name) || entry.checksum === checksum) return [];
    const detail = `${name} was changed since it was recorded`;
    return [[name, { kind: 'changed', version, line, detail }]];
  });
  return new Map(faults);
}

const UNREADABLE: readonly ManifestFault[] = [
  { kind: 'unreadable', version: null, line: null, detail: 'it could not be read' },
];

function isReadable(manifest: ManifestFile): boolean {
  try {
    manifest.read();
    return true;
  } catch (error) {
    if (error instanceof Problem) return false;
    throw error;
  }
}

function created({ folder, cwd, after }: FolderFiles): ReturnType<typeof manifestFor> {
  const { path, file } = manifestPlace(folder, cwd);
  const outcome: ManifestOutcome = { file, state: 'created', mended: [], left: [] };
  return { outcome, change: { kind: 'create', path, shown: file, content: manifestText(after) } };
}
