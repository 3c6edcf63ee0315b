import { CLASS, classOf, continuesName, continuesTag, isDigit, isLineBreak, isSpace } from './characters.ts';
import { numberEnd } from './numbers.ts';
import { sqlProblem } from './sql-problem.ts';
import { quotedEnd, UNFINISHED } from './strings.ts';

export type TokenKind =
  | 'space'
  | 'line-comment'
  | 'block-comment'
  | 'word'
  | 'quoted-name'
  | 'string'
  | 'number'
  | 'parameter'
  | 'operator'
  | 'punctuation'
  | 'other';

/** One token: `text.slice(start, end)`, in UTF-16 offsets. */
export interface Token {
  readonly kind: TokenKind;
  readonly start: number;
  readonly end: number;
}

/** The longest opening that decides a token's kind: `U&'`. */
const LOOKAHEAD = 3;

/**
 * The token that begins at `from`, by the rules of PostgreSQL's scanner with standard_conforming_strings = on (manual,
 * "Lexical Structure"). Unlike the scanner's, an operator keeps a `+` or `-` at its end, and `::` and `:=` are two
 * tokens: neither moves a statement's boundary.
 *
 * `undefined` is the end of the text. With `atEnd` false more text may follow, and a token that this could still change
 * is 'incomplete'. With `atEnd` true an unterminated string, name, dollar quote or comment throws 'sql-lexical'.
 */
export function nextToken(text: string, from: number, atEnd: boolean): Token | 'incomplete' | undefined {
  if (!atEnd && text.length - from < LOOKAHEAD) return 'incomplete';
  if (from >= text.length) return undefined;
  const kind = kindAt(text, from, atEnd);
  const end = endOf(kind, text, from, atEnd);
  if (end === UNFINISHED && atEnd) throw unterminated(kind, text, from);
  if (end === UNFINISHED || (!atEnd && end + lookaheadAfter(kind) > text.length)) return 'incomplete';
  return { kind, start: from, end };
}

/** How many characters after a token decide that it ends there: a number's are those of `1e+5`. */
function lookaheadAfter(kind: TokenKind): number {
  return kind === 'number' ? 3 : 1;
}

/** Whether a token is white space or a comment, to which the grammar is blind. */
export function isBlank(kind: TokenKind): boolean {
  return kind === 'space' || kind === 'line-comment' || kind === 'block-comment';
}

function kindAt(text: string, from: number, atEnd: boolean): TokenKind {
  const code = text.charCodeAt(from);
  switch (classOf(code)) {
    case CLASS.space:
      return 'space';
    case CLASS.letter:
      return wordKind(text, from);
    case CLASS.digit:
      return 'number';
    case CLASS.operator:
      return operatorKind(text, from);
    case CLASS.punctuation:
      return text[from] === '.' && isDigit(text.charCodeAt(from + 1)) ? 'number' : 'punctuation';
    case CLASS.quote:
      return 'string';
    case CLASS.doubleQuote:
      return 'quoted-name';
    case CLASS.dollar:
      return dollarKind(text, from, atEnd);
    default:
      return 'other';
  }
}

function wordKind(text: string, from: number): TokenKind {
  const next = text[from + 1];
  if (next === "'") return 'eEbBxXnN'.includes(text[from] ?? ' ') ? 'string' : 'word';
  if (next !== '&' || !'uU'.includes(text[from] ?? ' ')) return 'word';
  if (text[from + 2] === "'") return 'string';
  return text[from + 2] === '"' ? 'quoted-name' : 'word';
}

function operatorKind(text: string, from: number): TokenKind {
  if (text.startsWith('--', from)) return 'line-comment';
  return text.startsWith('/*', from) ? 'block-comment' : 'operator';
}

/** A tag that reaches the end of the text may, while more can follow, still turn out to open a dollar quote. */
function dollarKind(text: string, from: number, atEnd: boolean): TokenKind {
  if (isDigit(text.charCodeAt(from + 1))) return 'parameter';
  const end = tagEnd(text, from);
  return end === NO_TAG || (end === UNFINISHED && atEnd) ? 'other' : 'string';
}

function endOf(kind: TokenKind, text: string, from: number, atEnd: boolean): number {
  switch (kind) {
    case 'space':
      return runEnd(text, from + 1, isSpace);
    case 'word':
      return runEnd(text, from + 1, continuesName);
    case 'line-comment':
      return runEnd(text, from + 2, isInLine);
    case 'block-comment':
      return blockCommentEnd(text, from);
    case 'parameter':
      return runEnd(text, from + 1, isDigit);
    case 'number':
      return numberEnd(text, from);
    case 'operator':
      return operatorEnd(text, from);
    case 'string':
      return text[from] === '$' ? dollarQuoteEnd(text, from) : quotedEnd(text, from, "'", atEnd);
    case 'quoted-name':
      return quotedEnd(text, from, '"', atEnd);
    default:
      return from + 1;
  }
}

function runEnd(text: string, from: number, goesOn: (code: number) => boolean): number {
  let i = from;
  while (i < text.length && goesOn(text.charCodeAt(i))) i++;
  return i;
}

function isInLine(code: number): boolean {
  return !isLineBreak(code);
}

function blockCommentEnd(text: string, from: number): number {
  let depth = 1;
  for (let i = from + 2; i < text.length - 1; i++) {
    const code = text.charCodeAt(i);
    if (code !== 42 && code !== 47) continue;
    const next = text.charCodeAt(i + 1);
    if (code === 47 && next === 42) depth++;
    else if (code === 42 && next === 47) depth--;
    else continue;
    i++;
    if (depth === 0) return i + 1;
  }
  return UNFINISHED;
}

/** An operator goes on as long as its characters do, but a comment may begin in the middle of them. */
function operatorEnd(text: string, from: number): number {
  let i = from + 1;
  while (classOf(text.charCodeAt(i)) === CLASS.operator && i < text.length && !commentAt(text, i)) i++;
  return i;
}

function commentAt(text: string, at: number): boolean {
  return text.startsWith('--', at) || text.startsWith('/*', at);
}

const NO_TAG = -2;

/** The offset after `$tag$`; NO_TAG when it is none; UNFINISHED when the text ends within it. */
function tagEnd(text: string, from: number): number {
  let i = from + 1;
  if (!isDigit(text.charCodeAt(i))) i = runEnd(text, i, continuesTag);
  if (i >= text.length) return UNFINISHED;
  return text[i] === '$' ? i + 1 : NO_TAG;
}

function dollarQuoteEnd(text: string, from: number): number {
  const bodyStart = tagEnd(text, from);
  if (bodyStart === UNFINISHED) return UNFINISHED;
  const tag = text.slice(from, bodyStart);
  const close = text.indexOf(tag, bodyStart);
  return close === -1 ? UNFINISHED : close + tag.length;
}

function unterminated(kind: TokenKind, text: string, from: number) {
  const [what, expected] = describeUnterminated(kind, text, from);
  return sqlProblem('sql-lexical', `${what} is never closed`, text, from, {
    found: 'the end of the text',
    expected: `${expected} that closes it`,
  });
}

function describeUnterminated(kind: TokenKind, text: string, from: number): [string, string] {
  if (kind === 'block-comment') return ['a comment that begins with /*', '*/'];
  if (kind === 'quoted-name') return ['a quoted name that begins with "', '"'];
  if (text[from] !== '$') return ["a string that begins with '", "'"];
  const tag = text.slice(from, tagEnd(text, from));
  return [`a dollar-quoted string that begins with ${tag}`, tag];
}
