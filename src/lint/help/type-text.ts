import type { TypeName } from '@pgsql/types';
import type { Fix } from '../finding.ts';
import type { Subject } from '../rule.ts';
import { shownFix } from './fix.ts';
import { type Word, wordsOf } from './tokens.ts';

/** A fix in the place of the statement: the same with another type. It makes another catalog, so that a person decides. */
export function otherType(subject: Subject, type: TypeName, text: string): Fix | undefined {
  const { tree, statement } = subject;
  if (!tree) return undefined;
  const start = tree.offsetOf(type.location);
  const end = typeEnd(statement.sql, start);
  const sql = `${statement.sql.slice(0, start)}${text}${statement.sql.slice(end)}`;
  return shownFix(`use ${text}`, [{ name: 'same', sql: [sql], rollback: [] }]);
}

/** A type as it is written, without brackets of an array behind it. */
export function typeText({ tree, statement }: Subject, { location }: TypeName): string {
  const start = tree?.offsetOf(location) ?? 0;
  return statement.sql.slice(start, typeEnd(statement.sql, start));
}

/** Names that are more than one word (manual, "Data Types"): what may follow the first one. */
const FOLLOWERS: Readonly<Record<string, readonly string[]>> = {
  CHARACTER: ['VARYING'],
  CHAR: ['VARYING'],
  NCHAR: ['VARYING'],
  BIT: ['VARYING'],
  DOUBLE: ['PRECISION'],
  NATIONAL: ['CHARACTER', 'CHAR', 'VARYING'],
};

/** Where a type's text ends that begins at an offset. */
function typeEnd(sql: string, start: number): number {
  const words = wordsOf(sql.slice(start));
  let at = nameLength(words);
  at = afterParentheses(words, at);
  if (['TIMESTAMP', 'TIME'].includes(words[0]?.word ?? '') && ['WITH', 'WITHOUT'].includes(words[at]?.word ?? ''))
    at += 3;
  return start + (words[at - 1]?.end ?? 0);
}

function nameLength(words: readonly Word[]): number {
  let at = 1;
  while (words[at]?.word === '.') at += 2;
  const followers = FOLLOWERS[words[0]?.word ?? ''] ?? [];
  while (followers.includes(words[at]?.word ?? '')) at += 1;
  return at;
}

function afterParentheses(words: readonly Word[], at: number): number {
  if (words[at]?.word !== '(') return at;
  const close = words.findIndex(({ word, depth }, i) => i > at && word === ')' && depth === words[at]?.depth);
  return close === -1 ? at : close + 1;
}
