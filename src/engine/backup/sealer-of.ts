import type { BackupSettings } from '../../config/settings.ts';
import { Problem } from '../../problem/problem.ts';
import type { Sealer } from './seal.ts';

/** What encrypts a backup, where there is a key. A folder of files, several of which pg_dump writes at once, is not encrypted here. */
export async function sealerOf(
  settings: BackupSettings,
  format: 'custom' | 'directory' | undefined,
): Promise<Sealer | undefined> {
  if (settings.keyFile === undefined && settings.keyCommand === undefined) return undefined;
  const [{ backupKey }, { sealing }] = await Promise.all([import('./backup-key.ts'), import('./seal.ts')]);
  const key = await backupKey(settings);
  if (key && format === 'directory')
    throw new Problem('usage', 'a dump in directory format cannot be encrypted', {
      found: `a key in ${key.origin}, and the format directory`,
      expected: 'the format custom, or no key',
      state: 'Nothing was written.',
    });
  return key && sealing(key);
}
