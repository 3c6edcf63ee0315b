import { isBlank, nextToken, type Token } from './lexer.ts';
import { wordOf } from './words.ts';

/** A token with its word, as wordOf gives it. */
export interface Part {
  readonly word: string;
  readonly token: Token;
}

/** The tokens outside any bracket, brackets left out. */
export function outermost(sql: string): Part[] {
  return inDepth(sql).flatMap(({ depth, ...part }) => (depth === 0 && !isBracket(part) ? [part] : []));
}

/** The text inside the first round brackets behind `from`; undefined without. */
export function firstBracketed(
  sql: string,
  from: number,
): { readonly start: number; readonly end: number } | undefined {
  const parts = inDepth(sql).filter(({ token }) => token.start >= from);
  const open = parts.findIndex(({ word }) => word === '(');
  const close = parts.findIndex((one, i) => i > open && one.word === ')' && one.depth === parts[open]?.depth);
  return open < 0 || close < 0 ? undefined : { start: parts[open]!.token.end, end: parts[close]!.token.start };
}

function isBracket({ word }: Part): boolean {
  return word === '(' || word === ')' || word === '[' || word === ']';
}

/** All tokens but blanks; a bracket is as deep as what is around it. */
function inDepth(sql: string): (Part & { readonly depth: number })[] {
  const parts: (Part & { depth: number })[] = [];
  let depth = 0;
  for (let from = 0; ; ) {
    const token = nextToken(sql, from, true);
    if (token === undefined || token === 'incomplete') return parts;
    from = token.end;
    if (isBlank(token.kind)) continue;
    const word =
      token.kind === 'word' || token.kind === 'string' ? wordOf(sql, token) : sql.slice(token.start, token.end);
    if (word === ')' || word === ']') depth--;
    parts.push({ word, token, depth });
    if (word === '(' || word === '[') depth++;
  }
}
