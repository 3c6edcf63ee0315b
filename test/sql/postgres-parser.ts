import { loadModule, parseSync, scanSync } from 'libpg-query';

await loadModule();

/** A stretch of a text as UTF-16 offsets, from a statement's first token to its last. */
export interface Stretch {
  readonly start: number;
  readonly end: number;
}

const COMMENT_TOKENS = ['SQL_COMMENT', 'C_COMMENT'];

/** Where PostgreSQL's own parser sees statements: blanks and comments around them taken off by its own scanner. */
export function parserStatements(text: string): Stretch[] {
  const bytes = Buffer.from(text, 'utf8');
  const tokens = scanSync(text).tokens.filter((token) => !COMMENT_TOKENS.includes(token.tokenName));
  let next = 0;
  return (parseSync(text).stmts ?? []).map(({ stmt_location: from = 0, stmt_len: length }) => {
    const to = length === undefined || length === 0 ? bytes.length : from + length;
    while ((tokens[next]?.start ?? to) < from) next++;
    const first = tokens[next];
    while ((tokens[next + 1]?.end ?? to + 1) <= to) next++;
    const last = lastButSemicolon(tokens, next);
    next++;
    return { start: offsetOf(bytes, first?.start ?? from), end: offsetOf(bytes, last?.end ?? to) };
  });
}

/** The length of the last statement without `;` reaches to the end of the text: empty statements may follow it. */
function lastButSemicolon(tokens: readonly { end: number; text: string }[], at: number) {
  let last = at;
  while (tokens[last]?.text === ';') last--;
  return tokens[last];
}

function offsetOf(bytes: Buffer, byteOffset: number): number {
  return bytes.subarray(0, byteOffset).toString('utf8').length;
}

export function parses(text: string): boolean {
  try {
    parseSync(text);
    return true;
  } catch {
    return false;
  }
}

export function parse(text: string) {
  return parseSync(text);
}
