import { locate } from '../migration/locate.ts';
import type { Migration, Statement } from '../migration/migration.ts';
import type { DatabaseError } from '../postgres/database-error.ts';
import { Problem, type ServerError } from '../problem/problem.ts';
import { oddCharacters } from '../sql/odd-characters.ts';
import { placeOfError } from './error-place.ts';

/** SQLSTATEs that a person meets often, and what helps (PostgreSQL manual, Appendix A). */
const ADVICE: Readonly<Record<string, string>> = {
  '23502': 'Fill the column for the rows that are there (a data migration), then add the constraint.',
  '23503': 'Find the rows without a counterpart and mend or remove them first.',
  '23505':
    'Find the duplicates and mend them first: SELECT columns, count(*) ... GROUP BY columns HAVING count(*) > 1.',
  '23514': 'Find the rows that break the rule and mend them first.',
  '2D000':
    'A procedure or DO block of this file tries to end the transaction. Write "-- Transaction: none" in the header to run each statement by itself.',
  '25001': 'This statement cannot run in a transaction. Write "-- Transaction: none" in the header.',
  '2BP01': 'Other objects depend on it: drop those first, each in its own statement, so that nothing falls unseen.',
  '42P01': 'Check the name and its schema; a migration it depends on may be missing (-- Depends: VERSION).',
  '42501': 'Run as the owner of the object, or let an administrator GRANT what is missing.',
  '53100': 'Free disk space on the server, then run migrate again.',
  '53200': 'The server is out of memory; try again with less at once.',
  '53300': 'All connections of the server are taken; try again when some are free.',
  '55006': 'Somebody uses the object; try again when they have finished.',
  '55P03':
    'Another session holds the lock; see who: SELECT * FROM pg_stat_activity WHERE pid = ANY (pg_blocking_pids(PID)).',
  '55P04': 'A label that was added to an enum in this file can be used only in a later file.',
  '57014': "statement_timeout ended it: set a longer one in the file's header (-- Statement-Timeout: 10min).",
};

function serverErrorOf(error: DatabaseError): ServerError {
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

/** A failure of one of our own statements, outside any migration. */
export function databaseProblem(error: unknown, what: string): Problem {
  if (error instanceof Problem) return error;
  if (!isDatabaseError(error)) {
    const message = error instanceof Error ? error.message : String(error);
    return new Problem('connection-lost', `${what}: the connection was lost (${message})`, {
      cause: error,
      next: ['Run the command again: nothing is left half done, and it goes on where this one stopped.'],
    });
  }
  const denied = error.code === '42501';
  return new Problem(denied ? 'permission-denied' : 'statement-failed', what, {
    server: serverErrorOf(error),
    cause: error,
    ...nextOf(error),
  });
}

/** A statement of a migration that the server refused, with its exact place in the file. */
export function statementProblem(
  error: DatabaseError,
  migration: Migration,
  statement: Statement,
  all: readonly Statement[],
): Problem {
  const where = placeOfError(error, migration, statement, all);
  return new Problem(error.code === '42501' ? 'permission-denied' : 'statement-failed', `${migration.version} failed`, {
    version: migration.version,
    where,
    statement: statement.sql,
    server: serverErrorOf(error),
    cause: error,
    ...(error.code === SYNTAX_ERROR ? oddCharacterHint(migration, statement) : nextOf(error)),
  });
}

const SYNTAX_ERROR = '42601';

/** A blank that is none, or a curly quote, pasted from a document: the server takes it for part of a name. */
function oddCharacterHint(migration: Migration, statement: Statement): { next?: string[] } {
  const [odd] = oddCharacters(statement.sql);
  if (!odd) return {};
  const { line, column } = locate(migration, statement, odd.offset);
  return {
    next: [
      `Line ${line}, column ${column} holds ${odd.description}, which PostgreSQL takes for part of a name: retype it.`,
    ],
  };
}

function nextOf(error: DatabaseError): { next?: string[] } {
  const advice = ADVICE[error.code ?? ''];
  return advice ? { next: [advice] } : {};
}
