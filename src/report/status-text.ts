import { count, formatDuration } from '../problem/quantity.ts';
import type { Style } from './style.ts';
import { renderTable } from './table.ts';
import { visibleLine } from './visible.ts';
import { wrap } from './width.ts';

export interface StatusLine {
  readonly version: string;
  readonly description: string;
  readonly state: string;
  readonly appliedAt: string | null;
  readonly appliedBy: string | null;
  readonly executionTimeMs: number | null;
  readonly errorMessage: string | null;
  readonly notes: readonly string[];
  readonly replacedBy: string | null;
}

/** From this width on there is room for the description. */
const WIDE = 110;

/** The table of `status`, then what is worth a sentence: errors and notes. */
export function statusLines(
  all: readonly StatusLine[],
  { width, style, verbose = false }: { width: number; style: Style; verbose?: boolean },
): string[] {
  const rows = verbose ? all : all.filter((row) => !isFolded(row));
  const wide = width >= WIDE;
  const columns = [
    { title: 'VERSION', shrink: 'cut' as const, least: 20 },
    { title: 'STATE' },
    { title: 'APPLIED (UTC)' },
    { title: 'TOOK', align: 'right' as const },
    ...(wide
      ? [
          { title: 'BY', shrink: 'cut' as const },
          { title: 'DESCRIPTION', shrink: 'cut' as const },
        ]
      : []),
  ];
  const cells = rows.map((row) => [
    visibleLine(row.version),
    stateCell(row.state, style),
    row.appliedAt?.slice(0, 16).replace('T', ' ') ?? '',
    row.appliedAt === null || row.executionTimeMs === null ? '' : formatDuration(row.executionTimeMs),
    ...(wide ? [visibleLine(row.appliedBy ?? ''), visibleLine(row.description)] : []),
  ]);
  return [
    ...renderTable(columns, cells, { width, heading: style.faint }),
    ...remarks(rows, width, style, all.length - rows.length),
  ];
}

/** What a squash stands for is listed by that, while all is well with it. */
function isFolded({ replacedBy, state }: StatusLine): boolean {
  return replacedBy !== null && (state === 'applied' || state === 'baseline');
}

function stateCell(state: string, style: Style): string {
  const word = state.replace('_', ' ');
  if (state === 'applied' || state === 'baseline') return style.good(word);
  if (state === 'failed' || state === 'modified' || state === 'interrupted') return style.bad(word);
  return style.warn(word);
}

function remarks(rows: readonly StatusLine[], width: number, style: Style, folded: number): string[] {
  const lines = rows.flatMap((row) => [
    ...(row.errorMessage && row.state !== 'applied'
      ? [(row.state === 'skipped' ? style.faint : style.bad)(remark(row.version, row.errorMessage, width))]
      : []),
    ...row.notes.map((note) => style.faint(remark(row.version, note, width))),
  ]);
  const hidden = folded === 0 ? [] : [style.faint(`${count(folded, 'version')} that a squash stands for: --verbose`)];
  return lines.length + hidden.length > 0 ? ['', ...lines, ...hidden] : [];
}

/** Many messages begin with the version already. */
function remark(version: string, message: string, width: number): string {
  const text = message.startsWith(`${version}: `) ? message : `${version}: ${message}`;
  return wrap(visibleLine(text), width, '  ');
}

/** `25 applied, 2 pending`: states that occur, in their order. */
export function summaryText(summary: Readonly<Record<string, number>>): string {
  const parts = Object.entries(summary)
    .filter(([, amount]) => amount > 0)
    .map(([state, amount]) => `${amount} ${state.replace('_', ' ')}`);
  return parts.length > 0 ? parts.join(', ') : 'no migrations';
}
