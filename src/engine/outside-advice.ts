import type { Statement } from '../migration/migration.ts';
import type { DatabaseError } from '../postgres/database-error.ts';
import { displayIdentifier } from '../sql/quote.ts';
import { TokenReader } from '../sql/token-reader.ts';

/**
 * What a try that was cut off has left where no catalog of this database tells of it: a replication slot on the publisher,
 * or that it is gone; a folder of the server. The statement then fails each time until a person has set that right.
 */
export function leftOutsideAdvice({ code }: DatabaseError, statement: Statement): string[] {
  const [verb, object] = statement.words;
  const advice = LEFT_OUTSIDE[`${verb} ${object} ${code}`];
  return advice ? [advice(nameIn(statement.sql))] : [];
}

/** Codes as PostgreSQL 14 and 18 give them: 08P01 where the publisher refuses to make the slot, 08006 where it refuses to drop it. */
const LEFT_OUTSIDE: Readonly<Record<string, (name: string) => string>> = {
  'CREATE SUBSCRIPTION 08P01': () =>
    'If the slot is there because an earlier try was cut off: in the database of the publisher, SELECT pg_drop_replication_slot(SLOT); then run migrate again.',
  'DROP SUBSCRIPTION 08006': (name) =>
    `If the slot is gone because an earlier try was cut off: ALTER SUBSCRIPTION ${name} DISABLE; ALTER SUBSCRIPTION ${name} SET (slot_name = NONE); then run the command again.`,
  'CREATE TABLESPACE 55006': () =>
    'If an earlier try that was cut off has left the folder (SELECT spcname, pg_tablespace_location(oid) FROM pg_tablespace; names those that are in use): remove what is in it, on the server, then run migrate again.',
};

function nameIn(sql: string): string {
  const reader = new TokenReader(sql);
  reader.next();
  reader.next();
  reader.accept('IF', 'EXISTS');
  return displayIdentifier(reader.name() ?? '');
}
