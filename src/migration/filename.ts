import { Problem } from '../problem/problem.ts';

export interface FileName {
  /** The stem: `003_add_new_feature`. */
  readonly version: string;
  readonly number: bigint;
  /** The part after the number: `add_new_feature`. */
  readonly name: string;
}

const FILE_NAME = /^(?<stem>(?<number>[0-9]+)[_-](?<name>[A-Za-z0-9_-]+))\.(?:sql|ts|mjs)$/;
/** The longest name that file systems take, in bytes. */
const LENGTH_MAX = 255;

const EXPECTED =
  'NNN_description.sql: digits, then _ or -, then letters, digits, _ and - (ASCII), for example 003_add_orders.sql';

/** The parts of a migration's file name (without its folder), or the Problem with it, the name shown escaped. */
export function parseFileName(name: string): FileName | Problem {
  const groups = name.length <= LENGTH_MAX ? FILE_NAME.exec(name)?.groups : undefined;
  if (!groups?.stem || !groups.number || !groups.name) return badName(name);
  return { version: groups.stem, number: BigInt(groups.number), name: groups.name };
}

function badName(name: string): Problem {
  const shown = escapeName(name);
  return new Problem('file-name', `${shown} is no name for a migration`, {
    where: { file: shown },
    found: reason(name),
    expected: EXPECTED,
    next: ['Rename the file, or move it to a folder that holds no migrations.'],
  });
}

function reason(name: string): string {
  if (name.length > LENGTH_MAX) return `a name of ${name.length} characters; ${LENGTH_MAX} is the most`;
  const odd = /[^A-Za-z0-9_.-]/u.exec(name);
  if (odd) {
    const character = odd[0] === ' ' ? 'a blank' : `the character ${escapeName(odd[0])}`;
    return `${character} at position ${[...name.slice(0, odd.index)].length + 1}`;
  }
  if (!/^[0-9]/.test(name)) return 'no number at the beginning';
  if (!name.endsWith('.sql'))
    return name.toLowerCase().endsWith('.sql') ? 'an ending that is not lower case' : 'an ending that is not .sql';
  if (name.slice(0, -4).includes('.')) return 'a dot in the description';
  return 'no description after the number';
}

/** Whether a name in a folder of migrations is meant as one: SQL of any name, code only behind a number. */
export function isMeantAsMigration(name: string): boolean {
  if (name.startsWith('.')) return false;
  return /\.sql$/i.test(name) || (/^[0-9]+[_-].*\.(?:ts|mjs)$/.test(name) && !name.endsWith('.d.ts'));
}

/** The name of a migration's file without its ending. */
export function withoutEnding(name: string): string {
  return name.replace(/\.(?:sql|ts|mjs)$/i, '');
}

/** A name in which nothing can hide: all but printable ASCII as `\u{...}`; a long one is cut. */
export function escapeName(name: string): string {
  const escaped = [...name.slice(0, LENGTH_MAX)].map(escapeCharacter).join('');
  return name.length > LENGTH_MAX ? `${escaped}...` : escaped;
}

function escapeCharacter(character: string): string {
  return /[ -[\]-~]/.test(character) ? character : `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}
