import { columnName } from './column-name.ts';
import type { CreatedObject, ObjectKind } from './created-object.ts';
import { alteredObjects } from './objects-alter.ts';
import { TokenReader } from './token-reader.ts';

/**
 * What one statement creates, by its leading tokens, without a grammar: enough to ask the catalog whether a migration's
 * objects are already there. A DO block or a function's body is not looked into; an index without a name is left out.
 */
export function createdObjects(statement: string): CreatedObject[] {
  const reader = new TokenReader(statement);
  if (reader.accept('ALTER')) return alteredObjects(reader);
  if (reader.accept('IMPORT') || !reader.accept('CREATE')) return [];
  reader.accept('OR', 'REPLACE');
  const temporary = skipModifiers(reader);
  const object = createdBy(reader);
  if (!object) return [];
  return [temporary ? { ...object, temporary } : object];
}

function skipModifiers(reader: TokenReader): true | undefined {
  let temporary: true | undefined;
  for (;;) {
    const word = reader.acceptAny(
      'GLOBAL',
      'LOCAL',
      'TEMP',
      'TEMPORARY',
      'UNLOGGED',
      'UNIQUE',
      'RECURSIVE',
      'CONSTRAINT',
      'TRUSTED',
    );
    if (word === undefined) return temporary;
    if (word.startsWith('TEMP')) temporary = true;
  }
}

type Reading = (reader: TokenReader) => CreatedObject | undefined;

/** By the word after CREATE and its modifiers. */
const READINGS: Readonly<Record<string, Reading>> = {
  TABLE: (reader) => table(reader, 'table'),
  FOREIGN: (reader) => (reader.accept('TABLE') ? table(reader, 'foreign table') : undefined),
  INDEX: index,
  VIEW: (reader) => qualified(reader, 'view'),
  MATERIALIZED: (reader) => (reader.accept('VIEW') ? qualified(reader, 'materialized view') : undefined),
  SEQUENCE: (reader) => qualified(reader, 'sequence'),
  TYPE: (reader) => qualified(reader, 'type'),
  DOMAIN: (reader) => qualified(reader, 'domain'),
  FUNCTION: (reader) => qualified(reader, 'function'),
  PROCEDURE: (reader) => qualified(reader, 'procedure'),
  AGGREGATE: (reader) => qualified(reader, 'aggregate'),
  COLLATION: (reader) => qualified(reader, 'collation'),
  STATISTICS: (reader) => (reader.word === 'ON' ? undefined : qualified(reader, 'statistics')),
  EXTENSION: (reader) => plain(reader, 'extension'),
  SCHEMA: schema,
  PUBLICATION: (reader) => plain(reader, 'publication'),
  SUBSCRIPTION: (reader) => plain(reader, 'subscription'),
  SERVER: (reader) => plain(reader, 'server'),
  ROLE: (reader) => plain(reader, 'role'),
  GROUP: (reader) => plain(reader, 'role'),
  USER: (reader) => (reader.word === 'MAPPING' ? undefined : plain(reader, 'role')),
  DATABASE: (reader) => plain(reader, 'database'),
  EVENT: (reader) => (reader.accept('TRIGGER') ? plain(reader, 'event trigger') : undefined),
  TRIGGER: (reader) => ofTable(reader, 'trigger', 'ON'),
  POLICY: (reader) => ofTable(reader, 'policy', 'ON'),
  RULE: (reader) => ofTable(reader, 'rule', 'TO'),
};

function createdBy(reader: TokenReader): CreatedObject | undefined {
  const { word } = reader;
  const reading = Object.hasOwn(READINGS, word) ? READINGS[word] : undefined;
  if (!reading) return undefined;
  reader.next();
  return reading(reader);
}

function plain(reader: TokenReader, kind: ObjectKind): CreatedObject | undefined {
  reader.accept('IF', 'NOT', 'EXISTS');
  const name = reader.name();
  return name === undefined ? undefined : { kind, name };
}

function qualified(reader: TokenReader, kind: ObjectKind): CreatedObject | undefined {
  reader.accept('IF', 'NOT', 'EXISTS');
  const name = reader.qualifiedName();
  return name && { kind, ...name };
}

/** CREATE SCHEMA [IF NOT EXISTS] name, or AUTHORIZATION role, which names the schema too. */
function schema(reader: TokenReader): CreatedObject | undefined {
  reader.accept('IF', 'NOT', 'EXISTS');
  reader.accept('AUTHORIZATION');
  return plain(reader, 'schema');
}

/** CREATE INDEX [CONCURRENTLY] [[IF NOT EXISTS] name] ON [ONLY] table: an index lies in its table's schema. */
function index(reader: TokenReader): CreatedObject | undefined {
  reader.accept('CONCURRENTLY');
  reader.accept('IF', 'NOT', 'EXISTS');
  if (reader.accept('ON')) return undefined;
  const name = reader.name();
  const table = reader.accept('ON') ? tableName(reader) : undefined;
  return name === undefined || !table ? undefined : { kind: 'index', ...inSchema(table), name, table: table.name };
}

/** A trigger, policy or rule: its name, and after the first `word` outside parentheses its table. */
function ofTable(reader: TokenReader, kind: ObjectKind, word: string): CreatedObject | undefined {
  reader.accept('IF', 'NOT', 'EXISTS');
  const name = reader.name();
  if (name === undefined) return undefined;
  while (!reader.atEnd && reader.word !== word) {
    if (!reader.skipBrackets()) reader.next();
  }
  const table = reader.accept(word) ? tableName(reader) : undefined;
  return table && { kind, ...inSchema(table), name, table: table.name };
}

function tableName(reader: TokenReader) {
  reader.accept('ONLY');
  return reader.qualifiedName();
}

function inSchema(owner: { readonly schema?: string }): { schema?: string } {
  return owner.schema === undefined ? {} : { schema: owner.schema };
}

function table(reader: TokenReader, kind: 'table' | 'foreign table'): CreatedObject | undefined {
  const object = qualified(reader, kind);
  return object && { ...object, columns: columns(reader) };
}

/** The first word of each item in the parentheses after the table's name (of PARTITION OF and OF type: none are new). */
function columns(reader: TokenReader): string[] {
  const names: string[] = [];
  if (!reader.accept('(')) return names;
  while (!reader.atEnd && reader.word !== ')') {
    const name = columnName(reader);
    if (name !== undefined) names.push(name);
    while (!reader.atEnd && reader.word !== ',' && reader.word !== ')') {
      if (!reader.skipBrackets()) reader.next();
    }
    reader.accept(',');
  }
  return names;
}
