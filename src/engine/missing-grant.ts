import type { DatabaseError } from '../postgres/database-error.ts';
import { displayIdentifier } from '../sql/quote.ts';

/** As the server names what was denied (its messages in English; in another language there is general advice only). */
const DENIED =
  /^permission denied for (table|view|materialized view|sequence|schema|function|procedure|database|type|language|tablespace) (.+)$/;
const NO_MEMBER = /^(?:permission denied to set role|must be member of role|must be able to SET ROLE) "(.+)"$/;
const NOT_OWNER = /^must be owner of (.+)$/;

/**
 * What helps against SQLSTATE 42501, insufficient_privilege: the GRANT that is missing, as far as message and statement tell
 * (manual, GRANT). `sql`: the statement that was refused. `role`: who ran it.
 */
export function missingGrant(error: DatabaseError, sql: string, role: string | undefined): string {
  const [, group] = NO_MEMBER.exec(error.message) ?? [];
  if (group !== undefined) return administrator(displayIdentifier(group), role);
  const [, kind, name] = DENIED.exec(error.message) ?? [];
  if (kind === undefined || name === undefined) return ownerNeeded(error.message);
  const query = innermostQuery(error) ?? sql;
  const privileges = privilegesOn(kind, name, query) ?? '...';
  const object = `${keywordOf(kind)} ${asWritten(name, query)}`;
  return administrator(`${privileges} ON ${object}`, role);
}

function administrator(what: string, role: string | undefined): string {
  if (role === undefined) return `Its owner or an administrator grants the role of this run ${what}.`;
  return `Its owner or an administrator runs: GRANT ${what} TO ${displayIdentifier(role)};`;
}

function ownerNeeded(message: string): string {
  const [, object] = NOT_OWNER.exec(message) ?? [];
  return object === undefined
    ? 'Run as the owner of the object, or let an administrator GRANT what is missing.'
    : `Only the owner of ${object} may do that: connect as it, or name it as "role" in the configuration.`;
}

/** Inside a function or DO block it was another statement that was refused than the file's. */
function innermostQuery(error: DatabaseError): string | undefined {
  return error.internalQuery ?? /^SQL statement "([\s\S]*?)"(?:\n|$)/.exec(error.where ?? '')?.[1];
}

function keywordOf(kind: string): string {
  return kind.endsWith('view') ? 'TABLE' : kind.toUpperCase();
}

/** With the schema that the statement gives it; the message has the bare name. */
function asWritten(name: string, sql: string): string {
  const plain = displayIdentifier(name);
  const escaped = name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const [, schema] = new RegExp(`((?:"[^"]+"|[\\w$]+)\\.)"?${escaped}"?(?![\\w$])`).exec(sql) ?? [];
  return `${schema ?? ''}${plain}`;
}

function privilegesOn(kind: string, name: string, sql: string): string | undefined {
  switch (kind) {
    case 'schema':
      return /^\s*(?:CREATE|ALTER)\b/i.test(sql) ? 'USAGE, CREATE' : 'USAGE';
    case 'sequence':
      return /\bsetval\b/i.test(sql) ? 'UPDATE' : 'USAGE';
    case 'function':
    case 'procedure':
      return 'EXECUTE';
    case 'database':
    case 'tablespace':
      return 'CREATE';
    case 'type':
    case 'language':
      return 'USAGE';
    default:
      return privilegesOnTable(name, sql);
  }
}

/** A statement that changes a table, up to the table's name. */
const TARGET =
  /^\s*(INSERT\s+INTO|UPDATE|DELETE\s+FROM|TRUNCATE|COPY)\s+(?:TABLE\s+)?(?:ONLY\s+)?(?:(?:"[^"]+"|[\w$]+)\.)?"?([^\s"(;]+)/i;

const ON_TARGET: Readonly<Record<string, string>> = {
  INSERT: 'INSERT',
  UPDATE: 'SELECT, UPDATE',
  DELETE: 'SELECT, DELETE',
  TRUNCATE: 'TRUNCATE',
};

/** What is needed on a table besides what the statement changes: to read it, or to refer to it. Undefined: cannot tell. */
function privilegesOnTable(name: string, sql: string): string | undefined {
  const [, command, target] = TARGET.exec(sql) ?? [];
  const verb = command?.toUpperCase().split(/\s/, 1)[0];
  if (verb === 'COPY') return /\bFROM\b/i.test(sql) ? 'INSERT' : 'SELECT';
  if (verb !== undefined && target?.toLowerCase() === name.toLowerCase()) {
    return verb === 'INSERT' && /\b(?:RETURNING|ON\s+CONFLICT)\b/i.test(sql)
      ? 'SELECT, INSERT, UPDATE'
      : ON_TARGET[verb];
  }
  if (/^\s*CREATE\b.*\bTRIGGER\b/is.test(sql)) return 'TRIGGER';
  if (/^\s*(?:CREATE|ALTER)\s+TABLE\b/i.test(sql)) return /\bREFERENCES\b/i.test(sql) ? 'REFERENCES' : undefined;
  return verb !== undefined || /^\s*(?:SELECT|TABLE|CREATE)\b/i.test(sql) ? 'SELECT' : undefined;
}
