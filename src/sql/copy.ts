import { isSpace } from './characters.ts';

interface RestOfLine {
  /** Whether nothing but blanks stands there. */
  readonly blank: boolean;
  /** The first character that is not blank, else the line's end. */
  readonly start: number;
  /** The offset after the line break. */
  readonly end: number;
}

/** The rest of the line from `from`; undefined when it is not complete yet. */
export function restOfLine(text: string, from: number, atEnd: boolean): RestOfLine | undefined {
  const lineBreak = text.indexOf('\n', from);
  if (lineBreak === -1 && !atEnd) return undefined;
  const lineEnd = lineBreak === -1 ? text.length : lineBreak;
  let start = from;
  while (start < lineEnd && isSpace(text.charCodeAt(start))) start++;
  return { blank: start === lineEnd, start, end: lineBreak === -1 ? text.length : lineBreak + 1 };
}

/**
 * Where COPY's data, which begins at a line's start `from`, ends as far as `text` shows: before a line that is `\.`
 * alone (then `resume` is the offset of that line's end), else after the last complete line.
 */
export function copyDataEnd(text: string, from: number, atEnd: boolean): { end: number; resume?: number } {
  for (let at = text.indexOf('\\.', from); at !== -1; at = text.indexOf('\\.', at + 2)) {
    if (at !== from && text[at - 1] !== '\n') continue;
    const lineEnd = endOfMarkerLine(text, at + 2, atEnd);
    if (lineEnd !== undefined) return { end: at, resume: lineEnd };
  }
  const lastBreak = text.lastIndexOf('\n');
  const completeEnd = Math.max(from, lastBreak + 1);
  return { end: atEnd ? text.length : completeEnd };
}

/** The end of a line that holds nothing after `from` but an optional carriage return. */
function endOfMarkerLine(text: string, from: number, atEnd: boolean): number | undefined {
  const end = text[from] === '\r' ? from + 1 : from;
  if (end >= text.length) return atEnd ? end : undefined;
  return text[end] === '\n' ? end : undefined;
}
