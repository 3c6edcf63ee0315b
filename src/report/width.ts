import stringWidth from 'fast-string-width';
import { wrapAnsi } from 'fast-wrap-ansi';

/** Columns that a text takes on a terminal: wide characters and emoji take two, colour sequences none. */
export function widthOf(text: string): number {
  return stringWidth(text);
}

/**
 * One line of text broken at spaces to at most `width` columns, each line after the first indented (the first is taken to
 * stand behind as much). Leading spaces are kept, long words stay whole.
 */
export function wrap(text: string, width: number, indent = ''): string {
  const [start] = /^ */.exec(text)!;
  const room = Math.max(20, width - indent.length - start.length);
  return start + wrapped(text.slice(start.length), room).join(`\n${indent}${start}`);
}

/** Nearly all lines are words of ASCII with single spaces: each character takes one column, and nothing has to be measured. */
function wrapped(text: string, width: number): string[] {
  if (!/^[!-~]+(?: [!-~]+)*$/.test(text)) return wrapAnsi(text, width).split('\n');
  const lines: string[] = [];
  let begin = 0;
  while (text.length - begin > width) {
    const space = text.lastIndexOf(' ', begin + width);
    const end = space > begin ? space : text.indexOf(' ', begin + width);
    if (end < 0) break;
    lines.push(text.slice(begin, end));
    begin = end + 1;
  }
  return [...lines, text.slice(begin)];
}

/** The text broken to at most `width` columns, inside words where it must be. */
export function wrapHard(text: string, width: number): string[] {
  return wrapAnsi(text, Math.max(1, width), { hard: true }).split('\n');
}

/** The text cut to at most `width` columns, with `…` where something was cut off. */
export function cut(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  let short = '';
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    if (widthOf(short + segment) > width - 1) break;
    short += segment;
  }
  return `${short}…`;
}

/** The text filled with spaces to `width` columns. */
export function pad(text: string, width: number, align: 'left' | 'right' = 'left'): string {
  const fill = ' '.repeat(Math.max(0, width - widthOf(text)));
  return align === 'left' ? text + fill : fill + text;
}
