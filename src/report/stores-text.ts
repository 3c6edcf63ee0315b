import { formatBytes, formatDuration } from '../problem/quantity.ts';
import type { Style } from './style.ts';
import { renderTable } from './table.ts';
import { visibleLine } from './visible.ts';
import { wrap } from './width.ts';

export interface StoreLine {
  readonly name: string;
  readonly bytes: number;
  readonly state: string;
  readonly version: string | null;
  readonly runId: string | null;
  readonly at: string | null;
  readonly rows: number | null;
  readonly of: string | null;
  readonly toFile: boolean;
}

/** What is kept in a database, as `backup list` shows it below the backups; nothing where nothing is. */
export function storeLines(
  stores: readonly StoreLine[],
  { database, width, style, now }: { database: string; width: number; style: Style; now: Date },
): string[] {
  if (stores.length === 0) return [];
  const columns = [
    { title: 'KEPT', shrink: 'cut' as const, least: 16 },
    { title: 'SIZE', align: 'right' as const },
    { title: 'ROWS', align: 'right' as const },
    { title: 'OF', shrink: 'cut' as const, least: 12 },
    { title: 'RUN' },
    { title: 'AGE', align: 'right' as const },
    { title: 'STATE' },
  ];
  const cells = stores.map((one) => [
    visibleLine(one.name),
    formatBytes(one.bytes),
    one.rows === null ? '' : String(one.rows),
    visibleLine(one.of ?? ''),
    one.runId?.slice(0, 8) ?? '',
    one.at === null ? '' : formatDuration(Math.max(1000, now.getTime() - Date.parse(one.at))),
    one.state === 'needed' ? style.good(one.state) : one.state,
  ]);
  const bytes = stores.reduce((sum, one) => sum + one.bytes, 0);
  const heading = `In ${visibleLine(database)}, schema taskflow_backup: ${formatBytes(bytes)}. A rollback puts back what is needed.`;
  const waiting = stores.filter(({ toFile }) => toFile).map(({ name }) => visibleLine(name));
  const advice = `To be in files, which the run that kept them did not come to: ${waiting.join(', ')}. They are moved by: taskflow-db migrate --backup-to file`;
  return [
    wrap(heading, width),
    ...renderTable(columns, cells, { width, heading: style.faint }),
    ...(waiting.length > 0 ? [wrap(style.warn(advice), width)] : []),
  ];
}
