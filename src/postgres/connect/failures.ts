import type { DatabaseError } from 'pg';
import { Problem, type ProblemFields } from '../../problem/problem.ts';
import { type ConnectionTarget, describeHost, isSocket, type TargetHost } from '../target/target.ts';
import type { Failure } from './failure.ts';
import { explainServerError } from './server-errors.ts';
import { ConnectTimeout } from './socket.ts';
import { explainTlsError } from './tls-errors.ts';

/** Problem `connection`, `authentication` or `target-invalid`: what failed, what was found there, what to do next. */
export function explain(failure: Failure): Problem {
  const { error, stage } = failure;
  if (error instanceof Problem) return error;
  if (isServerError(error)) return explainServerError(error, failure);
  if (error instanceof ConnectTimeout) return timedOut(error, failure);
  if (stage === 'tls' || isTlsError(error)) return explainTlsError(error, failure);
  return stage === 'reach' ? unreachable(error, failure) : broken(error, failure);
}

/** Did PostgreSQL itself answer with an error? */
export function isServerError(error: unknown): error is DatabaseError {
  return error instanceof Error && error.name === 'error' && typeof codeOf(error) === 'string';
}

/** TLS 1.3 tells of a refused client certificate only when the first data comes. */
function isTlsError(error: unknown): boolean {
  return /^ERR_(SSL|TLS)/.test(codeOf(error) ?? '');
}

function codeOf(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : undefined;
}

function timedOut({ afterMs }: ConnectTimeout, { host, stage }: Failure): Problem {
  const found = stage === 'reach' ? 'nothing answers' : 'the connection is open, but the server does not answer';
  return problem(host, `no answer within ${afterMs / 1000} s`, {
    found,
    next: ['Check host, port and firewall.', 'A longer wait: connect_timeout or PGCONNECT_TIMEOUT, in seconds.'],
  });
}

const REACH: Readonly<Record<string, (host: TargetHost) => [found: string, ...next: string[]]>> = {
  ECONNREFUSED: (host) =>
    isSocket(host.host)
      ? ['a socket is there, but no server listens on it', 'Start PostgreSQL, or give the port it uses with --port.']
      : ['no server listens on that port', 'Start PostgreSQL, or check --host and --port.'],
  ENOENT: ({ host, port }) => [
    `there is no socket ${host}/.s.PGSQL.${port}, so no server of that port runs here`,
    'Start PostgreSQL, or connect over TCP with --host localhost.',
  ],
  ENOTFOUND: ({ host }) => [
    `there is no host "${host}"`,
    'Check the spelling of --host, or the network’s name service.',
  ],
  EAI_AGAIN: ({ host }) => [`the name service gives no answer for "${host}"`, 'Check the network, then try again.'],
  EACCES: () => ['this user may not use the socket', 'Check the permissions of the socket and its directory.'],
  ETIMEDOUT: () => ['nothing answers', 'Check host, port and firewall.'],
  EHOSTUNREACH: () => ['there is no way to that host', 'Check the network, the VPN and the firewall.'],
  ENETUNREACH: () => ['there is no way to that network', 'Check the network and the VPN.'],
  EADDRNOTAVAIL: () => ['the address cannot be reached from here', 'Check --host.'],
};

function unreachable(error: unknown, { host }: Failure): Problem {
  const code = codeOf(error) ?? '';
  const known = REACH[code]?.(host);
  const [found, ...next] = known ?? [messageOf(error), 'Check host and port.'];
  return problem(host, code === 'ECONNREFUSED' ? 'connection refused' : 'it cannot be reached', {
    found,
    next,
    cause: error,
  });
}

/** The connection was there and broke before the session began. */
function broken(error: unknown, { host, encrypted }: Failure): Problem {
  const ended = /terminated unexpectedly|ECONNRESET|EPIPE/.test(`${messageOf(error)} ${codeOf(error)}`);
  return problem(host, ended ? 'the connection was closed' : 'the answer is not PostgreSQL’s', {
    found: ended ? 'the other end closed the connection before the session began' : messageOf(error),
    next: [
      'Check that a PostgreSQL server listens on that port, and its log.',
      ...(encrypted || isSocket(host.host) ? [] : ['If a proxy there speaks only TLS: sslmode=require.']),
    ],
    cause: error,
  });
}

function problem(host: TargetHost, what: string, fields: ProblemFields): Problem {
  return new Problem('connection', `Cannot connect to ${describeHost(host)}: ${what}.`, fields);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** One problem for all attempts: the last decides what it is, since the earlier ones were given up for it. */
export function summarise(problems: readonly Problem[], target: ConnectionTarget): Problem {
  const distinct = problems.filter((one, i) => problems.findIndex((other) => other.message === one.message) === i);
  const [only] = distinct;
  if (only && distinct.length === 1) return only;
  const names = [...new Set(target.hosts.map(describeHost))];
  if (names.length === 1) return distinct[0]!.with({ also: distinct.slice(1) });
  const code = distinct.at(-1)?.code ?? 'connection';
  return new Problem(code, `No host of ${names.join(', ')} gave a session.`, { also: distinct });
}
