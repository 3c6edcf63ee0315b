import type { ProblemCode } from '../problem/codes.ts';
import type { ProblemFields } from '../problem/problem.ts';
import { copyDataEnd, restOfLine } from './copy.ts';
import { isBlank, nextToken, type Token } from './lexer.ts';
import { lineTextAt, PositionCursor } from './position.ts';
import { judgePsqlInStatement, judgePsqlLine } from './psql.ts';
import type { Placed, ScriptPart } from './script.ts';
import { SqlProblem, sqlProblem, UNNAMED } from './sql-problem.ts';
import { OpenStatement } from './statement-state.ts';

/** Takes a problem after which reading can go on. */
export type ProblemSink = (problem: SqlProblem) => void;

const WAIT = 'wait';

/**
 * Reads a script as psql would: comments, statements, COPY data, psql's own commands. The text may come in pieces; only
 * what is not yet understood is kept. Offsets are those of the whole text.
 */
export class ScriptReader {
  readonly #report: ProblemSink;
  readonly #ready: ScriptPart[] = [];
  readonly #cursor = new PositionCursor();
  #text = '';
  /** The offset of #text[0] in the whole text. */
  #base = 0;
  /** How far #text is read. */
  #at = 0;
  #complete = false;
  #statement: OpenStatement | undefined;
  #copy: 'rest-of-line' | 'data' | undefined;

  constructor(report: ProblemSink) {
    this.#report = report;
  }

  /** Adds text at the end; `last` says that no more will come. */
  add(piece: string, last: boolean): void {
    this.#forget();
    const zero = piece.indexOf('\0');
    const start = this.#base + this.#text.length;
    this.#text = this.#text === '' ? piece : this.#text + piece;
    this.#complete = last;
    if (zero !== -1) {
      throw this.#problem('sql-lexical', 'the file holds a NUL character, which PostgreSQL cannot take', start + zero, {
        next: ['Remove the character. A file full of them is UTF-16: convert it to UTF-8.'],
      });
    }
  }

  /** How much text is kept because it is not yet understood. */
  get kept(): number {
    return this.#text.length - this.#keptFrom();
  }

  /** The text between two offsets; only of the part that was read last. */
  slice(start: number, end: number): string {
    return this.#text.slice(start - this.#base, end - this.#base);
  }

  /** What can be understood of the text so far. */
  *read(): Generator<ScriptPart> {
    while (this.#advance() !== WAIT) {
      for (let part = this.#ready.shift(); part; part = this.#ready.shift()) yield part;
    }
    for (let part = this.#ready.shift(); part; part = this.#ready.shift()) yield part;
  }

  #keptFrom(): number {
    return this.#statement ? this.#statement.start - this.#base : this.#at;
  }

  #forget(): void {
    const from = this.#keptFrom();
    if (from === 0) return;
    this.#cursor.advance(this.#text, this.#base, this.#base + from);
    this.#text = this.#text.slice(from);
    this.#base += from;
    this.#at -= from;
  }

  /** One step: a token, a psql line, a piece of COPY data. WAIT: nothing more without more text, or the end. */
  #advance(): typeof WAIT | undefined {
    if (this.#copy === 'rest-of-line') return this.#readRestOfCopyLine();
    if (this.#copy === 'data') return this.#readCopyData();
    const token = this.#nextToken();
    if (token === 'incomplete') return WAIT;
    if (token === undefined) return this.#finish();
    if (token.kind === 'space') this.#at = token.end;
    else if (isBlank(token.kind)) this.#takeComment(token);
    else if (this.#text[token.start] === '\\') return this.#takeBackslash(token);
    else this.#takeToken(token);
    return undefined;
  }

  #nextToken(): Token | 'incomplete' | undefined {
    try {
      return nextToken(this.#text, this.#at, this.#complete);
    } catch (error) {
      if (error instanceof SqlProblem)
        throw this.#problem(error.code, error.message, this.#base + error.offset, error.fields);
      throw error;
    }
  }

  #takeComment(token: Token): void {
    this.#at = token.end;
    const start = this.#base + token.start;
    const end = this.#base + token.end;
    if (this.#statement) this.#statement.comments.push({ start, end });
    else this.#ready.push(this.#comment(start, end));
  }

  #comment(start: number, end: number): ScriptPart {
    return { kind: 'comment', ...this.#placed(start, end), text: this.slice(start, end) };
  }

  #takeToken(token: Token): void {
    this.#at = token.end;
    const offset = this.#base + token.start;
    if (token.kind === 'punctuation' && this.#text[token.start] === ';') this.#takeSemicolon(offset);
    else this.#takeSignificant(token, offset);
  }

  #takeSignificant(token: Token, offset: number): void {
    this.#statement ??= this.#begin(offset);
    this.#statement.take(this.#text, token, offset);
    if (this.#statement.isUnmatched) {
      throw this.#problem('sql-lexical', 'a ) has no ( before it in this statement', offset, { found: ')' });
    }
  }

  #begin(offset: number): OpenStatement {
    const { line, column } = this.#placed(offset, offset);
    return new OpenStatement(offset, line, column);
  }

  #takeSemicolon(offset: number): void {
    const statement = this.#statement;
    const verdict = statement?.takeSemicolon(offset);
    if (verdict === 'misplaced') throw this.#unclosed('a ; inside the parenthesis');
    if (verdict === 'end' && statement) this.#end(statement);
  }

  #end(statement: OpenStatement): void {
    const { start, end, line, column, words, comments } = statement;
    const inner = comments.filter((comment) => comment.start < end);
    const kind = statement.copiesFromInput ? 'copy-begin' : 'statement';
    this.#ready.push({ kind, start, end, line, column, words, comments: inner });
    this.#statement = undefined;
    if (statement.copiesFromInput) this.#copy = 'rest-of-line';
  }

  /** The end of the text: a last statement needs no `;`, and comments after its last token are outside it. */
  #finish(): typeof WAIT {
    const statement = this.#statement;
    if (!statement) return WAIT;
    if (statement.open) throw this.#unclosed('the end of the text');
    if (statement.copiesFromInput) throw this.#copyProblem(statement.start, 'the end of the text', '; at its end');
    this.#end(statement);
    for (const { start, end } of statement.comments) {
      if (start >= statement.end) this.#ready.push(this.#comment(start, end));
    }
    return WAIT;
  }

  #takeBackslash(token: Token): typeof WAIT | undefined {
    const lineEnd = this.#text.indexOf('\n', token.start);
    if (lineEnd === -1 && !this.#complete) return WAIT;
    const end = lineEnd === -1 ? this.#text.length : lineEnd;
    const line = this.#text.slice(token.start, end);
    const placed = this.#placed(this.#base + token.start, this.#base + end);
    const { command, instead } = this.#statement ? judgePsqlInStatement(line) : judgePsqlLine(line);
    if (instead === undefined) this.#ready.push({ kind: 'psql', ...placed, command });
    else this.#report(this.#refused(command, instead, placed.start));
    this.#at = end;
    return undefined;
  }

  #refused(command: string, instead: string, offset: number): SqlProblem {
    return this.#problem('psql-command', `psql's command ${command} cannot run in a migration`, offset, {
      found: command,
      next: [instead],
    });
  }

  #readRestOfCopyLine(): typeof WAIT | undefined {
    const rest = restOfLine(this.#text, this.#at, this.#complete);
    if (rest === undefined) return WAIT;
    if (!rest.blank) {
      throw this.#copyProblem(
        this.#base + rest.start,
        'text after the ; on the same line',
        'its rows on the next line',
      );
    }
    this.#at = rest.end;
    this.#copy = 'data';
    return undefined;
  }

  #readCopyData(): typeof WAIT | undefined {
    const { end, resume } = copyDataEnd(this.#text, this.#at, this.#complete);
    const start = this.#base + this.#at;
    if (end > this.#at) this.#ready.push({ kind: 'copy-data', start, end: this.#base + end });
    this.#at = end;
    if (resume === undefined && !this.#complete) return WAIT;
    if (resume === undefined) {
      throw this.#copyProblem(this.#base + end, 'the end of the text', 'a line \\. after the last row');
    }
    this.#copy = undefined;
    this.#at = resume;
    this.#ready.push({ kind: 'copy-end', start: this.#base + end, end: this.#base + resume });
    return undefined;
  }

  #copyProblem(offset: number, found: string, expected: string): SqlProblem {
    return this.#problem('sql-lexical', 'the rows of COPY ... FROM STDIN are not complete', offset, {
      found,
      expected,
      next: ['End COPY with `;`, put the rows on the lines below it, and end them with a line that is `\\.` alone.'],
    });
  }

  #unclosed(found: string): SqlProblem {
    const open = this.#statement?.open ?? { what: 'parenthesis', at: 0 };
    const isBody = open.what === 'body';
    const what = isBody ? 'a routine body that begins with BEGIN ATOMIC' : 'a parenthesis';
    return this.#problem('sql-lexical', `${what} is never closed`, open.at, {
      found,
      expected: isBody ? 'END; after the last statement of the body' : ')',
    });
  }

  #placed(start: number, end: number): Placed {
    this.#cursor.advance(this.#text, this.#base, start);
    return { start, end, line: this.#cursor.line, column: this.#cursor.column };
  }

  /** A problem at an offset of the whole text. The cursor stays where it is: statements after it are still to be placed. */
  #problem(code: ProblemCode, message: string, offset: number, fields: ProblemFields): SqlProblem {
    const cursor = this.#cursor.clone();
    cursor.advance(this.#text, this.#base, offset);
    const lineText = lineTextAt(this.#text, offset - this.#base);
    const where = { file: UNNAMED, line: cursor.line, column: cursor.column, lineText };
    return sqlProblem(code, message, '', offset, { ...fields, where });
  }
}
