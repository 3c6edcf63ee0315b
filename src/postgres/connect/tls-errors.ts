import { Problem, type ProblemFields } from '../../problem/problem.ts';
import { describeHost } from '../target/target.ts';
import { TlsRefused, WrongName } from '../tls.ts';
import type { Failure } from './failure.ts';

/** TLS could not be agreed on, or the server's certificate was turned down, or ours. */
export function explainTlsError(error: unknown, failure: Failure): Problem {
  const { host, target } = failure;
  const where = describeHost(host);
  const make = (what: string, fields: ProblemFields) =>
    new Problem('connection', `TLS with ${where}: ${what}.`, { ...fields, cause: error });
  const mode = `sslmode=${target.ssl.sslmode}`;
  if (error instanceof TlsRefused && error.answer === 'N') {
    return make('the server does not offer it', {
      expected: `TLS, because of ${mode}`,
      next: ['Switch on ssl in the server’s postgresql.conf, or set sslmode=prefer where the network can be trusted.'],
    });
  }
  if (error instanceof TlsRefused) {
    return make('it could not be agreed on', {
      found: error.message,
      next: ['Check that PostgreSQL, or a proxy for it, listens on that port.'],
    });
  }
  if (error instanceof WrongName) {
    return make('the server’s certificate is made out to another name', {
      found: error.names.join(', ') || 'no name at all',
      expected: host.host || 'a host name: verify-full needs one, an address in hostaddr is not enough',
      next: ['Connect by a name that the certificate holds; hostaddr can give the address beside it.'],
    });
  }
  return make(...byCode(error, failure));
}

/** OpenSSL's own words, without the place in its source that the message carries. */
function reasonOf(error: unknown): string {
  const reason = (error as { reason?: unknown } | null)?.reason;
  return typeof reason === 'string' ? reason : error instanceof Error ? error.message : String(error);
}

const ROOTS = (root: string | undefined) =>
  `Name the certificate of the authority that signed it with sslrootcert (now: ${root ?? 'none'}).`;

function byCode(error: unknown, { target }: Failure): [string, ProblemFields] {
  const code = String((error as { code?: unknown }).code ?? '');
  const message = reasonOf(error);
  const roots = ROOTS(target.ssl.sslrootcert);
  if (/EXPIRED|NOT_YET_VALID/.test(code)) {
    const what = code.startsWith('CRL') ? 'the revocation list is out of date' : 'a certificate is outside its dates';
    return [
      what,
      { found: message, next: ['Renew it on the server; if the dates are right, set this machine’s clock.'] },
    ];
  }
  if (code === 'CERT_REVOKED')
    return ['the server’s certificate was revoked', { found: message, next: ['Ask who runs the server.'] }];
  if (code === 'UNABLE_TO_GET_CRL') {
    return ['there is no revocation list for its authority', { found: message, next: ['Add it to sslcrl.'] }];
  }
  if (/SELF_SIGNED|UNABLE_TO|UNTRUSTED|INVALID_CA|CERT_/.test(code)) {
    return ['the server’s certificate cannot be verified', { found: message, next: [roots] }];
  }
  if (/ALERT/.test(code)) {
    const next =
      'Check sslcert and sslkey: the server must trust the client certificate’s authority, and it must be this user’s.';
    return ['the server turned it down', { found: message, next: [next] }];
  }
  if (/VERSION|PROTOCOL/.test(code)) {
    return [
      'no common version',
      { found: message, next: ['Check ssl_min_protocol_version and ssl_max_protocol_version on both sides.'] },
    ];
  }
  return ['it failed', { found: message, next: ['Check that PostgreSQL, or a proxy for it, listens on that port.'] }];
}
