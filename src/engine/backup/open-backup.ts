import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BackupManifest } from '../../backup/manifest.ts';
import { Problem } from '../../problem/problem.ts';
import type { Engine } from '../engine.ts';
import { cancelled } from '../pause.ts';
import { checkFiles, manifestIn } from './backup-files.ts';
import { backupKey } from './backup-key.ts';
import { findBackup } from './find-backups.ts';
import { type OpenBackup, openFile } from './open-file.ts';
import { type Opener, opening, SEALED_KEY_FILE } from './seal.ts';

/** Which backup is meant, or its folder; its manifest alone is read. */
export function chooseBackup(
  { settings, cwd }: Pick<Engine, 'settings' | 'cwd'>,
  database: string | undefined,
  named: string | undefined,
): { folder: string; manifest: BackupManifest } {
  const folder = findBackup({ named, backupFolder: settings.backup.folder, database, cwd });
  return { folder, manifest: manifestIn(folder) };
}

/**
 * Reads every file once and compares it with the manifest, then tries the key. Problem `backup-damaged`, `backup-key` or
 * `cancelled`; nothing of a database was touched by then.
 */
export async function openBackup(
  engine: Pick<Engine, 'settings' | 'signal' | 'emit'>,
  { folder, manifest }: { folder: string; manifest: BackupManifest },
): Promise<OpenBackup> {
  const onProgress = (done: number, total: number) =>
    engine.emit({ kind: 'restore_progress', phase: 'checking', done, total, unit: 'bytes' });
  await checkFiles(folder, manifest, { signal: engine.signal, onProgress }).catch((error: unknown) => {
    throw engine.signal.aborted ? cancelled('Nothing was restored or changed.') : error;
  });
  const opener = manifest.encryption === null ? undefined : await openerOf(engine, folder);
  const backup = { folder, manifest, opener };
  await tryKey(backup);
  return backup;
}

async function openerOf({ settings }: Pick<Engine, 'settings'>, folder: string): Promise<Opener> {
  const key = await backupKey(settings.backup);
  if (!key) throw noKey(folder);
  const keyFile = join(folder, SEALED_KEY_FILE);
  return opening(key, existsSync(keyFile) ? readFileSync(keyFile) : undefined);
}

function noKey(folder: string): Problem {
  return new Problem('backup-key', `The backup in ${folder} is encrypted, and there is no key for it.`, {
    state: 'Nothing was restored or changed.',
    next: ['Name the key in the configuration: "backupKeyFile" or "backupKeyCommand".'],
  });
}

/** The first bytes of a file show whether the key is the one. */
async function tryKey(backup: OpenBackup): Promise<void> {
  const file = backup.manifest.files.find(({ path }) => path.endsWith('.age') && path !== SEALED_KEY_FILE);
  if (!backup.opener || !file) return;
  for await (const _ of openFile(backup, file.path)) return;
}
