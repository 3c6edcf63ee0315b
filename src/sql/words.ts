import type { Token } from './lexer.ts';

/** Words of key-word length, in upper case: a file has few different ones, again and again. Begun anew when it holds so many. */
const upper = new Map<string, string>();
const UPPER_MAX = 1_000;
const UPPER_LENGTH_MAX = 20;

/** Upper case of the letters a to z alone, as PostgreSQL compares key words: `BEGıN` is not BEGIN. */
function upperAscii(text: string): string {
  const found = upper.get(text);
  if (found !== undefined) return found;
  const made = upperOf(text);
  if (text.length > UPPER_LENGTH_MAX) return made;
  if (upper.size >= UPPER_MAX) upper.clear();
  upper.set(text, made);
  return made;
}

function upperOf(text: string): string {
  return /[^\x00-\x7f]/.test(text) ? text.replace(/[a-z]+/g, (run) => run.toUpperCase()) : text.toUpperCase();
}

/** Lower case of the letters A to Z alone, as PostgreSQL folds an unquoted name in a UTF-8 database. */
function lowerAscii(text: string): string {
  return /[^\x00-\x7f]/.test(text) ? text.replace(/[A-Z]+/g, (run) => run.toLowerCase()) : text.toLowerCase();
}

/**
 * A token as a word to compare with: an unquoted word in upper case, a quoted name as written (with its quotes, so that
 * it never equals a key word), a string as `''` (its content does not matter and may be large), all else as written.
 */
export function wordOf(text: string, token: Token): string {
  if (token.kind === 'string') return "''";
  const raw = text.slice(token.start, token.end);
  return token.kind === 'word' ? upperAscii(raw) : raw;
}

/** NAMEDATALEN - 1: longer names are cut, in bytes, at a character's end (manual, "Identifiers and Key Words"). */
const NAME_BYTES_MAX = 63;

/** The name that a word or quoted name stands for: folded or unquoted, and cut as PostgreSQL cuts it. */
export function identifierOf(raw: string): string {
  return cutToBytes(unquoted(raw), NAME_BYTES_MAX);
}

function unquoted(raw: string): string {
  if (raw.startsWith('"')) return raw.slice(1, -1).replaceAll('""', '"');
  if (/^u&"/i.test(raw)) return unescapeUnicode(raw.slice(3, -1).replaceAll('""', '"'));
  return lowerAscii(raw);
}

/** `\XXXX` and `\+XXXXXX` of U&"..." with the default escape character. */
function unescapeUnicode(text: string): string {
  const units = text.replace(/\\(?:\+([0-9A-Fa-f]{6})|([0-9A-Fa-f]{4})|\\)/g, (all, long?: string, short?: string) => {
    const code = Number.parseInt(long ?? short ?? '', 16);
    if (Number.isNaN(code)) return '\\';
    return code <= 0x10ffff ? String.fromCodePoint(code) : all;
  });
  return units;
}

function cutToBytes(text: string, bytesMax: number): string {
  if (text.length * 3 <= bytesMax) return text;
  let bytes = 0;
  let kept = '';
  for (const character of text) {
    bytes += utf8Length(character.codePointAt(0) ?? 0);
    if (bytes > bytesMax) return kept;
    kept += character;
  }
  return kept;
}

function utf8Length(codePoint: number): number {
  if (codePoint < 0x80) return 1;
  if (codePoint < 0x800) return 2;
  return codePoint < 0x10000 ? 3 : 4;
}
