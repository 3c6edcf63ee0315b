import { locate } from '../migration/locate.ts';
import type { Migration, Statement } from '../migration/migration.ts';
import { writtenSql } from '../migration/placeholder.ts';
import type { DatabaseError } from '../postgres/database-error.ts';
import { Problem, type ServerError } from '../problem/problem.ts';
import { oddCharacters } from '../sql/odd-characters.ts';
import { adviceOn, generalAdvice } from './advice.ts';
import { placeOfError } from './error-place.ts';
import { roleInFile } from './role-in-file.ts';

/** What the server said, field by field. */
export function serverErrorOf(error: DatabaseError): ServerError {
  const optional = {
    severity: error.severity,
    detail: error.detail,
    hint: error.hint,
    context: error.where,
    schema: error.schema,
    table: error.table,
    column: error.column,
    constraint: error.constraint,
  };
  const said = Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined && value !== ''));
  return { sqlstate: error.code ?? '', message: error.message, ...said };
}

export function isDatabaseError(error: unknown): error is DatabaseError {
  return error instanceof Error && 'severity' in error && typeof (error as { code?: unknown }).code === 'string';
}

/** A failure of one of our own statements, outside any migration. `role`: who ran it, for the GRANT that may be missing. */
export function databaseProblem(error: unknown, what: string, role?: string): Problem {
  if (error instanceof Problem) return error;
  if (!isDatabaseError(error)) {
    const message = error instanceof Error ? error.message : String(error);
    return new Problem('connection-lost', `${what}: the connection was lost (${message})`, {
      cause: error,
      next: ['Run the command again: nothing is left half done, and it goes on where this one stopped.'],
    });
  }
  if (isTakenOver(error)) return takenOver(error);
  if (isConnectionException(error)) return lostConnection(error, what);
  const denied = error.code === '42501';
  return new Problem(denied ? 'permission-denied' : 'statement-failed', what, {
    server: serverErrorOf(error),
    cause: error,
    ...nextOf(generalAdvice(error, '', role)),
  });
}

/** Class 08 (manual, Appendix A): also what a pooler says whose server is away. */
function isConnectionException({ code }: DatabaseError): boolean {
  return code?.startsWith('08') ?? false;
}

function lostConnection(error: DatabaseError, what: string): Problem {
  return new Problem('connection-lost', what, {
    server: serverErrorOf(error),
    cause: error,
    next: ['Run the command again: nothing is left half done, and it goes on where this one stopped.'],
  });
}

/** What checkFenceItem makes the server say. */
function isTakenOver(error: DatabaseError): boolean {
  return error.code === INVALID_TEXT && error.message.includes('"taken over: ');
}

const INVALID_TEXT = '22P02';

function takenOver(cause: DatabaseError): Problem {
  return new Problem('taken-over', 'another run has taken over: this one was silent for too long', {
    found: 'the lease of the tracking tables belongs to another run',
    state: 'What this run had finished is on record; nothing of it was done after the other had begun.',
    next: ['See what is applied now: taskflow-db status', 'See who took over, and when: taskflow-db history'],
    cause,
  });
}

/** A statement of a migration that the server refused, with its exact place in the file. `role`: who ran it. */
export function statementProblem(
  error: DatabaseError,
  migration: Migration,
  statement: Statement,
  all: readonly Statement[],
  role?: string,
): Problem {
  const where = placeOfError(error, migration, statement, all);
  return new Problem(error.code === '42501' ? 'permission-denied' : 'statement-failed', `${migration.version} failed`, {
    version: migration.version,
    where,
    statement: writtenSql(statement),
    server: serverErrorOf(error),
    cause: error,
    next: [
      ...(error.code === SYNTAX_ERROR ? oddCharacterHint(migration, statement) : []),
      ...adviceOn(error, migration, statement, where, roleInFile(statement, all) ?? role),
    ],
  });
}

const SYNTAX_ERROR = '42601';

/** A blank that is none, or a curly quote, pasted from a document: the server takes it for part of a name. */
function oddCharacterHint(migration: Migration, statement: Statement): string[] {
  const [odd] = oddCharacters(statement.sql);
  if (!odd) return [];
  const { line, column } = locate(migration, statement, odd.offset);
  return [
    `Line ${line}, column ${column} holds ${odd.description}, which PostgreSQL takes for part of a name: retype it.`,
  ];
}

function nextOf(next: string[]): { next?: string[] } {
  return next.length > 0 ? { next } : {};
}
