import { isBlank, nextToken, type Token } from '../sql/lexer.ts';
import type { Placeholder } from './data-spec.ts';
import type { Statement } from './migration.ts';

const WORD = ':batch';
/** What PostgreSQL's grammar sees in its place: as long as the shortest, so that all places stay. */
const NEUTRAL = '(true)';

/** Whether the text may hold one: most files are looked at no further. */
export function mayHoldPlaceholder(text: string): boolean {
  return text.includes(WORD);
}

/**
 * Each `:batch` of a statement, by the lexer: none in strings, comments, casts (`a::batch`) and slices (`a[1:batch]`). A name
 * right before it goes along: `r.:batch`.
 */
export function findPlaceholders(sql: string): Placeholder[] {
  if (!mayHoldPlaceholder(sql)) return [];
  const tokens = significant(sql);
  const found: Placeholder[] = [];
  let brackets = 0;
  for (const [i, token] of tokens.entries()) {
    const text = sql.slice(token.start, token.end);
    if (text === '[') brackets++;
    else if (text === ']') brackets--;
    else if (text === ':' && brackets === 0 && isPlaceholder(sql, tokens, i)) found.push(placeholderAt(sql, tokens, i));
  }
  return found;
}

/** The same statement for whoever does not know of batches: of the same length, and over all rows. */
export function withoutPlaceholders(sql: string, places: readonly Placeholder[]): string {
  return replacePlaceholders(sql, places, ({ start, end }) => NEUTRAL.padEnd(end - start)).sql;
}

/**
 * The same, where each place can be found again in parts of the text: by fillMarkers. For whoever reads the statement and asks for
 * its rows with conditions of it.
 */
export function markPlaceholders(sql: string, places: readonly Placeholder[]): string {
  let at = 0;
  return replacePlaceholders(sql, places, () => `(true ${marker(at++)})`).sql;
}

/** A part of a statement that was marked, with a text for each place in it. `places`: of the whole statement. */
export function fillMarkers(
  part: string,
  places: readonly Placeholder[],
  textOf: (place: Placeholder) => string,
): string {
  return places.reduce((sql, place, i) => sql.replaceAll(`(true ${marker(i)})`, () => textOf(place)), part);
}

function marker(at: number): string {
  return `/* taskflow:batch ${at} */`;
}

/** The statement as it stands in the file. */
export function writtenSql({ sql, batch = [] }: Pick<Statement, 'sql' | 'batch'>): string {
  return replacePlaceholders(sql, batch, ({ qualifier }) => (qualifier === undefined ? WORD : `${qualifier}.${WORD}`))
    .sql;
}

/** The statement with a text for each of them, and the way from a place in it back to the place in `sql`. */
export function replacePlaceholders(
  sql: string,
  places: readonly Placeholder[],
  textOf: (place: Placeholder) => string,
): { readonly sql: string; readonly back: (offset: number) => number } {
  const parts: string[] = [];
  /** Where each text begins and ends in the new statement. */
  const made: { readonly from: number; readonly to: number; readonly place: Placeholder }[] = [];
  let at = 0;
  let length = 0;
  for (const place of places) {
    const before = sql.slice(at, place.start);
    const text = textOf(place);
    parts.push(before, text);
    made.push({ from: length + before.length, to: length + before.length + text.length, place });
    length += before.length + text.length;
    at = place.end;
  }
  parts.push(sql.slice(at));
  return { sql: parts.join(''), back: (offset) => wayBack(made, offset) };
}

function wayBack(
  made: readonly { readonly from: number; readonly to: number; readonly place: Placeholder }[],
  offset: number,
): number {
  const last = made.findLast(({ from }) => from <= offset);
  if (!last) return offset;
  return offset < last.to ? last.place.start : last.place.end + offset - last.to;
}

function significant(sql: string): Token[] {
  const tokens: Token[] = [];
  for (let at = 0; ; ) {
    const token = nextToken(sql, at, true);
    if (token === undefined || token === 'incomplete') return tokens;
    if (!isBlank(token.kind)) tokens.push(token);
    at = token.end;
  }
}

function isPlaceholder(sql: string, tokens: readonly Token[], i: number): boolean {
  const [before, colon, word] = [tokens[i - 1], tokens[i]!, tokens[i + 1]];
  if (word?.start !== colon.end || word.kind !== 'word' || sql.slice(word.start, word.end) !== 'batch') return false;
  return !(before?.end === colon.start && sql[before.start] === ':');
}

function placeholderAt(sql: string, tokens: readonly Token[], i: number): Placeholder {
  const end = tokens[i + 1]!.end;
  let start = tokens[i]!.start;
  for (let at = i; ; at -= 2) {
    const [name, point] = [tokens[at - 2], tokens[at - 1]];
    const touches = point?.end === start && sql[point.start] === '.' && name?.end === point.start;
    if (!name || !point || !touches || !isName(name)) break;
    start = name.start;
  }
  const colon = tokens[i]!.start;
  return start === colon ? { start, end } : { start, end, qualifier: sql.slice(start, colon - 1) };
}

function isName({ kind }: Token): boolean {
  return kind === 'word' || kind === 'quoted-name';
}
