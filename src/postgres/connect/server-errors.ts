import type { DatabaseError } from 'pg';
import type { ProblemCode } from '../../problem/codes.ts';
import { Problem, type ProblemFields, type ServerError } from '../../problem/problem.ts';
import { describeHost, isSocket } from '../target/target.ts';
import type { Failure } from './failure.ts';

type Explanation = { readonly code?: ProblemCode; readonly message: string } & Pick<ProblemFields, 'found' | 'next'>;

/** PostgreSQL refused the session: by SQLSTATE (manual, appendix "PostgreSQL Error Codes"), not by text, which is translated. */
export function explainServerError(error: DatabaseError, failure: Failure): Problem {
  const explanation = BY_SQLSTATE[error.code ?? '']?.(failure, error) ?? other(failure);
  const { code = 'connection', message, ...fields } = explanation;
  return new Problem(code, message, { server: serverFields(error), ...fields, cause: error });
}

const BY_SQLSTATE: Readonly<Record<string, (failure: Failure, error: DatabaseError) => Explanation>> = {
  '28P01': wrongPassword,
  '28000': notAdmitted,
  '3D000': ({ target, host }) => ({
    message: `There is no database "${target.database}" on ${describeHost(host)}.`,
    next: [
      `createdb ${clientOptions(host)} -U ${shellWord(target.user)} ${shellWord(target.database)}`,
      'Or check the spelling of --database.',
    ],
  }),
  '42501': ({ target, host }) => ({
    code: 'authentication',
    message: `"${target.user}" may not connect to database "${target.database}" on ${describeHost(host)}.`,
    next: [`As its owner: GRANT CONNECT ON DATABASE ${quoted(target.database)} TO ${quoted(target.user)};`],
  }),
  '53300': ({ host }) => ({
    message: `${describeHost(host)} has no connection left.`,
    next: [
      'Wait and try again, end idle sessions (pg_stat_activity), or raise max_connections or the role’s CONNECTION LIMIT.',
    ],
  }),
  '57P03': ({ host }) => ({
    message: `${describeHost(host)} is not ready: it starts, stops or recovers.`,
    next: ['Wait and try again.'],
  }),
  '57P01': ({ host }) => ({ message: `${describeHost(host)} is shutting down.`, next: ['Wait and try again.'] }),
  '55000': ({ target, host }) => ({
    message: `Database "${target.database}" on ${describeHost(host)} accepts no connections.`,
    next: [`As a superuser: ALTER DATABASE ${quoted(target.database)} ALLOW_CONNECTIONS true;`],
  }),
  '42704': badStartup,
  '22023': badStartup,
  '08P01': badStartup,
};

function wrongPassword({ target, host, secret }: Failure): Explanation {
  return {
    code: 'authentication',
    message: `${describeHost(host)} turned down the password of "${target.user}".`,
    ...(secret ? { found: `the password came from ${secret.origin}` } : {}),
    next: [
      secret
        ? `Correct it in ${secret.origin}, or give another with --password.`
        : 'Give the password with --password.',
    ],
  };
}

/** One SQLSTATE for several refusals; the server names its routine, and that is not translated. */
function notAdmitted(failure: Failure, { routine, file }: DatabaseError): Explanation {
  const { target, host, encrypted } = failure;
  const where = describeHost(host);
  if (routine === 'InitializeSessionUserId') {
    return {
      code: 'authentication',
      message: `There is no role "${target.user}" that may log in on ${where}.`,
      next: [
        'Check the spelling of --user (without it, the operating system’s user name is used).',
        'Or create it: CREATE ROLE ... LOGIN;',
      ],
    };
  }
  if (routine === 'auth_failed' || file === 'auth.c') return refusedByRules(failure);
  return {
    code: 'authentication',
    message: `${where} does not admit "${target.user}"${encrypted ? '' : ' over a connection without TLS'}.`,
    next: ['The server’s log says why.'],
  };
}

function refusedByRules({ target, host, encrypted }: Failure): Explanation {
  const local = isSocket(host.host);
  return {
    code: 'authentication',
    message: `${describeHost(host)} does not admit "${target.user}" to "${target.database}".`,
    found: `a connection ${local ? 'over the unix socket' : encrypted ? 'with TLS' : 'without TLS'}, which pg_hba.conf of the server rules out`,
    next: [
      ...(local ? ['Connect over TCP with --host localhost, or as the operating system user of that name.'] : []),
      ...(!local && !encrypted ? ['If the server wants TLS: sslmode=require.'] : []),
      ...(encrypted ? ['If the server wants a client certificate: sslcert and sslkey.'] : []),
      'Otherwise add a line to pg_hba.conf for this user, database and address, then: SELECT pg_reload_conf();',
    ],
  };
}

/** A parameter of the start-up packet that the server, or a pooler before it, does not take. */
function badStartup({ target, host }: Failure): Explanation {
  const given = [
    ...(target.options ? ['options (PGOPTIONS)'] : []),
    ...Object.keys(target.sessionDefaults).map((name) => `${name} (from a PG* variable)`),
  ];
  return {
    message: `${describeHost(host)} refused the session’s settings.`,
    ...(given.length > 0 ? { found: `sent were ${given.join(', ')}` } : {}),
    next: [given.length > 0 ? 'Correct these, or take them out.' : 'The server’s message says what to change.'],
  };
}

function other({ host }: Failure): Explanation {
  return { message: `${describeHost(host)} refused the session.`, next: ['The server’s message and its log say why.'] };
}

function serverFields({ code, message, severity, detail, hint }: DatabaseError): ServerError {
  return {
    sqlstate: code ?? '',
    message,
    ...(severity ? { severity } : {}),
    ...(detail ? { detail } : {}),
    ...(hint ? { hint } : {}),
  };
}

function clientOptions({ host, hostaddr, port }: Failure['host']): string {
  return `-h ${shellWord(host || hostaddr || '')} -p ${port}`;
}

function shellWord(text: string): string {
  return /^[\w./:@-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

function quoted(identifier: string): string {
  return /^[a-z_][a-z0-9_]*$/.test(identifier) ? identifier : `"${identifier.replaceAll('"', '""')}"`;
}
