import { readFileSync, statSync } from 'node:fs';
import { type KeyText, keyFault, readKeyText } from '../../backup/key-text.ts';
import type { BackupSettings } from '../../config/settings.ts';
import { fileErrorText } from '../../files/regular-file.ts';
import { commandOutput } from '../../postgres/connect/command-output.ts';
import { commandWords, NO_SHELL } from '../../postgres/target/command-words.ts';
import { Problem } from '../../problem/problem.ts';

/** A key, and where it is from: that may be shown, the key never. */
export interface BackupKey extends KeyText {
  readonly origin: string;
}

/**
 * The key that backups are encrypted with, of the settings `backupKeyFile` and `backupKeyCommand`; undefined where neither is
 * set. Throws Problem `backup-key`: cannot be read, is open to others, or is no key.
 */
export async function backupKey({
  keyFile,
  keyCommand,
}: Pick<BackupSettings, 'keyFile' | 'keyCommand'>): Promise<BackupKey | undefined> {
  if (keyFile !== undefined && keyCommand !== undefined) throw inTwoWays();
  if (keyFile !== undefined) return { origin: keyFile, ...readKeyText(readKeyFile(keyFile), keyFile) };
  return keyCommand === undefined ? undefined : fromCommand(keyCommand);
}

function inTwoWays(): Problem {
  return new Problem('config-invalid', 'The key for backups is given in more than one way.', {
    found: 'backupKeyFile and backupKeyCommand',
    next: ['Keep one.'],
  });
}

/** Who else can read it can read every backup: it is held to what libpq asks of a password file. */
function readKeyFile(path: string): string {
  try {
    const { mode } = statSync(path);
    const open = process.platform !== 'win32' && (mode & 0o077) !== 0;
    if (!open) return readFileSync(path, 'utf8');
  } catch (error) {
    throw keyFault(path, fileErrorText(error));
  }
  throw new Problem('backup-key', `The key for backups in ${path} is open to group or others, and is not used.`, {
    where: { file: path },
    expected: 'a file that only its owner can read (mode 0600)',
    state: 'Nothing was read or written.',
    next: [`Close it: chmod 0600 ${path}`],
  });
}

async function fromCommand(command: string | readonly string[]): Promise<BackupKey> {
  const read = commandWords(command);
  if ('odd' in read) {
    throw new Problem('config-invalid', 'The key command for backups needs a shell, and none is used.', {
      found: read.odd ?? 'no program',
      next: [NO_SHELL],
    });
  }
  const origin = `the command ${read.words[0] ?? ''}`;
  const text = await commandOutput(read.words, (found) => keyFault(origin, found));
  return { origin, ...readKeyText(text, origin) };
}
