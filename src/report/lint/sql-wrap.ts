import { widthOf, wrapHard } from '../width.ts';

/** What must stay in one piece: runs without spaces, with strings and quoted names in them whole. */
const PIECE = /(?:'(?:[^']|'')*'|"(?:[^"]|"")*"|[^\s'"]|['"])+/g;
const MORE = '    ';

/**
 * One line of SQL in lines of at most `width` columns, where its words allow it. It is broken at spaces outside of quotes, so that
 * it means the same when it is copied.
 */
export function wrapSql(line: string, width: number): string[] {
  if (widthOf(line) <= width) return [line];
  const [indent] = /^ */.exec(line)!;
  const text = line.slice(indent.length);
  if (text.startsWith('--')) return wrapComment(text, indent, width);
  const lines: string[] = [];
  let last = '';
  for (const piece of text.match(PIECE) ?? []) {
    const longer = last === '' ? indent + piece : `${last} ${piece}`;
    if (last === '' || widthOf(longer) <= width) last = longer;
    else {
      lines.push(last);
      last = indent + MORE + piece;
    }
  }
  return [...lines, last];
}

function wrapComment(text: string, indent: string, width: number): string[] {
  return wrapHard(text.replace(/^--\s*/, ''), width - indent.length - 3).map((line) => `${indent}-- ${line}`);
}
