import type { FileChange } from '../../files/change-set.ts';
import { type ManifestFault, manifestFaults } from '../../manifest/faults.ts';
import { type ManifestEntry, manifestText } from '../../manifest/manifest.ts';
import { Problem } from '../../problem/problem.ts';
import { manifestReplaced } from '../manifest/keep-manifests.ts';
import { type ManifestFile, manifestPlace, readManifestFile } from '../manifest/manifest-file.ts';

/** What becomes of the manifest of a folder. */
export interface ManifestOutcome {
  readonly file: string;
  readonly state: 'created' | 'written' | 'unchanged';
  /** What was wrong with it, and is mended. */
  readonly mended: readonly ManifestFault[];
  /** What stays wrong: files that were changed after they were applied, and are not recorded so. */
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
  const isLeft = ({ kind, version }: ManifestFault) =>
    !anew && kind === 'changed' && files.modified.has(`${version}.sql`);
  const left = found.filter(isLeft);
  const recorded = left.length === 0 ? new Map() : new Map(manifest.read().lines.map((line) => [line.name, line]));
  const kept = new Set(left.map(({ version }) => `${version}.sql`));
  const entries = files.after.map((entry): ManifestEntry => (kept.has(entry.name) ? recorded.get(entry.name) : entry));
  const change = manifestReplaced(manifest, entries);
  const mended = found.filter((fault) => !isLeft(fault));
  return { outcome: { file, state: change ? 'written' : 'unchanged', mended, left }, change };
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
