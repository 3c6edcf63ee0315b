import { ReadableStream } from 'node:stream/web';
import type { Decrypter, Encrypter } from 'age-encryption';
import { Problem } from '../../problem/problem.ts';
import type { BackupKey } from './backup-key.ts';

/** Behind the name of each encrypted file; what it holds is the age format, version 1. */
export const SEALED_SUFFIX = '.age';

/**
 * The name of the file that a passphrase seals: an identity made for one backup, for which all its other files are sealed. So
 * the passphrase is stretched once (a second, 256 MiB), not once a file, and `age` opens all of it, too.
 */
export const SEALED_KEY_FILE = 'key.age';

/** Seals the files of one backup. */
export interface Sealer {
  /** The content of SEALED_KEY_FILE, where the backup needs one. */
  readonly keyFile: Buffer | undefined;
  /** The encrypted stream of one file: memory stays flat, it is as fast as its taker. */
  readonly seal: (data: AsyncIterable<Uint8Array>) => AsyncIterable<Buffer>;
}

/** Opens the files of one backup. */
export interface Opener {
  /**
   * The decrypted stream of one file; `path` for messages. It ends in Problem `backup-key` where the key does not open it,
   * before anything was given out, and in `backup-damaged` where it was changed or cut: what came before that is intact.
   */
  readonly open: (data: AsyncIterable<Uint8Array>, path: string) => AsyncIterable<Buffer>;
}

/** For a new backup. */
export async function sealing(key: BackupKey): Promise<Sealer> {
  const age = await import('age-encryption');
  if (key.passphrase === undefined) {
    const encrypter = new age.Encrypter();
    for (const recipient of await recipientsOf(key)) encrypter.addRecipient(recipient);
    return { keyFile: undefined, seal: (data) => sealed(encrypter, data) };
  }
  const identity = await age.generateX25519Identity();
  const encrypter = new age.Encrypter();
  encrypter.addRecipient(await age.identityToRecipient(identity));
  const byPassphrase = new age.Encrypter();
  byPassphrase.setPassphrase(key.passphrase);
  const keyFile = await gathered(sealed(byPassphrase, once(Buffer.from(`${identity}\n`))));
  return { keyFile, seal: (data) => sealed(encrypter, data) };
}

async function recipientsOf({ identities, recipients, origin }: BackupKey): Promise<string[]> {
  const { Encrypter, identityToRecipient } = await import('age-encryption');
  try {
    const all = [...recipients, ...(await Promise.all(identities.map((one) => identityToRecipient(one))))];
    for (const one of all) new Encrypter().addRecipient(one);
    return all;
  } catch (cause) {
    throw mistyped(origin, cause);
  }
}

/**
 * For a backup that is there. `keyFile`: the content of its SEALED_KEY_FILE, where it has one. Throws Problem `backup-key` where
 * the key is not the one, or can only seal.
 */
export async function opening(key: BackupKey, keyFile: Buffer | undefined): Promise<Opener> {
  const { Decrypter } = await import('age-encryption');
  const decrypter = new Decrypter();
  if (keyFile !== undefined) {
    if (key.passphrase === undefined) throw doesNotOpen(key, 'it was encrypted with a passphrase');
    const byPassphrase = new Decrypter();
    byPassphrase.addPassphrase(key.passphrase);
    const identity = await gathered(opened(byPassphrase, once(keyFile), key, SEALED_KEY_FILE));
    decrypter.addIdentity(identity.toString('utf8').trim());
  } else {
    if (key.passphrase !== undefined) throw doesNotOpen(key, 'it was encrypted for a key, not with a passphrase');
    if (key.identities.length === 0) throw doesNotOpen(key, 'a recipient alone: with that one can encrypt only');
    for (const identity of key.identities) addIdentity(decrypter, identity, key.origin);
  }
  return { open: (data, path) => opened(decrypter, data, key, path) };
}

function addIdentity(decrypter: Decrypter, identity: string, origin: string): void {
  try {
    decrypter.addIdentity(identity);
  } catch (cause) {
    throw mistyped(origin, cause);
  }
}

async function* sealed(encrypter: Encrypter, data: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  for await (const bytes of await encrypter.encrypt(streamOf(data))) yield asBuffer(bytes);
}

async function* opened(
  decrypter: Decrypter,
  data: AsyncIterable<Uint8Array>,
  key: BackupKey,
  path: string,
): AsyncGenerator<Buffer> {
  const failure: { ofSource?: unknown } = {};
  const stream = await decrypter.decrypt(streamOf(noting(data, failure))).catch((cause: unknown) => {
    throw failure.ofSource ?? headerFault(cause, key, path);
  });
  try {
    for await (const bytes of stream) yield asBuffer(bytes);
  } catch (cause) {
    throw failure.ofSource ?? damaged(path, cause);
  }
}

/** What the source itself throws is told as it is, not as damage. */
async function* noting(data: AsyncIterable<Uint8Array>, failure: { ofSource?: unknown }): AsyncGenerator<Uint8Array> {
  try {
    yield* data;
  } catch (error) {
    failure.ofSource = error;
    throw error;
  }
}

function headerFault(cause: unknown, key: BackupKey, path: string): Problem {
  const text = cause instanceof Error ? cause.message : String(cause);
  return /^no identity matched/.test(text)
    ? doesNotOpen(key, 'it was encrypted for another one')
    : damaged(path, cause);
}

function damaged(path: string, cause: unknown): Problem {
  return new Problem('backup-damaged', `${path} of the backup was changed or cut since it was encrypted.`, {
    found: cause instanceof Error ? cause.message : String(cause),
    cause,
  });
}

function doesNotOpen({ origin }: BackupKey, found: string): Problem {
  return new Problem('backup-key', `The key from ${origin} does not open this backup.`, {
    found,
    expected: 'the key that it was encrypted with',
    state: 'Nothing was changed.',
    next: ['Name the right one in the configuration as "backupKeyFile" or "backupKeyCommand".'],
  });
}

function mistyped(origin: string, cause: unknown): Problem {
  return new Problem('backup-key', `A key from ${origin} is mistyped or cut.`, {
    // The cause could quote the key.
    found: `its checksum does not hold (${cause instanceof Error ? cause.name : 'error'})`,
    expected: 'keys as age-keygen writes them',
    state: 'Nothing was changed.',
  });
}

function streamOf(data: AsyncIterable<Uint8Array>): ReadableStream<Uint8Array> {
  return ReadableStream.from(data);
}

async function* once(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes;
}

async function gathered(data: AsyncIterable<Buffer>): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of data) parts.push(part);
  return Buffer.concat(parts);
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
