import { visibleLine } from './visible.ts';

/**
 * A table as GitHub reads it (GitHub Flavored Markdown, "Tables (extension)"), without padding: a cell that grows changes its
 * own line only. Cells are Markdown, see `markdownText` and `markdownCode`.
 */
export function markdownTable(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(heads), line(heads.map(() => '---')), ...rows.map(line)].join('\n');
}

/** Any text on one line, so that it is read as it is. */
export function markdownText(text: string): string {
  return visibleLine(text).replace(/[\\`*[\]<>|&~]|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, '\\$&');
}

/** The same as code. Within a table a bar ends the cell even there, unless it is escaped. */
export function markdownCode(text: string): string {
  const shown = visibleLine(text);
  const longest = Math.max(0, ...[...shown.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  const pad = /^`|`$/.test(shown) ? ' ' : '';
  return `${fence}${pad}${shown.replaceAll('|', '\\|')}${pad}${fence}`;
}
