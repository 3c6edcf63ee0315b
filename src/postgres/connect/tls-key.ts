import { createPrivateKey, type KeyObject } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { Problem } from '../../problem/problem.ts';

/**
 * The private key of a client certificate, as PEM without a password. libpq refuses a key that others can read: mode 0600
 * or less, or 0640 or less where root owns it (manual, "Client Certificates"). Throws Problem `target-invalid`.
 */
export function privateKey(certificate: string, path: string, password: string | undefined): string {
  const facts = path === '' ? undefined : statSync(path, { throwIfNoEntry: false });
  if (!facts) {
    throw refuse(`The client certificate ${certificate} has no private key.`, path, [
      'Name the key with sslkey or PGSSLKEY.',
    ]);
  }
  if (!facts.isFile()) throw refuse('The private key is not a regular file.', path, ['Name a file with sslkey.']);
  const forbidden = facts.uid === 0 ? 0o037 : 0o077;
  if (process.platform !== 'win32' && (facts.mode & forbidden) !== 0) {
    throw refuse('The private key is open to group or others.', path, [`chmod 0600 ${path}`]);
  }
  return decrypt(path, password);
}

function decrypt(path: string, password: string | undefined): string {
  const bytes = readFileSync(path);
  const options = password === undefined ? {} : { passphrase: password };
  let failure: unknown;
  for (const form of bytes.includes('-----BEGIN') ? PEM : DER) {
    try {
      return pemOf(createPrivateKey({ key: bytes, ...form, ...options }));
    } catch (error) {
      failure ??= error;
    }
  }
  const encrypted = /ENCRYPTED|Proc-Type: 4/.test(bytes.toString('latin1'));
  const how = !encrypted
    ? 'cannot be read'
    : password === undefined
      ? 'is encrypted'
      : 'does not open with sslpassword';
  throw refuse(
    `The private key ${how}.`,
    path,
    [encrypted ? 'Give its password with sslpassword.' : 'A key is PEM or DER.'],
    failure,
  );
}

const PEM = [{ format: 'pem' }] as const;
const DER = [
  { format: 'der', type: 'pkcs8' },
  { format: 'der', type: 'pkcs1' },
  { format: 'der', type: 'sec1' },
] as const;

function pemOf(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString();
}

function refuse(message: string, path: string, next: string[], cause?: unknown): Problem {
  return new Problem('target-invalid', message, { where: { file: path }, next, ...(cause ? { cause } : {}) });
}
