/**
 * Transcripts: what a person types and sees, as text. A file holds, in any order,
 *
 *   # a comment                              (only before the first command, and between commands)
 *   -- file m/001_users.sql --               a file: the lines up to the next one that starts a file, a command or `-- end --`
 *   $ taskflow-db migrate                    a command for the shell; below it all that it writes, stdout and stderr together
 *   [exit 1]                                 its exit status, where it is not 0
 *
 * What differs from run to run is normalised: times, durations, ids, the name of the database, versions of the server.
 */

export interface FileEntry {
  readonly kind: 'file';
  readonly path: string;
  readonly content: string;
  readonly source: string;
}

export interface CommandEntry {
  readonly kind: 'command';
  readonly command: string;
  /** What follows it, up to the next entry: output and exit status. */
  readonly expected: string;
}

export interface TextEntry {
  readonly kind: 'text';
  readonly source: string;
}

export type Entry = FileEntry | CommandEntry | TextEntry;

const FILE = /^-- file (\S+) --$/;
const END = '-- end --';

export function parseTranscript(text: string): Entry[] {
  const lines = text.split('\n');
  const entries: Entry[] = [];
  for (let i = 0; i < lines.length; ) {
    const next = blockEnd(lines, i);
    entries.push(entryOf(lines.slice(i, next)));
    i = next;
  }
  return entries;
}

function blockEnd(lines: readonly string[], start: number): number {
  const isFile = FILE.test(lines[start] ?? '');
  for (let i = start + 1; i < lines.length; i++) {
    const line = lines[i] ?? '';
    if (line.startsWith('$ ') || FILE.test(line)) return i;
    if (isFile && line === END) return i + 1;
    if (!isFile && line.startsWith('# ')) return i;
  }
  return lines.length;
}

function entryOf(lines: readonly string[]): Entry {
  const [first = '', ...rest] = lines;
  const source = lines.join('\n');
  const path = FILE.exec(first)?.[1];
  if (path) {
    const content = (rest.at(-1) === END ? rest.slice(0, -1) : rest).join('\n').trimEnd();
    return { kind: 'file', path, content: content === '' ? '' : `${content}\n`, source };
  }
  if (first.startsWith('$ '))
    return { kind: 'command', command: first.slice(2), expected: withoutEmptyEnds(rest.join('\n')) };
  return { kind: 'text', source };
}

/** The transcript with what was seen in place of what was expected; commands are set apart by an empty line. */
export function renderTranscript(entries: readonly Entry[], seen: ReadonlyMap<Entry, string>): string {
  const parts = entries.map((entry) => {
    if (entry.kind !== 'command') return entry.source.trim();
    return `$ ${entry.command}\n${seen.get(entry) ?? entry.expected}`.trimEnd();
  });
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

export interface Varying {
  readonly database: string;
  readonly folder: string;
  /** Where the tracking tables are in this run; transcripts are written for `public`. */
  readonly trackingSchema: string;
}

/** Without empty lines before and after; the blanks before the first word stay. */
function withoutEmptyEnds(text: string): string {
  return text.replace(/^(?:[ \t]*\n)+/, '').trimEnd();
}

/** Takes out what differs from run to run. */
export function normalise(output: string, { database, folder, trackingSchema }: Varying): string {
  return withoutEmptyEnds(
    output
      .replaceAll(database, 'taskflow')
      .replaceAll(folder, '/work')
      .replaceAll(`schema ${trackingSchema}`, 'schema public')
      .replaceAll(`"${trackingSchema}"`, '"public"')
      .replaceAll(`${trackingSchema}.schema_migration`, 'public.schema_migration')
      .replace(/\b\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|\+00(:00)?)?/g, 'YYYY-MM-DD HH:MM')
      .replace(/\b\d{4}-\d\d-\d\d\b/g, 'YYYY-MM-DD')
      .replace(/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g, '<uuid>')
      .replace(/ +\d+(\.\d+)? (ms|s|min)\b/g, ' N ms')
      .replace(/\(\d+(\.\d+)? (ms|s)\)/g, '(N ms)')
      .replace(/"(hash|host|toolVersion)": "[^"]+"/g, '"$1": "<$1>"')
      .replace(/"executionTimeMs": \d+/g, '"executionTimeMs": N')
      .replace(/ +TOOK\b/g, ' TOOK')
      .replace(/ +TIME +WAL\b/g, ' TIME WAL')
      .replace(/ +(\(?)\d+(\.\d+)? [kMG]?B\b/g, ' $1N kB')
      .replace(/\bpid \d+/g, 'pid N')
      .replace(/\b(PostgreSQL|"serverVersion": ")( ?)\d+\.\d+[^,)"]*/g, '$1$2N')
      .replace(/[ \t]+$/gm, ''),
  );
}
