import type { EventRow } from '../../answers/overview.ts';

/** Hands the events that are shown to the reader, as a file. */
export function exportEvents(events: readonly EventRow[], target: string, format: 'json' | 'csv'): void {
  const text = format === 'json' ? `${JSON.stringify({ target, events }, undefined, 2)}\n` : csvOf(events);
  const url = URL.createObjectURL(new Blob([text], { type: format === 'json' ? 'application/json' : 'text/csv' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = `audit-${target.replaceAll(/[^\w.-]+/g, '_')}.${format}`;
  link.click();
  URL.revokeObjectURL(url);
}

const COLUMNS = [
  'seq',
  'at',
  'event',
  'version',
  'runId',
  'actor',
  'host',
  'toolVersion',
  'gitCommit',
  'detail',
  'hash',
] as const;

function csvOf(events: readonly EventRow[]): string {
  const lines = events.map((event) => COLUMNS.map((column) => cellOf(event[column])).join(','));
  return [COLUMNS.join(','), ...lines, ''].join('\r\n');
}

/** A spreadsheet takes a text that begins with one of = + - @ for a formula. */
function cellOf(value: unknown): string {
  if (value === null || value === undefined) return '';
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
