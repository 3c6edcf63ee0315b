import type { CopyItem, ScriptItem, ScriptPart } from './script.ts';
import { type ProblemSink, ScriptReader } from './script-reader.ts';

function raise(problem: unknown): never {
  throw problem;
}

/**
 * The parts of a whole script, in order: statements as PostgreSQL would cut them, the comments between them, COPY with its
 * data, and psql's harmless commands. Empty statements vanish.
 *
 * What cannot be read throws a SqlProblem at its place: 'sql-lexical', or 'psql-command' for a command of psql that is
 * not harmless. `report`, when given, takes the latter instead, and reading goes on.
 */
export function* splitScript(text: string, report: ProblemSink = raise): Generator<ScriptItem> {
  const reader = new ScriptReader(report);
  reader.add(text, true);
  let copy: Omit<CopyItem, 'kind'> | undefined;
  for (const part of reader.read()) {
    if (part.kind === 'copy-begin') copy = { ...part, data: emptyAt(part.end) };
    else if (part.kind === 'copy-data') copy = copy && { ...copy, data: { start: part.start, end: part.end } };
    else if (part.kind === 'copy-end') {
      if (copy) yield { ...copy, kind: 'copy', data: copy.data.end > copy.end ? copy.data : emptyAt(part.start) };
    } else yield part;
  }
}

function emptyAt(offset: number) {
  return { start: offset, end: offset };
}

/** A part of a script that is read piece by piece, with its text. */
export type StreamPart = ScriptPart & { readonly text: string };

/** Below this many characters it is not worth looking. */
const PIECE_MIN = 64 * 1024;

/**
 * Splits a script that comes in pieces, in memory bounded by the largest statement. Pieces may end anywhere, within a
 * surrogate pair or a CRLF too. CRLF is read as LF, and offsets count that way.
 *
 * Text is looked at again only when as much new text has come as was left over: a statement of n characters costs O(n).
 */
export class StreamSplitter {
  readonly #reader: ScriptReader;
  readonly #pieceMin: number;
  #waiting: string[] = [];
  #waitingLength = 0;
  #carriageReturn = false;

  /** `pieceMin`: how much text is gathered before it is looked at. */
  constructor(report: ProblemSink = raise, pieceMin: number = PIECE_MIN) {
    this.#reader = new ScriptReader(report);
    this.#pieceMin = pieceMin;
  }

  /** Characters that are held because what they belong to has not ended yet. */
  get held(): number {
    return this.#reader.kept + this.#waitingLength;
  }

  /** Takes the next piece; yields what it completes. The result must be read to its end before the next call. */
  *push(piece: string): Generator<StreamPart> {
    this.#store(piece);
    if (this.#waitingLength >= Math.max(this.#pieceMin, this.#reader.kept)) yield* this.#read(false);
  }

  /** Says that no more text comes; yields the rest. */
  *end(): Generator<StreamPart> {
    if (this.#carriageReturn) this.#waiting.push('\r');
    yield* this.#read(true);
  }

  #store(piece: string): void {
    const text = this.#carriageReturn ? `\r${piece}` : piece;
    this.#carriageReturn = text.endsWith('\r');
    const settled = this.#carriageReturn ? text.slice(0, -1) : text;
    this.#waiting.push(settled.includes('\r\n') ? settled.replaceAll('\r\n', '\n') : settled);
    this.#waitingLength += settled.length;
  }

  *#read(last: boolean): Generator<StreamPart> {
    this.#reader.add(this.#waiting.join(''), last);
    this.#waiting = [];
    this.#waitingLength = 0;
    for (const part of this.#reader.read()) yield { ...part, text: this.#reader.slice(part.start, part.end) };
  }
}
