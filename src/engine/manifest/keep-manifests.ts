import { basename, dirname } from 'node:path';
import { refuseJournals } from '../../files/change-journal.ts';
import { changeFiles, type FileChange, type ReplacedFile } from '../../files/change-set.ts';
import { manifestFaults } from '../../manifest/faults.ts';
import { type ManifestEntry, manifestText } from '../../manifest/manifest.ts';
import { checksumOf } from '../../migration/checksum.ts';
import { encodeLike } from '../../migration/encode-like.ts';
import { Problem } from '../../problem/problem.ts';
import { type ManifestFile, readManifestFile } from './manifest-file.ts';

/**
 * How every command writes migration files: all of them or none, and the manifests of their folders along with them. Lines of
 * other files stay as they are. Problem `manifest`, before anything is written, where a manifest cannot be gone on with.
 */
export function writeMigrations(changes: readonly FileChange[], cwd: string): void {
  const folders = new Set(changes.map(({ path }) => dirname(path)));
  refuseJournals([...folders], 'Nothing was written.');
  const manifests = [...folders].flatMap((folder) => manifestChange(folder, changes, cwd) ?? []);
  changeFiles([...changes, ...manifests]);
}

function manifestChange(folder: string, changes: readonly FileChange[], cwd: string): ReplacedFile | undefined {
  const manifest = readManifestFile(folder, cwd);
  if (!manifest) return undefined;
  const entries = new Map(wholeEntries(manifest).map((entry) => [entry.name, entry]));
  for (const change of changes.filter(({ path }) => dirname(path) === folder)) record(entries, change);
  return manifestReplaced(manifest, [...entries.values()]);
}

/** The manifest of a folder without these files and with those; undefined where there is none. Problem `manifest`, as above. */
export function manifestWithout(
  folder: string,
  cwd: string,
  gone: ReadonlySet<string>,
  present: readonly ManifestEntry[],
): ReplacedFile | undefined {
  const manifest = readManifestFile(folder, cwd);
  if (!manifest) return undefined;
  const entries = new Map(wholeEntries(manifest).map((entry) => [entry.name, entry]));
  for (const name of gone) entries.delete(name);
  for (const entry of present) entries.set(entry.name, entry);
  return manifestReplaced(manifest, [...entries.values()]);
}

/** The lines, where they are one chain. */
function wholeEntries(manifest: ManifestFile): readonly ManifestEntry[] {
  const reading = manifest.read();
  const fault = manifestFaults(reading, reading.lines).find(({ kind }) => kind !== 'changed');
  if (!fault) return reading.lines;
  throw new Problem('manifest', `${manifest.file} cannot be gone on with: ${fault.detail}`, {
    where: { file: manifest.file, ...(fault.line === null ? {} : { line: fault.line }) },
    state: 'Nothing was written.',
    next: ['Mend what the merge left: taskflow-db renumber'],
  });
}

function record(entries: Map<string, ManifestEntry>, change: FileChange): void {
  const before = basename(change.path);
  const name = basename(change.kind === 'move' ? change.to : change.path);
  const checksum =
    change.content === undefined ? entries.get(before)?.checksum : checksumOf(Buffer.from(change.content));
  entries.delete(before);
  if (checksum !== undefined) entries.set(name, { name, checksum });
}

/** As it is where nothing differs but line breaks and a byte order mark; what is written has neither CRLF nor that. */
export function manifestReplaced(
  { path, file, bytes }: ManifestFile,
  entries: readonly ManifestEntry[],
): ReplacedFile | undefined {
  const content = manifestText(entries);
  if (bytes.equals(Buffer.from(encodeLike(bytes, content)))) return undefined;
  return { kind: 'replace', path, shown: file, content, before: bytes };
}
