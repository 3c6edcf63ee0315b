/** A place in a text: line and column count from 1, the column in characters (Unicode code points). */
export interface LineColumn {
  readonly line: number;
  readonly column: number;
  /** The line's text without its line break. */
  readonly lineText: string;
}

const NEWLINE = 10;

function isHighSurrogate(code: number): boolean {
  return code >= 0xd800 && code <= 0xdbff;
}

function isLowSurrogate(code: number): boolean {
  return code >= 0xdc00 && code <= 0xdfff;
}

/** The number of code points in `text` from `start` up to `end` (UTF-16 offsets). A lone surrogate counts as one. */
function codePointsBetween(text: string, start: number, end: number): number {
  let count = 0;
  for (let i = start; i < end; i++, count++) if (text.codePointAt(i)! > 0xffff) i++;
  return count;
}

/**
 * The UTF-16 offset that lies `codePoints` characters after `from`; never past the end of the text. A server's error
 * position is the 1-based number of a character, so it lies at `codePointOffset(sql, 0, position - 1)`.
 */
export function codePointOffset(text: string, from: number, codePoints: number): number {
  let offset = from;
  for (let left = codePoints; left > 0 && offset < text.length; left--) {
    const pair = isHighSurrogate(text.charCodeAt(offset)) && isLowSurrogate(text.charCodeAt(offset + 1));
    offset += pair ? 2 : 1;
  }
  return offset;
}

/** Finds line and column of any offset of one text in O(log lines); the index is built at the first question. */
export class LineIndex {
  readonly #text: string;
  #starts: number[] | undefined;

  constructor(text: string) {
    this.#text = text;
  }

  /** The place of a UTF-16 offset; one that lies outside is taken as the nearest end of the text. */
  at(offset: number): LineColumn {
    const inside = Math.max(0, Math.min(offset, this.#text.length));
    const starts = (this.#starts ??= lineStarts(this.#text));
    const index = lastNotAfter(starts, inside);
    const start = starts[index] ?? 0;
    const end = this.#lineEnd(starts, index);
    return {
      line: index + 1,
      column: codePointsBetween(this.#text, start, inside) + 1,
      lineText: this.#text.slice(start, end),
    };
  }

  /** The UTF-16 offset where a line (from 1) begins; undefined when the text has no such line. */
  startOf(line: number): number | undefined {
    return (this.#starts ??= lineStarts(this.#text))[line - 1];
  }

  #lineEnd(starts: readonly number[], index: number): number {
    const next = starts[index + 1];
    if (next === undefined) return this.#text.length;
    return this.#text[next - 2] === '\r' ? next - 2 : next - 1;
  }
}

/** The text of the line that an offset lies in, without its line break. For many offsets see LineIndex. */
export function lineTextAt(text: string, offset: number): string {
  const start = offset === 0 ? 0 : text.lastIndexOf('\n', offset - 1) + 1;
  const lineBreak = text.indexOf('\n', offset);
  const end = lineBreak === -1 ? text.length : lineBreak;
  return text.slice(start, text[end - 1] === '\r' ? Math.max(start, end - 1) : end);
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}

/** The index of the last element that is not greater than `value`, in an ascending list that begins with one such. */
export function lastNotAfter(ascending: readonly number[], value: number): number {
  let low = 0;
  let high = ascending.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((ascending[middle] ?? 0) <= value) low = middle;
    else high = middle - 1;
  }
  return low;
}

/**
 * Line and column while walking forward through a text that is seen piece by piece. Every character is looked at once,
 * so that a file with all its statements on one line costs no more than any other.
 */
export class PositionCursor {
  offset = 0;
  line = 1;
  column = 1;

  /** Walks to `target`, an offset in the whole text, of which `piece` is the part that begins at `pieceStart`. */
  advance(piece: string, pieceStart: number, target: number): void {
    const end = target - pieceStart;
    for (let i = this.offset - pieceStart; i < end; i++) this.#step(piece.charCodeAt(i));
    this.offset = Math.max(this.offset, target);
  }

  clone(): PositionCursor {
    return Object.assign(new PositionCursor(), { offset: this.offset, line: this.line, column: this.column });
  }

  #step(code: number): void {
    if (code === NEWLINE) {
      this.line++;
      this.column = 1;
    } else if (!isLowSurrogate(code)) {
      this.column++;
    }
  }
}
