import type { Token } from './lexer.ts';
import { wordOf } from './words.ts';

/** How many of a statement's leading words are kept. */
const WORDS_KEPT = 12;
/** As many leading words as tell CREATE OR REPLACE FUNCTION from other statements. */
const HEAD_WORDS = 4;

export interface Span {
  readonly start: number;
  readonly end: number;
}

export interface Opening {
  readonly what: 'parenthesis' | 'body';
  readonly at: number;
}

/**
 * A statement while it is read: how deep the parentheses are, and whether a `;` ends it.
 *
 * A SQL-standard routine body (manual, CREATE FUNCTION, `sql_body`) opens only outside parentheses, in a statement that
 * begins CREATE [OR REPLACE] FUNCTION or PROCEDURE, at the two words BEGIN ATOMIC. Each statement in it ends with `;`, and
 * none begins with END, so its END is the one directly after a `;` or after ATOMIC. That needs no look at CASE ... END
 * or at columns named "end". A body may hold another CREATE FUNCTION, so bodies nest.
 */
export class OpenStatement {
  readonly start: number;
  readonly line: number;
  readonly column: number;
  readonly words: string[] = [];
  readonly comments: Span[] = [];
  /** The offset after the last token that is not blank. */
  end: number;
  /** COPY ... FROM STDIN: the lines after it are data. */
  copiesFromInput = false;
  #sourceSeen = false;
  #parens = 0;
  #parenAt = 0;
  #bodies = 0;
  #bodyAt = 0;
  #head: string[] = [];
  #previous = '';

  constructor(start: number, line: number, column: number) {
    this.start = start;
    this.end = start;
    this.line = line;
    this.column = column;
  }

  /** Takes the next token that is neither blank nor `;`. */
  take(text: string, token: Token, offset: number): void {
    const word = wordOf(text, token);
    this.end = offset + token.end - token.start;
    if (this.words.length < WORDS_KEPT) this.words.push(word);
    if (this.#head.length < HEAD_WORDS) this.#head.push(word);
    if (token.kind === 'punctuation') this.#takeParenthesis(word, offset);
    else if (this.#parens === 0) this.#takeWord(word, offset);
    this.#previous = word;
  }

  /** Takes a `;` and says whether it ends the statement. */
  takeSemicolon(offset: number): 'end' | 'inside' | 'misplaced' {
    if (this.#parens > 0) return this.#parens === 1 && beginsRule(this.#head) ? 'inside' : 'misplaced';
    if (this.#bodies === 0) return 'end';
    this.end = offset + 1;
    this.#previous = ';';
    this.#head = [];
    return 'inside';
  }

  get isUnmatched(): boolean {
    return this.#parens < 0;
  }

  /** What is still open and where it begins: the outermost parenthesis, else the outermost body. */
  get open(): Opening | undefined {
    if (this.#parens > 0) return { what: 'parenthesis', at: this.#parenAt };
    return this.#bodies > 0 ? { what: 'body', at: this.#bodyAt } : undefined;
  }

  #takeParenthesis(word: string, offset: number): void {
    if (word === '(') {
      if (this.#parens === 0) this.#parenAt = offset;
      this.#parens++;
    } else if (word === ')') {
      this.#parens--;
    }
  }

  #takeWord(word: string, offset: number): void {
    if (word === 'ATOMIC' && this.#previous === 'BEGIN' && beginsRoutine(this.#head)) {
      if (this.#bodies === 0) this.#bodyAt = offset;
      this.#bodies++;
      this.#head = [];
    } else if (word === 'END' && this.#bodies > 0 && (this.#previous === ';' || this.#previous === 'ATOMIC')) {
      this.#bodies--;
    } else if (this.#previous === 'FROM' && this.words[0] === 'COPY') {
      this.#takeCopySource(word);
    }
  }

  /** Only the first FROM names the source; a later one may stand in WHERE. The grammar takes STDOUT for STDIN here. */
  #takeCopySource(word: string): void {
    if (!this.#sourceSeen) this.copiesFromInput = word === 'STDIN' || word === 'STDOUT';
    this.#sourceSeen = true;
  }
}

function afterCreate(head: readonly string[]): string | undefined {
  if (head[0] !== 'CREATE') return undefined;
  return head[1] === 'OR' && head[2] === 'REPLACE' ? head[3] : head[1];
}

function beginsRoutine(head: readonly string[]): boolean {
  const word = afterCreate(head);
  return word === 'FUNCTION' || word === 'PROCEDURE';
}

function beginsRule(head: readonly string[]): boolean {
  return afterCreate(head) === 'RULE';
}
