import { nextToken, type Token } from '../../sql/lexer.ts';

/** A text inside a statement, with the way from its offsets to the statement's. */
export interface PlacedText {
  readonly text: string;
  /** The UTF-16 offset in the statement of an offset in the text. */
  readonly placeOf: (offset: number) => number;
}

/**
 * The first string constant of a statement that stands at or behind an offset. `value` is what the grammar read in it: where it
 * is written with escapes that are not followed here, every offset leads to the beginning of the constant.
 */
export function stringConstant(sql: string, from: number, value: string): PlacedText {
  const token = firstString(sql, from);
  if (!token) return { text: value, placeOf: () => from };
  const places = sql[token.start] === '$' ? undefined : quotedPlaces(sql, token);
  const start = bodyStart(sql, token);
  if (!places) return { text: value, placeOf: (offset) => start + offset };
  if (places.text !== value) return { text: value, placeOf: () => token.start };
  return { text: value, placeOf: (offset) => places.at[offset] ?? token.end - 1 };
}

function firstString(sql: string, from: number): Token | undefined {
  for (let at = from; ; ) {
    const token = nextToken(sql, at, true);
    if (token === undefined || token === 'incomplete') return undefined;
    if (token.kind === 'string') return token;
    at = token.end;
  }
}

/** Behind the `$tag$` that opens a dollar-quoted string. */
function bodyStart(sql: string, { start }: Token): number {
  return sql.indexOf('$', start + 1) + 1;
}

/** The characters of '...' or E'...' with the offset of each. */
function quotedPlaces(sql: string, { start, end }: Token): { text: string; at: number[] } {
  const escapes = sql[start] === 'E' || sql[start] === 'e';
  let text = '';
  const at: number[] = [];
  for (let i = sql.indexOf("'", start) + 1; i < end - 1; i++) {
    at.push(i);
    const pair = sql[i] === "'" || (escapes && sql[i] === '\\');
    if (pair) i++;
    text += pair && escapes && sql[i - 1] === '\\' ? unescaped(sql[i] ?? '') : sql[i];
  }
  return { text, at };
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f' };

function unescaped(character: string): string {
  return ESCAPES[character] ?? character;
}
