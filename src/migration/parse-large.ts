import { Problem } from '../problem/problem.ts';
import { statementKind } from '../sql/kinds.ts';
import { type StreamPart, StreamSplitter } from '../sql/splitter.ts';
import { SqlProblem } from '../sql/sql-problem.ts';
import { transactionControl } from '../sql/transaction-control.ts';
import { isLateHeader, nearHeader, readHeaderLine } from './header-line.ts';
import { foreignMarker, nearMarker, readMarker } from './markers.ts';
import type { Migration, Statement } from './migration.ts';
import { parseMigration } from './parse.ts';
import { insteadOf, isPlainBegin, isPlainCommit } from './transaction-wrapper.ts';

/** A large file, read once: everything about it except its statements, which are counted and let go. */
export interface LargeReading {
  /** Headers, sections and description, as of a file with one statement; checksums are not yet right. */
  readonly migration: Migration;
  readonly statementCount: number;
  /** The first and last statement are BEGIN and COMMIT around all of it. */
  readonly wrapped: boolean;
}

/** A statement is held as a whole, several times over, until the server has it. */
const STATEMENT_CHARACTERS_MAX = 64 * 1024 * 1024;

function tooLongStatement(file: string, line: number): Problem {
  return new Problem('file-unreadable', `${file} has a statement, a string or a comment larger than 64 MiB`, {
    where: { file, line },
    found: `no end of it is found, at or after line ${line}`,
    next: ['Split it into several statements, or load the data with COPY, which may be of any size.'],
  });
}

/** The parts of a script whose bytes come in pieces. Throws 'file-encoding' where they are not UTF-8. */
export function* partsOf(pieces: Iterable<Uint8Array>, file: string): Generator<StreamPart> {
  try {
    yield* split(pieces, file);
  } catch (error) {
    if (!(error instanceof SqlProblem)) throw error;
    throw error.moved({ ...error.fields.where, file }, error.offset);
  }
}

function* split(pieces: Iterable<Uint8Array>, file: string): Generator<StreamPart> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const splitter = new StreamSplitter();
  let line = 1;
  for (const piece of pieces) {
    for (const part of splitter.push(decoded(() => decoder.decode(piece, { stream: true }), file))) {
      if ('line' in part) line = part.line;
      yield part;
    }
    if (splitter.held > STATEMENT_CHARACTERS_MAX) throw tooLongStatement(file, line);
  }
  yield* splitter.push(decoded(() => decoder.decode(), file));
  yield* splitter.end();
}

function decoded(decode: () => string, file: string): string {
  try {
    return decode();
  } catch {
    throw new Problem('file-encoding', `${file} is not UTF-8`, { where: { file }, expected: 'UTF-8' });
  }
}

/**
 * Reads a migration too large to hold, part by part. Comments and sections go into a digest, a small file of the same lines
 * with one statement for the whole body, which is read as any other. All of a large file runs in one transaction, so what
 * cannot run in one is refused here.
 */
export function readLarge(file: string, stem: string, parts: Iterable<StreamPart>): LargeReading {
  const walk = new LargeWalk(file);
  for (const part of parts) walk.take(part);
  const wrapped = walk.isWrapped();
  const digested = parseMigration({ file, stem, bytes: Buffer.from(walk.digest.text) });
  if (digested.headers.transaction === 'none') throw tooLargeForSteps(file);
  const migration = { ...digested, wrappedInTransaction: wrapped };
  return { migration, statementCount: wrapped ? walk.count - 2 : walk.count, wrapped };
}

/** The description stands near the top of a file; of the comments behind this much only headers are looked for. */
const PROLOGUE_CHARACTERS_MAX = 64 * 1024;

/** Sections are held as a whole, and no way back is this long. */
const KEPT_CHARACTERS_MAX = 16 * 1024 * 1024;

/** What is kept of a large file while it passes by. */
class LargeWalk {
  readonly digest = new Digest();
  /** Statements of the body so far. */
  count = 0;
  readonly #file: string;
  #first: Words | undefined;
  #last: Words | undefined;
  #inSection = false;
  /** Characters of comments that are held. */
  #kept = 0;

  constructor(file: string) {
    this.#file = file;
  }

  take(part: StreamPart): void {
    if (part.kind === 'comment') {
      this.#inSection ||= isMarker(part.text);
      if (this.#isWorthKeeping(part.text)) this.#keep(part);
    } else if (part.kind === 'statement' || part.kind === 'copy-begin') {
      if (this.count === 0 || this.#inSection) this.digest.add(part, 'SELECT 1;');
      if (!this.#inSection) this.#takeStatement(part);
    }
  }

  #isWorthKeeping(comment: string): boolean {
    if (this.#inSection) return true;
    const aboutFile = this.count === 0 && (this.#kept < PROLOGUE_CHARACTERS_MAX || isHeaderLike(comment));
    return aboutFile || saysSomething(comment);
  }

  #keep(part: Extract<StreamPart, { kind: 'comment' }>): void {
    this.#kept += part.text.length;
    if (this.#kept > KEPT_CHARACTERS_MAX) throw tooManyComments(this.#file, part.line);
    this.digest.add(part, part.text);
  }

  #takeStatement(part: Extract<StreamPart, { kind: 'statement' | 'copy-begin' }>): void {
    refuseBetween(this.#file, this.#last, this.#first);
    refuseInnerMarker(this.#file, part);
    this.#last = part;
    this.#first ??= part;
    this.count++;
    refuseOutside(this.#file, part);
  }

  /** To be asked at the end. Refuses transaction control at either end that is no wrapper. */
  isWrapped(): boolean {
    const [first, last] = [this.#first, this.#last];
    if (!first || !last) return false;
    if (this.count > 2 && isPlainBegin(first.words) && isPlainCommit(last.words)) return true;
    for (const edge of [first, last]) refuseControl(this.#file, edge);
    return false;
  }
}

/** The body's statements of a large file, in order, without the transaction around them. */
export function* statementsOfLarge(parts: Iterable<StreamPart>, reading: LargeReading): Generator<Statement> {
  const iterator = parts[Symbol.iterator]();
  let index = 0;
  for (let next = iterator.next(); !next.done; next = iterator.next()) {
    const part = next.value;
    if (part.kind === 'comment' && isMarker(part.text)) break;
    if (part.kind !== 'statement' && part.kind !== 'copy-begin') continue;
    const position = index++;
    if (reading.wrapped && (position === 0 || position === reading.statementCount + 1)) continue;
    const { words, line, column, text } = part;
    const statement = { sql: text, words, offset: -1, line, column };
    yield part.kind === 'statement' ? statement : { ...statement, copyData: copyPieces(iterator) };
  }
  // To the very end, so that whoever hashes what is read has seen all of it.
  while (!iterator.next().done);
}

function* copyPieces(iterator: Iterator<StreamPart>): Generator<string> {
  for (let next = iterator.next(); !next.done && next.value.kind !== 'copy-end'; next = iterator.next()) {
    if (next.value.kind === 'copy-data') yield next.value.text;
  }
}

interface Words {
  readonly words: readonly string[];
  readonly text: string;
  readonly line: number;
  readonly column: number;
}

function isMarker(comment: string): boolean {
  return comment.startsWith('--') && readMarker(comment) !== undefined;
}

/** A comment behind the first statement that a small file would be refused for. */
function saysSomething(comment: string): boolean {
  return nearMarker(comment) !== undefined || foreignMarker(comment) !== undefined || isLateHeader(comment);
}

function isHeaderLike(comment: string): boolean {
  return comment.startsWith('--') && (readHeaderLine(comment) !== undefined || nearHeader(comment) !== undefined);
}

function tooManyComments(file: string, line: number): Problem {
  return new Problem('section-invalid', `the sections of ${file} are larger than 16 MiB`, {
    where: { file, line },
    next: ['Put the SQL of the section into a migration of its own.'],
  });
}

function tooLargeForSteps(file: string): Problem {
  return new Problem('file-unreadable', `${file} is too large to run outside a transaction`, {
    where: { file },
    found: '-- Transaction: none',
    next: ['Split it into several migrations, or leave the header out.'],
  });
}

/** Most likely the `;` before it is missing. */
function refuseInnerMarker(file: string, { start, line, text, comments }: StatementPart): void {
  for (const comment of comments) {
    const before = text.slice(0, comment.start - start);
    const marker = readMarker(text.slice(comment.start - start, comment.end - start));
    const indent = /(?:^|\n)([ \t]*)$/.exec(before)?.[1];
    if (!marker || indent === undefined) continue;
    throw new Problem('section-invalid', `the marker ${marker.name} stands inside a statement`, {
      where: { file, line: line + before.split('\n').length - 1, column: indent.length + 1 },
      expected: 'markers after the last statement of the body',
      next: ['End the statement before it with `;`. If it is no marker, write it in other words.'],
    });
  }
}

type StatementPart = Extract<StreamPart, { kind: 'statement' | 'copy-begin' }>;

/** What was taken for the last statement was not: between the first and the last no transaction may end. */
function refuseBetween(file: string, last: Words | undefined, first: Words | undefined): void {
  if (last && last !== first) refuseControl(file, last);
}

function refuseControl(file: string, { words, line, column, text }: Words): void {
  const control = transactionControl(words);
  if (control === undefined) return;
  throw new Problem('transaction-control', `${words.slice(0, 4).join(' ')} cannot stand in a migration`, {
    where: { file, line, column, lineText: ' '.repeat(Math.min(column - 1, 200)) + text.split('\n', 1)[0] },
    next: insteadOf(control),
  });
}

function refuseOutside(file: string, { words, line, column, text }: Words): void {
  const { transactional, reason } = statementKind(text, words, 0);
  if (transactional || transactionControl(words) !== undefined) return;
  throw new Problem('file-unreadable', `${file} is too large for a statement that cannot run in a transaction`, {
    where: { file, line, column, lineText: ' '.repeat(Math.min(column - 1, 200)) + text.split('\n', 1)[0] },
    found: reason ?? words.join(' '),
    next: ['Put this statement into a migration of its own.'],
  });
}

/** Lines at their own numbers, so that a place in it is the place in the file. */
class Digest {
  #lines: string[] = [];
  #line = 1;
  #column = 1;

  add({ line, column }: { line: number; column: number }, text: string): void {
    if (line > this.#line) this.#push('\n'.repeat(line - this.#line));
    this.#push(' '.repeat(Math.max(0, column - this.#column)));
    this.#push(text);
    this.#line = line + text.split('\n').length - 1;
  }

  #push(text: string): void {
    this.#lines.push(text);
    const lineStart = text.lastIndexOf('\n') + 1;
    this.#column = (lineStart > 0 ? 1 : this.#column) + [...text.slice(lineStart)].length;
  }

  get text(): string {
    return `${this.#lines.join('')}\n`;
  }
}
