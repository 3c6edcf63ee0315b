import { type QualifiedName, TokenReader } from './token-reader.ts';

/**
 * The relations that exist before a statement of DDL and that it names as its targets: those whose locks it will ask for.
 * By the leading words, without a grammar; what it locks without naming (the other end of a foreign key that is dropped) is
 * not seen, nor what a DO block or a function does. Names are folded as PostgreSQL folds them.
 */
export function lockedRelations(statement: string): QualifiedName[] {
  const reader = new TokenReader(statement);
  const { word } = reader;
  const reading = Object.hasOwn(READINGS, word) ? READINGS[word] : undefined;
  if (!reading) return [];
  reader.next();
  return reading(reader);
}

type Reading = (reader: TokenReader) => QualifiedName[];

/** By the first word. */
const READINGS: Readonly<Record<string, Reading>> = {
  ALTER: altered,
  DROP: dropped,
  CREATE: created,
  TRUNCATE: list,
  LOCK: list,
  REINDEX: reindexed,
  CLUSTER: options,
  VACUUM: options,
  ANALYZE: options,
  REFRESH: (reader) => (reader.accept('MATERIALIZED', 'VIEW') ? list(reader) : []),
  COMMENT: (reader) => (reader.accept('ON') && reader.acceptAny(...RELATIONS) ? list(reader) : []),
};

const RELATIONS = ['TABLE', 'INDEX', 'VIEW', 'SEQUENCE'];
const PARTS_OF_TABLES = ['TRIGGER', 'POLICY', 'RULE'];

function altered(reader: TokenReader): QualifiedName[] {
  reader.acceptAny('FOREIGN', 'MATERIALIZED');
  if (PARTS_OF_TABLES.includes(reader.word)) return behind(reader, 'ON');
  const kind = reader.acceptAny(...RELATIONS);
  if (kind === undefined) return [];
  const names = one(reader);
  return kind === 'TABLE' ? [...names, ...mentioned(reader)] : names;
}

function dropped(reader: TokenReader): QualifiedName[] {
  reader.acceptAny('FOREIGN', 'MATERIALIZED');
  if (PARTS_OF_TABLES.includes(reader.word)) return behind(reader, 'ON');
  return reader.acceptAny(...RELATIONS) ? list(reader) : [];
}

function created(reader: TokenReader): QualifiedName[] {
  const replaces = reader.accept('OR', 'REPLACE');
  while (reader.acceptAny('GLOBAL', 'LOCAL', 'UNLOGGED', 'UNIQUE', 'RECURSIVE', 'CONSTRAINT')) {
    // Modifiers say nothing about what is locked.
  }
  if (reader.accept('TABLE')) return mentioned(reader);
  if (reader.accept('INDEX')) return behind(reader, 'ON');
  if (reader.accept('VIEW')) return replaces ? one(reader) : [];
  if (reader.accept('RULE')) return behind(reader, 'TO');
  if (reader.accept('STATISTICS')) return behind(reader, 'FROM');
  return PARTS_OF_TABLES.includes(reader.word) ? behind(reader, 'ON') : [];
}

/** REINDEX [(...)] INDEX or TABLE [CONCURRENTLY] name; of a whole schema or database nothing is named. */
function reindexed(reader: TokenReader): QualifiedName[] {
  reader.skipBrackets();
  return reader.acceptAny('INDEX', 'TABLE') ? list(reader) : [];
}

/** VACUUM, ANALYZE and CLUSTER: options in parentheses or as words, then tables, each perhaps with columns. */
function options(reader: TokenReader): QualifiedName[] {
  reader.skipBrackets();
  while (reader.acceptAny('FULL', 'FREEZE', 'VERBOSE', 'ANALYZE', 'ANALYSE')) {
    // Words of the older form.
  }
  return list(reader);
}

const BEFORE_A_NAME = ['TABLE', 'CONCURRENTLY', 'ONLY'];

function one(reader: TokenReader): QualifiedName[] {
  while (reader.acceptAny(...BEFORE_A_NAME) || reader.accept('IF', 'EXISTS')) {
    // None of them is the name.
  }
  const name = reader.qualifiedName();
  return name ? [name] : [];
}

function list(reader: TokenReader): QualifiedName[] {
  const names: QualifiedName[] = [];
  do {
    names.push(...one(reader));
    reader.accept('*');
    reader.skipBrackets();
  } while (reader.accept(','));
  return names;
}

/** The table behind the first such word outside parentheses. */
function behind(reader: TokenReader, word: string): QualifiedName[] {
  while (!reader.atEnd && reader.word !== word) {
    if (!reader.skipBrackets()) reader.next();
  }
  return reader.accept(word) ? one(reader) : [];
}

/** One of the words must be there: most definitions have none, and need not be read to their end. */
const MENTIONS = /references|partition|inherits/i;

/** Other tables that a definition names: REFERENCES, PARTITION OF, ATTACH and DETACH PARTITION, INHERITS. */
function mentioned(reader: TokenReader): QualifiedName[] {
  if (!MENTIONS.test(reader.rest)) return [];
  const names: QualifiedName[] = [];
  while (!reader.atEnd) {
    if (reader.accept('REFERENCES') || reader.accept('PARTITION', 'OF')) names.push(...one(reader));
    else if (reader.accept('ATTACH', 'PARTITION') || reader.accept('DETACH', 'PARTITION')) names.push(...one(reader));
    else if (reader.accept('INHERITS', '(')) names.push(...list(reader));
    else reader.next();
  }
  return names;
}
