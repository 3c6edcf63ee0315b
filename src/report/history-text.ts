import { type EventDetail, eventText } from './event-text.ts';
import type { Style } from './style.ts';
import { renderTable } from './table.ts';
import { visibleLine } from './visible.ts';
import { pad, widthOf, wrap } from './width.ts';

/** One event of the audit trail. `at`: ISO 8601 in UTC. */
export interface HistoryLine {
  readonly at: string;
  readonly event: string;
  readonly version: string | null;
  readonly actor: string;
  readonly detail: EventDetail;
}

const COLUMNS = [
  { title: 'TIME (UTC)' },
  { title: 'EVENT' },
  { title: 'VERSION', shrink: 'cut' as const, least: 16 },
  { title: 'WHO', shrink: 'cut' as const },
];
const GAP = 2;
/** A column that is narrower is no place for sentences. */
const ROOM_LEAST = 50;
const INDENT = '    ';

/**
 * The table of `history`. What an event says stands in the last column where it fits; sentences have lines of their own
 * below it where that column would be narrow.
 */
export function historyLines(
  events: readonly HistoryLine[],
  { width, style }: { width: number; style: Style },
): string[] {
  const rows = events.map(({ at, event, version, actor }) => [
    at.slice(0, 19).replace('T', ' '),
    event.replaceAll('_', ' '),
    visibleLine(version ?? ''),
    visibleLine(actor),
  ]);
  const [heading = '', ...lines] = renderTable(COLUMNS, rows, { width });
  const before = Math.max(...[heading, ...lines].map(widthOf)) + GAP;
  const says = events.map(({ event, detail }) => visibleLine(eventText(event, detail)));
  const titled = says.some((what) => what !== '') ? `${pad(heading, before)}WHAT` : heading;
  return [style.faint(titled), ...lines.flatMap((line, i) => withText(line, says[i]!, before, width))];
}

function withText(line: string, what: string, before: number, width: number): string[] {
  const room = width - before;
  if (what === '') return [line];
  if (widthOf(what) <= room) return [pad(line, before) + what];
  if (room < ROOM_LEAST) return [line, wrap(INDENT + what, width)];
  return [pad(line, before) + wrap(what, room).replaceAll('\n', `\n${' '.repeat(before)}`)];
}
