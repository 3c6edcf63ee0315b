/** A duration in milliseconds as people read it: `4 ms`, `1.2 s`, `3 min 5 s`, `2 h 10 min`, `3 d 4 h`. */
export function formatDuration(ms: number): string {
  if (ms < 1) return ms <= 0 ? '0 ms' : '<1 ms';
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 3600) return pair(seconds, 60, 'min', 's');
  const minutes = Math.round(seconds / 60);
  return minutes < 24 * 60 ? pair(minutes, 60, 'h', 'min') : pair(Math.round(minutes / 60), 24, 'd', 'h');
}

function pair(amount: number, size: number, large: string, small: string): string {
  const rest = amount % size;
  return `${Math.floor(amount / size)} ${large}${rest === 0 ? '' : ` ${rest} ${small}`}`;
}

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];

/** A size in bytes as pg_size_pretty gives it, with one decimal where it says something: `512 B`, `1.5 kB`, `24 MB`. */
export function formatBytes(bytes: number): string {
  let size = bytes;
  let unit = 0;
  while (size >= 1023.5 && unit < UNITS.length - 1) {
    size /= 1024;
    unit++;
  }
  const digits = unit > 0 && size < 9.95 ? 1 : 0;
  return `${size.toFixed(digits).replace(/\.0$/, '')} ${UNITS[unit]}`;
}

export const BYTES_PATTERN = /^\s*(\d{1,12})\s*(B|kB|MB|GB|TB)?\s*$/;

/** What a size looks like, for messages. */
export const BYTES_EXPECTED = 'a size such as "800kB", "10MB" or "1GB"';

/** Bytes of a size as PostgreSQL writes it, by powers of 1024; a number alone is bytes. Undefined if it is not one. */
export function parseBytes(text: string | number): number | undefined {
  const [, number, unit = 'B'] = BYTES_PATTERN.exec(String(text)) ?? [];
  return number === undefined ? undefined : Number(number) * 1024 ** UNITS.indexOf(unit);
}

/** `5,000,000`. The system's own way to say it takes 10 ms the first time, which is noticed behind a short command. */
export function formatCount(amount: number): string {
  return String(amount).replace(/\B(?=(?:\d{3})+$)/g, ',');
}

/** `1 migration`, `3 migrations`. */
export function count(amount: number, one: string, many = `${one}s`): string {
  return `${amount} ${amount === 1 ? one : many}`;
}
