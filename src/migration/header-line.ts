import { isNear } from './near.ts';

/** A line `-- Key: value` before the first statement. */
export interface HeaderLine {
  readonly key: string;
  readonly value: string;
}

/** Free text: shown to people, decides nothing, so any letter case will do. */
const TEXT_HEADERS = ['Author', 'Date', 'Description'];
/** These decide how a migration runs, so they are written exactly. */
const ACTING_HEADERS = [
  'Depends',
  'Contracts',
  'Requires',
  'Replaces',
  'Transaction',
  'Lock-Timeout',
  'Statement-Timeout',
  'Allow',
];
/** Of data migrations. */
export const DATA_HEADERS = ['Kind', 'Batch', 'Batch-Back', 'Target', 'Pause', 'Where', 'Background', 'Keep'];
/** Of data migrations that run code, and only there: elsewhere these are words. */
export const CODE_HEADERS = ['Columns', 'Writes', 'Chunk', 'Concurrency', 'Rate', 'Retries', 'Call-Timeout'];

const KEY = /^--\s*([A-Za-z][A-Za-z _-]*):/;
/** A key lies within so many characters of its line, however long that is. */
const KEY_END_MAX = 80;

function keyOf(comment: string): { readonly key: string; readonly end: number } | undefined {
  const match = KEY.exec(comment.slice(0, KEY_END_MAX));
  return match?.[1] === undefined ? undefined : { key: match[1], end: match[0].length };
}

/** The header that a line comment is, its key as in the lists above; undefined for prose. */
export function readHeaderLine(comment: string, inCode = false): HeaderLine | undefined {
  const { key, end } = keyOf(comment) ?? { key: '', end: 0 };
  const textHeader = TEXT_HEADERS.find((name) => name.toLowerCase() === key.trim().toLowerCase());
  const known =
    textHeader ?? [...ACTING_HEADERS, ...DATA_HEADERS, ...(inCode ? CODE_HEADERS : [])].find((name) => name === key);
  const value = comment.slice(end).trim();
  return known === undefined || isProse(known, value) ? undefined : { key: known, value };
}

/** `-- Replaces: the old trigger` tells people something; these headers name versions. */
function isProse(key: string, value: string): boolean {
  return (key === 'Replaces' || key === 'Contracts') && !/^\d/.test(value);
}

/** What else people write who mean a header. */
const SYNONYMS: Readonly<Record<string, string>> = {
  dependency: 'Depends',
  dependencies: 'Depends',
  dependencys: 'Depends',
  notransaction: 'Transaction: none',
};

/** The header that a line comment almost is, as it should be written; undefined for prose. */
export function nearHeader(comment: string): string | undefined {
  const withoutColon = /^--\s*((?:lock|statement)[-_]timeout)\s+\d/i.exec(comment)?.[1];
  const key = withoutColon ?? keyOf(comment)?.key;
  if (key === undefined || (withoutColon === undefined && readHeaderLine(comment))) return undefined;
  const name = headerMeant(key);
  if (name !== undefined && isProse(name, comment.slice(keyOf(comment)?.end).trim())) return undefined;
  return name && `-- ${name.includes(':') ? name : `${name}:`}`;
}

const KEY_WORDS_MAX = 3;

function headerMeant(key: string): string | undefined {
  const words = key.split(/[\s_-]+/);
  if (words.length > KEY_WORDS_MAX) return undefined;
  const joined = words.join('').toLowerCase();
  if (Object.hasOwn(SYNONYMS, joined)) return SYNONYMS[joined];
  const exact = [...ACTING_HEADERS, ...DATA_HEADERS].find((name) => plain(name) === joined);
  return exact ?? ACTING_HEADERS.find((name) => isMeant(name, words[0] ?? '', joined));
}

/** `Depend`, `Depends on` and `Dpends` mean Depends; `Allowed values` is prose. */
function isMeant(name: string, first: string, joined: string): boolean {
  const meant = plain(name);
  return isNear(joined, meant) || (joined.length >= 5 && meant.startsWith(joined)) || first.toLowerCase() === meant;
}

function plain(name: string): string {
  return name.replaceAll('-', '').toLowerCase();
}

/**
 * Whether a line comment after the first statement was surely meant as a header: it would be read by nobody. `Allow` is
 * also a plain word there; it counts only with the name of a rule.
 */
export function isLateHeader(comment: string): boolean {
  const header = readHeaderLine(comment);
  if (!header || !ACTING_HEADERS.includes(header.key)) return false;
  return header.key !== 'Allow' || /^([a-z]+(-[a-z]+)+|[a-z_]+:[A-Za-z][\w-]*)(\s|$)/.test(header.value);
}
