import { X509Certificate } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { rootCertificates, type SecureContextOptions } from 'node:tls';
import { Problem } from '../../problem/problem.ts';
import type { SslSettings } from '../target/target.ts';
import { privateKey } from './tls-key.ts';

/** Where systems keep their trusted roots in one file; Node has its own copy of Mozilla's for where there is none. */
const SYSTEM_ROOTS = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/ssl/cert.pem',
];

export interface TlsFiles {
  readonly context: SecureContextOptions;
  /** There are roots to verify the server's certificate with. */
  readonly roots: boolean;
}

/**
 * Reads the files of TLS as libpq does (manual, "SSL Client File Usage"): the root certificate must exist only for the
 * verify modes, but counts in every mode; a client certificate is used if it is there, and then needs its key; a missing
 * revocation list is none. Throws Problem `target-invalid`.
 */
export function readTlsFiles(ssl: SslSettings): TlsFiles {
  const roots = readRoots(ssl);
  const lists = roots ? revocationLists(ssl) : [];
  return {
    roots: roots !== undefined,
    context: {
      ...(roots ? { ca: roots } : {}),
      ...(lists.length > 0 ? { crl: lists } : {}),
      ...clientCertificate(ssl),
    },
  };
}

function readRoots({ sslrootcert = '', sslmode }: SslSettings): string[] | undefined {
  if (sslrootcert === 'system') return systemRoots();
  if (!existsSync(sslrootcert)) {
    if (!sslmode.startsWith('verify')) return undefined;
    throw new Problem('target-invalid', `sslmode=${sslmode} needs the root certificate of the server's authority.`, {
      found: `no file ${sslrootcert}`,
      next: [
        'Put the authority’s certificate there, or name it with sslrootcert or PGSSLROOTCERT.',
        'For a server whose certificate is publicly trusted, set sslrootcert=system.',
      ],
    });
  }
  const text = readText(sslrootcert, 'root certificate');
  parseCertificate(text, sslrootcert, 'root certificate');
  return [text];
}

function systemRoots(): string[] {
  const named = process.env.SSL_CERT_FILE;
  const file = named && existsSync(named) ? named : SYSTEM_ROOTS.find((path) => existsSync(path));
  return file ? [readText(file, 'root certificates')] : [...rootCertificates];
}

function revocationLists({ sslcrl, sslcrldir }: SslSettings): string[] {
  const folder = sslcrldir && existsSync(sslcrldir) ? readdirSync(sslcrldir).map((name) => join(sslcrldir, name)) : [];
  const files = [...(sslcrl ? [sslcrl] : []), ...folder].filter((path) =>
    statSync(path, { throwIfNoEntry: false })?.isFile(),
  );
  return files.map((path) => readText(path, 'revocation list')).filter((text) => text.includes('BEGIN X509 CRL'));
}

function clientCertificate({ sslcert, sslkey, sslpassword }: SslSettings): SecureContextOptions {
  if (!sslcert || !existsSync(sslcert)) return {};
  const cert = readText(sslcert, 'client certificate');
  parseCertificate(cert, sslcert, 'client certificate');
  return { cert, key: privateKey(sslcert, sslkey ?? '', sslpassword?.reveal()) };
}

function parseCertificate(text: string, path: string, what: string): void {
  try {
    new X509Certificate(text);
  } catch (cause) {
    throw new Problem('target-invalid', `The ${what} cannot be read.`, {
      where: { file: path },
      expected: 'certificates in PEM form, beginning with -----BEGIN CERTIFICATE-----',
      cause,
    });
  }
}

function readText(path: string, what: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch (cause) {
    throw new Problem('target-invalid', `The ${what} cannot be read.`, { where: { file: path }, cause });
  }
}
