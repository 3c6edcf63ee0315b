import type { Migration, Statement } from '../migration/migration.ts';
import type { DatabaseError } from '../postgres/database-error.ts';
import type { Location } from '../problem/problem.ts';
import { missingGrant } from './missing-grant.ts';
import { leftOutsideAdvice } from './outside-advice.ts';
import { isStored } from './stored-file.ts';

/** SQLSTATEs that a person meets often, and what helps (PostgreSQL manual, Appendix A). */
const ADVICE: Readonly<Record<string, string>> = {
  '23502': 'Fill the column for the rows that are there (a data migration), then add the constraint.',
  '23503': 'Find the rows without a counterpart and mend or remove them first.',
  '23514': 'Find the rows that break the rule and mend them first.',
  '2D000':
    'A procedure or DO block of this file tries to end the transaction. Write "-- Transaction: none" in the header to run each statement by itself.',
  '25001': 'This statement cannot run in a transaction. Write "-- Transaction: none" in the header.',
  '2BP01': 'Other objects depend on it: drop those first, each in its own statement, so that nothing falls unseen.',
  '53100': 'Free disk space on the server, then run the command again.',
  '53200': 'The server is out of memory; try again with less at once.',
  '53300': 'All connections of the server are taken; try again when some are free.',
  '55006': 'Somebody uses the object; try again when they have finished.',
  '55P03':
    'Another session holds the lock. See who: SELECT * FROM pg_stat_activity WHERE pid = ANY (pg_blocking_pids(PID));',
  '55P04': 'A label that was added to an enum in this file can be used only in a later file.',
};

const INSUFFICIENT_PRIVILEGE = '42501';
const UNIQUE_VIOLATION = '23505';
const UNDEFINED_TABLE = '42P01';
const QUERY_CANCELED = '57014';

/** The server has one code for a timeout and for somebody's pg_cancel_backend; only its message, in its language, differs. */
function cancelAdvice({ message }: DatabaseError): string {
  const timeout = "set a longer one in the file's header (-- Statement-Timeout: 10min)";
  if (/statement timeout/i.test(message)) return `statement_timeout ended it: ${timeout}.`;
  if (/user request/i.test(message))
    return 'Somebody stopped this statement (pg_cancel_backend): find out who and why.';
  return `Somebody stopped it (pg_cancel_backend), or statement_timeout did: then ${timeout}.`;
}

/** What helps against an error of the server, whatever statement met it. */
export function generalAdvice(error: DatabaseError, sql: string, role?: string): string[] {
  const code = error.code ?? '';
  if (code === INSUFFICIENT_PRIVILEGE) return [missingGrant(error, sql, role)];
  if (code === UNIQUE_VIOLATION) return [duplicatesAdvice(error)];
  if (code === QUERY_CANCELED) return [cancelAdvice(error)];
  const advice = ADVICE[code];
  return advice === undefined ? [] : [advice];
}

/** The table and its columns stand in the error's fields, where a unique index was to be built. */
function duplicatesAdvice({ detail, schema, table }: DatabaseError): string {
  const [, columns] = /^Key \((.+?)\)=\(/.exec(detail ?? '') ?? [];
  if (columns === undefined || table === undefined) return 'Find the duplicates and mend them first.';
  const from = schema === undefined || schema === 'public' ? table : `${schema}.${table}`;
  return `Find the duplicates and mend them first: SELECT ${columns}, count(*) FROM ${from} GROUP BY ${columns} HAVING count(*) > 1;`;
}

/** What helps with a statement of a migration: advice on the error, else where to correct what, and what to run then. */
export function adviceOn(
  error: DatabaseError,
  migration: Migration,
  statement: Statement,
  where: Location,
  role?: string,
): string[] {
  const left = leftOutsideAdvice(error, statement);
  if (left.length > 0) return left;
  const general = generalAdvice(error, statement.sql, role);
  if (general.length > 0) return general;
  if (isOfRollback(migration, statement)) return [correctRollback(migration, where)];
  const correct = correctAndGoOn(`${where.file}${atLine(where.line)}`);
  if (error.code === UNDEFINED_TABLE) {
    return ['Check the name and its schema; a migration it depends on may be missing (-- Depends: VERSION).', correct];
  }
  if (!THERE_ALREADY.has(error.code ?? '')) return [correct];
  return [
    correct,
    `Or, if all that the file makes is there already: taskflow-db repair --mark-applied ${migration.version} --reason "..."`,
  ];
}

/** duplicate_table, duplicate_object, duplicate_column, duplicate_schema, duplicate_function. */
const THERE_ALREADY = new Set(['42P07', '42710', '42701', '42P06', '42723']);

export function correctAndGoOn(what: string): string {
  return `Correct ${what}, then run migrate again: it goes on with what is not applied yet.`;
}

function correctRollback(migration: Migration, { file, line }: Location): string {
  return isStored(migration.file)
    ? `Put the file of ${migration.version} back, with a ROLLBACK section that works, then run rollback again.`
    : `Correct the ROLLBACK section of ${file}${atLine(line)}, then run rollback again.`;
}

function atLine(line: number | undefined): string {
  return line === undefined ? '' : ` (line ${line})`;
}

function isOfRollback({ rollback }: Migration, statement: Statement): boolean {
  return rollback.kind === 'sql' && rollback.statements.includes(statement);
}
