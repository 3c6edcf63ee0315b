import { Problem } from '../problem/problem.ts';

/** What of pg_dump's options this tool sets itself, or what would make it do something else. */
const OWN_LONG = [
  'compress',
  'dbname',
  'file',
  'format',
  'help',
  'host',
  'jobs',
  'password',
  'port',
  'role',
  'snapshot',
  'username',
  'version',
];
const OWN_SHORT = 'dfFhjpUVWZ?';
/** A value follows these, in the same word or as the next one. */
const SHORT_WITH_VALUE = 'EnNtTeS';

/** Each leaves something out. */
const SELECTING =
  /^(?:(?:include|exclude)-\S*|table(?:-and-children)?|schema(?:-only)?|data-only|extension|section|filter|enable-row-security|no-(?:large-objects|blobs|data|schema|unlogged-table-data|publications|subscriptions|comments|security-labels|policies)|statistics-only)$/;
const SELECTING_SHORT = 'ansNtTeB';

/** The same options; Problem `usage` names the first that is not for the user to give. `where`: who gave them. */
export function checkDumpOptions(options: readonly string[], where: string): readonly string[] {
  for (const { word, own } of read(options)) if (own) throw refused(word, where);
  return options;
}

/** Those by which the backup is not of the whole database, as they were written. */
export function selectingOptions(options: readonly string[]): string[] {
  return read(options).flatMap(({ word, selects }) => (selects ? [word] : []));
}

/** For people. */
export function leftOutBy(option: string): string {
  return `what the option ${option} of pg_dump leaves out`;
}

interface Option {
  readonly word: string;
  readonly own: boolean;
  readonly selects: boolean;
}

function read(options: readonly string[]): Option[] {
  const found: Option[] = [];
  let isValue = false;
  for (const word of options) {
    if (!isValue && word.startsWith('--')) found.push(readLong(word));
    else if (!isValue && word.startsWith('-')) found.push(readShort(word));
    isValue = !isValue && takesNext(word);
  }
  return found;
}

/** An unambiguous beginning of a name is enough for pg_dump. */
function readLong(word: string): Option {
  const name = word.slice(2).split('=')[0] ?? '';
  return { word, own: OWN_LONG.some((own) => own.startsWith(name)), selects: SELECTING.test(name) };
}

function readShort(word: string): Option {
  const letters = lettersOf(word);
  const has = (some: string) => [...letters].some((letter) => some.includes(letter));
  return { word, own: has(OWN_SHORT), selects: has(SELECTING_SHORT) };
}

/** Up to the one that takes the rest as its value. */
function lettersOf(word: string): string {
  const all = word.slice(1);
  const at = [...all].findIndex((letter) => SHORT_WITH_VALUE.includes(letter));
  return at === -1 ? all : all.slice(0, at + 1);
}

function takesNext(word: string): boolean {
  return /^-[^-]/.test(word) && lettersOf(word).length === word.length - 1 && SHORT_WITH_VALUE.includes(word.at(-1)!);
}

function refused(word: string, where: string): Problem {
  return new Problem('usage', `${word} is not for pg_dump here: taskflow-db sets that itself`, {
    found: `${word} in ${where}`,
    expected:
      'options that say what is dumped, and how; format, jobs and compression have settings and flags of their own, and the server is that of every command',
    state: 'Nothing was written.',
    next: ['Take it out. See: taskflow-db backup --help'],
  });
}
