import { Problem } from '../problem/problem.ts';
import { type BackupManifest, MANIFEST_FILE, RETURNED_FILE, VERIFIED_FILE } from './manifest.ts';

/** A file as it lies in the folder of a backup; `bytes` is null where it is no regular file. */
export interface FoundFile {
  /** Relative to the folder, with `/`. */
  readonly path: string;
  readonly bytes: number | null;
}

/** What may lie there without being in the manifest. */
const BESIDE: ReadonlySet<string> = new Set([MANIFEST_FILE, RETURNED_FILE, VERIFIED_FILE]);

/** Files that are missing, of another size, or not from the backup: each Problem `backup-damaged`. Digests come after this. */
export function fileFaults(manifest: BackupManifest, found: readonly FoundFile[]): Problem[] {
  const there = new Map(found.map((file) => [file.path, file]));
  const named = new Set(manifest.files.map(({ path }) => path));
  const missing = manifest.files.flatMap(({ path, bytes }) => {
    const file = there.get(path);
    if (file?.bytes === bytes) return [];
    if (!file) return [fault(path, 'missing', 'it is not there', `a file of ${bytes} bytes`)];
    const size = file.bytes === null ? 'no regular file' : `${file.bytes} bytes`;
    return [fault(path, sizeFault(file.bytes, bytes), size, `${bytes} bytes`)];
  });
  const strange = found.filter(({ path }) => !named.has(path) && !BESIDE.has(path));
  return [
    ...missing,
    ...strange.map(({ path }) =>
      fault(path, 'not of this backup', 'a file that the manifest does not name', 'no such file'),
    ),
  ];
}

function sizeFault(found: number | null, bytes: number): string {
  return found !== null && found < bytes ? 'cut' : 'changed';
}

/** A file whose digest is not what the manifest says. */
export function digestFault(path: string, found: string, expected: string): Problem {
  return fault(path, 'changed', `SHA-256 ${found}`, `SHA-256 ${expected}`);
}

function fault(path: string, what: string, found: string, expected: string): Problem {
  return new Problem('backup-damaged', `${path} of the backup is ${what}.`, { where: { file: path }, found, expected });
}
