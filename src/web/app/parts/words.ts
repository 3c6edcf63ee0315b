import { count, formatBytes, formatDuration } from '../../../problem/quantity.ts';

export { count, formatBytes, formatDuration };

/** `2026-11-23 14:05:09`, in the reader's time zone; what is no time stays as it is. */
export function timeText(iso: string): string {
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) return iso;
  const two = (value: number) => String(value).padStart(2, '0');
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

/** `5 min ago` */
export function ageText(iso: string, now: number): string {
  const seconds = Math.round((now - new Date(iso).getTime()) / 1000);
  if (Number.isNaN(seconds)) return '';
  if (seconds < 5) return 'just now';
  if (seconds < 90) return `${seconds} s ago`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min ago`;
  if (seconds < 129_600) return `${Math.round(seconds / 3600)} h ago`;
  return `${Math.round(seconds / 86_400)} days ago`;
}

/** `approved by ada` as a sentence. */
export function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

/** `rolled_back` as people read it. */
export function plainWord(word: string): string {
  return word.replaceAll('_', ' ');
}

/** About how many rows: `1.2 M rows`. */
export function rowsText(rows: number | null): string {
  if (rows === null) return '';
  if (rows < 10_000) return count(rows, 'row');
  return rows < 1e6 ? `${Math.round(rows / 1000)} k rows` : `${(rows / 1e6).toFixed(rows < 1e7 ? 1 : 0)} M rows`;
}
