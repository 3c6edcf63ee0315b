import { cut, pad, widthOf, wrapHard } from './width.ts';

export interface Column {
  readonly title: string;
  readonly align?: 'left' | 'right';
  /** What happens when the table is too wide: the cell is wrapped, cut with `…`, or kept (the default). */
  readonly shrink?: 'wrap' | 'cut';
  /** The least width that shrinking leaves. */
  readonly least?: number;
}

const GAP = '  ';
const LEAST = 8;

/**
 * A table as lines of text: a heading, then the rows. Columns are as wide as their widest cell; where that is more than
 * `width`, those that may shrink give way, the widest first. Cells may be coloured; they are measured as they look.
 */
export function renderTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  { width, heading = (text) => text }: { width: number; heading?: (text: string) => string },
): string[] {
  const widths = fit(columns, naturalWidths(columns, rows), width);
  const title = columns.map((column, index) => pad(column.title, widths[index]!, column.align)).join(GAP);
  return [heading(title.trimEnd()), ...rows.flatMap((row) => renderRow(columns, widths, row))];
}

function naturalWidths(columns: readonly Column[], rows: readonly (readonly string[])[]): number[] {
  return columns.map((column, index) =>
    rows.reduce((widest, row) => Math.max(widest, widthOf(row[index] ?? '')), widthOf(column.title)),
  );
}

function fit(columns: readonly Column[], natural: readonly number[], width: number): number[] {
  const widths = [...natural];
  const gaps = GAP.length * (columns.length - 1);
  const leasts = columns.map((column, index) => Math.min(natural[index]!, column.least ?? LEAST));
  for (let excess = sum(widths) + gaps - width; excess > 0; excess--) {
    const widest = widestThatShrinks(columns, widths, leasts);
    if (widest === undefined) break;
    widths[widest]!--;
  }
  return widths;
}

function widestThatShrinks(
  columns: readonly Column[],
  widths: readonly number[],
  leasts: readonly number[],
): number | undefined {
  let widest: number | undefined;
  columns.forEach((column, index) => {
    if (!column.shrink || widths[index]! <= leasts[index]!) return;
    if (widest === undefined || widths[index]! > widths[widest]!) widest = index;
  });
  return widest;
}

function renderRow(columns: readonly Column[], widths: readonly number[], row: readonly string[]): string[] {
  const cells = columns.map((column, index) => linesOf(row[index] ?? '', column, widths[index]!));
  const height = Math.max(1, ...cells.map((lines) => lines.length));
  return Array.from({ length: height }, (_, line) =>
    columns
      .map((column, index) => pad(cells[index]![line] ?? '', widths[index]!, column.align))
      .join(GAP)
      .trimEnd(),
  );
}

function linesOf(cell: string, column: Column, width: number): string[] {
  if (widthOf(cell) <= width) return [cell];
  return column.shrink === 'wrap' ? wrapHard(cell, width) : [cut(cell, width)];
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
