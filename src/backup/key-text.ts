import { Problem } from '../problem/problem.ts';

/**
 * What a key file, or what a key command printed, says: identities (secret keys that open, and for whose recipients it is
 * sealed), recipients (public keys: they seal and cannot open), or one passphrase.
 */
export interface KeyText {
  readonly identities: readonly string[];
  readonly recipients: readonly string[];
  readonly passphrase: string | undefined;
}

const IDENTITY = /^AGE-SECRET-KEY-(?:PQ-)?1[0-9A-Z]+$/;
const RECIPIENT = /^age1[0-9a-z]+$/;
/** Keys of other programs that `age` understands and we do not, and what is no key at all. */
const FOREIGN = /^(?:ssh-|-----BEGIN |age-encryption\.org\/|AGE-PLUGIN-)/;

/**
 * Reads such a text: as `age-keygen` writes it, with remarks behind `#`, or one line that is a passphrase. `origin`: where it
 * is from, for messages; nothing of the text itself is ever in one. Throws Problem `backup-key`.
 */
export function readKeyText(text: string, origin: string): KeyText {
  const lines = text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '' && !line.startsWith('#'));
  const trimmed = lines.map((line) => line.trim());
  if (lines.length === 0) throw keyFault(origin, 'nothing but remarks and empty lines');
  if (trimmed.some((line) => FOREIGN.test(line)))
    throw keyFault(origin, 'a key of another kind (SSH, PEM or a plugin)');
  const identities = trimmed.filter((line) => IDENTITY.test(line));
  const recipients = trimmed.filter((line) => RECIPIENT.test(line));
  if (identities.length + recipients.length === lines.length) return { identities, recipients, passphrase: undefined };
  const [passphrase] = lines;
  if (lines.length === 1 && !looksLikeKey(trimmed[0]!)) return { identities: [], recipients: [], passphrase };
  throw keyFault(origin, `${lines.length} lines, and not each is a key of age`);
}

/** Taken for a passphrase, a mistyped key would encrypt with what nobody can repeat. */
function looksLikeKey(line: string): boolean {
  return /^age1|^AGE-SECRET-KEY/i.test(line);
}

/** Problem `backup-key`, for a key that is not one. */
export function keyFault(origin: string, found: string): Problem {
  return new Problem('backup-key', `The key for backups from ${origin} cannot be used.`, {
    found,
    expected: 'an identity or recipients of age (as age-keygen writes them), or a passphrase alone on one line',
    state: 'Nothing was read or written.',
    next: [
      'Make a key: age-keygen -o backup.key',
      'Name it in the configuration as "backupKeyFile" or "backupKeyCommand".',
    ],
  });
}
