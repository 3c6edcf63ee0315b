import { visible } from './visible.ts';
import { widthOf } from './width.ts';

/** What is shown for a piece of the line (one character as a person sees it), and where it stands, in code points. */
interface Cell {
  readonly shown: string;
  readonly width: number;
  readonly from: number;
  readonly length: number;
}

const TAB = 4;
const PLAIN = /^[\x20-\x7E]*$/;

/**
 * One line of a file and, below it, a caret under a column (from 1, in code points): `[line, caretLine]`. Tabs and wide
 * characters are measured, invisible ones made visible; a line longer than `width` is shown in a window around the caret.
 */
export function excerpt(lineText: string, column: number, width: number): [string, string] {
  const [text, index] = neighbourhood(lineText, column - 1);
  const cells = toCells(text);
  const at = cellAt(cells, index);
  const [from, to] = windowAround(cells, at, width);
  const before = from > 0 ? '…' : '';
  const after = to < cells.length ? '…' : '';
  const shown = cells.slice(from, to);
  const indent = before.length + sum(cells.slice(from, at));
  return [before + shown.map((cell) => cell.shown).join('') + after, `${' '.repeat(indent)}^`];
}

/** Only this much of a line is looked at, so that a line of megabytes costs no more than any other. */
const NEAR = 1000;

/** The part of a long line that lies near a code point, and the code point's index in that part. */
function neighbourhood(line: string, codePoint: number): [string, number] {
  if (line.length <= 2 * NEAR) return [line, codePoint];
  let at = 0;
  for (let seen = 0; seen < codePoint && at < line.length; seen++) at += line.codePointAt(at)! > 0xffff ? 2 : 1;
  const from = Math.max(0, at - NEAR);
  const text = line.slice(from, at + NEAR);
  return [text, [...line.slice(from, at)].length];
}

function toCells(text: string): Cell[] {
  const pieces = PLAIN.test(text)
    ? [...text]
    : Array.from(new Intl.Segmenter().segment(text), ({ segment }) => segment);
  const cells: Cell[] = [];
  let from = 0;
  let column = 0;
  for (const piece of pieces) {
    const shown = piece === '\t' ? ' '.repeat(TAB - (column % TAB)) : visible(piece).replace(/\n/g, ' ');
    const width = widthOf(shown);
    const { length } = [...piece];
    cells.push({ shown, width, from, length });
    column += width;
    from += length;
  }
  return cells;
}

/** The cell that holds a code point; one past the last cell for a position at the line's end. */
function cellAt(cells: readonly Cell[], codePoint: number): number {
  const at = cells.findIndex((cell) => codePoint < cell.from + cell.length);
  return at === -1 ? cells.length : at;
}

/** The cells to show: all if they fit, else about as much before the caret as after it. */
function windowAround(cells: readonly Cell[], at: number, width: number): [number, number] {
  if (sum(cells) <= width) return [0, cells.length];
  const room = width - 2;
  const roomAfter = Math.max(Math.ceil(room / 2), room - sum(cells.slice(0, at)));
  const after = reach(cells.slice(at).map(widthIn), roomAfter);
  const before = reach(cells.slice(0, at).reverse().map(widthIn), room - after.used);
  return [at - before.count, at + after.count];
}

const widthIn = (cell: Cell) => cell.width;

/** How many of the widths fit into `room`, and what they take. */
function reach(widths: readonly number[], room: number): { count: number; used: number } {
  let used = 0;
  let count = 0;
  for (const width of widths) {
    if (used + width > room) break;
    used += width;
    count++;
  }
  return { count, used };
}

function sum(cells: readonly Cell[]): number {
  return cells.reduce((total, cell) => total + cell.width, 0);
}
