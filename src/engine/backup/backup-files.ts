import { createHash } from 'node:crypto';
import { lstatSync, promises, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { digestFault, type FoundFile, fileFaults } from '../../backup/file-faults.ts';
import { type BackupManifest, MANIFEST_FILE } from '../../backup/manifest.ts';
import { readManifest } from '../../backup/read-manifest.ts';
import { fileErrorText } from '../../files/regular-file.ts';
import { gather, Problem } from '../../problem/problem.ts';
import { digestOf } from './digest.ts';

/** A manifest as long as any of ours could ever get: of tens of thousands of tables. */
const MANIFEST_BYTES_MAX = 64 * 1024 * 1024;

/** The manifest in that folder, of which nothing else is read. Problem `backup-unknown` or `backup-damaged`. */
export function manifestIn(folder: string): BackupManifest {
  const file = join(folder, MANIFEST_FILE);
  return readManifest(readText(file), file);
}

/** SHA-256 (hex) of the manifest in that folder, as the audit trail has it. Problem `backup-unknown`. */
export function manifestDigestIn(folder: string): string {
  return createHash('sha256')
    .update(readText(join(folder, MANIFEST_FILE)))
    .digest('hex');
}

function readText(file: string): string {
  try {
    const stat = lstatSync(file);
    if (!stat.isFile() || stat.size > MANIFEST_BYTES_MAX) throw noManifest(file, 'it is no file that we have written');
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw error instanceof Problem ? error : noManifest(file, fileErrorText(error));
  }
}

function noManifest(file: string, found: string): Problem {
  return new Problem('backup-unknown', 'There is no backup of ours in that folder.', {
    where: { file },
    found,
    expected: 'the folder of a backup, with its manifest.json',
    state: 'Nothing was restored or changed.',
    next: ['See which backups there are: taskflow-db backup list'],
  });
}

/** Every file below the folder; links and the like with no size. */
function filesIn(folder: string): FoundFile[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true }).flatMap((entry) => {
    if (entry.isDirectory()) return [];
    const whole = join(entry.parentPath, entry.name);
    const path = whole.slice(folder.length + 1).replaceAll('\\', '/');
    return [{ path, bytes: entry.isFile() ? lstatSync(whole).size : null }];
  });
}

/** What is missing, of another size or strange in the folder, without a look into the files: see checkFiles. */
export function quickFaults(folder: string, manifest: BackupManifest): Problem[] {
  try {
    return fileFaults(manifest, filesIn(folder));
  } catch (error) {
    return [new Problem('backup-damaged', 'The folder of the backup cannot be read.', { found: fileErrorText(error) })];
  }
}

export interface CheckOptions {
  readonly signal: AbortSignal;
  /** Told how many bytes are read, of how many. */
  readonly onProgress?: (done: number, total: number) => void;
}

/**
 * Reads every file once and compares sizes and digests with the manifest. Throws one Problem `backup-damaged` with everything
 * that was found, or the signal's reason.
 */
export async function checkFiles(
  folder: string,
  manifest: BackupManifest,
  { signal, onProgress = () => {} }: CheckOptions,
): Promise<void> {
  const faults = quickFaults(folder, manifest);
  const total = manifest.files.reduce((sum, { bytes }) => sum + bytes, 0);
  const wrong = new Set(faults.map(({ fields }) => fields.where?.file));
  let done = 0;
  const tell = (bytes: number) => {
    done += bytes;
    onProgress(done, total);
  };
  for (const { path, sha256, bytes: size, pieceBytes } of manifest.files.filter((file) => !wrong.has(file.path))) {
    const file = await promises.open(join(folder, path), 'r');
    const { sha256: digest } = await digestOf(file, { size, pieceBytes, signal, onProgress: tell }).finally(() =>
      file.close(),
    );
    if (digest !== sha256) faults.push(digestFault(path, digest, sha256));
  }
  if (faults.length > 0) throw damagedBackup(folder, faults);
}

function damagedBackup(folder: string, faults: readonly Problem[]): Problem {
  const whole = gather('backup-damaged', `The backup in ${folder} is damaged: ${faults.length} of its files.`, faults);
  return whole.with({
    state: 'Nothing was restored or changed.',
    next: ['Restore from another copy of it, or from another backup: taskflow-db backup list'],
  });
}
