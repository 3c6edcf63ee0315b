import { isIP, type Socket } from 'node:net';
import type { ConnectionOptions, PeerCertificate, TLSSocket } from 'node:tls';
import type { TlsFiles } from './connect/tls-files.ts';
import { certificateIsFor, readNames } from './connect/tls-names.ts';
import type { SslSettings, TargetHost } from './target/target.ts';

/** The server speaks no TLS, or answered the request for it with something that cannot be trusted. */
export class TlsRefused extends Error {
  readonly answer: 'N' | 'E' | 'unknown';

  constructor(answer: 'N' | 'E' | 'unknown', message: string) {
    super(message);
    this.name = 'TlsRefused';
    this.answer = answer;
  }
}

/** The certificate is valid but made out to somebody else. */
export class WrongName extends Error {
  readonly names: readonly string[];

  constructor(names: readonly string[]) {
    super(`the certificate is for ${names.join(', ') || 'no name at all'}`);
    this.name = 'WrongName';
    this.names = names;
  }
}

const SSL_REQUEST = Buffer.from([0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f]);

/**
 * Asks the server for TLS (manual, "SSL Session Encryption"): true if it agrees, false if it has none. Anything more than
 * the one byte would be text that somebody slipped in before the encryption began, so it ends the connection.
 */
export async function requestTls(socket: Socket): Promise<boolean> {
  const answer = await new Promise<Buffer>((resolve, reject) => {
    const closed = () => reject(new TlsRefused('unknown', 'the server closed the connection'));
    socket.once('data', (data) => {
      socket.off('error', reject).off('close', closed);
      resolve(data);
    });
    socket.once('error', reject).once('close', closed);
    socket.write(SSL_REQUEST);
  });
  const letter = String.fromCharCode(answer[0] ?? 0);
  if (letter === 'E') throw new TlsRefused('E', 'the server answered the request for TLS with an error');
  if (answer.length > 1 || !'SN'.includes(letter))
    throw new TlsRefused('unknown', 'this is no answer to a request for TLS');
  return letter === 'S';
}

/** Encrypts the connection. Rejects with Node's TLS error, WrongName, or Problem `target-invalid` for a file. */
export async function startTls(socket: Socket, ssl: SslSettings, host: TargetHost): Promise<TLSSocket> {
  // Loaded only here: a server without TLS, and a unix socket, do without 5 ms of start-up.
  const [{ connect: connectTls }, { readTlsFiles }] = await Promise.all([
    import('node:tls'),
    import('./connect/tls-files.ts'),
  ]);
  const options = tlsOptions(ssl, host, readTlsFiles(ssl));
  return await new Promise<TLSSocket>((resolve, reject) => {
    const secure = connectTls({ ...options, socket });
    const closed = () => reject(new TlsRefused('unknown', 'the server closed the connection during the TLS handshake'));
    secure.once('error', reject).once('close', closed);
    secure.once('secureConnect', () => {
      secure.off('error', reject).off('close', closed);
      if (ssl.sslnegotiation === 'direct' && secure.alpnProtocol !== 'postgresql') {
        secure.destroy();
        reject(new TlsRefused('unknown', 'the server did not confirm that it speaks PostgreSQL behind TLS (ALPN)'));
      }
      resolve(secure);
    });
  });
}

/**
 * libpq's meaning of sslmode in Node's terms: roots that exist are used in every mode, the host's name counts only for
 * verify-full, and without roots the connection is encrypted but anybody could be at the other end.
 */
function tlsOptions(ssl: SslSettings, host: TargetHost, { context, roots }: TlsFiles): ConnectionOptions {
  const sendName = ssl.sslsni && host.host !== '' && isIP(host.host) === 0;
  return {
    ...context,
    rejectUnauthorized: roots,
    checkServerIdentity: (_, certificate) =>
      ssl.sslmode === 'verify-full' ? checkName(host.host, certificate) : undefined,
    ...(sendName ? { servername: host.host } : {}),
    ...(ssl.minVersion ? { minVersion: ssl.minVersion } : { minVersion: 'TLSv1' }),
    ...(ssl.maxVersion ? { maxVersion: ssl.maxVersion } : {}),
    ...(ssl.sslnegotiation === 'direct' ? { ALPNProtocols: ['postgresql'] } : {}),
  };
}

function checkName(host: string, certificate: PeerCertificate): Error | undefined {
  // A subject with several common names comes as a list; libpq looks at the first.
  const common: unknown = certificate.subject?.CN;
  const commonName = Array.isArray(common) ? String(common[0]) : typeof common === 'string' ? common : undefined;
  const names = readNames(certificate.subjectaltname, commonName);
  if (host !== '' && certificateIsFor(host, names)) return undefined;
  return new WrongName([...names.dns, ...names.ip, ...(commonName ? [commonName] : [])]);
}
