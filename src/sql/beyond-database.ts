import { lastingEffect } from './lasting-effects.ts';
import { TokenReader } from './token-reader.ts';
import { identifierOf } from './words.ts';

const ROLES = 'roles belong to the whole server';
const DATABASES = 'it names a database of the server';
const TABLESPACES = 'tablespaces belong to the whole server';
const PUBLISHER = 'it acts on another server, the publisher';
const FILES = 'it writes a file of the server';
const SHARED = 'it reaches what all databases of the server share';

/** Kinds of objects that are not a database's own (manual, "Managing Databases", and the page of each command). */
const SHARED_KINDS: Readonly<Record<string, string>> = {
  ROLE: ROLES,
  USER: ROLES,
  GROUP: ROLES,
  DATABASE: DATABASES,
  TABLESPACE: TABLESPACES,
  SUBSCRIPTION: PUBLISHER,
  PARAMETER: SHARED,
  SYSTEM: FILES,
  OWNED: SHARED,
};

/**
 * Why a statement acts on more than the database that it runs in: on what all databases of the server share, or on other
 * servers. Undefined where its text shows nothing of the kind; what functions do inside is not seen.
 */
export function beyondDatabase(sql: string, words: readonly string[]): string | undefined {
  switch (words[0]) {
    case 'CREATE':
    case 'ALTER':
    case 'DROP':
    case 'REASSIGN':
      return words[1] === 'USER' && words[2] === 'MAPPING' ? undefined : sharedKind(words[1]);
    case 'COMMENT':
    case 'SECURITY':
      return sharedKind(wordBehindOn(sql));
    case 'GRANT':
    case 'REVOKE':
      return sharedGrant(sql);
    case 'DO':
      return inBody(sql) ?? lastingEffect(sql, words);
    case 'COPY':
      return lastingEffect(sql, words);
    default:
      return lastingEffect(sql, words) && lastingEffect(withoutStrings(sql), words);
  }
}

/** Rows may hold texts about anything. */
function withoutStrings(sql: string): string {
  const parts: string[] = [];
  for (const reader = new TokenReader(sql); !reader.atEnd; reader.next()) parts.push(reader.word);
  return parts.join(' ');
}

function sharedKind(word: string | undefined): string | undefined {
  return word !== undefined && Object.hasOwn(SHARED_KINDS, word) ? SHARED_KINDS[word] : undefined;
}

function wordBehindOn(sql: string): string {
  const reader = new TokenReader(sql);
  while (!reader.atEnd && !reader.accept('ON')) reader.next();
  return reader.word;
}

/** Without ON it is about membership in a role. A table may be called as a kind is. */
function sharedGrant(sql: string): string | undefined {
  const reader = new TokenReader(sql);
  while (!reader.atEnd) {
    if (reader.accept('ON')) {
      const kind = reader.acceptAny('DATABASE', 'TABLESPACE', 'PARAMETER');
      return reader.isAt('TO', 'FROM', ',', '.') ? undefined : sharedKind(kind);
    }
    if (reader.isAt('TO', 'FROM')) return ROLES;
    if (!reader.skipBrackets()) reader.next();
  }
  return undefined;
}

const IN_BODY: readonly (readonly [RegExp, string])[] = [
  [/\b(?:create|alter|drop)\s+(?:role|user(?!\s+mapping\b)|group)\b/i, ROLES],
  [/\b(?:create|alter|drop)\s+subscription\b/i, PUBLISHER],
  [/\b(?:create|alter|drop)\s+tablespace\b|\bon\s+tablespace\b/i, TABLESPACES],
  [/\b(?:drop|reassign)\s+owned\b/i, SHARED],
];

/** What names its own database by current_database() stays within it. */
function inBody(sql: string): string | undefined {
  const text = withoutComments(sql);
  const found = IN_BODY.find(([pattern]) => pattern.test(text))?.[1];
  const names = /\b(?:alter|on)\s+database\b/i.test(text) && !/\bcurrent_(?:database|catalog)\b/i.test(text);
  return found ?? (names ? DATABASES : undefined);
}

function withoutComments(sql: string): string {
  return sql.replaceAll(/--[^\n]*|\/\*[\s\S]*?\*\//g, ' ');
}

/** The roles that a statement makes or names anew, as far as its text tells; folded as PostgreSQL folds them. */
export function madeRoles(sql: string, words: readonly string[]): string[] {
  if (!['CREATE', 'ALTER', 'DO'].includes(words[0] ?? '') || beyondDatabase(sql, words) !== ROLES) return [];
  return [...withoutComments(sql).matchAll(MADE_ROLE)].map(([, created, renamed]) =>
    identifierOf(created ?? renamed ?? ''),
  );
}

const NAME = '("(?:[^"]|"")+"|[\\p{L}_][\\p{L}\\p{N}_$]*)';
const MADE_ROLE = new RegExp(
  `\\bcreate\\s+(?:role|user|group)\\s+${NAME}|\\balter\\s+(?:role|user|group)\\s+\\S+\\s+rename\\s+to\\s+${NAME}`,
  'giu',
);
