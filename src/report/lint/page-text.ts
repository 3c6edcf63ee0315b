import type { Style } from '../style.ts';
import { visible } from '../visible.ts';
import { wrap } from '../width.ts';
import { wrapSql } from './sql-wrap.ts';

interface Look {
  readonly width: number;
  readonly style: Style;
}

/** A page of a rule (Markdown) for a terminal: headings, paragraphs at most `width` columns wide, SQL indented. */
export function pageLines(page: string, look: Look): string[] {
  const blocks = visible(page)
    .trim()
    .split(/^```.*$/m);
  const lines = blocks.flatMap((block, index) => (index % 2 === 1 ? sqlLines(block, look) : proseLines(block, look)));
  return lines.at(-1) === '' ? lines.slice(0, -1) : lines;
}

function sqlLines(block: string, { style, width }: Look): string[] {
  const lines = block.replace(/^\n|\n$/g, '').split('\n');
  return lines
    .flatMap((line) => wrapSql(line, width - 4))
    .map((line) => (line === '' ? '' : `    ${style.good(line)}`));
}

function proseLines(block: string, { style, width }: Look): string[] {
  const paragraphs = block.replace(/^\n+|\n+$/g, '').split(/\n{2,}/);
  const lines = paragraphs.flatMap((text, index) => [...(index > 0 ? [''] : []), ...paragraph(text, { style, width })]);
  return ['', ...lines, ''].slice(block.startsWith('\n') ? 0 : 1);
}

function paragraph(text: string, { style, width }: Look): string[] {
  const [, heading] = /^#+ (.*)/.exec(text) ?? [];
  if (heading !== undefined) return [style.strong(heading)];
  const pieces = text.split(/\n(?=[-*|] |\|)/);
  return pieces.flatMap((piece) => {
    const indent = /^[-*] /.test(piece) ? '  ' : '';
    return wrap(piece.replace(/\n\s*/g, ' '), width, indent).split('\n');
  });
}
